#!/usr/bin/env bash
# The Python driver's own integration tests against one node: its standard tests and those of its object mapper.
# pydriver.sh [PATHS...]: only these, relative to tests/integration, without a comparison.
source "$(dirname "$0")/lib.sh"
driver=3.30.1
repository=${PYTHON_DRIVER:-https://github.com/apache/cassandra-python-driver}
commit=6f229a71 # the tests of the baseline; releases do not carry them
src=$suites/pydriver-$commit
venv=$suites/pydriver-venv

if [ ! -f "$venv/.done" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "cassandra-driver==$driver" pytest pytz pure-sasl packaging \
    futurist lz4 numpy scales cryptography 'twisted[tls]'
  touch "$venv/.done"
fi
if [ ! -d "$src/tests" ]; then
  rm -rf "$src" "$src.git"
  git clone --quiet --bare "$repository" "$src.git"
  mkdir -p "$src"
  git --git-dir="$src.git" archive "$commit" tests | tar x -C "$src"
  # The suite wants three nodes for some keyspaces; the baseline is of one.
  sed -i -E "s/(replication_factor['\"]?: ?['\"]?)[23]/\11/" "$src"/tests/integration/{__init__,standard/test_metadata}.py
fi
alone "$@"
node pydriver

results=$suites/pydriver.results
log=$suites/pydriver.log
export USE_CASS_EXTERNAL=1 CLUSTER_IP=127.0.0.1 CASSANDRA_VERSION=5.0.5 PROTOCOL_VERSION=5 EVENT_LOOP_MANAGER=libev
export PYTHONPATH=$here:$src
: > "$log"
cd "$src"
parts=("$@")
[ $# -gt 0 ] || parts=(standard cqlengine)
for part in "${parts[@]}"; do
  "$venv/bin/python" -m pytest -p no:cacheprovider -q -rA --show-capture=no --tb=short "tests/integration/$part" >> "$log" 2>&1 || true
done
sed -nE 's/^(PASSED|FAILED|ERROR|SKIPPED) tests\/integration\/([^ ]+).*/\1 \2/p' "$log" | sort -u > "$results"
if [ $# -gt 0 ]; then
  cat "$results"
else
  python3 "$here/compare.py" pydriver "$results"
fi
