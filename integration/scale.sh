#!/usr/bin/env bash
# Measures a cluster of 100 nodes in 5 datacenters in one process: time until it is ready, memory, what a driver reads of the
# ring, the processor time of the idle cluster, and the time to remove it. Other sizes: scale.sh dc1=6 dc2=6
set -euo pipefail
cd "$(dirname "$0")/.."
layout=("$@")
[ $# -gt 0 ] || layout=(dc1=20 dc2=20 dc3=20 dc4=20 dc5=20)
export CCM_HOME="${SCALE_HOME:-$PWD/.tools/ccm-scale}"
first="${SCALE_FIRST_IP:-127.0.60.1}"
mkdir -p "$CCM_HOME"
ccm=(bin/ccm --name scale)
trap '"${ccm[@]}" remove >/dev/null 2>&1 || true' EXIT

"${ccm[@]}" up "${layout[@]}" --in-process --first-ip "$first" | grep "is ready"
pid=$(cat "$CCM_HOME/scale/cluster.pid")
ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
awk '/VmHWM/ {printf "memory, highest: %d MiB\n", $2 / 1024}' "/proc/$pid/status"
.tools/python/bin/python - "$first" <<'EOF'
import sys
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster
from cassandra.policies import WhiteListRoundRobinPolicy
cluster = Cluster([sys.argv[1]], auth_provider=PlainTextAuthProvider("cassandra", "cassandra"),
                  load_balancing_policy=WhiteListRoundRobinPolicy([sys.argv[1]]), connect_timeout=30)
cluster.connect()
print(f"a driver sees {len(cluster.metadata.all_hosts())} nodes and {len(cluster.metadata.token_map.ring)} tokens")
cluster.shutdown()
EOF
sleep 10
before=$(ticks)
sleep 20
echo "idle: $(( ($(ticks) - before) * 100 / 20 / $(getconf CLK_TCK) )) % of a processor"
awk '/VmRSS/ {printf "memory, idle: %d MiB\n", $2 / 1024}' "/proc/$pid/status"
begun=$(date +%s%N)
"${ccm[@]}" remove
echo "removed after $(( ($(date +%s%N) - begun) / 1000000 )) ms"
