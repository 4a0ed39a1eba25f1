package exec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// Rows are read in chunks: as many as the page needs where every row counts, else between these numbers.
const (
	minFiltered = 100
	maxChunk    = 5000
)

// scan reads the rows of a SELECT one after the other, filtered, chunk by chunk.
type scan struct {
	e            *Executor
	s            *plan.Select
	cl           Consistency
	read         row.Read
	filter       *plan.Filter
	perPartition int
	wantStatic   bool       // a partition with static content alone gives a row
	wanted       int        // how many rows the caller still needs; a hint
	scans        []row.Scan // what the reads had to pass

	chunk *row.Result
	at    int  // the partition within chunk
	line  int  // the next row within the partition
	ended bool // nothing is left to read

	// The row under the scan.
	partition *row.Partition
	key       [][]byte
	static    *row.Row
	row       *row.Row // nil: the static row alone
	seen      int      // rows given of the partition
	examined  int      // rows read of the partition
	pos       row.Position
	hasPos    bool
}

// resume goes behind a position of an earlier page.
func (sc *scan) resume(p *row.Position) {
	if p == nil {
		return
	}
	sc.pos, sc.hasPos = *p, true
	sc.seen, sc.examined = p.Seen, p.Seen
	sc.trimKeys()
}

// trimKeys drops partitions of a list that were read before.
func (sc *scan) trimKeys() {
	for i, k := range sc.read.Keys {
		if bytes.Equal(k, sc.pos.Key) {
			sc.read.Keys = sc.read.Keys[i:]
			return
		}
	}
}

// position is where the scan stands; nil before the first row.
func (sc *scan) position() *row.Position {
	if !sc.hasPos {
		return nil
	}
	p := sc.pos
	return &p
}

// lastKeyDone says that the position is behind all that a list of partitions has.
func (sc *scan) lastKeyDone(p *row.Position) bool {
	n := len(sc.read.Keys)
	return n > 0 && p.Done && bytes.Equal(sc.read.Keys[n-1], p.Key)
}

// next goes to the next row; false at the end.
func (sc *scan) next(ctx context.Context) (bool, error) {
	for {
		if sc.partition != nil {
			if sc.nextRow() {
				return true, nil
			}
			sc.at++
			sc.partition = nil
		}
		if sc.chunk == nil || sc.at >= len(sc.chunk.Partitions) {
			more, err := sc.fetch(ctx)
			if !more || err != nil {
				return false, err
			}
			continue
		}
		if err := sc.enter(); err != nil {
			return false, err
		}
	}
}

// fetch reads the next chunk; false when there is none.
func (sc *scan) fetch(ctx context.Context) (bool, error) {
	if sc.ended || sc.chunk != nil && !sc.chunk.More {
		return false, nil
	}
	sc.read.Limit = sc.chunkSize()
	if sc.hasPos {
		sc.trimKeys()
		after := sc.pos
		sc.read.After = &after
	}
	var err error
	switch {
	case sc.s.Table.Virtual:
		sc.chunk, err = sc.e.readVirtual(ctx, &sc.read)
	case sc.cl.IsSerial() && len(sc.read.Keys) > 1:
		sc.chunk, err = sc.readSerial(ctx)
	default:
		sc.chunk, err = sc.e.Coordinator.Read(ctx, &sc.read, sc.cl)
	}
	if err != nil {
		var given *row.TombstonesError
		if errors.As(err, &given) {
			sc.scans = sc.read.AddScans(sc.scans, []row.Scan{given.Scan})
		}
		return false, err
	}
	sc.at = 0
	sc.scans = sc.read.AddScans(sc.scans, sc.chunk.Scans)
	return len(sc.chunk.Partitions) > 0, nil
}

