"""A program with an ssl_context: tls_client.py IP CERTIFICATE_FOLDER NAME. Prints the row of system.local, or refused."""
import ssl
import sys

from cassandra.cluster import Cluster, NoHostAvailable


def main(ip, folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f"{folder}/ca.pem")
    context.check_hostname = False
    if name != "none":
        context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    cluster = Cluster([ip], ssl_context=context, connect_timeout=5)
    try:
        session = cluster.connect()
        print(session.execute("SELECT * FROM system.local").one())
    except NoHostAvailable as e:
        print("refused", e.errors)
    finally:
        cluster.shutdown()


main(*sys.argv[1:])
