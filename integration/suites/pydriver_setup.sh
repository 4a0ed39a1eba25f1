# The Python driver and its tests; sourced after lib.sh. $src is where the tests are, $run runs some of them.
driver=3.30.1
repository=${PYTHON_DRIVER:-https://github.com/apache/cassandra-python-driver}
commit=6f229a71 # the tests of the baselines; releases do not carry them
src=$suites/pydriver-$commit
venv=$suites/pydriver-venv
export CASSANDRA_VERSION=5.0.5 PROTOCOL_VERSION=5 EVENT_LOOP_MANAGER=libev

if [ ! -f "$venv/.done" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "cassandra-driver==$driver" pytest pytz pure-sasl packaging \
    futurist lz4 numpy scales cryptography 'twisted[tls]'
  touch "$venv/.done"
fi
if [ ! -d "$src.git" ]; then
  git clone --quiet --bare "$repository" "$src.git"
fi

# tests DIR: the tests, fresh.
tests() {
  rm -rf "$1"
  mkdir -p "$1"
  git --git-dir="$src.git" archive "$commit" tests | tar x -C "$1"
}

# run SUITE DIR PATHS...: run tests below tests/integration of DIR and compare; with paths that a user gave, only show.
run() {
  local suite=$1 dir=$2 log=$suites/$1.log results=$suites/$1.results
  shift 2
  : > "$log"
  for part in "$@"; do
    (cd "$dir" && PYTHONPATH=$here:$dir "$venv/bin/python" -m pytest -p no:cacheprovider -q -rA --show-capture=no \
      --tb=short "tests/integration/$part") >> "$log" 2>&1 || true
  done
  sed -nE 's/^(PASSED|FAILED|ERROR|SKIPPED) tests\/integration\/([^ ]+).*/\1 \2/p' "$log" | sort -u > "$results"
  if [ -n "${some:-}" ]; then
    cat "$results"
  else
    python3 "$here/compare.py" "$suite" "$results"
  fi
}
