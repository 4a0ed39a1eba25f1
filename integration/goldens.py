#!/usr/bin/env python3
"""Check a fresh cluster against the recorded answers of Apache Cassandra 5.0.5.

  goldens.py [FOLDER ...]      auth, system, wire, cqlsh, cql (default: all), started and stopped with bin/ccm
  goldens.py --keep FOLDER     leave the clusters running

Each folder has a runner of its own under golden/. What is known to differ stands, with a number and a reason, in
known_differences.txt: blocks of golden.py's --accept for dialogues, '== wire: CASE' and '== cqlsh: FILE: COMMAND' for
the other two. The last line of each folder is 'FOLDER: N passed, N failed'.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TOOLS = os.path.join(ROOT, ".tools")
PYTHON = os.path.join(TOOLS, "python", "bin", "python")
CQLSH = os.path.join(TOOLS, "python", "bin", "cqlsh")
CCM = os.path.join(ROOT, "bin", "ccm")
KNOWN = os.path.join(HERE, "known_differences.txt")
GOLDEN = os.path.join(HERE, "golden")

NOAUTH, DC1, DC2 = "127.0.0.21", "127.0.0.41", "127.0.0.42"
ENV = dict(os.environ, CCM_HOME=os.environ.get("GOLDEN_HOME", os.path.join(TOOLS, "ccm-golden")), PATH=os.path.dirname(CQLSH) + ":" + os.environ["PATH"])

CLUSTERS = {
    "golden-noauth": ["datacenter1=1", "--no-auth", "--first-ip", NOAUTH, "--option", "cluster_name=dc-security-demo"],
    "golden-auth": ["dc1=1", "dc2=1", "--first-ip", DC1, "--option", "cluster_name=dc-security-demo", "--option", "num_tokens=32"],
}


def dialogues(folder, *maps):
    root = os.path.join(GOLDEN, folder)
    files = sorted(os.path.join(d, f) for d, _, fs in os.walk(root) for f in fs if f.endswith(".cql"))
    command = [PYTHON, os.path.join(GOLDEN, "golden.py"), "check", "--accept", KNOWN]
    for m in maps:
        command += ["--map", m]
    return command + files


FOLDERS = {
    "auth": (["golden-auth"], lambda: dialogues("auth", "127.0.0.1=" + DC1, "127.0.0.2=" + DC2)),
    "system": (["golden-auth", "golden-noauth"], lambda: dialogues("system", "127.0.0.1=" + DC1, "127.0.0.2=" + DC2, "127.0.0.21=" + NOAUTH)),
    "wire": (["golden-auth", "golden-noauth"], lambda: [
        PYTHON, os.path.join(GOLDEN, "wire", "wire.py"), "check", "--map", "auth=" + DC1, "--map", "auth2=" + DC2, "--map", "noauth=" + NOAUTH]),
    "cqlsh": (["golden-auth", "golden-noauth"], lambda: [
        PYTHON, os.path.join(GOLDEN, "cqlsh", "run.py"), "check", "--cqlsh", CQLSH, "--map", "dc1=" + DC1, "--map", "dc2=" + DC2, "--map", "noauth=" + NOAUTH]),
    "cql": (["golden-noauth"], lambda: dialogues("cql", "127.0.0.1=" + NOAUTH)),
}


def ccm(*args, check=True, quiet=False):
    return subprocess.run([CCM, *args], env=ENV, check=check, stdout=subprocess.DEVNULL if quiet else None, stderr=subprocess.DEVNULL if quiet else None)


def known_cases(kind):
    """Names of known wire or cqlsh cases."""
    with open(KNOWN, encoding="utf-8") as f:
        return {line[len(f"== {kind}: "):].strip() for line in f if line.startswith(f"== {kind}: ")}


def case_of(kind, line):
    """The name under which a failure is listed."""
    if kind == "wire":
        m = re.match(r"--- \S+ \w+: (.*)$", line)
        return m and m[1]
    m = re.match(r"--- (\S+: .*)$", line)
    return m and m[1].rstrip()


def judge(kind, output):
    """Drop the failures of known cases from a runner's output; return (text, passed, failed)."""
    known = known_cases(kind)
    kept, drop, forgiven = [], False, 0
    for line in output.splitlines():
        name = case_of(kind, line)
        if name is not None:
            drop = name in known
            forgiven += drop
        elif re.match(r"\S+.*: \d+ as recorded, \d+ not$", line):
            drop = False
        if not drop:
            kept.append(line)
    m = re.match(r"(\d+) passed, (\d+) failed$", kept[-1]) if kept else None
    if not m:
        return "\n".join(kept), 0, 1
    return "\n".join(kept[:-1] + [f"of these {forgiven} are known differences"]), int(m[1]) + forgiven, int(m[2]) - forgiven


def run(folder):
    names, command = FOLDERS[folder]
    print(f"== {folder}", flush=True)
    p = subprocess.run(command(), env=ENV, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if folder in ("wire", "cqlsh"):
        text, passed, failed = judge(folder, p.stdout)
    else:
        lines = p.stdout.splitlines()
        m = re.match(r"(\d+) passed, (\d+) failed$", lines[-1]) if lines else None
        text, passed, failed = "\n".join(lines[:-1]) if m else p.stdout, int(m[1]) if m else 0, int(m[2]) if m else 1
    print(text)
    print(f"{folder}: {passed} passed, {failed} failed", flush=True)
    return failed


def main():
    p = argparse.ArgumentParser()
    p.add_argument("folders", nargs="*")
    p.add_argument("--keep", action="store_true")
    a = p.parse_args()
    folders = a.folders or list(FOLDERS)
    failed = 0
    try:
        for folder in folders:
            # Each folder gets fresh nodes: some dialogues describe a cluster that nobody has touched.
            for name in FOLDERS[folder][0]:
                ccm("remove", "--name", name, check=False, quiet=True)
                ccm("up", "--name", name, *CLUSTERS[name], quiet=True)
            failed += run(folder)
    finally:
        if not a.keep:
            for name in CLUSTERS:
                ccm("remove", "--name", name, check=False, quiet=True)
    sys.exit(1 if failed else 0)


main()
