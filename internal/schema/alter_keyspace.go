package schema

import "alexandra/internal/cql/ast"

func (a *applier) alterKeyspace(st *ast.AlterKeyspace) (*Update, error) {
	options, err := checkKeyspaceProperties(st.Properties)
	if err != nil {
		return nil, err
	}
	old := a.schema.Keyspaces[st.Name]
	if old == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, noKeyspace(st.Name)
	}
	k := *old
	if p := findProperty(st.Properties, "durable_writes"); p != nil {
		if err := p.boolean(&k.DurableWrites); err != nil {
			return nil, err
		}
	}
	if len(options) > 0 {
		if k.Replication, err = a.prepareReplication(options, old.Replication.Options); err != nil {
			return nil, err
		}
	}
	if err := a.checkReplication(st.Name, k.Replication); err != nil {
		return nil, err
	}
	if k.Replication.Factor() > old.Replication.Factor() {
		a.warn("When increasing replication factor you need to run a full (-full) repair to distribute the data.")
	}
	return a.swap(&k, keyspaceChange(Updated, st.Name))
}
