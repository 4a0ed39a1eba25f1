package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// guardSchemaChange applies the guardrails of schema changes. The answer is the statement, without the properties that
// are to be ignored.
func (e *Executor) guardSchemaChange(ctx context.Context, q *request, stmt ast.Statement) (ast.Statement, error) {
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return stmt, err
	}
	g := schemaGuard{e: e, ctx: ctx, q: q}
	switch st := stmt.(type) {
	case *ast.CreateKeyspace:
		return st, g.createKeyspace(st)
	case *ast.AlterKeyspace:
		return st, g.simpleStrategy(st.Properties)
	case *ast.DropKeyspace:
		return st, g.flag(e.Settings.DropKeyspaceEnabled, "drop_keyspace_enabled", "DROP KEYSPACE functionality")
	case *ast.DropTable:
		return st, g.flag(e.Settings.DropTruncateTableEnabled, "drop_truncate_table_enabled", "DROP and TRUNCATE TABLE functionality")
	case *ast.CreateTable:
		return g.createTable(*st)
	case *ast.AlterTable:
		return g.alterTable(*st)
	case *ast.CreateIndex:
		return st, g.createIndex(st)
	case *ast.CreateView:
		return g.createView(*st)
	case *ast.AlterView:
		own := *st
		own.Properties, err = g.properties(st.Properties)
		return &own, err
	case *ast.CreateType:
		return st, g.fields(st.Name.Name, len(st.Fields))
	case *ast.AlterType:
		return st, g.alterType(st)
	}
	return stmt, nil
}

// schemaGuard is one statement of an ordinary user under guard.
type schemaGuard struct {
	e   *Executor
	ctx context.Context
	q   *request
}

func (g schemaGuard) flag(enabled bool, name, what string) error {
	return g.e.guardFlag(g.ctx, g.q, enabled, name, what, "")
}

func (g schemaGuard) threshold(rail guardrail) error { return g.e.guardThreshold(g.ctx, g.q, rail) }

// violated warns, and refuses unless it is a warning only.
func (g schemaGuard) violated(name, text string, refuse bool) error {
	text = "Guardrail " + name + " violated: " + text
	g.q.warn(text)
	if refuse {
		return cqlerr.Invalid("%s", text)
	}
	return nil
}

func (g schemaGuard) simpleStrategy(list []ast.Property) error {
	for _, p := range list {
		for _, o := range p.Map {
			if p.Name == "replication" && o.Key == "class" && o.Value == "SimpleStrategy" {
				return g.flag(g.e.Settings.SimpleStrategyEnabled, "simplestrategy", "SimpleStrategy")
			}
		}
	}
	return nil
}

// userKeyspaces are the keyspaces that are not the system's.
func userKeyspaces(s *schema.Schema) []*schema.Keyspace {
	var out []*schema.Keyspace
	for _, k := range s.Keyspaces {
		if !localSystem(k.Name) && !replicatedSystem(k.Name) && !k.Virtual {
			out = append(out, k)
		}
	}
	return out
}

func (g schemaGuard) createKeyspace(st *ast.CreateKeyspace) error {
	if err := g.simpleStrategy(st.Properties); err != nil {
		return err
	}
	return g.threshold(guardrail{
		name: "keyspaces", n: len(userKeyspaces(g.q.schema)) + 1, subject: st.Name,
		warn: g.e.Settings.KeyspacesWarnThreshold, fail: g.e.Settings.KeyspacesFailThreshold,
		warnText: "Creating keyspace %[1]s, current number of keyspaces %[2]d exceeds warning threshold of %[3]d.",
		failText: "Cannot have more than %[3]d keyspaces, aborting the creation of keyspace %[1]s",
	})
}

func (g schemaGuard) createTable(st ast.CreateTable) (ast.Statement, error) {
	var err error
	if st.Properties, err = g.properties(st.Properties); err != nil {
		return nil, err
	}
	if err := g.columns(st.Name.Name, len(st.Columns)); err != nil {
		return nil, err
	}
	if err := g.vectors(st.Columns); err != nil {
		return nil, err
	}
	tables := 1
	for _, k := range userKeyspaces(g.q.schema) {
		tables += len(k.Tables)
	}
	err = g.threshold(guardrail{
		name: "tables", n: tables, subject: st.Name.Name,
		warn: g.e.Settings.TablesWarnThreshold, fail: g.e.Settings.TablesFailThreshold,
		warnText: "Creating table %[1]s, current number of tables %[2]d exceeds warning threshold of %[3]d.",
		failText: "Cannot have more than %[3]d tables, aborting the creation of table %[1]s",
	})
	if err != nil {
		return nil, err
	}
	if st.CompactStorage {
		if err := g.flag(g.e.Settings.CompactTablesEnabled, "compact_tables", "Creation of new COMPACT STORAGE tables"); err != nil {
			return nil, err
		}
	}
	if err := g.uncompressed(st.Properties); err != nil {
		return nil, err
	}
	return &st, g.windowsWithoutTTL(st.Properties)
}

