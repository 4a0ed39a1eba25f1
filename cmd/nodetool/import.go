package main

var importCommand = command{
	name: "import", summary: "Import new SSTables to the system", run: unsupported("there are no SSTable files to import: load data with cqlsh COPY or through a driver"),
	options: []option{
		{names: []string{"-c", "--no-invalidate-caches"}, help: "Don't invalidate the row cache when importing"},
		{names: []string{"-e", "--extended-verify"}, help: "Run an extended verify, verifying all values in the new sstables"},
		{names: []string{"-l", "--keep-level"}, help: "Keep the level on the new sstables"},
		{names: []string{"-niv", "--no-index-validation"}, help: "Skip SSTable-attached index checksum validation"},
		{names: []string{"-p", "--copy-data"}, help: "Copy data from source directories instead of moving them"},
		{names: []string{"-q", "--quick"}, help: "Do a quick import without verifying sstables, clearing row cache or checking in which data directory to put the file"},
		{names: []string{"-r", "--keep-repaired"}, help: "Keep any repaired information from the sstables"},
		{names: []string{"-ri", "--require-index-components"}, help: "Require existing index components for SSTables with attached indexes"},
		{names: []string{"-t", "--no-tokens"}, help: "Don't verify that all tokens in the new sstable are owned by the current node"},
		{names: []string{"-v", "--no-verify"}, help: "Don't verify new sstables"},
	},
	args: &arguments{usage: "<keyspace> <table> <directory> ...", help: "The keyspace, table name and directories to import sstables from"},
}
