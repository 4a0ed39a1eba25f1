package main

var setsnapshotthrottleCommand = command{
	name: "setsnapshotthrottle", summary: "Set the snapshot_links_per_second cap for snapshot and clearsnapshot throttling", run: unsupported("snapshots are not throttled: they are made in one step"),
	args: &arguments{usage: "<throttle>", help: "Value represents hardlinks per second ( snapshot_links_per_second ) , 0 to disable throttling"},
}
