package node

import (
	"context"
	"fmt"
	"time"

	"alexandra/internal/row"
)

// preparedStore keeps prepared statements in system.prepared_statements, so that clients find them after a restart.
type preparedStore struct{ n *Node }

const preparedWrite = 2 * time.Second

// Save implements exec.PreparedStore.
func (s preparedStore) Save(ctx context.Context, id []byte, keyspace, query string) {
	s.run(ctx, "INSERT INTO system.prepared_statements (prepared_id, logged_keyspace, query_string) VALUES (?, ?, ?)", id, []byte(keyspace), []byte(query))
}

// Delete implements exec.PreparedStore.
func (s preparedStore) Delete(ctx context.Context, id []byte) {
	s.run(ctx, "DELETE FROM system.prepared_statements WHERE prepared_id = ?", id)
}

func (s preparedStore) run(ctx context.Context, cql string, values ...[]byte) {
	ctx, cancel := context.WithTimeout(ctx, preparedWrite)
	defer cancel()
	if _, err := s.n.exec.Internal(ctx, cql, row.One, values...); err != nil {
		s.n.log.Debug("a prepared statement was not kept", "error", err)
	}
}

// preload prepares what was prepared before the restart.
func (n *Node) preload(ctx context.Context) {
	began := n.clock.Now()
	rows, err := n.exec.Internal(ctx, "SELECT logged_keyspace, query_string FROM system.prepared_statements", row.One)
	if err != nil {
		n.log.Warn("prepared statements of the last run are lost", "error", err)
		return
	}
	count := 0
	for _, r := range rows.Rows {
		if n.exec.Preload(string(r[0]), string(r[1])) {
			count++
		}
	}
	n.log.Info(fmt.Sprintf("Preloaded %d prepared statements in %d ms", count, n.clock.Now().Sub(began).Milliseconds()))
}
