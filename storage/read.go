package storage

import (
	"bytes"
	"context"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
	"alexandra/internal/token"
)

// Read answers one read command from what this node has; see row.Read for what is returned. Memory is bounded by the
// limits of the read, whatever the size of partitions; tombstones in between come along unless read.Purged.
func (db *DB) Read(ctx context.Context, read *row.Read) (*row.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := db.enter(); err != nil {
		return nil, err
	}
	defer db.exit()
	r := newReader(ctx, db, read)
	defer r.close()
	var err error
	switch {
	case read.Index != nil:
		err = r.index()
	case read.Keys != nil:
		err = r.keys()
	default:
		err = r.ranges()
	}
	if err != nil {
		return nil, err
	}
	return r.out, nil
}

// reader is one Read under way.
type reader struct {
	ctx    context.Context
	db     *DB
	read   *row.Read
	codec  keyCodec
	order  row.Comparator
	out    *row.Result
	spans  []keyRange // of read.Slices
	static bool       // the static row is wanted
	left   int        // live rows to go; negative: no limit

	it         *pebble.Iterator
	prefixSeek bool // the iterator stays within one partition at a time, with the help of bloom filters
	rows       row.RowCodec
	memory     arena
	key        []byte // scratch
	tombstones int
	stale      [][]byte // index entries that lead to nothing
}

// keyRange is a slice as key suffixes behind the partition prefix.
type keyRange struct{ from, to []byte }

func newReader(ctx context.Context, db *DB, read *row.Read) *reader {
	r := &reader{
		ctx: ctx, db: db, read: read,
		codec: newKeyCodec(read.Table), order: row.NewComparator(read.Table),
		out: &row.Result{}, static: read.WantsStatic(), left: -1,
	}
	if read.Limit > 0 {
		r.left = read.Limit
	}
	r.spans = r.spansOf(read.Slices)
	return r
}

func (r *reader) close() {
	if r.it != nil {
		_ = r.it.Close()
	}
}

func (r *reader) spansOf(slices []row.Slice) []keyRange {
	if slices == nil {
		return []keyRange{{from: []byte{kindRow}, to: []byte{kindRow + 1}}}
	}
	out := make([]keyRange, 0, len(slices))
	for _, s := range slices {
		if from, to := r.codec.bounds(s); bytes.Compare(from, to) < 0 {
			out = append(out, keyRange{from, to})
		}
	}
	return out
}

// open makes the iterator over a part of the table; nil ends are the table's.
func (r *reader) open(from, to []byte) error {
	table := appendTable(nil, spaceData, r.read.Table)
	lower := append(bytes.Clone(table), from...)
	upper := append(bytes.Clone(table), to...)
	if len(to) == 0 {
		upper = successor(upper)
	}
	if r.it != nil {
		r.it.SetBounds(lower, upper)
		return nil
	}
	it, err := r.db.newIter(r.ctx, lower, upper)
	r.it = it
	return err
}

// done says that the limit of the read is reached, and notes it in the answer.
func (r *reader) done() bool {
	if r.left == 0 {
		r.out.More = true
	}
	return r.left == 0
}

