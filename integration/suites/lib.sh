# What the suites share; sourced.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
suites=$root/.tools/suites
ccm=$root/bin/ccm
mkdir -p "$suites"

# alone ARGS...: run this script again in a network namespace of its own, where 127.0.0.1 is free, if the system lets us.
alone() {
  [ -z "${SUITE_ALONE:-}" ] || return 0
  export SUITE_ALONE=1
  if unshare --net true 2> /dev/null && command -v ip > /dev/null; then
    exec unshare --net bash -c 'ip link set lo up && exec bash "$@"' suite "$0" "$@"
  fi
}

# node NAME OPTIONS...: a cluster of one node at 127.0.0.1, gone when the script ends.
node() {
  local name=$1
  shift
  export CCM_HOME=$suites/clusters
  # Cassandra's switches for drivers' tests: payloads come back, writes to keyspace test fail.
  export JVM_EXTRA_OPTS="-Dcassandra.test.fail_writes_ks=test
    -Dcassandra.custom_query_handler_class=org.apache.cassandra.cql3.CustomPayloadMirroringQueryHandler"
  # shellcheck disable=SC2064
  trap "'$ccm' remove --name '$name' > /dev/null 2>&1 || true" EXIT
  "$ccm" remove --name "$name" > /dev/null 2>&1 || true
  "$ccm" up --name "$name" --no-auth "$@" dc1=1
}
