#!/usr/bin/env python3
"""The same failures for this server and for Apache Cassandra: what do clients and operators hear?

    reference_scenarios.py                        plays them here; fails where an answer is not the recorded one
    reference_scenarios.py SCRIPT                 plays them with Cassandra first, and records its answers

SCRIPT starts and stops real nodes: `SCRIPT start IP DC SEED`, `SCRIPT stop IP`, `SCRIPT wipe IP`, `SCRIPT nodetool IP ...`.
Two nodes in two datacenters play scenarios by the numbers that the tests named TestScenario have, too. Needs Python with
cassandra-driver (.tools/python) and bin/ccm, bin/nodetool.
"""
import difflib, os, re, subprocess, sys, time

from cassandra import ConsistencyLevel as CL
from cassandra.cluster import Cluster, ExecutionProfile, EXEC_PROFILE_DEFAULT, NoHostAvailable
from cassandra.policies import FallthroughRetryPolicy, WhiteListRoundRobinPolicy
from cassandra.query import SimpleStatement

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECORD = os.path.join(ROOT, "integration", "golden", "ours", "scenarios.txt")
LEVELS = ["ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "LOCAL_QUORUM", "EACH_QUORUM", "SERIAL", "LOCAL_SERIAL", "LOCAL_ONE"]
PATIENCE = 90  # seconds that Cassandra may take to agree on something


class Nodes:
    """Two nodes, a in dc1 and b in dc2; how they are run is the subclass's."""

    ips = {}

    def __init__(self):
        self.clusters = {}

    def session(self, node):
        if node not in self.clusters:
            profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([self.ips[node]]),
                                       retry_policy=FallthroughRetryPolicy(), request_timeout=30)
            cluster = Cluster([self.ips[node]], execution_profiles={EXEC_PROFILE_DEFAULT: profile}, connect_timeout=20)
            self.clusters[node] = cluster, cluster.connect()
        return self.clusters[node][1]

    def forget(self, node):
        if node in self.clusters:
            self.clusters.pop(node)[0].shutdown()

    def cql(self, node, text, level="ONE", serial=None):
        """The answer to a statement as one line."""
        statement = SimpleStatement(text, consistency_level=getattr(CL, level))
        if serial:
            statement.serial_consistency_level = getattr(CL, serial)
        try:
            future = self.session(node).execute_async(statement)
            rows = sorted(str(tuple(r)) for r in future.result() or [])
            return " ".join(rows + ["! " + w for w in future.warnings or []]) or "ok"
        except NoHostAvailable as e:
            return "no host: " + "; ".join(str(x) for x in e.errors.values())
        except Exception as e:  # the driver's errors have no common base; each is an answer
            return f"{type(e).__name__} {e}"

    def until(self, node, text, want, level="ONE"):
        end = time.time() + PATIENCE
        while (got := self.cql(node, text, level)) != want and time.time() < end:
            time.sleep(.2)
        return got

    def sees(self, node, state):
        """Waits until this node shows the other one in a state such as UN."""
        other = self.ips["b" if node == "a" else "a"]
        end = time.time() + PATIENCE
        while time.time() < end:
            if re.search(rf"^{state} +{re.escape(other)} ", self.nodetool(node, "status"), re.M):
                return
            time.sleep(.3)
        raise SystemExit(f"node {node} never saw {other} as {state}")

    def plain(self, text):
        """Text without what differs between any two clusters."""
        for name, ip in self.ips.items():
            text = text.replace(ip, f"<{name}>")
        text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>", text)
        text = re.sub(r"\[\d{4}-\d\d-\d\d [\d:,]+\]", "[<time>]", text)
        text = re.sub(r"repair command #\d+", "repair command #<n>", text)
        # What only a JVM has: the frames of a stack and the classes of exceptions.
        return re.sub(r"^(\tat .*\n|java\.lang\.\w+: )", "", text, flags=re.M)

    def down(self):
        self.forget("b")
        self.stop("b")
        self.sees("a", "DN")

    def up(self):
        self.start("b")
        self.sees("a", "UN")
        self.sees("b", "UN")


class Ours(Nodes):
    ips = {"a": "127.0.56.1", "b": "127.0.56.2"}

    def run(self, *args):
        env = dict(os.environ, CCM_HOME=os.path.join(ROOT, ".tools", "ccm-scenarios"))
        return subprocess.run([os.path.join(ROOT, "bin", args[0]), *args[1:]], env=env, capture_output=True, text=True)

    def begin(self):
        self.end()
        up = self.run("ccm", "up", "--name", "scenarios", "--no-auth", "--first-ip", self.ips["a"], "dc1=1", "dc2=1")
        if up.returncode:
            raise SystemExit(up.stdout + up.stderr)

    def end(self):
        self.run("ccm", "remove", "--name", "scenarios")

    def start(self, node):
        self.run("ccm", "start", "--name", "scenarios", {"a": "node1", "b": "node2"}[node])

    def stop(self, node):
        self.run("ccm", "stop", "--name", "scenarios", {"a": "node1", "b": "node2"}[node])

    def nodetool(self, node, *args):
        p = self.run("nodetool", "-h", self.ips[node], *args)
        return f"{p.stdout}{p.stderr}exit {p.returncode}"