func (g schemaGuard) uncompressed(list []ast.Property) error {
	for _, p := range list {
		if p.Name != "compression" || !p.IsMap {
			continue
		}
		off := len(p.Map) == 0
		for _, o := range p.Map {
			off = off || o.Key == "enabled" && !strings.EqualFold(o.Value, "true")
		}
		if off {
			return g.flag(g.e.Settings.UncompressedTablesEnabled, "uncompressed_tables_enabled", "Uncompressed table")
		}
	}
	return nil
}

// windowsWithoutTTL looks only at what the statement itself says, also when it changes a table.
func (g schemaGuard) windowsWithoutTTL(list []ast.Property) error {
	windows, ttl := false, false
	for _, p := range list {
		ttl = ttl || p.Name == "default_time_to_live" && p.Text != "0"
		for _, o := range p.Map {
			windows = windows || p.Name == "compaction" && o.Key == "class" &&
				strings.TrimPrefix(o.Value, "org.apache.cassandra.db.compaction.") == "TimeWindowCompactionStrategy"
		}
	}
	if !windows || ttl {
		return nil
	}
	const (
		what   = "0 default_time_to_live on a table with TimeWindowCompactionStrategy compaction strategy"
		reason = "It is suspicious to use default_time_to_live set to 0 with such compaction strategy. Please keep in mind that data will not start " +
			"to automatically expire after they are older than a respective compaction window unit of a certain size. Please set TTL for your INSERT " +
			"or UPDATE statements if you expect data to be expired as table settings will not do it. "
	)
	if !g.e.Settings.ZeroTTLOnTWCSEnabled {
		return g.e.guardFlag(g.ctx, g.q, false, "zero_ttl_on_twcs", what, reason)
	}
	if g.e.Settings.ZeroTTLOnTWCSWarned {
		return g.violated("zero_ttl_on_twcs", what+" is not recommended. "+reason, false)
	}
	return nil
}

func (g schemaGuard) columns(table string, n int) error {
	return g.threshold(guardrail{
		name: "columns_per_table", n: n, subject: table,
		warn: g.e.Settings.ColumnsPerTableWarnThreshold, fail: g.e.Settings.ColumnsPerTableFailThreshold,
		warnText: "The table %[1]s has %[2]d columns, this exceeds the warning threshold of %[3]d.",
		failText: "Tables cannot have more than %[3]d columns, but %[2]d provided for table %[1]s",
	})
}

