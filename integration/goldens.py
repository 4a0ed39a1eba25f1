#!/usr/bin/env python3
"""Check a fresh cluster against the recorded answers of Apache Cassandra 5.0.5.

  goldens.py [FOLDER ...]      auth, system, wire, cqlsh, nodetool, cql, ours (default: all), started and stopped with bin/ccm
  goldens.py --keep FOLDER     leave the clusters running

Each folder has a runner of its own under golden/. What is known to differ stands, with a number and a reason, in
known_differences.txt: blocks of golden.py's --accept for dialogues, '== wire: CASE' and '== cqlsh: FILE: COMMAND' for
the other two, and '== auth: FILE:LINE' for a statement that a dialogue has twice with different answers, of which --accept
knows one. The last line of each folder is 'FOLDER: N passed, N failed'.
"""
import argparse
import concurrent.futures
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

ENV = dict(os.environ, CCM_HOME=os.environ.get("GOLDEN_HOME", os.path.join(TOOLS, "ccm-golden")), PATH=os.path.dirname(CQLSH) + ":" + os.environ["PATH"])


def dialogues(folder, *maps, script="golden.py"):
    root = os.path.join(GOLDEN, folder)
    files = sorted(os.path.join(d, f) for d, _, fs in os.walk(root) for f in fs if f.endswith(".cql"))
    command = [PYTHON, os.path.join(GOLDEN, script), "check", "--accept", KNOWN]
    for m in maps:
        command += ["--map", m]
    return command + files


def player(folder, script, *options):
    return [PYTHON, os.path.join(GOLDEN, folder, script), "check", *options]


# Each folder has clusters of its own, so that all run at the same time: the address of a node without logins, those of two
# datacenters with logins, and the command. (The recording of system's single node shows its address: it has to be this one.)
FOLDERS = {
    "auth": (None, ("127.0.0.41", "127.0.0.42"), lambda _, a: dialogues("auth", "127.0.0.1=" + a[0], "127.0.0.2=" + a[1])),
    "system": ("127.0.0.21", ("127.0.0.43", "127.0.0.44"), lambda n, a: dialogues("system", "127.0.0.1=" + a[0], "127.0.0.2=" + a[1], "127.0.0.21=" + n)),
    "wire": ("127.0.0.22", ("127.0.0.45", "127.0.0.46"), lambda n, a: player(
        "wire", "wire.py", "--map", "auth=" + a[0], "--map", "auth2=" + a[1], "--map", "noauth=" + n)),
    "cqlsh": ("127.0.0.23", ("127.0.0.47", "127.0.0.48"), lambda n, a: player(
        "cqlsh", "run.py", "--cqlsh", CQLSH, "--map", "dc1=" + a[0], "--map", "dc2=" + a[1], "--map", "noauth=" + n)),
    "nodetool": (None, ("127.0.0.25", "127.0.0.26"), lambda _, a: [
        PYTHON, os.path.join(HERE, "nodetool.py"), "--map", "127.0.0.1=" + a[0], "--map", "127.0.0.2=" + a[1]]),
    "cql": ("127.0.0.24", None, lambda n, _: dialogues("cql", "127.0.0.1=" + n)),
    "ours": ("127.0.0.27", None, lambda n, _: dialogues("ours", "127.0.0.1=" + n, script="ours/player.py")),
}


def clusters(folder):
    """Names and `ccm up` arguments of a folder's clusters."""
    noauth, auth, _ = FOLDERS[folder]
    common = ["--option", "cluster_name=dc-security-demo"]
    if noauth:
        yield f"golden-{folder}-noauth", ["datacenter1=1", "--no-auth", "--first-ip", noauth, *common]
    if auth:
        yield f"golden-{folder}-auth", ["dc1=1", "dc2=1", "--first-ip", auth[0], "--option", "num_tokens=32", *common]


def ccm(*args, check=True, quiet=False):
    return subprocess.run([CCM, *args], env=ENV, check=check, stdout=subprocess.DEVNULL if quiet else None, stderr=subprocess.DEVNULL if quiet else None)


def known_cases(kind):
    """Names of known cases of a folder."""
    with open(KNOWN, encoding="utf-8") as f:
        return {line[len(f"== {kind}: "):].strip() for line in f if line.startswith(f"== {kind}: ")}


def case_of(kind, line):
    """The name under which a failure is listed."""
    if kind == "wire":
        m = re.match(r"--- \S+ \w+: (.*)$", line)
        return m and m[1]
    if kind == "cqlsh":
        m = re.match(r"--- (\S+: .*)$", line)
        return m and m[1].rstrip()
    m = re.match(r"--- .*?([^/]+\.cql:\d+)$", line)
    return m and m[1]


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


def run(folder, keep):
    """Play one folder against fresh clusters; return (report, failures)."""
    try:
        for name, arguments in clusters(folder):
            ccm("remove", "--name", name, check=False, quiet=True)
            ccm("up", "--name", name, *arguments, quiet=True)
        noauth, auth, command = FOLDERS[folder]
        p = subprocess.run(command(noauth, auth), env=ENV, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        if not keep:
            for name, _ in clusters(folder):
                ccm("remove", "--name", name, check=False, quiet=True)
    text, passed, failed = judge(folder, p.stdout)
    return f"== {folder}\n{text}\n{folder}: {passed} passed, {failed} failed", failed


def main():
    p = argparse.ArgumentParser()
    p.add_argument("folders", nargs="*")
    p.add_argument("--keep", action="store_true")
    a = p.parse_args()
    folders = a.folders or list(FOLDERS)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(folders)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, f, a.keep) for f in folders]):
            report, failures = done.result()
            failed += failures
            print(report, flush=True)
    sys.exit(1 if failed else 0)


main()
