package plan

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// whereKind is the statement that a WHERE clause belongs to; its text is the one in messages.
type whereKind string

const (
	whereSelect whereKind = "SELECT"
	whereUpdate whereKind = "UPDATE"
	whereDelete whereKind = "DELETE"
	whereInsert whereKind = "INSERT"
	whereView   whereKind = "CREATE MATERIALIZED VIEW"
)

const needsFilteringText = "Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. " +
	"If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING"

// restrictionSet are the restrictions on one kind of columns, in the order of the columns.
type restrictionSet struct {
	list []*restriction
}

func (s restrictionSet) empty() bool { return len(s.list) == 0 }

func (s restrictionSet) any(f func(*restriction) bool) bool { return slices.ContainsFunc(s.list, f) }

func (s restrictionSet) hasKind(k restrictionKind) bool {
	return s.any(func(r *restriction) bool { return r.kind == k })
}

// columns are the restricted columns, in order.
func (s restrictionSet) columns() []*schema.Column {
	var out []*schema.Column
	for _, r := range s.list {
		out = append(out, r.columns...)
	}
	return out
}

func (s restrictionSet) restricts(c *schema.Column) bool {
	return s.any(func(r *restriction) bool { return slices.Contains(r.columns, c) })
}

// add returns the set with r, merged with what is there on the same columns.
func (s restrictionSet) add(r *restriction) (restrictionSet, error) {
	var kept []*restriction
	merged := r
	first := true
	for _, old := range s.list {
		if len(inCommon(old.columns, r.columns)) == 0 {
			kept = append(kept, old)
			continue
		}
		if !first {
			// Two restrictions that the new one spans: it conflicts with the second as well.
			if _, err := old.merge(r); err != nil {
				return s, err
			}
			continue
		}
		var err error
		if merged, err = old.merge(r); err != nil {
			return s, err
		}
		first = false
	}
	kept = append(kept, merged)
	slices.SortStableFunc(kept, func(a, b *restriction) int { return compareColumns(a.first(), b.first()) })
	return restrictionSet{kept}, nil
}

// compareColumns orders by position, columns without one by name.
func compareColumns(a, b *schema.Column) int {
	switch {
	case a.Kind != b.Kind:
		return int(a.Kind) - int(b.Kind)
	case a.Position != b.Position:
		return a.Position - b.Position
	}
	return strings.Compare(a.Name, b.Name)
}

// Restrictions are a bound WHERE clause.
type Restrictions struct {
	table *schema.Table
	kind  whereKind
	opts  whereOptions

	partition  restrictionSet
	token      *restriction
	clustering restrictionSet
	others     restrictionSet
	notNull    []*schema.Column

	indexes []tableIndex
	// filtered are the restrictions to check on each row that was read.
	filtered []*restriction
	index    *indexChoice

	keyRange   bool // not a list of partition keys
	usesIndex  bool
	hasRegular bool // a regular column is restricted
}

// whereOptions are what a WHERE clause depends on besides its relations.
type whereOptions struct {
	allowFiltering bool
	// onlyStatics says that the statement selects or changes static columns alone.
	onlyStatics bool
}

// IsKeyRange says that partitions are selected by range instead of by key.
func (r *Restrictions) IsKeyRange() bool { return r.keyRange }

// UsesIndex says that a secondary index is read.
func (r *Restrictions) UsesIndex() bool { return r.usesIndex }

// bindWhere binds a WHERE clause for a statement of that kind, with all of Cassandra's refusals that need no values
// (StatementRestrictions).
func bindWhere(env *Env, b *Binder, t *schema.Table, kind whereKind, where []ast.Relation, opts whereOptions) (*Restrictions, error) {
	r := &Restrictions{table: t, kind: kind, opts: opts}
	if kind == whereSelect {
		r.indexes = tableIndexes(t)
	}
	rb := relationBinder{b, t}
	for _, rel := range where {
		if err := r.relation(rb, rel); err != nil {
			return nil, err
		}
	}
	r.hasRegular = r.others.any(func(o *restriction) bool { return o.first().Kind == schema.Regular })
	if err := r.process(); err != nil {
		return nil, err
	}
	if r.usesIndex {
		if r.keyIsIn() {
			return nil, cqlerr.Invalid("Select on indexed columns and with IN clause for the PRIMARY KEY are not supported")
		}
		r.index = chooseIndex(r.indexes, slices.Concat(r.others.list, r.clustering.list, r.partition.list))
	}
	return r, nil
}

