#!/usr/bin/env python3
"""golden.py for the dialogues of this folder, with one more directive:

  -- @bind JSON                      prepare the next statement and run it with this list of values ("<unset>": none)
"""
import json, os, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import golden
from cassandra.query import UNSET_VALUE


class Dialogue(golden.Dialogue):
    def steps(self):
        for n, kind, arg in super().steps():
            if kind == "@bind":
                self.once["bind"] = " ".join(arg)
            else:
                yield n, kind, arg

    def connect(self, *args):
        answer = super().connect(*args)
        if self.session:
            plain = self.session.execute
            self.session.execute = lambda s: plain(*self.bound(s))
        return answer

    def bound(self, s):
        """What to execute for a statement: itself, or its prepared form with values."""
        if "bind" not in self.once:
            return (s,)
        p = self.session.prepare(s.query_string)
        p.consistency_level, p.serial_consistency_level, p.fetch_size = s.consistency_level, s.serial_consistency_level, s.fetch_size
        return p, [UNSET_VALUE if v == "<unset>" else v for v in json.loads(self.once["bind"])]


golden.Dialogue = Dialogue
golden.main()
