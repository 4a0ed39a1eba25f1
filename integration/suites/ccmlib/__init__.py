"""As much of the interface of ccmlib, Cassandra's cluster manager, as drivers' tests use, for clusters of this server.

It is our own: tests import it under this name. A cluster is a folder with one folder for each node, which holds
conf/cassandra.yaml, data, logs and a file with the process id. The server's program is $ALEXANDRA.
"""