func (r *Restrictions) relation(rb relationBinder, rel ast.Relation) error {
	changes := r.kind == whereUpdate || r.kind == whereDelete
	if changes && (rel.Op == ast.Contains || rel.Op == ast.ContainsKey) {
		return cqlerr.Invalid("Cannot use %s with %s", r.kind, rel.Op)
	}
	if rel.Kind == ast.IndexExpression {
		return indexExpression(r.table, r.indexes, rel)
	}
	if rel.Op == ast.IsNot && r.kind != whereView {
		return cqlerr.Invalid("Unsupported restriction: %s", relationText(rel))
	}
	bound, err := rb.bind(rel)
	if err != nil {
		return err
	}
	switch {
	case rel.Op == ast.IsNot:
		r.notNull = append(r.notNull, bound.columns...)
		return nil
	case rel.Op == ast.Like && !bound.hasIndex(r.indexes):
		return cqlerr.Invalid("LIKE restriction is only supported on properly indexed columns. %s is not valid.", relationText(rel))
	case rel.Kind == ast.TokenRelation:
		return r.addToken(bound)
	}
	return r.add(bound)
}

// indexExpression refuses expr(index, value): no index of this node takes one.
func indexExpression(t *schema.Table, indexes []tableIndex, rel ast.Relation) error {
	if rel.Index.Keyspace != "" && rel.Index.Keyspace != t.Keyspace {
		return cqlerr.Invalid("Invalid keyspace %s used in index expression", rel.Index.Keyspace)
	}
	for _, i := range indexes {
		if i.Name != rel.Index.Name {
			continue
		}
		if i.Kind != "CUSTOM" {
			return cqlerr.Invalid("Only CUSTOM indexes may be used in custom index expressions, %s is not valid", i.Name)
		}
		return cqlerr.Invalid("Index %s does not support custom expressions", i.Name)
	}
	return cqlerr.Invalid("Invalid index expression, index %s not found for %s.%s", rel.Index.Name, t.Keyspace, t.Name)
}

func (r *Restrictions) add(n *restriction) (err error) {
	switch n.first().Kind {
	case schema.PartitionKey:
		r.partition, err = r.partition.add(n)
	case schema.Clustering:
		err = r.addClustering(n)
	default:
		r.others, err = r.others.add(n)
	}
	return err
}

// addToken merges token() restrictions; their messages name all partition key columns.
func (r *Restrictions) addToken(n *restriction) (err error) {
	if r.token == nil {
		r.token = n
		return nil
	}
	if r.token.kind == restrictSlice && n.kind != restrictSlice {
		return cqlerr.Invalid("Columns \"%s\" cannot be restricted by both an equality and an inequality relation", columnList(n.columns))
	}
	r.token, err = r.token.merge(n)
	return err
}

// addClustering also refuses what follows a range, unless rows may be filtered (ClusteringColumnRestrictions.mergeWith).
func (r *Restrictions) addClustering(n *restriction) error {
	set, err := r.clustering.add(n)
	if err != nil {
		return err
	}
	if !r.clustering.empty() && !r.opts.allowFiltering && !n.hasIndex(r.indexes) {
		last := r.clustering.list[len(r.clustering.list)-1]
		lastColumn, newColumn := last.first(), n.first()
		if last.kind == restrictSlice && newColumn.Position > lastColumn.Position {
			return cqlerr.Invalid("Clustering column \"%s\" cannot be restricted (preceding column \"%s\" is restricted by a non-EQ relation)", newColumn.Name, lastColumn.Name)
		}
		if newColumn.Position < lastColumn.Position && n.kind == restrictSlice {
			return cqlerr.Invalid("PRIMARY KEY column \"%s\" cannot be restricted (preceding column \"%s\" is restricted by a non-EQ relation)", r.clustering.after(newColumn).Name, newColumn.Name)
		}
	}
	r.clustering = set
	return nil
}

// after is the first restricted column behind c.
func (s restrictionSet) after(c *schema.Column) *schema.Column {
	for _, other := range s.columns() {
		if other.Position > c.Position {
			return other
		}
	}
	return c
}

