#!/usr/bin/env python3
"""What people do with cqlsh, against a node of ours: DESCRIBE of everything, SOURCE of what DESCRIBE wrote, COPY TO and FROM
with 100,000 rows, TRACING, EXPAND, PAGING and tab completion.

cqlsh_proofs/schema.cql makes a schema of every kind of thing; cqlsh_proofs/schema.described is what DESCRIBE SCHEMA of Apache
Cassandra 5.0.5 answers after it. Prints a line for each proof and 'cqlsh proofs: all ok' at its end.
"""
import csv
import datetime
import fcntl
import os
import pty
import random
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TOOLS = os.path.join(ROOT, ".tools")
CCM = os.path.join(ROOT, "bin", "ccm")
CQLSH = os.path.join(TOOLS, "python", "bin", "cqlsh")
SCHEMA = os.path.join(HERE, "cqlsh_proofs", "schema.cql")
DESCRIBED = os.path.join(HERE, "cqlsh_proofs", "schema.described")
FIRST, SECOND = "127.0.0.85", "127.0.0.86"
ROWS = 100_000


class Failed(Exception):
    """A proof that does not hold, with what was seen."""


def same(what, got, want):
    if got == want:
        return
    for i, (g, w) in enumerate(zip(got, want)):
        if g != w:
            raise Failed(f"{what}: item {i} is\n{g}\ninstead of\n{w}")
    raise Failed(f"{what}: {len(got)} items instead of {len(want)}: {(got[len(want):] or want[len(got):])[0]}")


def ccm(*args):
    env = dict(os.environ, CCM_HOME=os.path.join(TOOLS, "ccm-cqlsh-proofs"))
    return subprocess.run([CCM, *args], env=env, capture_output=True, text=True)


class Shell:
    """cqlsh, in a folder of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="cqlsh-proofs-")
        # Nothing of the user's: cqlsh keeps its settings and history below HOME.
        self.env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL")}
        self.env.update(HOME=self.dir, TERM="dumb", PYTHONWARNINGS="ignore", LANG="C.UTF-8")

    def run(self, host, statements):
        """What the statements, apart from each other by semicolons, print."""
        p = subprocess.run([CQLSH, "--disable-history", host], cwd=self.dir, env=self.env, input=statements.rstrip("; \n") + ";\n", capture_output=True,
                           text=True, timeout=300)
        if p.returncode != 0 or p.stderr:
            raise Failed(f"cqlsh: exit status {p.returncode}: {p.stderr or p.stdout}")
        return re.sub(r"WARNING: cqlsh was built against .*\n", "", p.stdout)

    def path(self, name):
        return os.path.join(self.dir, name)


class Terminal:
    """A person at cqlsh."""
    PROMPT = re.compile(r"cqlsh(:\w+)?> $")

    def __init__(self, shell, host):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 80, 200, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen([CQLSH, "--no-color", "--disable-history", host], cwd=shell.dir, env=shell.env, stdin=slave,
                                        stdout=slave, stderr=slave, preexec_fn=own_terminal)
        os.close(slave)
        self.until(self.PROMPT)

    def until(self, pattern, seconds=30):
        """What is shown up to the pattern."""
        shown, end = "", time.monotonic() + seconds
        while not re.search(pattern, shown):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise Failed(f"cqlsh did not show {pattern!r}, but: {shown}")
            shown += os.read(self.master, 65536).decode(errors="replace").replace("\r", "").replace("\a", "")
        return shown

    def say(self, line, until=PROMPT):
        os.write(self.master, (line + "\n").encode())
        return self.until(until)

    def expect(self, line, pattern):
        shown = self.say(line)
        if not re.search(pattern, shown):
            raise Failed(f"{line}: no {pattern!r} in: {shown}")
        return shown

    def complete(self, start, want):
        """Tab after start offers what is wanted: the rest of a name, or names to choose from."""
        os.write(self.master, (start + "\t\t").encode())
        self.until(want)
        os.write(self.master, b"\x15\n")  # throw the line away
        self.until(self.PROMPT)

    def end(self):
        os.write(self.master, b"\x15exit\n")
        self.process.wait(timeout=30)
        os.close(self.master)


def blocks(text):
    """The statements of a description."""
    return [b for b in re.split(r"\n\s*\n", text.strip()) if b.strip()]


def describe(shell):
    shell.run(FIRST, f"SOURCE '{SCHEMA}'")
    with open(DESCRIBED) as f:
        want = blocks(f.read())
    same("DESCRIBE SCHEMA", blocks(shell.run(FIRST, "DESCRIBE SCHEMA")), want)
    of = {}
    for block in want:
        kind, name = re.match(r"CREATE (?:CUSTOM )?(\w+(?: VIEW)?) (\S+?)(?:\(| |$)", block).groups()
        of.setdefault(kind, {})[name] = block
    statements, answers = [], []
    for kind in ("TYPE", "FUNCTION", "AGGREGATE", "MATERIALIZED VIEW"):
        for name, block in of[kind].items():
            statements.append(f"DESCRIBE {kind} {name}")
            answers.append(block)
    for name, block in of["INDEX"].items():
        keyspace = re.search(r" ON (\"?\w+\"?)\.", block)[1]
        statements.append(f"DESCRIBE INDEX {keyspace}.{name}")
        answers.append(block)
    for name, block in of["TABLE"].items():
        statements.append(f"DESCRIBE TABLE {name}")
        answers += [b for b in want if b == block or f" ON {name} (" in b or f"FROM {name}\n" in b]
    for name in of["KEYSPACE"]:
        statements.append(f"DESCRIBE KEYSPACE {name}")
        answers += [b for b in want if re.match(rf"CREATE KEYSPACE {name} ", b) or f" {name}." in b]
    same("DESCRIBE of single things", blocks(shell.run(FIRST, "; ".join(statements))), answers)
    full = blocks(shell.run(FIRST, "DESCRIBE FULL SCHEMA"))
    same("DESCRIBE FULL SCHEMA", [b for b in full if b in want], want)
    lists = shell.run(FIRST, "DESCRIBE CLUSTER; DESCRIBE KEYSPACES; USE proofs; DESCRIBE TABLES; DESCRIBE TYPES; DESCRIBE FUNCTIONS; DESCRIBE AGGREGATES;")
    for word in ("Cluster: ", "Partitioner: Murmur3Partitioner", "Snitch: ", "system_traces", '"ProofsToo"', "events", "person", "longer(text, text)", "mean_of(int)"):
        if word not in lists:
            raise Failed(f"the lists of DESCRIBE lack {word!r}: {lists}")
    print(f"DESCRIBE: {len(want)} things, in {len(statements)} statements of their own and together")


def source(shell):
    written = shell.path("written.cql")
    text = shell.run(FIRST, "DESCRIBE SCHEMA")
    with open(written, "w") as f:
        f.write(text)
    shell.run(SECOND, f"SOURCE '{written}'")
    same("DESCRIBE SCHEMA after SOURCE", blocks(shell.run(SECOND, "DESCRIBE SCHEMA")), blocks(text))
    print("SOURCE: a second cluster describes itself as the first")


COPIED = """
CREATE TYPE proofs.spot (name text, x int, y double);
CREATE TABLE proofs.copied (k int PRIMARY KEY, t text, big bigint, num varint, price decimal, d double, yes boolean, id uuid, at timestamp,
    day date, data blob, l list<int>, s set<text>, m map<text, int>, spot frozen<spot>, tu tuple<int, text>, nested map<int, frozen<list<text>>>);
