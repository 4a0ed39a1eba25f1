package main

var verifyCommand = command{
	name: "verify", summary: "Verify (check data checksum for) one or more tables", run: runVerify,
	options: []option{
		{names: []string{"-c", "--check-version"}, help: "Also check that all sstables are the latest version"},
		{names: []string{"-d", "--dfp"}, help: "Invoke the disk failure policy if a corrupt sstable is found"},
		{names: []string{"-e", "--extended-verify"}, help: "Verify each cell data, beyond simply checking sstable checksums"},
		{names: []string{"-f", "--force"}, help: "Override disabling of verify tool - see CASSANDRA-9947 for caveats"},
		{names: []string{"-q", "--quick"}, help: "Do a quick check - avoid reading all data to verify checksums"},
		{names: []string{"-r", "--rsc"}, help: "Mutate the repair status on corrupt sstables"},
		{names: []string{"-t", "--check-tokens"}, help: "Verify that all tokens in sstables are owned by this node"},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}

// runVerify is disabled as in Cassandra; the store checks every block that it reads anyway.
func runVerify(c *call) error {
	if !c.has("-f") {
		c.println("verify is disabled unless a [-f|--force] override flag is provided. See CASSANDRA-9947 and CASSANDRA-17017 for details.")
		return silent(1)
	}
	return nothingToRewrite(c)
}
