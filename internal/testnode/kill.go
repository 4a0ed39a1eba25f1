package testnode

import (
	"math/rand/v2"
	"os"
	"sync/atomic"

	"alexandra/gossip"
	"alexandra/storage"
)

// Killable keeps files in memory that Kill can leave behind as they are at one moment.
var Killable = FS(func(int) storage.FS { return storage.NewCrashFS() })

// Kills is how often node i was killed so far. It is safe for concurrent use: an answer that a client got while the
// number did not change was sent before the next death.
func (c *Cluster) Kills(i int) *atomic.Int64 { return &c.Node(i).kills }

// Kill ends node i as kill -9 does: what it had handed over to its files stays, and nothing else. What a node does while
// Crash ends it, this one has never done. It is for Killable clusters.
func (c *Cluster) Kill(i int) {
	c.t.Helper()
	n := c.Node(i)
	if !n.running {
		return
	}
	n.kills.Add(1)
	for _, other := range c.nodes {
		if other != n {
			n.Faults().Set(other.Storage(), gossip.Fault{Cut: true})
		}
	}
	const everythingWritten = 100
	left := n.fs.(storage.CrashFS).Crash(everythingWritten, rand.New(rand.NewPCG(0, 0)))
	c.Crash(i)
	n.fs = left
}

// Link does something to the traffic between nodes i and j, instead of what was done to it before. Delays are those of a
// round trip.
func (c *Cluster) Link(i, j int, f gossip.Fault) {
	f.Delay, f.Jitter = f.Delay/2, f.Jitter/2
	for _, way := range [][2]int{{i, j}, {j, i}} {
		if from := c.Node(way[0]); from.running {
			from.Faults().Set(c.Node(way[1]).Storage(), f)
		}
	}
}

// Renew makes node i, which does not run, one that has never been there.
func (c *Cluster) Renew(i int) {
	c.t.Helper()
	c.check(os.RemoveAll(c.home(i)))
	n := c.Node(i)
	n.fs = c.options.fs(i)
}

// Stored is how many files node i has, and how much is in them. It is for Killable clusters.
func (c *Cluster) Stored(i int) (files int, size int64) {
	c.t.Helper()
	fs := c.Node(i).fs
	var walk func(dir string)
	walk = func(dir string) {
		names, err := fs.List(dir)
		c.check(err)
		for _, name := range names {
			path := fs.PathJoin(dir, name)
			info, err := fs.Stat(path)
			switch {
			case os.IsNotExist(err): // removed meanwhile
			case err != nil:
				c.check(err)
			case info.IsDir():
				walk(path)
			default:
				files, size = files+1, size+info.Size()
			}
		}
	}
	walk(c.home(i))
	return files, size
}