func (g schemaGuard) vectors(columns []ast.ColumnDef) error {
	for _, c := range columns {
		v, ok := c.Type.(ast.VectorType)
		if !ok {
			continue
		}
		if err := g.flag(g.e.Settings.VectorTypeEnabled, "vector_type_enabled", "usage of the vector type"); err != nil {
			return err
		}
		err := g.threshold(guardrail{
			name: "vector_dimensions", n: v.Dimension, subject: c.Name,
			warn: g.e.Settings.VectorDimensionsWarnThreshold, fail: g.e.Settings.VectorDimensionsFailThreshold,
			warnText: "%[1]s has a vector of %[2]d dimensions, this exceeds the warning threshold of %[3]d.",
			failText: "%[1]s has a vector of %[2]d dimensions, this exceeds the failure threshold of %[3]d.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g schemaGuard) alterTable(st ast.AlterTable) (ast.Statement, error) {
	t := g.q.schema.Table(st.Name.Keyspace, st.Name.Name)
	switch action := st.Action.(type) {
	case ast.AlterOptions:
		var err error
		if action.Properties, err = g.properties(action.Properties); err != nil {
			return nil, err
		}
		st.Action = action
		if err := g.uncompressed(action.Properties); err != nil {
			return nil, err
		}
		return &st, g.windowsWithoutTTL(action.Properties)
	case ast.AddColumns, ast.DropColumns, ast.RenameColumns:
		err := g.flag(g.e.Settings.AlterTableEnabled, "alter_table", "User access to ALTER TABLE statement for column mutation")
		if err != nil {
			return nil, err
		}
		if add, ok := action.(ast.AddColumns); ok && t != nil {
			if err := g.vectors(add.Columns); err != nil {
				return nil, err
			}
			return &st, g.columns(t.Name, len(t.Columns)+len(add.Columns))
		}
	}
	return &st, nil
}

func (g schemaGuard) createIndex(st *ast.CreateIndex) error {
	if err := g.flag(g.e.Settings.SecondaryIndexesEnabled, "secondary_indexes", "User creation of secondary indexes"); err != nil {
		return err
	}
	t := g.q.schema.Table(st.Table.Keyspace, st.Table.Name)
	if t == nil {
		return nil
	}
	subject := "on table " + t.Name
	if !st.Name.IsZero() {
		subject = st.Name.Name
	}
	return g.threshold(guardrail{
		name: "secondary_indexes_per_table", n: len(t.Indexes) + 1, subject: subject,
		warn: g.e.Settings.SecondaryIndexesPerTableWarnThreshold, fail: g.e.Settings.SecondaryIndexesPerTableFailThreshold,
		warnText: "Creating secondary index %[1]s, current number of indexes %[2]d exceeds warning threshold of %[3]d.",
		failText: "Tables cannot have more than %[3]d secondary indexes, aborting the creation of secondary index %[1]s",
	})
}

func (g schemaGuard) createView(st ast.CreateView) (ast.Statement, error) {
	var err error
	if st.Properties, err = g.properties(st.Properties); err != nil {
		return nil, err
	}
	k := g.q.schema.Keyspace(st.From.Keyspace)
	if k == nil {
		return &st, nil
	}
	return &st, g.threshold(guardrail{
		name: "materialized_views_per_table", n: len(k.ViewsOf(st.From.Name)) + 1, subject: st.Name.Name,
		warn: g.e.Settings.MaterializedViewsPerTableWarnThreshold, fail: g.e.Settings.MaterializedViewsPerTableFailThreshold,
		warnText: "Creating materialized view %[1]s, current number of views %[2]d exceeds warning threshold of %[3]d.",
		failText: "Tables cannot have more than %[3]d materialized views, aborting the creation of materialized view %[1]s",
	})
}

func (g schemaGuard) fields(name string, n int) error {
	return g.threshold(guardrail{
		name: "fields_per_udt", n: n, subject: name,
		warn: g.e.Settings.FieldsPerUDTWarnThreshold, fail: g.e.Settings.FieldsPerUDTFailThreshold,
		warnText: "The user type %[1]s has %[2]d columns, this exceeds the warning threshold of %[3]d.",
		failText: "User types cannot have more than %[3]d columns, but %[2]d provided for user type %[1]s.",
	})
}

func (g schemaGuard) alterType(st *ast.AlterType) error {
	k := g.q.schema.Keyspace(st.Name.Keyspace)
	if _, ok := st.Action.(ast.AddField); !ok || k == nil || k.Types[st.Name.Name] == nil {
		return nil
	}
	return g.fields(st.Name.Name, len(k.Types[st.Name.Name].Fields)+1)
}

// properties applies the guardrail table_properties.
func (g schemaGuard) properties(list []ast.Property) ([]ast.Property, error) {
	c := g.e.Settings
	in := func(values []string) []string {
		var out []string
		for _, p := range list {
			if slices.Contains(values, p.Name) {
				out = append(out, p.Name)
			}
		}
		slices.Sort(out)
		return out
	}
	text := func(names []string, verb, kind string, all []string) string {
		return fmt.Sprintf("%s values %s %s for Table Properties (%s values are: %s)",
			map[string]string{"ignored": "Ignoring provided"}[kind]+map[string]string{"warned": "Provided", "disallowed": "Provided"}[kind],
			bracketed(names), verb, kind, bracketed(all))
	}
	if names := in(c.TablePropertiesDisallowed); len(names) > 0 {
		return nil, g.violated("table_properties", text(names, "are not allowed", "disallowed", c.TablePropertiesDisallowed), true)
	}
	if names := in(c.TablePropertiesIgnored); len(names) > 0 {
		_ = g.violated("table_properties", text(names, "as they are not supported", "ignored", c.TablePropertiesIgnored), false)
		list = slices.DeleteFunc(slices.Clone(list), func(p ast.Property) bool { return slices.Contains(names, p.Name) })
	}
	if names := in(c.TablePropertiesWarned); len(names) > 0 {
		_ = g.violated("table_properties", text(names, "are not recommended", "warned", c.TablePropertiesWarned), false)
	}
	return list, nil
}

func bracketed(list []string) string { return "[" + strings.Join(list, ", ") + "]" }

// guardFactors applies the guardrails on replication factors to keyspaces that are new or changed.
func (e *Executor) guardFactors(ctx context.Context, q *request, old, s *schema.Schema) error {
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return err
	}
	g := schemaGuard{e: e, ctx: ctx, q: q}
	for _, k := range userKeyspaces(s) {
		before := old.Keyspace(k.Name)
		if before != nil && before.Replication.Class == k.Replication.Class && sameOptions(before.Replication.Options, k.Replication.Options) {
			continue
		}
		for _, text := range k.Replication.Options {
			var n int
			if _, err := fmt.Sscan(text, &n); err != nil {
				continue
			}
			if err := g.factor(k.Name, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameOptions(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func (g schemaGuard) factor(keyspace string, n int) error {
	c := g.e.Settings
	text := func(side, kind string, threshold int) string {
		return fmt.Sprintf("The keyspace %s has a replication factor of %d, %s the %s threshold of %d.", keyspace, n, side, kind, threshold)
	}
	switch low, high := c.MinimumReplicationFactorFailThreshold, c.MaximumReplicationFactorFailThreshold; {
	case low >= 0 && n < low:
		return g.violated("minimum_replication_factor", text("below", "failure", low), true)
	case high >= 0 && n > high:
		return g.violated("maximum_replication_factor", text("above", "failure", high), true)
	}
	if low := c.MinimumReplicationFactorWarnThreshold; low >= 0 && n < low {
		_ = g.violated("minimum_replication_factor", text("below", "warning", low), false)
	}
	if high := c.MaximumReplicationFactorWarnThreshold; high >= 0 && n > high {
		_ = g.violated("maximum_replication_factor", text("above", "warning", high), false)
	}
	return nil
}
