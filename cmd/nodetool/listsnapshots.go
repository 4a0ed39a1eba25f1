package main

import (
	"alexandra/internal/admin"
)

var listsnapshotsCommand = command{
	name: "listsnapshots", summary: "Lists all the snapshots along with the size on disk and true size. True size is the total size of all SSTables which are not backed up to disk. Size on disk is total size of the snapshot on disk. Total TrueDiskSpaceUsed does not make any SSTable deduplication.", run: runListSnapshots,
	options: []option{
		{names: []string{"-e", "--ephemeral"}, help: "Include ephememeral snapshots"},
		{names: []string{"-nt", "--no-ttl"}, help: "Skip snapshots with TTL"},
	},
}

func runListSnapshots(c *call) error {
	list, err := ask(c, admin.SnapshotsOp, admin.None{})
	if err != nil {
		return err
	}
	c.println("Snapshot Details: ")
	if len(list) == 0 {
		c.println("There are no snapshots")
		return nil
	}
	rows := [][]string{{"Snapshot name", "Keyspace name", "Column family name", "True size", "Size on disk", "Creation time", "Expiration time"}}
	total := int64(0)
	for _, s := range list {
		size := fileSize(float64(s.Bytes))
		rows = append(rows, []string{s.Tag, "all", "all", size, size, s.Created.UTC().Format("2006-01-02T15:04:05.000Z"), ""})
		total += s.Bytes
	}
	c.printf("%s\nTotal TrueDiskSpaceUsed: %s\n\n", columns(rows, " "), fileSize(float64(total)))
	return nil
}
