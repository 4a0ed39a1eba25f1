package storage

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"sync"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/sasi"
	"alexandra/internal/schema"
)

const (
	// maxTerm is the longest value that an index takes.
	maxTerm = 65535
	// maxAttachedTerm is the longest term of a storage-attached index; a row with a longer one is stored and not found by it.
	maxAttachedTerm = 8 << 10
)

// index is a secondary index, ready to find the terms of rows.
type index struct {
	*schema.Index
	table  *schema.Table
	column *schema.Column
	target row.IndexTarget
	key    cqltype.Type // entries: of the map's key
	value  cqltype.Type // of the indexed expression; entries: of the map's value
	text   bool         // terms pass through row.IndexTerm
	sasi   *sasi.Index  // makes the terms, any number of them from one value
}

// indexesOf appends the indexes of a table that have entries, by name. Indexes on vectors have none: nearest
// neighbours are found by reading.
func indexesOf(dst []index, t *schema.Table) []index {
	start := len(dst)
	for _, def := range t.Indexes {
		if x, ok := newIndex(t, def); ok {
			dst = append(dst, x)
		}
	}
	slices.SortFunc(dst[start:], func(a, b index) int { return cmp.Compare(a.Name, b.Name) })
	return dst
}

func newIndex(t *schema.Table, def *schema.Index) (index, bool) {
	x := index{Index: def, table: t, target: row.ParseIndexTarget(def)}
	x.column = t.Columns[x.target.Column]
	if x.column == nil || x.column.Type.Kind() == cqltype.KindVector {
		return x, false
	}
	x.value = x.column.Type
	if def.IsSASI() {
		if x.sasi = sasi.New(x.column, def.Options); x.sasi.Literal() {
			x.value = cqltype.Text
		}
		return x, true
	}
	switch typ := x.column.Type.(type) {
	case *cqltype.ListType:
		if x.target.Function != "full" && !typ.Frozen {
			x.value = typ.Elem
		}
	case *cqltype.SetType:
		if x.target.Function != "full" && !typ.Frozen {
			x.value = typ.Elem
		}
	case *cqltype.MapType:
		switch {
		case x.target.Function == "full" || typ.Frozen:
		case x.target.Function == "keys":
			x.value = typ.Key
		case x.target.Function == "entries":
			x.key, x.value = typ.Key, typ.Value
		default:
			x.value = typ.Value
		}
	}
	if k := x.value.Kind(); k == cqltype.KindText || k == cqltype.KindAscii {
		x.text = def.Options["case_sensitive"] != "" || def.Options["normalize"] != "" || def.Options["ascii"] != ""
	}
	return x, true
}

// appendTerm writes a value of the indexed expression; of entries it is a row.EntryTerm.
func (x *index) appendTerm(dst, value []byte) []byte {
	if x.key != nil {
		k, v, ok := row.SplitEntryTerm(value)
		if !ok {
			return dst
		}
		return x.appendValue(x.key.AppendOrder(dst, k), v)
	}
	return x.appendValue(dst, value)
}

func (x *index) appendValue(dst, value []byte) []byte {
	if x.text {
		value = row.IndexTerm(x.Index, value)
	}
	return x.value.AppendOrder(dst, value)
}

// indexed is what the index has of a cell: a value, and of entries the key, too.
func (x *index) indexed(c *row.Cell) (key, value []byte) {
	kind := x.column.Type.Kind()
	switch {
	case c.Path == nil || kind == cqltype.KindList:
		return nil, c.Value
	case x.key != nil:
		return c.Path, c.Value
	case kind == cqltype.KindSet || x.target.Function == "keys":
		return nil, c.Path
	}
	return nil, c.Value
}

// cellTerms are the terms of a cell of the indexed column, each behind prefix, whose memory they share.
func (x *index) cellTerms(prefix []byte, c *row.Cell) iter.Seq[[]byte] {
	key, value := x.indexed(c)
	if key != nil {
		prefix = x.key.AppendOrder(prefix, key)
	}
	return x.valueTerms(prefix, value)
}

// valueTerms is cellTerms for a value of the indexed expression.
func (x *index) valueTerms(prefix, value []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if x.sasi == nil {
			yield(x.appendValue(prefix, value))
			return
		}
		for _, t := range x.sasi.Terms(value) {
			if !yield(x.value.AppendOrder(prefix, t)) {
				return
			}
		}
	}
}