// keys reads the partitions that the read names.
func (r *reader) keys() error {
	if err := r.open(nil, nil); err != nil {
		return err
	}
	r.prefixSeek = !r.read.Reversed
	keys := r.read.Keys
	if after := r.read.After; after != nil {
		for i, k := range keys {
			if bytes.Equal(k, after.Key) {
				keys = keys[i:]
				break
			}
		}
	}
	for _, key := range keys {
		if r.done() {
			return nil
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		tok := token.Of(key)
		prefix := r.codec.appendPartition(nil, tok, key)
		v, ok := r.visit(prefix, tok, key)
		if !ok {
			continue
		}
		r.seek(prefix)
		if err := r.partition(v); err != nil {
			return err
		}
	}
	r.done()
	return r.it.Error()
}

// ranges reads partitions in token order.
func (r *reader) ranges() error {
	after := r.read.After
	for _, part := range unwrap(r.read.Range) {
		if r.done() {
			return nil
		}
		from, to := tokenBounds(part)
		if after != nil {
			tok := token.Of(after.Key)
			if !part.Contains(tok) {
				continue
			}
			from = appendEscaped(tok.AppendKey(nil), after.Key)
			after = nil
		}
		if err := r.open(from, to); err != nil {
			return err
		}
		if err := r.scan(); err != nil {
			return err
		}
	}
	r.done()
	return nil
}

// scan reads all partitions within the bounds of the iterator.
func (r *reader) scan() error {
	for valid := r.it.First(); valid; {
		if r.done() {
			return nil
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		n, ok := splitDataKey(r.it.Key())
		if !ok {
			return errKey
		}
		prefix := bytes.Clone(r.it.Key()[:n])
		tok, key, err := decodePartition(prefix)
		if err != nil {
			return err
		}
		if v, ok := r.visit(prefix, tok, key); ok {
			if err := r.partition(v); err != nil {
				return err
			}
		}
		valid = r.it.Valid()
		if r.read.Reversed || valid && bytes.HasPrefix(r.it.Key(), prefix) {
			valid = r.it.SeekGE(successor(prefix))
		}
	}
	return r.it.Error()
}

// seek goes to the first key at or behind key; with prefixSeek only within key's partition.
func (r *reader) seek(key []byte) bool {
	if r.prefixSeek && len(key) > 0 {
		return r.it.SeekPrefixGE(key)
	}
	return r.it.SeekGE(key)
}

// visit is one partition under way.
type visit struct {
	p       *row.Partition // what was found so far
	prefix  []byte
	slices  []row.Slice
	spans   []keyRange
	left    int  // live rows that PerPartition still allows; negative: no limit
	resumed bool // an earlier page has seen a part of it
	live    int
	hasRows bool // a live row was met
}

// visit prepares for a partition; false when an earlier page has seen all that is wanted of it.
func (r *reader) visit(prefix []byte, tok token.Token, key []byte) (*visit, bool) {
	v := &visit{
		p:      &row.Partition{Key: key, Token: tok, Deletion: row.Live},
		prefix: prefix, slices: r.read.Slices, spans: r.spans, left: -1,
	}
	if r.read.PerPartition > 0 {
		v.left = r.read.PerPartition
	}
	after := r.read.After
	if after == nil || !bytes.Equal(after.Key, key) {
		return v, true
	}
	if after.Done || r.read.NoRows || v.left > 0 && after.Seen >= v.left {
		return nil, false
	}
	v.resumed = true
	if v.left > 0 {
		v.left -= after.Seen
	}
	if after.Clustering != nil {
		v.slices = r.order.SlicesAfter(v.slices, after.Clustering, r.read.Reversed)
		v.spans = r.spansOf(v.slices)
	}
	return v, true
}

// partition reads one partition; the iterator is at or before its first key, or where the keys behind it begin.
func (r *reader) partition(v *visit) error {
	if err := r.head(v); err != nil {
		return err
	}
	if !r.read.NoRows {
		if err := r.body(v); err != nil {
			return err
		}
	}
	return r.finish(v)
}

// head reads the deletions and the static row, from where the iterator is.
func (r *reader) head(v *visit) error {
	for ; r.it.Valid() && bytes.HasPrefix(r.it.Key(), v.prefix); r.it.Next() {
		kind := r.it.Key()[len(v.prefix):]
		switch {
		case len(kind) == 1 && kind[0] == kindHeader:
			if err := r.header(v); err != nil {
				return err
			}
		case len(kind) == 1 && kind[0] == kindStatic:
			if err := r.staticRow(v); err != nil {
				return err
			}
		default:
			return r.it.Error()
		}
	}
	return r.it.Error()
}

func (r *reader) header(v *visit) error {
	value, err := r.value()
	if err != nil {
		return err
	}
	h, err := decodeHeader(value)
	if err != nil {
		return err
	}
	ranges, err := r.codec.ranges(h)
	if err != nil {
		return err
	}
	v.p.Deletion, v.p.Ranges = h.deletion, r.order.ClipRanges(ranges, v.slices)
	r.tombstones += len(v.p.Ranges)
	return nil
}

func (r *reader) staticRow(v *visit) error {
	if !r.static {
		return nil
	}
	s, err := r.decode()
	if err != nil {
		return err
	}
	if s = row.Shadow(s, v.p.Deletion); s != nil {
		v.p.Static = s
		r.countTombstones(s)
	}
	return nil
}

// body reads the rows of the wanted slices until a limit is reached.
func (r *reader) body(v *visit) error {
	for i := range v.spans {
		var stop bool
		var err error
		if r.read.Reversed {
			stop, err = r.backward(v, v.spans[len(v.spans)-1-i])
		} else {
			stop, err = r.forward(v, v.spans[i])
		}
		if stop || err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) forward(v *visit, s keyRange) (stop bool, err error) {
	r.key = append(append(r.key[:0], v.prefix...), s.from...)
	if !r.it.Valid() {
		// An exhausted iterator has passed everything, unless it was bound to a narrower prefix: it never is.
		return true, r.it.Error()
	}
	if bytes.Compare(r.it.Key(), r.key) < 0 {
		r.seek(r.key)
	}
	for ; r.it.Valid() && bytes.HasPrefix(r.it.Key(), v.prefix); r.it.Next() {
		suffix := r.it.Key()[len(v.prefix):]
		if bytes.Compare(suffix, s.to) >= 0 {
			break
		}
		if stop, err := r.row(v, suffix); stop || err != nil {
			return stop, err
		}
	}
	return false, r.it.Error()
}

func (r *reader) backward(v *visit, s keyRange) (stop bool, err error) {
	r.key = append(append(r.key[:0], v.prefix...), s.to...)
	for valid := r.it.SeekLT(r.key); valid && bytes.HasPrefix(r.it.Key(), v.prefix); valid = r.it.Prev() {
		suffix := r.it.Key()[len(v.prefix):]
		if bytes.Compare(suffix, s.from) < 0 {
			break
		}
		if stop, err := r.row(v, suffix); stop || err != nil {
			return stop, err
		}
	}
	return false, r.it.Error()
}

// row takes the row under the iterator; stop says that a limit is reached.
func (r *reader) row(v *visit, suffix []byte) (stop bool, err error) {
	clustering, err := r.codec.decodeClustering(suffix[1:])
	if err != nil {
		return true, err
	}
	x, err := r.decode()
	if err != nil {
		return true, err
	}
	if x.Clustering == nil {
		x.Clustering = clustering
	}
	return r.take(v, x)
}

// take adds a row to the answer as far as nothing above it deletes it.
func (r *reader) take(v *visit, x *row.Row) (stop bool, err error) {
	if x = row.Shadow(x, r.order.DeletionOf(v.p, x.Clustering)); x == nil {
		return false, nil
	}
	r.countTombstones(x)
	if limit := r.db.cfg.TombstoneFailure; limit > 0 && r.tombstones > limit {
		return true, &TombstoneError{Table: r.read.Table, Count: r.tombstones}
	}
	live := x.IsLive(r.read.Now)
	if r.read.Purged {
		if x = row.PurgeRow(x, r.read.Table, r.read.Now); x == nil {
			return false, nil
		}
	}
	v.p.Rows = append(v.p.Rows, x)
	if !live {
		return false, nil
	}
	v.live++
	r.left--
	v.left--
	return r.left == 0 || v.left == 0, nil
}

// finish adds the partition to the answer, if there is anything to say.
func (r *reader) finish(v *visit) error {
	if r.read.Purged {
		v.p.Static = row.PurgeRow(v.p.Static, r.read.Table, r.read.Now)
		v.p.Deletion, v.p.Ranges = row.Live, nil
		if len(v.p.Rows) == 0 && v.resumed {
			return nil
		}
	}
	if v.p.IsEmpty() {
		return nil
	}
	if v.live == 0 && !v.resumed && v.p.Static.IsLive(r.read.Now) {
		r.left--
	}
	r.out.Partitions = append(r.out.Partitions, v.p)
	return nil
}

// value is a copy of the value under the iterator that lives as long as the answer.
func (r *reader) value() ([]byte, error) {
	value, err := r.it.ValueAndErr()
	if err != nil {
		return nil, err
	}
	return r.memory.copy(value), nil
}

// decode reads the row under the iterator, without cells of columns that were dropped.
func (r *reader) decode() (*row.Row, error) {
	value, err := r.value()
	if err != nil {
		return nil, err
	}
	x, err := r.rows.Decode(r.read.Table, value)
	if err != nil {
		return nil, err
	}
	if len(r.read.Table.Dropped) > 0 {
		kept := x.Cells[:0]
		for i := range x.Cells {
			if !row.IsDropped(&x.Cells[i], r.read.Table) {
				kept = append(kept, x.Cells[i])
			}
		}
		x.Cells = kept
	}
	return x, nil
}

func (r *reader) countTombstones(x *row.Row) {
	if !x.Deletion.IsLive() {
		r.tombstones++
	}
	r.tombstones += len(x.Columns)
	for i := range x.Cells {
		if !x.Cells[i].IsLive(r.read.Now) {
			r.tombstones++
		}
	}
}

// arena copies many small values into few pieces of memory.
type arena struct{ free []byte }

const (
	arenaFirst = 512
	arenaMost  = 32 << 10
)

func (a *arena) copy(b []byte) []byte {
	if len(b) > cap(a.free)-len(a.free) {
		size := min(max(2*cap(a.free), arenaFirst), arenaMost)
		a.free = make([]byte, 0, max(size, len(b)))
	}
	start := len(a.free)
	a.free = append(a.free, b...)
	return a.free[start:len(a.free):len(a.free)]
}
