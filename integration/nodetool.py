#!/usr/bin/env python3
"""Compare nodetool with the transcripts of Apache Cassandra 5.0.5 in golden/nodetool.

  nodetool.py [--nodetool PROGRAM] [--map 127.0.0.1=IP] [--map 127.0.0.2=IP] [FILE.txt ...]

Needs a running cluster of two nodes as the transcripts had it: cluster_name dc-security-demo, num_tokens 32, dc1 and dc2,
system_auth replicated to both, cassandra/cassandra. Numbers, sizes, dates, identifiers and the widths of columns are
masked; everything else has to be equal, line by line, exit status included. The last line is 'N passed, N failed'.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import WhiteListRoundRobinPolicy

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "nodetool")
NODETOOL = os.path.join(os.path.dirname(HERE), "bin", "nodetool")

# Lines that are left out on both sides, by transcript, with the reason.
LEFT_OUT = {
    "gossipinfo.txt": [
        (r"SSTABLE_VERSIONS", "there are no SSTable files"),
    ],
    "info.txt": [
        (r"Uncompressed load", "the store does not know what it would take uncompressed: n/a"),
    ],
    "compactionstats.txt": [
        (r"data compacted|minute rate", "the store counts its compactions, but neither bytes nor times: n/a"),
    ],
    "rangekeysample.txt": [
        (r"^\s*-?N$", "there are no index summaries to sample"),
    ],
    "clientstats_--all.txt": [
        (r"Apache Cassandra Python Driver", "how many connections there are depends on the driver's pool"),
    ],
    "tablestats_-F_json_system_auth.roles.txt": [
        (r"twcs|sai_|old_sstable|top_|sstables_in_each|sstable_bytes_in_each", "no index of this kind keeps such figures, and there are no SSTable files"),
    ],
}
# Transcripts of which only the head and the exit status are compared.
HEAD_ONLY = {
    "tpstats.txt": (1, "stages have Cassandra's names, but there are only those that this node has"),
    "listsnapshots.txt": (1, "dropped tables leave no snapshot"),
}
# Transcripts whose lines have no order: Cassandra lists them as its hash tables do.
UNORDERED = {"describering_system_auth.txt", "tablestats_-F_json_system_auth.roles.txt", "describecluster.txt"}

MASKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d+Z?", "TIME"),
    (r"\b\d+\.\d+\.\d+\.\d+(:\d+)?\b", "ADDRESS"),
    (r"\b(\d+(\.\d+)?|NaN)(E-?\d+)? ?(bytes|KiB|MiB|GiB|B)\b", "SIZE"),
    (r"-?\b\d+(\.\d+)?(E-?\d+)?\b", "N"),
    (r"\bNaN\b", "N"),
    (r'"N"', "N"),
    (r"\(-?N,-?N\](, )?", ""),
]


def mask(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    lines = []
    for line in text.splitlines():
        line = re.sub(r"[ \t]+", " ", line).rstrip()
        line = re.sub(r"^=+$", "===", line).rstrip(",")
        lines.append(line)
    return lines


def compare(name, want, have):
    want, have = mask(want), mask(have)
    for pattern, _ in LEFT_OUT.get(name, []):
        want = [line for line in want if not re.search(pattern, line)]
        have = [line for line in have if not re.search(pattern, line)]
    if name in HEAD_ONLY:
        head = HEAD_ONLY[name][0]
        want, have = want[:head] + want[-1:], have[:head] + have[-1:]
    if name in UNORDERED:
        want, have = sorted(want), sorted(have)
    return want, have


def run(args, nodetool, host):
    done = subprocess.run([nodetool, "-h", host, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    out = re.sub(r"-- StackTrace --\n.*", "", done.stdout, flags=re.S)
    return f"{out}[exit {done.returncode}]\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodetool", default=NODETOOL)
    parser.add_argument("--map", action="append", default=[])
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    where = {"127.0.0.1": "127.0.0.1", "127.0.0.2": "127.0.0.2"}
    where.update(m.split("=") for m in options.map)
    host = where["127.0.0.1"]
    profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([host]))
    cluster = Cluster([host], auth_provider=PlainTextAuthProvider("cassandra", "cassandra"), execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    session = cluster.connect()
    session.execute("CREATE KEYSPACE IF NOT EXISTS gml_ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}")
    session.execute("SELECT * FROM system_auth.roles WHERE role = 'cassandra'")
    passed = failed = 0
    for path in sorted(options.files or glob.glob(os.path.join(GOLDEN, "*.txt"))):
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as f:
            command, _, want = f.read().partition("\n")
        want, have = compare(name, want, run(command.split()[2:], options.nodetool, host))
        if want == have:
            passed += 1
            continue
        failed += 1
        print(f"--- nodetool: {name}")
        for line in want:
            if line not in have:
                print("  want", line[:200])
        for line in have:
            if line not in want:
                print("  have", line[:200])
        if sorted(want) == sorted(have):
            print("  the same lines in another order, or")
        if set(want) == set(have):
            print(f"  the same lines, {len(want)} and {len(have)} in number")
    session.execute("DROP KEYSPACE gml_ks")
    cluster.shutdown()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