// mayFilter says that rows may be filtered: when asked, and in virtual tables, which are small.
func (r *Restrictions) mayFilter() bool { return r.opts.allowFiltering || r.table.Virtual }

// process decides how the rows are found, and refuses what would need filtering.
func (r *Restrictions) process() error {
	hasIndex := r.kind == whereSelect && slices.ContainsFunc(
		slices.Concat(r.partition.list, r.clustering.list, r.others.list), func(x *restriction) bool { return x.hasIndex(r.indexes) })
	clusteringIndex := r.clustering.any(func(x *restriction) bool { return x.hasIndex(r.indexes) })
	if err := r.processPartition(hasIndex); err != nil {
		return err
	}
	if r.usesIndex || r.partitionNeedsFiltering() {
		r.filtered = append(r.filtered, r.partition.list...)
	}
	if r.opts.onlyStatics && !r.clustering.empty() {
		switch r.kind {
		case whereUpdate, whereDelete:
			return cqlerr.Invalid("Invalid restrictions on clustering columns since the %s statement modifies only static columns", r.kind)
		case whereSelect:
			return cqlerr.Invalid("Cannot restrict clustering columns when selecting only static columns")
		}
	}
	if err := r.processClustering(hasIndex); err != nil {
		return err
	}
	if r.keyRange && clusteringIndex {
		r.usesIndex = true
	}
	if r.usesIndex || r.clusteringNeedsFiltering() {
		r.filtered = append(r.filtered, r.clustering.list...)
	}
	return r.processOthers(hasIndex)
}

func (r *Restrictions) processOthers(hasIndex bool) error {
	if r.others.empty() {
		return nil
	}
	switch r.kind {
	case whereUpdate, whereDelete, whereInsert:
		return cqlerr.Invalid("Non PRIMARY KEY columns found in where clause: %s ", columnList(r.others.columns()))
	}
	if r.others.any(r.onIndexedVector) {
		return cqlerr.Invalid("Vector indexes only support ANN queries")
	}
	if hasIndex {
		r.usesIndex = true
	} else if !r.mayFilter() && r.kind != whereView {
		return cqlerr.Invalid(needsFilteringText)
	}
	r.filtered = append(r.filtered, r.others.list...)
	return nil
}

// onIndexedVector says that a restriction is on a vector with an index of any kind.
func (r *Restrictions) onIndexedVector(x *restriction) bool {
	return x.first().Type.Kind() == cqltype.KindVector &&
		slices.ContainsFunc(r.indexes, func(i tableIndex) bool { return i.column == x.first() })
}

// unrestrictedKeys are the partition key columns without a restriction.
func (r *Restrictions) unrestrictedKeys() []*schema.Column {
	return unrestricted(r.table.PartitionKey, r.partition)
}

func unrestricted(columns []*schema.Column, s restrictionSet) []*schema.Column {
	var out []*schema.Column
	for _, c := range columns {
		if !s.restricts(c) {
			out = append(out, c)
		}
	}
	return out
}

// partitionNeedsFiltering says that the partition key is restricted, but not to a list of keys.
func (r *Restrictions) partitionNeedsFiltering() bool {
	return !r.partition.empty() &&
		(len(r.unrestrictedKeys()) > 0 || r.partition.hasKind(restrictSlice) || r.partition.hasKind(restrictContains))
}

// onToken says that token() restrictions select the partitions. When all keys are given the tokens only narrow the list.
func (r *Restrictions) onToken() bool {
	return r.token != nil && (r.partition.empty() || r.partitionNeedsFiltering() || len(r.unrestrictedKeys()) > 0)
}

func (r *Restrictions) processPartition(hasIndex bool) error {
	if r.kind != whereSelect && r.kind != whereView {
		switch missing := r.unrestrictedKeys(); {
		case r.token != nil:
			return cqlerr.Invalid("The token function cannot be used in WHERE clauses for %s statements", r.kind)
		case len(missing) > 0:
			return cqlerr.Invalid("Some partition key parts are missing: %s", columnList(missing))
		case r.partition.hasKind(restrictSlice):
			return cqlerr.Invalid("Only EQ and IN relation are supported on the partition key (unless you use the token() function) for %s statements", r.kind)
		}
		return nil
	}
	if r.onToken() {
		r.keyRange = true
	}
	if r.partition.empty() && r.token == nil {
		r.keyRange = true
		r.usesIndex = hasIndex
	}
	if r.partitionNeedsFiltering() {
		if !r.mayFilter() && r.kind != whereView && !hasIndex {
			return cqlerr.Invalid(needsFilteringText)
		}
		r.keyRange = true
		r.usesIndex = hasIndex
	}
	return nil
}

