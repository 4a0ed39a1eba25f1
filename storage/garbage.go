package storage

import (
	"math"
	"sync"

	"github.com/google/uuid"

	"alexandra/internal/clock"
	"alexandra/internal/row"
)

// garbageNotes remember, for each table, from when on a collection will find something (seconds since 1970).
type garbageNotes struct {
	mu  sync.Mutex
	due map[uuid.UUID]int64
}

const never = math.MaxInt64

func (g *garbageNotes) note(table uuid.UUID, at int64) {
	if at == never {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.due == nil {
		g.due = map[uuid.UUID]int64{}
	}
	if old, ok := g.due[table]; !ok || at < old {
		g.due[table] = at
	}
}

// take lists the tables that are due at now and forgets them.
func (g *garbageNotes) take(now int64) []uuid.UUID {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []uuid.UUID
	for id, at := range g.due {
		if at <= now {
			out = append(out, id)
			delete(g.due, id)
		}
	}
	return out
}

func (g *garbageNotes) forget(table uuid.UUID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.due, table)
}

// noteMutation notes what a write leaves behind: shadowed rows at once, tombstones after their grace, expired cells.
func (g *garbageNotes) noteMutation(m *row.Mutation, c clock.Clock) {
	grace := int64(m.Table.Options.GCGraceSeconds)
	at := int64(never)
	if !m.Deletion.IsLive() || len(m.Ranges) > 0 {
		at = c.Now().Unix()
	}
	if m.Static != nil {
		at = min(at, rowGarbage(m.Static, grace))
	}
	for _, r := range m.Rows {
		at = min(at, rowGarbage(r, grace))
	}
	g.note(m.Table.ID, at)
}

// rowGarbage is when a part of the row can first be forgotten.
func rowGarbage(r *row.Row, grace int64) int64 {
	at := int64(never)
	if !r.Deletion.IsLive() {
		at = min(at, r.Deletion.LocalTime+grace+1)
	}
	for i := range r.Columns {
		at = min(at, r.Columns[i].LocalTime+grace+1)
	}
	if r.Liveness.TTL > 0 {
		at = min(at, max(r.Liveness.Expiry, r.Liveness.Expiry-int64(r.Liveness.TTL)+grace+1))
	}
	for i := range r.Cells {
		switch c := &r.Cells[i]; {
		case c.Kind == row.Tombstone:
			at = min(at, c.Expiry-int64(c.TTL)+grace+1)
		case c.TTL > 0:
			at = min(at, max(c.Expiry, c.Expiry-int64(c.TTL)+grace+1))
		}
	}
	return at
}
