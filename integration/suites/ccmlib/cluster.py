"""A cluster: a folder of nodes."""

import json
import pathlib
import re
import shutil
import time

from ccmlib import common
from ccmlib.node import Node, TimeoutError

NATIVE = 9042
SINGLE_INTERFACE = 9046  # ccm's first port when all nodes have one address
SETTLE_SECONDS = 60


class Cluster:
    """Nodes at 127.0.0.1 and up."""

    def __init__(self, path, name, create_directory=True, **_):
        self.path, self.name = str(path), name
        self.options, self.nodes, self.jvm_args, self.single = {}, {}, (), False
        if create_directory:
            pathlib.Path(self.get_path()).mkdir(parents=True, exist_ok=True)

    def get_path(self):
        return str(pathlib.Path(self.path) / self.name)

    def set_install_dir(self, **_):
        return self

    def set_configuration_options(self, values=None, **_):
        self.options.update(values or {})
        return self

    def set_dse_configuration_options(self, values=None):
        return self

    def populate(self, nodes, ipformat=None, use_single_interface=False, **_):
        """Adds nodes; a list is one number for each datacenter, which then are called dc1 and so on."""
        counts = [nodes] if isinstance(nodes, int) else list(nodes)
        self.single = use_single_interface
        for dc, count in enumerate(counts, 1):
            for _ in range(count):
                self.add("datacenter1" if isinstance(nodes, int) else f"dc{dc}", ipformat or "127.0.0.%d")
        return self

    def add(self, data_center, ipformat="127.0.0.%d", name=None):
        i = len(self.nodes) + 1
        address, port = (ipformat % 1, SINGLE_INTERFACE + i - 1) if self.single else (ipformat % i, NATIVE)
        node = Node(self, name or f"node{i}", address, port, data_center)
        self.nodes[node.name] = node
        return node

    def nodelist(self):
        return [self.nodes[name] for name in sorted(self.nodes, key=lambda n: int(re.sub(r"\D", "", n) or 0))]

    def yaml(self, node):
        """The cassandra.yaml of a node."""
        several = len({n.data_center for n in self.nodes.values()}) > 1 or node.data_center != "datacenter1"
        seed = self.nodelist()[0].network_interfaces["storage"]
        storage = node.network_interfaces["storage"]
        out = {
            "cluster_name": self.name, "num_tokens": 1, "listen_address": node.address, "rpc_address": node.address,
            "storage_port": storage[1], "native_transport_port": node.port, "auto_bootstrap": False,
            "initial_token": str(self.token(node)), "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
            "endpoint_snitch": "org.apache.cassandra.locator." + ("PropertyFileSnitch" if several else "SimpleSnitch"),
            "seed_provider": [{"class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
                               "parameters": [{"seeds": f"{seed[0]}:{seed[1]}"}]}],
            "alexandra_admin_address": node.address, "alexandra_admin_port": node.admin_port,
            "commitlog_sync": "periodic", "commitlog_sync_period": "10000ms",
            "user_defined_functions_enabled": True, "materialized_views_enabled": True, "sasi_indexes_enabled": True,
        }
        for key, value in {**self.options, **node.options}.items():
            place = out
            *blocks, last = key.split(".")
            for block in blocks:
                place = place.setdefault(block, {})
            place[last] = common.parse(value) if isinstance(value, str) else value
        if out["initial_token"] is None:
            del out["initial_token"]
        return out

    def token(self, node):
        """Tokens that share the ring evenly among the nodes of each datacenter."""
        peers = [n for n in self.nodelist() if n.data_center == node.data_center]
        shift = 100 * sorted({n.data_center for n in self.nodes.values()}).index(node.data_center)
        return (2**64 // len(peers)) * peers.index(node) - 2**63 + 1 + shift

    def topology(self):
        return "".join(f"{n.address}={n.data_center}:r1\n" for n in self.nodelist()) + "default=dc1:r1\n"

    def start(self, wait_for_binary_proto=False, wait_other_notice=True, jvm_args=(), **_):
        self.jvm_args = tuple(jvm_args or ())
        fresh = [n for n in self.nodelist() if not n.is_running()]
        for node in fresh:
            node.launch(self.jvm_args)
            node.wait_up()
        if fresh:
            self.wait_agreed(None, None)
        return [(n, n.process, 0) for n in fresh]

    def wait_agreed(self, node, state):
        """Waits until every running node sees node in a state, or, without a node, all that run as up."""
        want = {node: state} if node else {n: "UN" for n in self.nodelist() if n.is_running()}
        end = time.time() + SETTLE_SECONDS
        while time.time() < end:
            if all(self.sees(n, want) for n in self.nodelist() if n.is_running() and n is not node):
                return
            time.sleep(0.2)
        raise TimeoutError(f"the nodes of {self.name} do not agree on who is up")

    @staticmethod
    def sees(viewer, want):
        """Whether a node's list of nodes shows others in these states; nodes of one address count by their number."""
        lines = [line.split() for line in viewer.nodetool("status")[0].splitlines()]
        seen = [(w[1], w[0]) for w in lines if len(w) > 2 and re.fullmatch("[UD][NLJM]", w[0])]
        states = [(n.address, s) for n, s in want.items()]
        return all(seen.count(pair) >= states.count(pair) for pair in states)

    def stop(self, wait=True, gently=True, **_):
        for node in self.nodelist():
            node.stop(wait=wait, gently=gently)
        return []

    def clear(self):
        self.stop()
        for node in self.nodelist():
            shutil.rmtree(node.dir, ignore_errors=True)

    def remove(self, node=None):
        if node is not None:
            node.stop(gently=False)
            self.nodes.pop(node.name, None)
            shutil.rmtree(node.dir, ignore_errors=True)
            return
        self.stop(gently=False)
        shutil.rmtree(self.get_path(), ignore_errors=True)

    # The command line keeps clusters between runs.

    def save(self):
        state = {
            "options": self.options, "jvm_args": list(self.jvm_args), "single": self.single,
            "nodes": [[n.name, n.address, n.first_port, n.data_center, n.options] for n in self.nodelist()],
        }
        pathlib.Path(self.get_path()).mkdir(parents=True, exist_ok=True)
        pathlib.Path(self.get_path(), "cluster.json").write_text(json.dumps(state, indent=1))

    @classmethod
    def load(cls, path, name):
        state = json.loads(pathlib.Path(path, name, "cluster.json").read_text())
        c = cls(path, name)
        c.options, c.jvm_args, c.single = state["options"], tuple(state["jvm_args"]), state["single"]
        for node, address, port, dc, options in state["nodes"]:
            c.nodes[node] = Node(c, node, address, port, dc)
            c.nodes[node].options = options
        return c