// termSize is how long the term of a cell is for Cassandra.
func (x *index) termSize(c *row.Cell) int {
	key, value := x.indexed(c)
	if key == nil {
		return len(value)
	}
	return row.EntryTermSize(key, value)
}

// whole says that an entry leads to a partition rather than to a row.
func (x *index) whole() bool {
	return x.column.Kind == schema.PartitionKey || x.column.Kind == schema.Static
}

// keyValue is the value when it is part of the primary key.
func (x *index) keyValue(key []byte, clustering [][]byte) ([]byte, bool) {
	at := x.column.Position
	switch x.column.Kind {
	case schema.PartitionKey:
		parts, err := row.SplitKey(x.table, key)
		if err != nil || at >= len(parts) {
			return nil, false
		}
		return parts[at], true
	case schema.Clustering:
		if at >= len(clustering) {
			return nil, false
		}
		return clustering[at], true
	}
	return nil, false
}

func (x *index) onKey() bool {
	return x.column.Kind == schema.PartitionKey || x.column.Kind == schema.Clustering
}

// appendPrefix is what all entries of the index begin with.
func (x *index) appendPrefix(dst []byte) []byte {
	return appendIndexPrefix(dst, x.table, x.Name)
}

func appendIndexPrefix(dst []byte, t *schema.Table, name string) []byte {
	return appendEscaped(appendTable(dst, spaceIndex, t), []byte(name))
}

// indexRow adds the entries for one fragment. Values that the fragment replaces are not read: their entries become
// stale, and whoever meets one removes it.
func (w *writer) indexRow(x *index, key []byte, r *row.Row, kind byte) error {
	if x.onKey() {
		if kind == kindStatic && x.column.Kind == schema.Clustering || !bringsLife(r) {
			return nil
		}
		value, ok := x.keyValue(key, r.Clustering)
		if !ok {
			return nil
		}
		return w.entries(x, x.valueTerms(x.appendPrefix(w.index[:0]), value))
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Column != x.column.Name || c.Kind != row.Value {
			continue
		}
		// Attached indexes leave out what they cannot hold, others refuse the write.
		switch size := x.termSize(c); {
		case x.sasi != nil:
		case size > maxAttachedTerm && x.IsStorageAttached():
			w.db.cfg.Logger.Warn("a term is too large and cannot be indexed", "index", x.Name, "keyspace", x.table.Keyspace,
				"table", x.table.Name, "column", x.column.Name, "size", size)
			continue
		case size >= maxTerm:
			return cqlerr.Invalid("Cannot index value of size %d for index %s on %s.%s(%s) (maximum allowed size=%d)",
				size, x.Name, x.table.Keyspace, x.table.Name, x.column.Name, maxTerm)
		}
		if err := w.entries(x, x.cellTerms(x.appendPrefix(w.index[:0]), c)); err != nil {
			return err
		}
	}
	return nil
}

// entries adds an entry for each term; the terms stand behind the index's prefix.
func (w *writer) entries(x *index, terms iter.Seq[[]byte]) error {
	for term := range terms {
		w.index = term
		if err := w.entry(x); err != nil {
			return err
		}
	}
	return nil
}

// entry completes the entry whose index, name and term are in w.index: the end of the data key follows.
func (w *writer) entry(x *index) error {
	if x.whole() {
		w.index = append(append(w.index, w.key[1+tableIDSize:w.prefix]...), kindWhole)
	} else {
		w.index = append(w.index, w.key[1+tableIDSize:]...)
	}
	return w.batch.Set(w.index, nil, nil)
}

// bringsLife says whether a fragment can make its row exist.
func bringsLife(r *row.Row) bool {
	if !r.Liveness.IsEmpty() {
		return true
	}
	for i := range r.Cells {
		if r.Cells[i].Kind != row.Tombstone {
			return true
		}
	}
	return false
}

