package integration

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// TestViewsOfRacingCoordinators: three coordinators, one of which has a clock that is ahead, change and delete the same rows at
// the same time, conditionally as well; the view has each row where the base table says, and nowhere else.
func TestViewsOfRacingCoordinators(t *testing.T) {
	for _, level := range []primitive.ConsistencyLevel{levelOne, levelQuorum} {
		t.Run(levelName(level), func(t *testing.T) {
			w := nodes(t, 3, testnode.YAML("materialized_views_enabled: true\n"))
			w.must(1, levelOne, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 3}")
			w.must(1, levelOne, "CREATE TABLE ks.t (k int PRIMARY KEY, v int, w int)")
			w.must(1, levelOne, "CREATE MATERIALIZED VIEW ks.by_v AS SELECT k, v, w FROM ks.t WHERE k IS NOT NULL AND v IS NOT NULL PRIMARY KEY (v, k)")
			w.Agree()
			w.SetSkew(2, 300*time.Millisecond)
			var writers sync.WaitGroup
			for i := 1; i <= 3; i++ {
				c, err := w.TryClient(i, rawclient.Options{Version: 5})
				require.NoError(t, err)
				writers.Go(func() { changeViewed(t, c, level, i) })
			}
			writers.Wait()
			w.Eventually("the view is what the base table says", func() error {
				base, view := w.pairs("SELECT k, v FROM ks.t"), w.pairs("SELECT k, v FROM ks.by_v")
				if !slices.Equal(base, view) {
					return fmt.Errorf("base %v, view %v", base, view)
				}
				return nil
			})
		})
	}
}

// changeViewed changes a few rows again and again.
func changeViewed(t *testing.T, c *rawclient.Client, level primitive.ConsistencyLevel, writer int) {
	rng := rand.New(rand.NewPCG(1, uint64(writer)))
	for n := range 150 {
		k, v := rng.IntN(4), 3*n+writer
		cql := fmt.Sprintf("UPDATE ks.t SET v = %d, w = %d WHERE k = %d", v, n, k)
		switch rng.IntN(8) {
		case 0:
			cql = fmt.Sprintf("DELETE FROM ks.t WHERE k = %d", k)
		case 1:
			cql = fmt.Sprintf("INSERT INTO ks.t (k, v, w) VALUES (%d, %d, 0) IF NOT EXISTS", k, v)
		}
		_, err := runOn(c, cql, query{level: level})
		if code := rawclient.Code(err); err != nil && code != writeTimeout && code != casUnknown {
			t.Error(err)
			return
		}
	}
}

const casUnknown = 0x1700

// pairs are the k and v that are not null of all rows, sorted.
func (w *world) pairs(cql string) []string {
	w.t.Helper()
	rows := w.must(1, levelQuorum, cql)
	found := map[string]bool{}
	for i := range rows.Values {
		if v := rows.Value(i, "v"); v != nil {
			found[fmt.Sprintf("%x=%x", rows.Value(i, "k"), v)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
