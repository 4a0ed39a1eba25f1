#!/usr/bin/env bash
# The Python driver's own integration tests against one node: its standard tests and those of its object mapper.
# pydriver.sh [PATHS...]: only these, relative to tests/integration, without a comparison.
source "$(dirname "$0")/lib.sh"
source "$here/pydriver_setup.sh"
alone "$@"
tests "$src.one"
# The suite wants three nodes for some keyspaces; the baseline is of one.
sed -i -E "s/(replication_factor['\"]?: ?['\"]?)[23]/\11/" "$src.one"/tests/integration/{__init__,standard/test_metadata}.py
node pydriver
export USE_CASS_EXTERNAL=1 CLUSTER_IP=127.0.0.1
some=${1:-}
[ $# -gt 0 ] || set -- standard cqlengine
run pydriver "$src.one" "$@"