// clusteringNeedsFiltering says that the restricted clustering columns are not a prefix that ends in a range.
func (r *Restrictions) clusteringNeedsFiltering() bool {
	position := 0
	var slice *restriction
	for _, x := range r.clustering.list {
		if isFilter(x, position) || slice != nil && slice.first() != x.first() {
			return true
		}
		if slice == nil && x.kind == restrictSlice {
			slice = x
		} else {
			position = x.last().Position + 1
		}
	}
	return false
}

// isFilter says that a clustering restriction cannot be part of the rows' bounds at this position.
func isFilter(x *restriction, position int) bool {
	return x.kind == restrictContains || x.kind == restrictLike || x.first().Position != position
}

func (r *Restrictions) processClustering(hasIndex bool) error {
	if r.kind == whereUpdate || r.kind == whereInsert {
		return r.requireClustering()
	}
	if r.clustering.hasKind(restrictContains) && !hasIndex && !r.mayFilter() {
		return cqlerr.Invalid("Clustering columns can only be restricted with CONTAINS with a secondary index or filtering")
	}
	if r.clustering.empty() || !r.clusteringNeedsFiltering() {
		return nil
	}
	if hasIndex || r.kind == whereView {
		r.usesIndex = hasIndex
		return nil
	}
	if r.opts.allowFiltering {
		return nil
	}
	for i, c := range r.clustering.columns() {
		if expected := r.table.Clustering[i]; expected != c {
			return cqlerr.Invalid("PRIMARY KEY column \"%s\" cannot be restricted as preceding column \"%s\" is not restricted", c.Name, expected.Name)
		}
	}
	return nil
}

// requireClustering is for statements that change single rows.
func (r *Restrictions) requireClustering() error {
	if r.clustering.hasKind(restrictSlice) {
		return cqlerr.Invalid("Slice restrictions are not supported on the clustering columns in %s statements", r.kind)
	}
	missing := unrestricted(r.table.Clustering, r.clustering)
	if len(missing) > 0 && !r.opts.onlyStatics && (!r.table.Compact || r.clustering.empty()) {
		return cqlerr.Invalid("Some clustering keys are missing: %s", columnList(missing))
	}
	return nil
}

// needsFiltering says that reading the rows involves looking at rows that are not wanted
// (StatementRestrictions.needFiltering).
func (r *Restrictions) needsFiltering() bool {
	if len(r.filtered) > 0 {
		groups := groupIndexes(r.indexes)
		return !slices.ContainsFunc(groups, func(g indexGroup) bool {
			return !slices.ContainsFunc(r.filtered, func(x *restriction) bool { return x.needsFiltering(g) })
		})
	}
	return !r.clustering.empty()
}

// checkFiltering refuses a SELECT that would have to filter without ALLOW FILTERING.
func (r *Restrictions) checkFiltering() error {
	if !r.mayFilter() && (r.keyRange || r.usesIndex) && r.needsFiltering() {
		return cqlerr.Invalid(needsFilteringText)
	}
	return nil
}

// restrictedByEQ says that a primary key column has one value only.
func (r *Restrictions) restrictedByEQ(c *schema.Column) bool {
	set := r.partition
	if c.Kind == schema.Clustering {
		set = r.clustering
	}
	return set.any(func(x *restriction) bool { return x.kind == restrictEQ && slices.Contains(x.columns, c) })
}

// restrictsColumn says that the WHERE clause mentions the column.
func (r *Restrictions) restrictsColumn(c *schema.Column) bool {
	return r.token != nil && c.Kind == schema.PartitionKey ||
		r.partition.restricts(c) || r.clustering.restricts(c) || r.others.restricts(c)
}

// keyIsIn says that a partition key column is restricted by IN.
func (r *Restrictions) keyIsIn() bool { return r.partition.hasKind(restrictIN) }
