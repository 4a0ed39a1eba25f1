package node

import (
	"context"

	"alexandra/gossip"
	"alexandra/internal/schema"
)

// onSchema is told of each change of the schema after it is visible here, whoever made it, and before the statement that
// made it is answered.
func (n *Node) onSchema(old, now *schema.Schema, changes []schema.Change) {
	n.store.SetSchema(now)
	n.gossip.Set(map[gossip.Key]string{gossip.Schema: now.Version.String()})
	n.localRow.Lock()
	n.system("UPDATE system.local SET schema_version = ? WHERE key = 'local'", now.Version[:])
	n.localRow.Unlock()
	if !n.restoring.Load() { // else the data has its indexes, and none of what is dropped
		n.dropData(old, now)
	}
	n.forgetDropped(old, now)
	n.server.SchemaChanged(changes)
}

// dropData removes what dropped tables and indexes leave on disk, and fills new indexes. system."IndexInfo" lists those that
// are built, under their keyspace.
func (n *Node) dropData(old, now *schema.Schema) {
	kept := map[[16]byte]*schema.Table{}
	for _, ks := range now.Keyspaces {
		for _, t := range ks.Tables {
			kept[t.ID] = t
		}
	}
	for _, ks := range old.Keyspaces {
		for _, t := range ks.Tables {
			if t.Virtual {
				continue
			}
			if kept[t.ID] == nil {
				n.logStorage("drop table", n.store.DropTable(t.ID))
				for name := range t.Indexes {
					n.unlistIndex(t, name)
				}
				continue
			}
			n.changeIndexes(t, kept[t.ID])
			delete(kept, t.ID)
		}
	}
	for _, t := range kept { // new ones
		for name := range t.Indexes {
			n.listIndex(t, name)
		}
	}
}

func (n *Node) listIndex(t *schema.Table, name string) {
	n.system(`INSERT INTO system."IndexInfo" (table_name, index_name) VALUES (?, ?)`, []byte(t.Keyspace), []byte(name))
}

func (n *Node) unlistIndex(t *schema.Table, name string) {
	n.system(`DELETE FROM system."IndexInfo" WHERE table_name = ? AND index_name = ?`, []byte(t.Keyspace), []byte(name))
}

func (n *Node) changeIndexes(old, now *schema.Table) {
	if old == now {
		return
	}
	for name := range old.Indexes {
		if now.Indexes[name] == nil {
			n.logStorage("drop index", n.store.DropIndex(old, name))
			n.unlistIndex(old, name)
		}
	}
	for name := range now.Indexes {
		if old.Indexes[name] == nil {
			if err := n.store.BuildIndex(context.Background(), now, name); err != nil {
				n.logStorage("build index", err)
				continue
			}
			n.listIndex(now, name)
		}
	}
}

func (n *Node) logStorage(what string, err error) {
	if err != nil {
		n.log.Error("cannot "+what, "error", err)
	}
}