"""
COLUMNS = "k, t, big, num, price, d, yes, id, at, day, data, l, s, m, spot, tu, nested"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def row(k, rnd):
    """A row as cqlsh writes it; None is null."""
    word = rnd.choice([f"w{rnd.randrange(10**6)}", "it's, so", 'a "quoted" word', "Größe", "null and void", "{1: 2}"])
    # COPY FROM counts milliseconds with floats and cuts them off: eighths of a second survive that.
    at = datetime.datetime(2000, 1, 1) + datetime.timedelta(milliseconds=125 * rnd.randrange(10**10))
    makers = [
        lambda: word,
        lambda: str(rnd.randrange(-2**63, 2**63)),
        lambda: str(rnd.randrange(-10**30, 10**30)),
        lambda: f"{rnd.randrange(10**9)}.{rnd.randrange(10, 99)}",
        lambda: f"{rnd.randrange(1, 10**5)}.5",
        lambda: rnd.choice(["True", "False"]),
        lambda: str(uuid.UUID(int=rnd.getrandbits(128))),
        lambda: at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}+0000",
        lambda: at.strftime("%Y-%m-%d"),
        lambda: "0x" + rnd.randbytes(rnd.randrange(12)).hex(),
        lambda: "[" + ", ".join(str(rnd.randrange(100)) for _ in range(1 + k % 4)) + "]",
        lambda: "{" + ", ".join(quoted(w) for w in sorted({"a", f"ä{k % 5}", "z'"})) + "}",
        lambda: "{" + ", ".join(f"{quoted(w)}: {rnd.randrange(9)}" for w in sorted({"k", f"k{k % 3}"})) + "}",
        lambda: f"{{name: {quoted(word)}, x: {k}, y: {k % 100}.5}}",
        lambda: f"({k % 9}, {quoted(f't{k}')})",
        lambda: f"{{{k % 5}: ['one', 'two'], {5 + k % 5}: ['{k}']}}",
    ]
    # Most values are null: cqlsh needs long for each.
    return [str(k)] + [make() if rnd.random() < 0.25 else None for make in makers]


def write_rows(path, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f, escapechar="\\", doublequote=False, lineterminator="\n")
        out.writerows([v or "" for v in r] for r in rows)


def read_rows(path):
    with open(path, newline="") as f:
        rows = [[v or None for v in r] for r in csv.reader(f, escapechar="\\", doublequote=False)]
    return sorted(rows, key=lambda r: int(r[0]))


def copy(shell):
    rnd = random.Random(1)
    rows = [row(k, rnd) for k in range(ROWS)]
    write_rows(shell.path("in.csv"), rows)
    shell.run(FIRST, COPIED)
    shown = shell.run(FIRST, f"COPY proofs.copied ({COLUMNS}) FROM 'in.csv';")
    if f"{ROWS} rows imported from 1 files" not in shown:
        raise Failed("COPY FROM: " + shown[-500:])
    shown = shell.run(FIRST, f"COPY proofs.copied ({COLUMNS}) TO 'out.csv';")
    if f"{ROWS} rows exported to 1 files" not in shown:
        raise Failed("COPY TO: " + shown[-500:])
    same("COPY TO after COPY FROM", read_rows(shell.path("out.csv")), rows)
    nulls = shell.run(FIRST, "SELECT count(*), count(t), count(spot), count(nested) FROM proofs.copied;").split("\n")[3]
    want = [str(sum(r[i] is not None for r in rows)) for i in (0, 1, 14, 16)]
    same("values that are not null", [v.strip() for v in nulls.split("|")], want)
    print(f"COPY: {ROWS} rows of {len(rows[0])} columns in and out, equal")


def session(shell):
    shell.run(FIRST, "CREATE TABLE proofs.paged (k int, c int, PRIMARY KEY (k, c)); "
              + "".join(f"INSERT INTO proofs.paged (k, c) VALUES (1, {c}); " for c in range(5)))
    terminal = Terminal(shell, FIRST)
    terminal.expect("TRACING ON", "TRACING set to ON")
    shown = terminal.expect("SELECT c FROM proofs.paged WHERE k = 1 AND c = 3;", r"Tracing session: [0-9a-f-]{36}(?s:.)*Request complete")
    trace = re.search(r"Tracing session: ([0-9a-f-]{36})", shown)[1]
    terminal.expect("TRACING OFF", "TRACING set to OFF")
    terminal.expect(f"SELECT request FROM system_traces.sessions WHERE session_id = {trace};", "Execute CQL3 query")
    terminal.expect(f"SHOW SESSION {trace}", "Request complete")
    terminal.expect("EXPAND ON", "EXPAND set to ON")
    terminal.expect("SELECT k, c FROM proofs.paged WHERE k = 1 AND c = 3;", r"@ Row 1\n-+\+-+\n k +\| 1\n c +\| 3\n")
    terminal.expect("EXPAND OFF", "EXPAND set to OFF")
    terminal.expect("PAGING 2", "Page size: 2")
    first = terminal.say("SELECT c FROM proofs.paged WHERE k = 1;", "---MORE---$")
    second = terminal.say("", "---MORE---$")
    rest = terminal.say("")
    same("pages", [re.findall(r"^ +(\d)$", page, re.M) for page in (first, second, rest)], [["0", "1"], ["2", "3"], ["4"]])
    terminal.expect("PAGING OFF", "PAGING set to OFF")
    terminal.complete("SELECT * FROM pro", r"proofs\.")
    terminal.complete("SELECT * FROM proofs.eve", "events")
    terminal.complete("SELECT * FROM proofs.", r"dear\s+events\s+(?s:.)*natives\s")
    terminal.complete("UPDATE proofs.visits SET ", r'"N2"\s+n\s')
    terminal.complete("INSERT INTO proofs.searched (k, pr", "price")
    terminal.complete("DESCRIBE TYPE proofs.per", "person")
    terminal.complete("DROP MATERIALIZED VIEW proofs.de", "dear")
    terminal.complete("DROP INDEX proofs.title_", "title_sai")
    terminal.complete("DESCRIBE KEYSPACE system_sch", "system_schema")
    terminal.end()
    print("TRACING, EXPAND, PAGING, completion: as a person sees them")


def main():
    shell, started = Shell(), time.monotonic()
    names = [("cqlsh-proofs-1", FIRST), ("cqlsh-proofs-2", SECOND)]
    try:
        for name, ip in names:
            ccm("remove", "--name", name)
            up = ccm("up", "--name", name, "--no-auth", "--first-ip", ip, "datacenter1=1")
            if up.returncode != 0:
                raise Failed(up.stdout + up.stderr)
        for proof in (describe, source, session, copy):
            proof(shell)
    except Failed as e:
        sys.exit(f"cqlsh proofs: {e}")
    finally:
        for name, _ in names:
            ccm("remove", "--name", name)
        shutil.rmtree(shell.dir, ignore_errors=True)
    print(f"cqlsh proofs: all ok ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
