package storage

import (
	"bytes"
	"container/heap"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// An index read finds candidates among the entries, each the end of a data key, in the order of the data; reads the
// rows; and keeps those that still have a term within the asked range. Entries that lead to nothing are removed.

// indexBatch is how many candidates of a range of terms are sorted at a time.
const indexBatch = 4096

func (r *reader) index() error {
	t := r.read.Table
	def := t.Indexes[r.read.Index.Index]
	if def == nil {
		if def = r.db.table(t).Indexes[r.read.Index.Index]; def == nil {
			return cqlerr.Invalid("Index '%s.%s' doesn't exist'", t.Keyspace, r.read.Index.Index)
		}
	}
	x, ok := newIndex(t, def)
	if !ok {
		return fmt.Errorf("index %s.%s has no entries", t.Keyspace, def.Name)
	}
	if err := r.open(nil, nil); err != nil {
		return err
	}
	c := &candidates{r: r, x: &x, terms: x.termRange(r.read.Index), prefix: x.appendPrefix(nil)}
	if r.read.Index.Op == row.IndexEq && len(c.terms.from) == 0 {
		return nil // no map has such an entry
	}
	r.static = r.static || x.column.Kind == schema.Static
	err := c.run()
	if c.it != nil {
		_ = c.it.Close()
	}
	if err != nil {
		return err
	}
	r.done()
	return r.db.removeStale(&x, r.stale)
}

// candidates walks the entries of an index that a read asks for.
type candidates struct {
	r      *reader
	x      *index
	terms  termRange
	prefix []byte
	it     *pebble.Iterator // over index entries
	v      *visit           // the partition of the candidates before
	whole  bool             // v was read as a whole
}

// span is a part of the data, as ends of keys behind the table; a nil to is the end of the table.
type span struct{ from, to []byte }

func (s span) contains(suffix []byte) bool {
	return bytes.Compare(suffix, s.from) >= 0 && (s.to == nil || bytes.Compare(suffix, s.to) < 0)
}

// parts are the parts of the data that the read covers, in reading order.
func (c *candidates) parts() []span {
	after := c.r.read.After
	var out []span
	if c.r.read.Keys != nil {
		keys := c.r.read.Keys
		if after != nil {
			if i := slices.IndexFunc(keys, func(k []byte) bool { return bytes.Equal(k, after.Key) }); i >= 0 {
				keys = keys[i:]
			}
		}
		for _, k := range keys {
			from := appendEscaped(token.Of(k).AppendKey(nil), k)
			out = append(out, span{from: from, to: successorOf(from)})
		}
		return out
	}
	for _, part := range unwrap(c.r.read.Range) {
		from, to := tokenBounds(part)
		if after != nil {
			tok := token.Of(after.Key)
			if !part.Contains(tok) {
				continue
			}
			from, after = appendEscaped(tok.AppendKey(nil), after.Key), nil
		}
		out = append(out, span{from: from, to: to})
	}
	return out
}

func (c *candidates) run() error {
	for _, s := range c.parts() {
		if c.r.done() {
			return nil
		}
		var err error
		if c.r.read.Index.Op == row.IndexEq {
			err = c.one(s)
		} else {
			err = c.many(s)
		}
		if err == nil {
			err = c.endPartition()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *candidates) open(from, to []byte) error {
	if c.it != nil {
		c.it.SetBounds(from, to)
		return nil
	}
	it, err := c.r.db.newIter(c.r.ctx, from, to)
	c.it = it
	return err
}

// one reads the entries of one term: they are in data order already.
func (c *candidates) one(s span) error {
	term := append(bytes.Clone(c.prefix), c.terms.from...)
	from := append(bytes.Clone(term), s.from...)
	to := append(bytes.Clone(term), s.to...)
	if s.to == nil {
		to = successor(to)
	}
	if err := c.open(from, to); err != nil {
		return err
	}
	for valid := c.it.First(); valid; valid = c.it.Next() {
		stop, err := c.candidate(c.it.Key()[len(term):])
		if stop || err != nil {
			return err
		}
	}
	return c.it.Error()
}

// many reads the entries of a range of terms, which are in the order of terms: it sorts the first candidates, reads
// them, and comes back for the next ones as long as the read wants more.
func (c *candidates) many(s span) error {
	size := indexBatch
	if c.r.left > size/2 {
		size = 2 * c.r.left
	}
	for {
		batch, full, err := c.smallest(s, size)
		if err != nil {
			return err
		}
		for _, suffix := range batch {
			stop, err := c.candidate(suffix)
			if stop || err != nil {
				return err
			}
		}
		if !full {
			return nil
		}
		s.from = append(bytes.Clone(batch[len(batch)-1]), 0)
	}
}

// smallest collects the first n different candidates of a part of the data; full says that there may be more.
func (c *candidates) smallest(s span, n int) (batch [][]byte, full bool, err error) {
	from := append(bytes.Clone(c.prefix), c.terms.from...)
	to := successorOf(c.prefix)
	if c.terms.to != nil {
		to = append(bytes.Clone(c.prefix), c.terms.to...)
	}
	if bytes.Compare(from, to) >= 0 {
		return nil, false, nil
	}
	if err := c.open(from, to); err != nil {
		return nil, false, err
	}
	var h suffixHeap
	seen := map[string]bool{}
	for valid := c.it.First(); valid; valid = c.it.Next() {
		if err := c.r.ctx.Err(); err != nil {
			return nil, false, err
		}
		if !bytes.Contains(c.it.Key(), c.terms.part) {
			continue
		}
		term, suffix, ok := c.x.splitEntry(c.it.Key()[len(c.prefix):])
		if !ok || !s.contains(suffix) || seen[string(suffix)] || c.terms.accept != nil && !c.terms.contains(c.x, term) {
			continue
		}
		if len(h) == n {
			full = true
			if bytes.Compare(suffix, h[0]) >= 0 {
				continue
			}
			delete(seen, string(heap.Pop(&h).([]byte)))
		}
		seen[string(suffix)] = true
		heap.Push(&h, bytes.Clone(suffix))
	}
	slices.SortFunc(h, bytes.Compare)
	return h, full, c.it.Error()
}

// suffixHeap has the largest on top.
type suffixHeap [][]byte

func (h suffixHeap) Len() int           { return len(h) }
func (h suffixHeap) Less(i, j int) bool { return bytes.Compare(h[i], h[j]) > 0 }
func (h suffixHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *suffixHeap) Push(x any)        { *h = append(*h, x.([]byte)) }

func (h *suffixHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// candidate reads what an entry leads to; stop says that the limit of the read is reached.
func (c *candidates) candidate(suffix []byte) (stop bool, err error) {
	if err := c.r.ctx.Err(); err != nil {
		return true, err
	}
	partition, kind, clustering, ok := splitSuffix(suffix)
	if !ok {
		return true, errKey
	}
	if c.v == nil || !bytes.Equal(c.v.prefix[1+tableIDSize:], partition) {
		if err := c.endPartition(); err != nil {
			return true, err
		}
		if c.r.done() {
			return true, nil
		}
		if err := c.beginPartition(partition); err != nil {
			return true, err
		}
	}
	if c.v.p == nil || c.v.left == 0 {
		return false, nil // an earlier page or PerPartition has had enough of this partition
	}
	if kind == kindWhole {
		if c.whole {
			return false, nil
		}
		c.whole = true
		return false, c.wholePartition(suffix)
	}
	return c.oneRow(suffix, kind, clustering)
}

func (c *candidates) beginPartition(partition []byte) error {
	prefix := append(appendTable(nil, spaceData, c.r.read.Table), partition...)
	tok, key, err := decodePartition(prefix)
	if err != nil {
		return err
	}
	c.whole = false
	v, ok := c.r.visit(prefix, tok, key)
	if !ok {
		c.v = &visit{prefix: prefix}
		return nil
	}
	c.v = v
	c.r.prefixSeek = true
	c.r.seek(prefix)
	return c.r.head(v)
}

func (c *candidates) endPartition() error {
	v := c.v
	c.v = nil
	if v == nil || v.p == nil || len(v.p.Rows) == 0 && !c.whole {
		return nil
	}
	return c.r.finish(v)
}

// wholePartition reads a partition that a static column or a part of the key leads to.
func (c *candidates) wholePartition(suffix []byte) error {
	if !c.matches(c.v.p.Static, c.r.read.Now) {
		if !c.x.holds(c.v.p.Static, c.v.p.Key, c.terms, anyCell) {
			c.isStale(suffix)
		}
		c.whole = false
		return nil
	}
	if c.r.read.NoRows {
		return nil
	}
	err := c.r.body(c.v)
	if err == nil && c.v.p.IsEmpty() {
		c.isStale(suffix)
	}
	return err
}

// matches says whether the entry still leads to a row with a term in the asked range.
func (c *candidates) matches(x *row.Row, now int64) bool {
	if c.x.onKey() && c.x.whole() {
		return true
	}
	return c.x.holds(x, c.v.p.Key, c.terms, func(cell *row.Cell) bool { return cell.IsLive(now) })
}

func anyCell(*row.Cell) bool { return true }

func (c *candidates) oneRow(suffix []byte, kind byte, clustering []byte) (stop bool, err error) {
	r := c.r
	in := append([]byte{kind}, clustering...)
	if !slices.ContainsFunc(c.v.spans, func(s keyRange) bool {
		return bytes.Compare(in, s.from) >= 0 && bytes.Compare(in, s.to) < 0
	}) {
		return false, nil
	}
	r.key = append(append(r.key[:0], c.v.prefix...), in...)
	if !r.seek(r.key) || !bytes.Equal(r.it.Key(), r.key) {
		c.isStale(suffix)
		return false, r.it.Error()
	}
	values, err := r.codec.decodeClustering(clustering)
	if err != nil {
		return true, err
	}
	x, err := r.decode()
	if err != nil {
		return true, err
	}
	if x.Clustering == nil {
		x.Clustering = values
	}
	x = row.Shadow(x, r.order.DeletionOf(c.v.p, values))
	if !c.matches(x, r.read.Now) {
		if x == nil || !c.x.onKey() && !c.x.holds(x, c.v.p.Key, c.terms, anyCell) {
			c.isStale(suffix)
		}
		return false, nil
	}
	if !x.IsLive(r.read.Now) {
		return false, nil
	}
	if _, err := r.take(c.v, x); err != nil {
		return true, err
	}
	return r.left == 0, nil
}

// isStale notes the entry for removal. With a range of terms the entry's own term is not at hand; it is left.
func (c *candidates) isStale(suffix []byte) {
	if c.r.read.Index.Op != row.IndexEq || len(c.r.stale) >= staleBatch {
		return
	}
	entry := append(bytes.Clone(c.prefix), c.terms.from...)
	c.r.stale = append(c.r.stale, append(entry, suffix...))
}
