package storage

import (
	"bytes"

	"alexandra/internal/row"
	"alexandra/internal/token"
)

// visit is one partition under way.
type visit struct {
	p       *row.Partition // what was found so far
	prefix  []byte
	slices  []row.Slice
	spans   []keyRange
	left    int  // live rows that PerPartition still allows; negative: no limit
	resumed bool // an earlier page has seen a part of it
	live    int
	full    bool // a limit was reached
}

// visit prepares for a partition; false when an earlier page has seen all that is wanted of it.
func (r *reader) visit(prefix []byte, tok token.Token, key []byte) (*visit, bool) {
	r.beginScan(key)
	v := &r.at
	*v = visit{
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
		return r.pass(s, s.IsLive(r.read.Now))
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
		if s.one && r.prefixSeek {
			return false, nil // where the iterator is now does not matter
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
	clustering, err := r.codec.decodeClusteringInto(r.values.Take(len(r.codec.t.Clustering))[:0], suffix[1:])
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
	live := x.IsLive(r.read.Now)
	if err := r.pass(x, live); err != nil {
		return true, err
	}
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
	v.full = r.left == 0 || v.left == 0
	return v.full, nil
}

// finish adds the partition to the answer, if there is anything to say.
func (r *reader) finish(v *visit) error {
	if len(v.p.Ranges) > 0 {
		var last [][]byte
		if v.full {
			last = v.p.Rows[len(v.p.Rows)-1].Clustering
		}
		if err := r.passRanges(v.p.Ranges, last); err != nil {
			return err
		}
	}
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
