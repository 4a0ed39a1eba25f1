package main

var getsnapshotthrottleCommand = command{
	name: "getsnapshotthrottle", summary: "Print the snapshot_links_per_second throttle for snapshot/clearsnapshot", run: runGetSnapshotThrottle,
}

// runGetSnapshotThrottle shows Cassandra's word for no limit: snapshots are not throttled.
func runGetSnapshotThrottle(c *call) error {
	c.println("Current snapshot throttle: 9223372036854775807 links/s")
	return nil
}
