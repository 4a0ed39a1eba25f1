#!/usr/bin/env bash
# gocql's own integration tests, as its repository runs them against Cassandra: protocols 5, 4 and 3.
# gocql.sh [PATTERN]: only tests that match, without a comparison.
source "$(dirname "$0")/lib.sh"
module=github.com/apache/cassandra-gocql-driver/v2
version=v2.1.2
src=$suites/gocql-$version

if [ ! -x "$src/integration.bin" ]; then
  rm -rf "$src"
  dir=$(cd "$root" && go mod download -json "$module@$version" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  cp -r "$dir" "$src"
  chmod -R u+w "$src"
  for tag in cassandra integration; do
    (cd "$src" && GOFLAGS=-mod=mod go test -c -o "$tag.bin" -tags "$tag" .)
  done
fi
alone "$@"
node gocql

results=$suites/gocql.results
: > "$results"
for run in 5:lz4 4:snappy 3:no-compression; do
  proto=${run%%:*}
  skip='^TestDocker' # wants Docker
  # The driver panics where version 3 cannot carry a payload.
  [ "$proto" != 3 ] || skip+='|^TestCustomPayload'
  for tag in integration cassandra; do
    log=$suites/gocql-$tag-$proto.log
    (cd "$src" && "./$tag.bin" -test.v -test.timeout 10m -test.run "${1:-.}" -test.skip "$skip" -cluster=127.0.0.1:9042 \
      -proto="$proto" -rf=1 -clusterSize=1 -compressor="${run##*:}" -gocql.timeout=20s -autowait=1000ms \
      -gocql.cversion=5.0.5) > "$log" 2>&1 || true
    sed -nE "s/^ *--- PASS: ([^ ]+).*/PASSED $tag p$proto \1/p; s/^ *--- FAIL: ([^ ]+).*/FAILED $tag p$proto \1/p
      s/^ *--- SKIP: ([^ ]+).*/SKIPPED $tag p$proto \1/p" "$log" >> "$results"
  done
done
if [ $# -gt 0 ]; then
  cat "$results"
else
  python3 "$here/compare.py" gocql "$results"
fi
