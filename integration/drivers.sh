#!/usr/bin/env bash
# The Java and Node.js drivers against a cluster of two datacenters. Needs a JDK, Maven and Node.js.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in java mvn node npm; do
  command -v $tool > /dev/null || { echo "$tool is missing: make drivers needs a JDK, Maven and Node.js" >&2; exit 1; }
done
ccm=bin/ccm
export CCM_HOME=$PWD/.tools/ccm-drivers
trap '$ccm remove --name drivers > /dev/null 2>&1 || true' EXIT
$ccm remove --name drivers > /dev/null 2>&1 || true
$ccm up --name drivers --first-ip 127.0.0.31 dc1=1 dc2=1
echo "== Java driver"
mvn -q -B -f integration/drivers/java/pom.xml -DbuildDirectory=.tools/java compile exec:java -Dexec.args="127.0.0.31 127.0.0.32"
echo "== Node.js driver"
mkdir -p .tools/nodejs
cp integration/drivers/nodejs/package.json integration/drivers/nodejs/check.js .tools/nodejs/
npm install --silent --no-fund --no-audit --prefix .tools/nodejs
node .tools/nodejs/check.js 127.0.0.31 127.0.0.32
echo "drivers: all ok"
