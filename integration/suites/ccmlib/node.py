"""One server process."""

import os
import pathlib
import re
import signal
import subprocess
import time

from ccmlib import common

START_SECONDS = 60


class TimeoutError(Exception):
    """A node was not up or down in time."""


class Node:
    """A node of a cluster; its folder need not exist before it starts."""

    def __init__(self, cluster, name, address, port, data_center):
        self.cluster, self.name, self.address, self.data_center = cluster, name, address, data_center
        self.first_port = port  # unless an option says otherwise
        self.rack, self.workloads, self.options, self.process = "rack1", [], {}, None
        self.dir = pathlib.Path(cluster.get_path()) / name

    @property
    def port(self):
        return int(self.options.get("native_transport_port", self.cluster.options.get("native_transport_port", self.first_port)))

    @property
    def network_interfaces(self):
        storage = 7000 + self.first_port - 9042
        return {"binary": (self.address, self.port), "storage": (self.address, storage), "thrift": None}

    @property
    def admin_port(self):
        return 7199 + self.first_port - 9042

    def address_and_port(self):
        return f"{self.address}:{self.port}"

    def set_workloads(self, workloads):
        self.workloads = workloads

    def set_configuration_options(self, values=None, **_):
        self.options.update(values or {})

    # What runs.

    @property
    def pid(self):
        try:
            pid = int((self.dir / "node.pid").read_text())
            # Numbers are used again: only a process that was started for this node counts.
            return pid if str(self.dir) in pathlib.Path(f"/proc/{pid}/cmdline").read_text() else None
        except (OSError, ValueError):
            return None

    def is_running(self):
        return self.pid is not None

    is_live = is_running

    def logfilename(self):
        return str(self.dir / "logs" / "system.log")

    def launch(self, jvm_args=()):
        """Starts the process and does not wait."""
        if self.is_running():
            return
        conf = self.dir / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        (self.dir / "logs").mkdir(exist_ok=True)
        (conf / "cassandra.yaml").write_text(common.yaml_of(self.cluster.yaml(self)))
        (conf / "cassandra-topology.properties").write_text(self.cluster.topology())
        (self.dir / "node.pid").unlink(missing_ok=True)
        arguments = [
            os.environ["ALEXANDRA"], "-c", str(conf / "cassandra.yaml"), "-p", str(self.dir / "node.pid"),
            f"-Dcassandra.logdir={self.dir}/logs", f"-Dcassandra.storagedir={self.dir}/data",
            "-Dcassandra.ring_delay_ms=0", "-Dcassandra.superuser_setup_delay_ms=0",
            "-Dcassandra.skip_wait_for_gossip_to_settle=0",
        ] + [a for word in jvm_args for a in word.split()]
        with open(self.dir / "logs" / "startup.log", "ab") as out:
            self.process = subprocess.Popen(arguments, stdout=out, stderr=out, cwd=conf, start_new_session=True)

    def wait_up(self):
        """Waits until clients can connect."""
        if not common.check_socket_listening(self.network_interfaces["binary"], timeout=START_SECONDS, alive=self.alive):
            raise TimeoutError(f"{self.name} did not start: see {self.dir}/logs")

    def alive(self):
        return self.process is None or self.process.poll() is None

    def start(self, wait_for_binary_proto=False, wait_other_notice=False, jvm_args=(), **_):
        self.launch(jvm_args or self.cluster.jvm_args)
        if wait_for_binary_proto or wait_other_notice:
            self.wait_up()
        if wait_other_notice:
            self.cluster.wait_agreed(self, "UN")

    def stop(self, wait=True, wait_other_notice=False, gently=True, **_):
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM if gently else signal.SIGKILL)
        for _ in range(300):
            if self.process is not None:
                self.process.poll()
            if not self.is_running():
                break
            time.sleep(0.1)
        else:
            os.kill(pid, signal.SIGKILL)
        if wait_other_notice:
            self.cluster.wait_agreed(self, "DN")
        return True

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def nodetool(self, command, **_):
        tool = pathlib.Path(os.environ["ALEXANDRA"]).with_name("nodetool")
        done = subprocess.run([tool, "-h", self.address, "-p", str(self.admin_port), *command.split()],
                              capture_output=True, text=True)
        return done.stdout, done.stderr

    def decommission(self, **_):
        self.nodetool("decommission")
        self.stop()

    def flush(self):
        self.nodetool("flush")

    def grep_log(self, expression):
        """Lines of the log that match, with their matches."""
        if not os.path.exists(self.logfilename()):
            return []
        with open(self.logfilename(), errors="replace") as log:
            return [(line, m) for line in log if (m := re.search(expression, line))]

    def grep_log_for_errors(self):
        return [[line] for line, _ in self.grep_log(r"^ERROR")]

    def set_log_level(self, *_):
        pass
