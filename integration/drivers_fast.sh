#!/usr/bin/env bash
# The Go and Python drivers against a cluster of two datacenters.
set -euo pipefail
cd "$(dirname "$0")/.."
ccm=bin/ccm
export CCM_HOME=$PWD/.tools/ccm-drivers-fast
trap '$ccm remove --name drivers-fast > /dev/null 2>&1 || true' EXIT
$ccm remove --name drivers-fast > /dev/null 2>&1 || true
$ccm up --name drivers-fast --first-ip 127.0.0.51 dc1=1 dc2=1
echo "== gocql"
go run ./integration/drivers/go 127.0.0.51 127.0.0.52
echo "== Python driver"
.tools/python/bin/python -W ignore integration/drivers/python/check.py 127.0.0.51 127.0.0.52
