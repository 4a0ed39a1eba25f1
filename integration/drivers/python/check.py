"""The Python driver against two datacenters: check.py DC1_IP DC2_IP."""
import sys
import threading

from cassandra import Unauthorized
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
from cassandra.policies import WhiteListRoundRobinPolicy
from cassandra.query import SimpleStatement


def connect(ip, user, password):
    profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([ip]))
    cluster = Cluster([ip], auth_provider=PlainTextAuthProvider(user, password), execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    return cluster, cluster.connect()


def setup(session):
    session.execute("DROP KEYSPACE IF EXISTS drv_python")
    session.execute("CREATE KEYSPACE drv_python WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}")
    session.execute("DROP ROLE IF EXISTS drv_python")
    session.execute("CREATE ROLE drv_python WITH LOGIN = true AND PASSWORD = 'secret' AND ACCESS TO DATACENTERS {'dc1'}")
    session.execute("GRANT ALL ON KEYSPACE drv_python TO drv_python")


def schema_event(cluster, session):
    seen = threading.Event()

    class Listener:
        def __getattr__(self, name):
            return lambda *args: None

    cluster.register_listener(Listener())
    cluster.control_connection._connection.register_watchers(
        {"SCHEMA_CHANGE": lambda e: seen.set() if e.get("table") == "t" else None}, register_timeout=5)
    session.execute("CREATE TABLE drv_python.t (k int, c int, v text, PRIMARY KEY (k, c))")
    assert seen.wait(5), "no schema event"
    assert "t" in cluster.metadata.keyspaces["drv_python"].tables


def prepare_and_page(session):
    insert = session.prepare("INSERT INTO drv_python.t (k, c, v) VALUES (?, ?, ?)")
    for c in range(25):
        session.execute(insert, (1, c, f"v{c}"))
    page = session.execute(SimpleStatement("SELECT c FROM drv_python.t WHERE k = 1", fetch_size=10))
    sizes = [len(page.current_rows)]
    while page.has_more_pages:
        page.fetch_next_page()
        sizes.append(len(page.current_rows))
    assert sizes == [10, 10, 5], sizes


def refused(ip):
    try:
        connect(ip, "drv_python", "secret")
    except NoHostAvailable as e:
        (error,) = e.errors.values()
        assert isinstance(error, Unauthorized), repr(error)
        assert "You do not have access to this datacenter (dc2)" in str(error), str(error)
        return
    raise AssertionError("the login at dc2 was not refused")


def main(dc1, dc2):
    admin, session = connect(dc1, "cassandra", "cassandra")
    setup(session)
    cluster, session = connect(dc1, "drv_python", "secret")
    schema_event(cluster, session)
    prepare_and_page(session)
    refused(dc2)
    cluster.shutdown()
    admin.shutdown()
    print("ok")


main(*sys.argv[1:])
