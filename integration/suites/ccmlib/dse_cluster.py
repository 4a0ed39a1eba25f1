"""Products that are not Cassandra: tests import the name and do not use it."""


class DseCluster:
    pass
