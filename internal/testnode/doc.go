// Package testnode runs a whole cluster inside a Go test: real nodes with real sockets, each on a loopback address of its
// own, so that drivers see the ports they expect. Files are in memory unless OnDisk is given.
//
//	func TestSomething(t *testing.T) {
//		c := testnode.RunT(t, testnode.Datacenters{"dc1": 2, "dc2": 1}, testnode.ReplicatedAuth)
//		admin := c.Client(1, "cassandra", "cassandra")
//		admin.MustExec(t, "CREATE ROLE app WITH PASSWORD = 'secret' AND LOGIN = true AND ACCESS TO DATACENTERS {'dc2'}")
//		_, err := c.Client(1, "app", "secret").Query("SELECT * FROM system.local")
//		require.EqualError(t, err, "0x2100 You do not have access to this datacenter (dc1)")
//		c.Client(3, "app", "secret").MustExec(t, "SELECT * FROM system.local")
//		c.Isolate(3) // and Partition, Link, Heal, Crash, Kill, Stop, Start, Renew, SetSkew, Agree
//	}
//
// Nodes are numbered from 1 in the order of their datacenters' names; node n has an address that ends in .n. RunT starts
// them one after the other and stops them at the end of the test. Tests may run beside each other, in one process or in
// several: every cluster has a network of its own in 127.0.0.0/8.
//
// It imports internal/node, so the packages below it cannot use it in their own tests.
package testnode
