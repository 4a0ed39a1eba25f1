#!/usr/bin/env python3
"""compare.py SUITE RESULTS: what passes on Cassandra but not here.

Baselines and results have a line for each test: PASSED, FAILED, SKIPPED or ERROR, then the test's name. A baseline's line
whose test is not among the results counts as not passed. Exits 1 when the list has a test that known.txt does not name.
"""
import pathlib
import sys

here = pathlib.Path(__file__).parent


def read(path):
    outcomes = {}
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        outcome, _, test = line.partition(" ")
        if outcome in ("PASSED", "FAILED", "SKIPPED", "ERROR") and test:
            outcomes[" ".join(test.split())] = outcome
    return outcomes


def known(suite):
    reasons = {}
    for line in (here / "known.txt").read_text().splitlines():
        name, _, rest = line.partition(" ")
        test, hash_sign, reason = rest.partition(" # ")
        if name == suite and hash_sign:
            reasons[test] = reason
    return reasons


def main(suite, results):
    baseline, got, reasons = read(here / "baselines" / f"{suite}.txt"), read(results), known(suite)
    missing = [t for t, outcome in sorted(baseline.items()) if outcome == "PASSED" and got.get(t) != "PASSED"]
    passed = sum(outcome == "PASSED" for outcome in got.values())
    print(f"{suite}: {passed} pass here, {len(missing)} pass on Cassandra but not here")
    for test in missing:
        print(f"  {got.get(test, 'NOT RUN')} {test}" + (f" ({reasons[test]})" if test in reasons else ""))
    return 1 if any(test not in reasons for test in missing) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