// holds says whether the row has a term within the bounds, in cells that are accepted.
func (x *index) holds(r *row.Row, key []byte, in termRange, accept func(*row.Cell) bool) bool {
	if r == nil {
		return false
	}
	buf := termPool.Get().(*[]byte)
	defer termPool.Put(buf)
	if x.onKey() {
		value, ok := x.keyValue(key, r.Clustering)
		if !ok {
			return false
		}
		return in.any(x, x.valueTerms((*buf)[:0], value))
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Column == x.column.Name && c.Kind == row.Value && accept(c) {
			if in.any(x, x.cellTerms((*buf)[:0], c)) {
				return true
			}
		}
	}
	return false
}

var termPool = sync.Pool{New: func() any { return new(make([]byte, 0, 256)) }}

// termRange is a range of terms in their key form: from (inclusive) up to (exclusive; nil: no end). With accept it is
// only those terms of it, in their wire form, that are accepted; the entries of these have the bytes of part in them.
type termRange struct {
	from, to []byte
	accept   func(term []byte) bool
	part     []byte
}

// any says whether one of the terms lies within.
func (r termRange) any(x *index, terms iter.Seq[[]byte]) bool {
	for term := range terms {
		if r.contains(x, term) {
			return true
		}
	}
	return false
}

func (r termRange) contains(x *index, term []byte) bool {
	if bytes.Compare(term, r.from) < 0 || r.to != nil && bytes.Compare(term, r.to) >= 0 {
		return false
	}
	if r.accept == nil {
		return true
	}
	value, _, err := x.value.DecodeOrder(term)
	return err == nil && r.accept(value)
}

// termRange is what an index read asks for.
func (x *index) termRange(q *row.IndexRead) termRange {
	switch q.Op {
	case row.IndexEq:
		from := x.appendTerm(nil, q.Value)
		return termRange{from: from, to: successorOf(from)}
	case row.IndexPrefix:
		// Terms are escaped bytes and an end: without the end, the beginning of all that begin with the value.
		from := cqltype.Text.AppendOrder(nil, q.Value)
		from = from[:len(from)-len(cqltype.Text.AppendOrder(nil, nil))]
		return termRange{from: from, to: successorOf(from)}
	case row.IndexSuffix:
		return walk(sasi.Suffix, q.Value)
	case row.IndexContains:
		return walk(sasi.Contains, q.Value)
	}
	var out termRange
	if q.Value != nil {
		out.from = x.appendTerm(nil, q.Value)
		if !q.LowerInclusive {
			out.from = successor(out.from)
		}
	}
	if q.Upper != nil {
		out.to = x.appendTerm(nil, q.Upper)
		if q.UpperInclusive {
			out.to = successor(out.to)
		}
	}
	return out
}

// walk is all terms that hold want. A zero byte is escaped in entries, what stands before one is not.
func walk(op sasi.Op, want []byte) termRange {
	part, _, _ := bytes.Cut(want, []byte{0})
	return termRange{part: part, accept: func(term []byte) bool { return sasi.Holds(op, term, want) }}
}

// splitEntry takes an index entry apart behind the index's prefix: the term, and the end of the data key.
func (x *index) splitEntry(b []byte) (term, suffix []byte, ok bool) {
	rest := b
	var err error
	if x.key != nil {
		if _, rest, err = x.key.DecodeOrder(rest); err != nil {
			return nil, nil, false
		}
	}
	if _, rest, err = x.value.DecodeOrder(rest); err != nil {
		return nil, nil, false
	}
	n := len(b) - len(rest)
	if len(rest) <= tokenSize {
		return nil, nil, false
	}
	return b[:n], rest, true
}

// splitSuffix takes the end of a data key apart: token and escaped partition key, and what follows the kind.
func splitSuffix(suffix []byte) (partition []byte, kind byte, clustering []byte, ok bool) {
	if len(suffix) <= tokenSize {
		return nil, 0, nil, false
	}
	n := escapedLen(suffix[tokenSize:])
	if n == 0 || len(suffix) <= tokenSize+n {
		return nil, 0, nil, false
	}
	n += tokenSize
	return suffix[:n], suffix[n], suffix[n+1:], true
}

// DropIndex removes all entries of an index.
func (db *DB) DropIndex(t *schema.Table, name string) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.exit()
	from := appendIndexPrefix(nil, t, name)
	if err := db.pebble.DeleteRange(from, successorOf(from), db.write); err != nil {
		return err
	}
	return db.written(db.write)
}
