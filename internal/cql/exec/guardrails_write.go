package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// guardModification applies the guardrails of INSERT, UPDATE and DELETE that need no values.
func (e *Executor) guardModification(ctx context.Context, q *request, m *plan.Modification) error {
	if m.HasTimestamp() {
		if err := e.guardFlag(ctx, q, e.Settings.UserTimestampsEnabled, "user_timestamps", "User provided timestamps (USING TIMESTAMP)", ""); err != nil {
			return err
		}
	}
	for _, what := range m.ListReads() {
		if err := e.guardFlag(ctx, q, e.Settings.ReadBeforeWriteListOperationsEnabled, "read_before_write_list_operations", what, ""); err != nil {
			return err
		}
	}
	return e.guardWriteLevel(ctx, q)
}

// guardWriteLevel warns of consistency levels for writes, or refuses them.
func (e *Executor) guardWriteLevel(ctx context.Context, q *request) error {
	s := e.Settings
	if len(s.WriteConsistencyLevelsWarned)+len(s.WriteConsistencyLevelsDisallowed) == 0 {
		return nil
	}
	level := q.options.Consistency.String()
	warned, disallowed := slices.Contains(s.WriteConsistencyLevelsWarned, level), slices.Contains(s.WriteConsistencyLevelsDisallowed, level)
	if !warned && !disallowed {
		return nil
	}
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return err
	}
	const prefix = "Guardrail write_consistency_levels violated: "
	if disallowed {
		text := fmt.Sprintf(prefix+"Provided values [%s] are not allowed for write consistency levels (disallowed values are: [%s])",
			level, strings.Join(s.WriteConsistencyLevelsDisallowed, ", "))
		q.warn(text)
		return cqlerr.Invalid("%s", text)
	}
	q.warn(fmt.Sprintf(prefix+"Provided values [%s] are not recommended for write consistency levels (warned values are: [%s])",
		level, strings.Join(s.WriteConsistencyLevelsWarned, ", ")))
	return nil
}

// guardTimestamp applies the limits of USING TIMESTAMP.
func (e *Executor) guardTimestamp(ctx context.Context, q *request, m *plan.Modification, ts int64) error {
	if !m.HasTimestamp() {
		return nil
	}
	s, now := e.Settings, q.eval.Time.UnixMicro()
	for _, g := range []struct {
		name, side, reason string
		sign               int64
		warn, fail         time.Duration
	}{
		{
			"maximum_timestamp", "after the maximum", "Timestamps too far in the future can lead to data that can't be easily overwritten", 1,
			s.MaximumTimestampWarnThreshold, s.MaximumTimestampFailThreshold,
		},
		{
			"minimum_timestamp", "before the minimum", "Timestamps too far in the past can cause writes can be unexpectedly lost", -1,
			s.MinimumTimestampWarnThreshold, s.MinimumTimestampFailThreshold,
		},
	} {
		if g.warn <= 0 && g.fail <= 0 {
			continue
		}
		beyond := func(d time.Duration) bool { return d > 0 && g.sign*(ts-now) > d.Microseconds() }
		text := func(kind string, d time.Duration) string {
			return fmt.Sprintf("Guardrail %s violated: The modification to table %s has a timestamp %d %s allowable %s threshold %d. %s",
				g.name, m.Table.Name, ts, g.side, kind, now+g.sign*d.Microseconds(), g.reason)
		}
		if err := e.guardLimit(ctx, q, beyond(g.warn), beyond(g.fail), text("warning", g.warn), text("failure", g.fail)); err != nil {
			return err
		}
	}
	return nil
}

// guardLimit warns or refuses when an ordinary user is beyond a limit.
func (e *Executor) guardLimit(ctx context.Context, q *request, warn, fail bool, warnText, failText string) error {
	if !warn && !fail {
		return nil
	}
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return err
	}
	if fail {
		q.warn(failText)
		return cqlerr.Invalid("%s", failText)
	}
	q.warn(warnText)
	return nil
}

// guardValues applies the limits of values and collections to what is written.
func (e *Executor) guardValues(ctx context.Context, q *request, m *row.Mutation) error {
	s := e.Settings
	if s.ColumnValueSizeWarnThreshold <= 0 && s.ColumnValueSizeFailThreshold <= 0 && s.CollectionSizeWarnThreshold <= 0 &&
		s.CollectionSizeFailThreshold <= 0 && s.ItemsPerCollectionWarnThreshold <= 0 && s.ItemsPerCollectionFailThreshold <= 0 {
		return nil
	}
	rows := m.Rows
	if m.Static != nil {
		rows = append([]*row.Row{m.Static}, rows...)
	}
	for _, r := range rows {
		if err := e.guardRow(ctx, q, r); err != nil {
			return err
		}
	}
	return nil
}

