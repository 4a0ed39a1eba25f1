"""Helpers."""

import json
import pathlib
import socket
import time


def check_socket_listening(interface, timeout=60, alive=lambda: True):
    """Whether something listens at (host, port), or does so within timeout seconds."""
    end = time.time() + timeout
    while True:
        try:
            socket.create_connection(interface, timeout=1).close()
            return True
        except OSError:
            if time.time() > end or not alive():
                return False
            time.sleep(0.1)


def switch_cluster(path, name):
    """Makes a cluster the current one."""
    pathlib.Path(path, "CURRENT").write_text(name + "\n")


def is_win():
    return False


def yaml_of(options):
    """The text of a yaml file: JSON is yaml."""
    return json.dumps(options, indent=1) + "\n"


def parse(text):
    """A value given as text: a number, true, false, a list or block in JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
