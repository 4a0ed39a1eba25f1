"""Loading a cluster that exists."""

from ccmlib.cluster import Cluster


class ClusterFactory:
    @staticmethod
    def load(path, name):
        return Cluster.load(path, name)
