"""A Ray cluster of two nodes on this machine; says its address, kills a node when told to.

A program of its own, because Ray changes the process that it is started in.
"""

import sys
from typing import Any


def main() -> None:
    cluster_utils: Any = __import__("ray.cluster_utils", fromlist=["Cluster"])
    cluster = cluster_utils.Cluster()
    memory = {"object_store_memory": 80 << 20}
    cluster.add_node(num_cpus=1, **memory)
    second = cluster.add_node(num_cpus=1, **memory)
    cluster.wait_for_nodes()
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    if sys.stdin.readline():
        cluster.remove_node(second, allow_graceful=False)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
        sys.stdin.readline()
    cluster.shutdown()


if __name__ == "__main__":
    main()