func (e *Executor) guardRow(ctx context.Context, q *request, r *row.Row) error {
	type collection struct{ size, items int64 }
	collections := map[string]collection{}
	s := e.Settings
	for i := range r.Cells {
		c := &r.Cells[i]
		size := int64(len(c.Value))
		if c.Path != nil {
			x := collections[c.Column]
			collections[c.Column] = collection{x.size + size + int64(len(c.Path)), x.items + 1}
		}
		err := e.guardSize(ctx, q, "column_value_size", size, s.ColumnValueSizeWarnThreshold, s.ColumnValueSizeFailThreshold, "Value of column '%s' has size %s", c.Column, prettySize)
		if err != nil {
			return err
		}
	}
	for column, x := range collections {
		err := e.guardSize(ctx, q, "collection_size", x.size, s.CollectionSizeWarnThreshold, s.CollectionSizeFailThreshold, "Detected collection %s of size %s", column, prettySize)
		if err != nil {
			return err
		}
		err = e.guardSize(ctx, q, "items_per_collection", x.items, int64(s.ItemsPerCollectionWarnThreshold), int64(s.ItemsPerCollectionFailThreshold),
			"Detected collection %s with %s items", column, func(n int64) string { return fmt.Sprint(n) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *Executor) guardSize(ctx context.Context, q *request, name string, n, warn, fail int64, what, column string, show func(int64) string) error {
	text := func(kind string, limit int64) string {
		return fmt.Sprintf("Guardrail %s violated: "+what+", this exceeds the %s threshold of %s.", name, cqltype.QuoteName(column), show(n), kind, show(limit))
	}
	return e.guardLimit(ctx, q, warn > 0 && n > warn, fail > 0 && n > fail, text("warning", warn), text("failure", fail))
}

// prettySize prints bytes as Cassandra does.
func prettySize(n int64) string {
	for _, unit := range []struct {
		shift int
		name  string
	}{{40, "TiB"}, {30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n >= 1<<unit.shift {
			return fmt.Sprintf("%.3f%s", float64(n)/float64(int64(1)<<unit.shift), unit.name)
		}
	}
	return fmt.Sprintf("%dB", n)
}

// guardTerms applies the limits of what storage attached indexes take.
func (e *Executor) guardTerms(ctx context.Context, q *request, m *row.Mutation) error {
	for _, idx := range m.Table.Indexes {
		target := row.ParseIndexTarget(idx)
		column := m.Table.Columns[target.Column]
		if column == nil || !idx.IsStorageAttached() {
			continue
		}
		g := e.termGuard(column.Type)
		if g.warn <= 0 && g.fail <= 0 {
			continue
		}
		for _, size := range termSizes(m, column, target.Function) {
			if err := e.guardSize(ctx, q, g.name, int64(size), g.warn, g.fail, "Value of column '%s' has size %s", column.Name, prettySize); err != nil {
				return err
			}
		}
	}
	return nil
}

type termGuard struct {
	name       string
	warn, fail int64
}

func (e *Executor) termGuard(t cqltype.Type) termGuard {
	s := e.Settings
	switch t.Kind() {
	case cqltype.KindVector:
		return termGuard{"sai_vector_term_size", s.SAIVectorTermSizeWarnThreshold, s.SAIVectorTermSizeFailThreshold}
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap, cqltype.KindUDT:
		if !t.IsMultiCell() {
			return termGuard{"sai_frozen_term_size", s.SAIFrozenTermSizeWarnThreshold, s.SAIFrozenTermSizeFailThreshold}
		}
	}
	return termGuard{"sai_string_term_size", s.SAIStringTermSizeWarnThreshold, s.SAIStringTermSizeFailThreshold}
}

// termSizes are the sizes of the terms that a mutation brings to an index.
func termSizes(m *row.Mutation, column *schema.Column, function string) []int {
	var out []int
	rows := m.Rows
	if m.Static != nil {
		rows = append([]*row.Row{m.Static}, rows...)
	}
	if column.Kind == schema.PartitionKey && len(rows) > 0 {
		if key, err := row.SplitKey(m.Table, m.Key); err == nil {
			out = append(out, len(key[column.Position]))
		}
	}
	for _, r := range rows {
		if column.Kind == schema.Clustering && r != m.Static {
			out = append(out, len(r.Clustering[column.Position]))
		}
		for i := range r.Cells {
			c := &r.Cells[i]
			switch {
			case c.Column != column.Name || c.Kind != row.Value:
			case function == "entries":
				out = append(out, row.EntryTermSize(c.Path, c.Value))
			case function == "keys" || column.Type.Kind() == cqltype.KindSet && c.Path != nil:
				out = append(out, len(c.Path))
			default:
				out = append(out, len(c.Value))
			}
		}
	}
	return out
}
