#!/usr/bin/env bash
# The Python driver's standard tests as its repository runs them: they make clusters of three nodes, stop and pause nodes.
# pydriver_cluster.sh [PATHS...]: only these, relative to tests/integration, without a comparison.
source "$(dirname "$0")/lib.sh"
source "$here/pydriver_setup.sh"
alone "$@"
tests "$src.three"
export ALEXANDRA=$root/bin/alexandra CASSANDRA_DIR=$root
# What tests leave behind when they fail.
cleanup() {
  for file in "$src.three"/tests/integration/ccm/*/node*/node.pid; do
    if [ -f "$file" ] && grep -q "$src.three" "/proc/$(cat "$file")/cmdline" 2> /dev/null; then
      kill -9 "$(cat "$file")"
    fi
  done
}
trap cleanup EXIT
some=${1:-}
[ $# -gt 0 ] || set -- standard
run pydriver_cluster "$src.three" "$@"
