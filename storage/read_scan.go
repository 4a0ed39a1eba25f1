package storage

import (
	"bytes"

	"alexandra/internal/row"
)

// beginScan notes that a partition is read from here on.
func (r *reader) beginScan(key []byte) {
	if r.read.Keys != nil && !bytes.Equal(r.scan.Key, key) {
		r.endScan()
	}
	r.scan.Key = key
}

// endScan adds the scan under way to the answer.
func (r *reader) endScan() {
	if r.scan.Tombstones > 0 {
		r.out.Scans = append(r.out.Scans, r.scan)
	}
	r.scan = row.Scan{}
}

// pass counts a row that a scan comes by.
func (r *reader) pass(x *row.Row, live bool) error {
	if live {
		r.scan.Live++
	}
	return r.passTombstones(r.garbage.CountTombstones(x, r.read.Columns))
}

func (r *reader) passTombstones(n int) error {
	if n == 0 {
		return nil
	}
	r.scan.Tombstones += n
	if r.tombstones > 0 && r.scan.Tombstones > r.tombstones {
		// One more than the limit is where Cassandra stops to count.
		r.scan.Tombstones = r.tombstones + 1
		return &row.TombstonesError{Table: r.read.Table, Scan: r.scan}
	}
	return nil
}

// passRanges counts the ends of range tombstones; where one begins at another's end they are one. last is the row at
// which a limit ended the read, nil for none.
func (r *reader) passRanges(ranges []row.RangeTombstone, last [][]byte) error {
	passed := func(c row.Cut) bool {
		if last == nil {
			return true
		}
		return (r.order.CompareToCut(last, c) > 0) != r.read.Reversed
	}
	n := 0
	var before *row.RangeTombstone
	for i := range ranges {
		x := &ranges[i]
		if r.garbage.Deletion(x.Deletion).IsLive() {
			before = nil
			continue
		}
		start := row.StartCut(x.Start)
		if passed(start) && (before == nil || r.order.CompareCuts(row.EndCut(before.End), start) != 0) {
			n++
		}
		if passed(row.EndCut(x.End)) {
			n++
		}
		before = x
	}
	return r.passTombstones(n)
}
