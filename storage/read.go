package storage

import (
	"bytes"
	"context"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"alexandra/internal/row"
	"alexandra/internal/schema"
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
	if err := db.cfg.Faults.fail(Reads); err != nil {
		return nil, err
	}
	r := readers.Get().(*reader)
	r.begin(ctx, db, read)
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
	r.endScan()
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
	values     row.Slab[[]byte] // the clusterings of rows
	at         visit
	key        []byte   // scratch
	prefix     []byte   // scratch
	bounds     []byte   // scratch
	stale      [][]byte // index entries that lead to nothing

	scan       row.Scan // of the partition or range under way
	garbage    row.Garbage
	tombstones int // how many a scan may meet; 0: any number
}

// keyRange is a slice as key suffixes behind the partition prefix.
type keyRange struct {
	from, to []byte
	one      bool // there is at most one row in it
}

// allRows is a whole partition, onlyRow that of a table without clustering; they are never written to.
var (
	allRows = []keyRange{{from: []byte{kindRow}, to: []byte{kindRow + 1}}}
	onlyRow = []keyRange{{from: []byte{kindRow}, to: []byte{kindRow + 1}, one: true}}
)

// readers are for the next reads: what is theirs alone, scratch, stays with them.
var readers = sync.Pool{New: func() any { return &reader{} }}

func (r *reader) begin(ctx context.Context, db *DB, read *row.Read) {
	*r = reader{
		ctx: ctx, db: db, read: read,
		codec: newKeyCodec(read.Table), order: row.NewComparator(read.Table),
		out: &row.Result{}, static: read.WantsStatic(), left: -1,
		key: r.key[:0], prefix: r.prefix[:0], bounds: r.bounds[:0],
	}
	if read.Limit > 0 {
		r.left = read.Limit
	}
	r.garbage = row.Garbage{Now: read.Now, Before: read.Now - int64(read.Table.Options.GCGraceSeconds)}
	if !schema.IsLocal(read.Table.Keyspace) && !read.Streaming {
		r.tombstones = db.cfg.TombstoneFailure
	}
	r.spans = r.spansOf(read.Slices)
}

func (r *reader) close() {
	if r.it != nil {
		_ = r.it.Close()
	}
	*r = reader{key: r.key, prefix: r.prefix, bounds: r.bounds}
	readers.Put(r)
}

func (r *reader) spansOf(slices []row.Slice) []keyRange {
	if slices == nil {
		if len(r.read.Table.Clustering) == 0 {
			return onlyRow
		}
		return allRows
	}
	out := make([]keyRange, 0, len(slices))
	for _, s := range slices {
		if from, to := r.codec.bounds(s); bytes.Compare(from, to) < 0 {
			out = append(out, keyRange{from, to, s.IsPoint(len(r.read.Table.Clustering))})
		}
	}
	return out
}

// open makes the iterator over a part of the table; nil ends are the table's.
func (r *reader) open(from, to []byte) error {
	r.bounds = append(appendTable(r.bounds[:0], spaceData, r.read.Table), from...)
	n := len(r.bounds)
	r.bounds = append(appendTable(r.bounds, spaceData, r.read.Table), to...)
	lower, upper := r.bounds[:n:n], r.bounds[n:]
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
		r.prefix = r.codec.appendPartition(r.prefix[:0], tok, key)
		prefix := r.prefix
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
		if err := r.walk(); err != nil {
			return err
		}
	}
	r.done()
	return nil
}

// walk reads all partitions within the bounds of the iterator.
func (r *reader) walk() error {
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
