package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// checkKeyspaceProperties is KeyspaceAttributes.validate. replication is nil when it was not given.
func checkKeyspaceProperties(list []ast.Property) (replication map[string]string, err error) {
	for _, p := range list {
		if p.Name != "replication" && p.Name != "durable_writes" {
			return nil, unknownProperty(p.Name)
		}
	}
	p := findProperty(list, "replication")
	if p == nil {
		return nil, nil
	}
	if replication, err = p.options(); err != nil {
		return nil, err
	}
	if _, ok := replication["class"]; !ok && len(replication) > 0 {
		return nil, cqlerr.Config("Missing replication strategy class")
	}
	return replication, nil
}

func (a *applier) createKeyspace(st *ast.CreateKeyspace) (*Update, error) {
	options, err := checkKeyspaceProperties(st.Properties)
	if err != nil {
		return nil, err
	}
	if options == nil {
		return nil, cqlerr.Invalid("Missing mandatory option 'replication'")
	}
	if a.schema.Keyspaces[st.Name] != nil {
		if st.IfNotExists {
			return a.unchanged()
		}
		return nil, cqlerr.KeyspaceExists(st.Name)
	}
	k := NewKeyspace(st.Name, Replication{})
	if p := findProperty(st.Properties, "durable_writes"); p != nil {
		if err := p.boolean(&k.DurableWrites); err != nil {
			return nil, err
		}
	}
	if len(options) == 0 {
		return nil, cqlerr.Server("java.lang.NullPointerException") // sic, a bug of Cassandra's
	}
	if k.Replication, err = a.prepareReplication(options, nil); err != nil {
		return nil, err
	}
	if err := a.checkReplication(st.Name, k.Replication); err != nil {
		return nil, err
	}
	return a.swap(k, keyspaceChange(Created, st.Name))
}