class Reference(Nodes):
    ips = {"a": "127.0.0.205", "b": "127.0.0.206"}
    dc = {"a": "dc1", "b": "dc2"}

    def __init__(self, script):
        super().__init__()
        self.script = script

    def run(self, *args):
        return subprocess.run(["bash", self.script, *args], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def begin(self):
        self.end()
        for node in "ab":
            self.start(node)
        self.sees("a", "UN")
        self.sees("b", "UN")

    def end(self):
        for node in "ab":
            self.run("wipe", self.ips[node])

    def start(self, node):
        # The node outlives the script, and would hold a pipe open.
        subprocess.run(["bash", self.script, "start", self.ips[node], self.dc[node], self.ips["a"]],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)

    def stop(self, node):
        self.run("stop", self.ips[node])

    def nodetool(self, node, *args):
        p = self.run("nodetool", self.ips[node], *args)
        return f"{p.stdout}{p.stderr}exit {p.returncode}"


def play(n):
    """Plays all scenarios and yields lines."""

    def say(step, *answers):
        return [f"{step}: {n.plain(a)}" for a in answers]

    def keyspace(name, replication):
        n.cql("a", f"CREATE KEYSPACE {name} WITH replication = {replication}", "ALL")
        n.cql("a", f"CREATE TABLE {name}.t (k int PRIMARY KEY, v int)", "ALL")

    both = "{'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}"
    for ks in ["system_auth", "system_distributed", "system_traces"]:
        n.cql("a", f"ALTER KEYSPACE {ks} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}")
    keyspace("ks", both)
    yield from say("31 last replica", n.nodetool("b", "decommission"))
    keyspace("far", "{'class': 'NetworkTopologyStrategy', 'dc2': 1}")
    keyspace("near", "{'class': 'NetworkTopologyStrategy', 'dc1': 1}")
    n.cql("a", "CREATE TABLE ks.c (k int PRIMARY KEY, n counter)", "ALL")
    n.until("b", "SELECT * FROM ks.c", "ok")

    n.cql("a", "INSERT INTO ks.t (k, v) VALUES (1, 1)", "ALL")
    for level in LEVELS:
        yield from say(f"2 write at {level}", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (1, 1)", level))
        yield from say(f"2 read at {level}", n.cql("a", "SELECT * FROM ks.t WHERE k = 1", level))
    for replication in ["{'class': 'SimpleStrategy'}", "{'class': 'NetworkTopologyStrategy', 'dc9': 1}", "{'class': 'NoSuchStrategy'}",
                        "{'class': 'SimpleStrategy', 'replication_factor': 3}", "{'class': 'NetworkTopologyStrategy', 'dc1': 2}",
                        "{'class': 'SimpleStrategy', 'replication_factor': -1}"]:
        yield from say(f"4 replication {replication}", n.cql("a", f"CREATE KEYSPACE x WITH replication = {replication}"))
        n.cql("a", "DROP KEYSPACE IF EXISTS x")
    for level in ["LOCAL_ONE", "LOCAL_QUORUM", "ONE", "QUORUM", "ALL", "EACH_QUORUM"]:
        yield from say(f"14 foreign keyspace at {level}", n.cql("a", "INSERT INTO far.t (k, v) VALUES (1, 1)", level))
    yield from say("14 foreign keyspace, LOCAL_SERIAL", n.cql("a", "INSERT INTO far.t (k, v) VALUES (2, 1) IF NOT EXISTS", "ONE", "LOCAL_SERIAL"))
    yield from say("16 counter at ANY", n.cql("a", "UPDATE ks.c SET n = n + 1 WHERE k = 1", "ANY"))
    mine = re.search(rf"{re.escape(n.ips['a'])} .* ([0-9a-f-]{{36}}) ", n.nodetool("a", "status")).group(1)
    other = re.search(rf"{re.escape(n.ips['b'])} .* ([0-9a-f-]{{36}}) ", n.nodetool("a", "status")).group(1)
    for what, host in {"a live node": other, "itself": mine, "nobody": "00000000-0000-0000-0000-000000000001"}.items():
        yield from say(f"32 removenode of {what}", n.nodetool("a", "removenode", host))

    n.down()
    for level in ["ONE", "LOCAL_QUORUM"]:
        yield from say(f"5 write at {level}", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (5, 5)", level))
        yield from say(f"5 read at {level}", n.cql("a", "SELECT * FROM ks.t WHERE k = 5", level))
    for level in ["TWO", "QUORUM", "ALL", "EACH_QUORUM", "THREE"]:
        yield from say(f"6 write at {level}", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (6, 6)", level))
        yield from say(f"6 read at {level}", n.cql("a", "SELECT * FROM ks.t WHERE k = 6", level))
    yield from say("9 write at ANY", n.cql("a", "INSERT INTO far.t (k, v) VALUES (9, 9)", "ANY"))
    yield from say("9 read at ONE", n.cql("a", "SELECT * FROM far.t WHERE k = 9", "ONE"))
    yield from say("16 counter at ALL", n.cql("a", "UPDATE ks.c SET n = n + 1 WHERE k = 1", "ALL"))
    yield from say("16 counter at ONE", n.cql("a", "UPDATE ks.c SET n = n + 1 WHERE k = 1", "ONE"))
    yield from say("17 truncate", n.cql("a", "TRUNCATE ks.t"))
    yield from say("19 LOCAL_SERIAL", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (19, 1) IF NOT EXISTS", "LOCAL_ONE", "LOCAL_SERIAL"))
    yield from say("19 SERIAL", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (190, 1) IF NOT EXISTS", "LOCAL_ONE", "SERIAL"))
    yield from say("20 commit at ALL", n.cql("a", "INSERT INTO ks.t (k, v) VALUES (20, 1) IF NOT EXISTS", "ALL", "LOCAL_SERIAL"))
    yield from say("20 serial read", n.cql("a", "SELECT * FROM ks.t WHERE k = 20", "LOCAL_SERIAL"))
    yield from say("20 read", n.cql("a", "SELECT * FROM ks.t WHERE k = 20", "ONE"))
    for k in range(100, 120):
        n.cql("a", f"INSERT INTO ks.t (k, v) VALUES ({k}, {k})", "ONE")
    yield from say("38 schema while b is down", n.cql("a", "CREATE TABLE ks.late (k int PRIMARY KEY, v text)"),
                   n.cql("a", "ALTER TABLE ks.t ADD w text"), n.cql("a", "CREATE TABLE ks.gone (k int PRIMARY KEY)"), n.cql("a", "DROP TABLE ks.gone"))
    yield from say("42 repair without b", *n.nodetool("a", "repair", "-full", "ks", "t").splitlines()[-1:])

    n.up()
    yield from say("8 hints", n.until("b", "SELECT v FROM ks.t WHERE k = 119", "(119,)", "LOCAL_ONE"))
    yield from say("8 refused rows", n.cql("b", "SELECT v FROM ks.t WHERE k = 6", "LOCAL_ONE"))
    yield from say("9 delivered", n.until("b", "SELECT * FROM far.t WHERE k = 9", "(9, 9)"))
    yield from say("16 counter later", n.until("b", "SELECT n FROM ks.c WHERE k = 1", "(1,)", "LOCAL_ONE"))
    yield from say("38 schema at b", n.until("b", "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'ks'", "('c',) ('late',) ('t',)"),
                   n.cql("b", "INSERT INTO ks.late (k, v) VALUES (1, 'x')", "ALL"))
    yield from say("17 truncate with b", n.cql("a", "TRUNCATE ks.late"), n.cql("b", "SELECT * FROM ks.late"))
    n.cql("a", "INSERT INTO near.t (k, v) VALUES (1, 1)")
    yield from say("39 one more datacenter", n.cql("a", f"ALTER KEYSPACE near WITH replication = {both}"), n.cql("b", "SELECT * FROM near.t", "LOCAL_ONE"))
    yield from say("39 repair", n.nodetool("a", "repair", "-full", "near").splitlines()[-1])
    yield from say("39 after it", n.cql("b", "SELECT * FROM near.t", "LOCAL_ONE"))
    yield from say("43 disablebinary", n.nodetool("b", "disablebinary"), n.nodetool("b", "statusbinary"))
    yield from say("43 enablebinary", n.nodetool("b", "enablebinary"), n.nodetool("b", "statusbinary"))
    yield from say("43 disablegossip", n.nodetool("b", "disablegossip"))
    n.sees("a", "DN")
    yield from say("43 enablegossip", n.nodetool("b", "enablegossip"))
    n.sees("a", "UN")
    yield from say("43 drain", n.nodetool("b", "drain"))
    yield from say("43 mode", *re.findall("^Mode: .*", n.nodetool("b", "netstats"), re.M))
    n.sees("a", "DN")


def answers(nodes):
    began = time.time()
    try:
        nodes.begin()
        lines = []
        for line in play(nodes):
            lines += [part for part in line.splitlines() if part.strip()]
        return lines
    finally:
        for node in list(nodes.clusters):
            nodes.forget(node)
        nodes.end()
        print(f"# {type(nodes).__name__}: {time.time() - began:.0f} s", file=sys.stderr)


def main():
    if len(sys.argv) > 1:
        with open(RECORD, "w") as f:
            f.write("\n".join(answers(Reference(sys.argv[1]))) + "\n")
    recorded = open(RECORD).read().splitlines()
    difference = list(difflib.unified_diff(recorded, answers(Ours()), "Cassandra", "this server", lineterm="", n=0))
    print("\n".join(difference))
    numbers = {int(line.split()[0]) for line in recorded if line.split()[0].isdigit()}
    print(f"scenarios: {len(numbers)} with {len(recorded)} answers of Cassandra, {sum(l[0] == '-' for l in difference[2:])} differ here")
    sys.exit(bool(difference))


if __name__ == "__main__":
    main()