// readSerial reads the next partition of a list that has a row: only single partitions can be read serially.
func (sc *scan) readSerial(ctx context.Context) (*row.Result, error) {
	for {
		one := sc.read
		one.Keys = sc.read.Keys[:1]
		if one.After != nil && !bytes.Equal(one.After.Key, one.Keys[0]) {
			one.After = nil
		}
		res, err := sc.e.Coordinator.Read(ctx, &one, sc.cl)
		if err != nil || res.More || len(sc.read.Keys) == 1 {
			return res, err
		}
		if len(res.Partitions) > 0 {
			more := *res
			more.More = true
			sc.read.Keys = sc.read.Keys[1:]
			return &more, nil
		}
		sc.read.Keys = sc.read.Keys[1:]
	}
}

func (sc *scan) chunkSize() int {
	if len(sc.read.Keys) == 1 && sc.wanted == noLimit && sc.s.Selection.IsAggregate() {
		return maxChunk
	}
	if sc.filter.IsEmpty() && sc.perPartition == plan.NoLimit {
		return min(sc.wanted, maxChunk)
	}
	return min(max(sc.wanted, minFiltered), maxChunk)
}

// enter begins the partition at sc.at.
func (sc *scan) enter() error {
	p := sc.chunk.Partitions[sc.at]
	resumed := sc.hasPos && bytes.Equal(sc.pos.Key, p.Key)
	if resumed && sc.pos.Done {
		sc.at++
		return nil
	}
	if !resumed {
		sc.seen, sc.examined = 0, 0
		sc.pos, sc.hasPos = row.Position{Key: p.Key}, true
	}
	key, err := row.SplitKey(sc.s.Table, p.Key)
	if err != nil {
		return err
	}
	sc.key, sc.static, sc.line = key, p.Static, 0
	if !sc.filter.MatchPartition(key, p.Static) {
		sc.pos.Done = true
		sc.at++
		return nil
	}
	if len(p.Rows) == 0 && resumed {
		sc.at++
		return nil
	}
	sc.partition = p
	return nil
}

// nextRow goes to the next row of the partition that passes; false at its end.
func (sc *scan) nextRow() bool {
	p := sc.partition
	if len(p.Rows) == 0 {
		if sc.line > 0 || p.Static == nil || !sc.wantStatic || sc.filter.OnRows() {
			return false
		}
		sc.line, sc.row = 1, nil
		sc.seen++
		sc.pos = row.Position{Key: p.Key, Seen: 1, Done: true}
		return true
	}
	for sc.line < len(p.Rows) {
		if sc.seen >= sc.perPartition {
			sc.pos.Done = true
			return false
		}
		r := p.Rows[sc.line]
		sc.line++
		sc.examined++
		sc.pos.Clustering = r.Clustering
		if !sc.filter.MatchRow(r) {
			sc.mark()
			continue
		}
		sc.seen++
		sc.mark()
		sc.row = r
		return true
	}
	return false
}

// mark notes how far the partition is read. Storage counts what it gives, the client's limit what passes.
func (sc *scan) mark() {
	sc.pos.Seen = sc.seen
	sc.pos.Done = sc.seen >= sc.perPartition || len(sc.s.Table.Clustering) == 0
}

// skipPartition leaves out what is left of the partition under way.
func (sc *scan) skipPartition() {
	sc.pos.Done = true
	if sc.partition != nil {
		sc.line = len(sc.partition.Rows)
	}
}

func listText(names []string) string { return "[" + strings.Join(names, ", ") + "]" }

func topKPageText(size, limit int) string {
	return fmt.Sprintf("Top-K queries do not support paging and the page size is set to %d, which is less than LIMIT %d. "+
		"The page size has been set to %d to match the LIMIT.", size, limit, limit)
}

// readFailure is the answer when a replica cannot compute what was asked.
func readFailure(cl Consistency) error {
	err := cqlerr.New(cqlerr.ReadFailure, "Operation failed - received 0 responses and 1 failures: UNKNOWN")
	err.Detail = &cqlerr.Failure{Consistency: uint16(cl), BlockFor: 1, Reasons: map[string]uint16{"127.0.0.1": 0}}
	return err
}
