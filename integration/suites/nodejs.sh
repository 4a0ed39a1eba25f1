#!/usr/bin/env bash
# The Node.js driver's short integration tests, each file with a cluster of its own that it makes with ccm.
# nodejs.sh [FILES...]: only these, relative to test/integration/short, without a comparison.
source "$(dirname "$0")/lib.sh"
repository=${NODEJS_DRIVER:-https://github.com/datastax/nodejs-driver}
commit=c0a6c5fa # version 4.8.0
src=$suites/nodejs-$commit

if [ ! -f "$src/.done" ]; then
  rm -rf "$src" "$src.git"
  git clone --quiet --bare "$repository" "$src.git"
  mkdir -p "$src"
  git --git-dir="$src.git" archive "$commit" | tar x -C "$src"
  (cd "$src" && npm install --ignore-scripts --no-audit --no-fund --omit=optional --silent)
  touch "$src/.done"
fi
alone "$@"
export ALEXANDRA=$root/bin/alexandra CCM_CONFIG_DIR=$suites/nodejs-clusters CCM_INSTALL_DIR=$root CCM_VERSION=5.0.5
export PATH=$here/bin:$PATH
trap 'ccm remove > /dev/null 2>&1 || true' EXIT

some=${1:-}
if [ $# -eq 0 ]; then
  mapfile -t files < <(grep -oE '[^ ]+\.js' "$here/baselines/nodejs.txt" | sort -u)
  set -- "${files[@]}"
fi
results=$suites/nodejs.results
: > "$results"
for file in "$@"; do
  report=$suites/nodejs-report.json
  (cd "$src" && timeout 600 node_modules/.bin/mocha -R json --exit "test/integration/short/$file") > "$report" 2> "$suites/nodejs.log" || true
  ccm remove > /dev/null 2>&1 || true
  FILE=$file command node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const [outcome, tests] of [["PASSED", report.passes], ["FAILED", report.failures], ["SKIPPED", report.pending]])
      for (const t of tests) console.log(outcome, process.env.FILE, t.fullTitle.replace(/\s+/g, " "));
  ' "$report" >> "$results" || echo "ERROR $file" >> "$results"
done
if [ -n "$some" ]; then
  cat "$results"
else
  python3 "$here/compare.py" nodejs "$results"
fi
