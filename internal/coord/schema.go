package coord

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// SchemaCodec turns schemas into rows of system_schema and back; internal/syskeyspace has one.
type SchemaCodec interface {
	// Tables are the tables of system_schema.
	Tables() []*schema.Table
	// Encode is what has to be written so that old becomes now: new and changed rows, and tombstones for what is
	// gone, all with the timestamp micros. Keyspaces that are the node's own (system, system_schema, virtual ones)
	// are left out.
	Encode(old, now *schema.Schema, micros int64) []*row.Mutation
	// Decode makes a schema of all live rows, by table name, and puts the node's own keyspaces in.
	Decode(rows map[string][]*row.Partition) (*schema.Schema, error)
}

// schemaState is the newest schema and what is needed to change it.
type schemaState struct {
	current atomic.Pointer[schema.Schema]
	byID    atomic.Pointer[map[uuid.UUID]*schema.Table]
	pull    chan struct{}

	mu    sync.Mutex // held while the rows of system_schema change
	floor int64      // newest timestamp in them
	tried map[pullKey]time.Time
}

// pullKey is a version that a peer has while this node has another one.
type pullKey struct {
	peer        uuid.UUID
	theirs, own uuid.UUID
}

func (s *schemaState) publish(now *schema.Schema) {
	byID := map[uuid.UUID]*schema.Table{}
	for _, ks := range now.Keyspaces {
		for _, t := range ks.Tables {
			byID[t.ID] = t
		}
	}
	s.byID.Store(&byID)
	s.current.Store(now)
}

func (s *schemaState) table(id uuid.UUID) *schema.Table { return (*s.byID.Load())[id] }

// wakePull makes the pull loop look at the versions of the peers now.
func (s *schemaState) wakePull() {
	select {
	case s.pull <- struct{}{}:
	default:
	}
}

// Schema is the newest schema.
func (c *Coordinator) Schema() *schema.Schema { return c.schema.current.Load() }

// AlterSchema runs change on the newest schema, stores and spreads what it returns, and tells listeners before it
// returns. No changes means that nothing happened.
func (c *Coordinator) AlterSchema(ctx context.Context,
	change func(*schema.Schema) (*schema.Schema, []schema.Change, error),
) ([]schema.Change, error) {
	ms, changes, err := c.alterHere(ctx, change, false)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	c.pushSchema(ctx, ms)
	return changes, nil
}

// EnsureSchema is AlterSchema for what every node creates by itself on its first start, such as system_auth: the rows
// have a timestamp older than any statement's, so that nodes agree and nothing is overwritten, and nobody is told.
func (c *Coordinator) EnsureSchema(ctx context.Context, change func(*schema.Schema) (*schema.Schema, []schema.Change, error)) error {
	_, _, err := c.alterHere(ctx, change, true)
	return err
}

func (c *Coordinator) alterHere(ctx context.Context,
	change func(*schema.Schema) (*schema.Schema, []schema.Change, error), initial bool,
) ([]*row.Mutation, []schema.Change, error) {
	c.schema.mu.Lock()
	defer c.schema.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // rows that are written must be published
	old := c.Schema()
	now, changes, err := change(old)
	if err != nil || len(changes) == 0 {
		return nil, nil, err
	}
	micros := int64(0)
	if !initial {
		micros = c.Stamps.NextAfter(c.schema.floor)
	}
	ms := c.Codec.Encode(old, now, micros)
	if err := c.Local.Apply(ctx, ms); err != nil {
		return nil, nil, fmt.Errorf("store schema: %w", err)
	}
	loaded, err := c.loadSchema(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.schema.publish(loaded)
	c.announce(old, loaded, changes)
	return ms, changes, nil
}

func (c *Coordinator) announce(old, now *schema.Schema, changes []schema.Change) {
	c.forgetPlaces()
	if c.OnSchema != nil {
		c.OnSchema(old, now, changes)
	}
}

// LoadSchema reads the schema from storage: at start, before anything else is asked of the coordinator.
func (c *Coordinator) LoadSchema(ctx context.Context) error {
	c.schema.mu.Lock()
	defer c.schema.mu.Unlock()
	s, err := c.loadSchema(ctx)
	if err != nil {
		return err
	}
	c.schema.publish(s)
	return nil
}

// ReloadSchema reads the schema from storage again and tells listeners what differs (nodetool reloadlocalschema).
func (c *Coordinator) ReloadSchema(ctx context.Context) error {
	return c.mergeSchema(ctx, nil)
}

// loadSchema reads the rows of system_schema and remembers their newest timestamp.
func (c *Coordinator) loadSchema(ctx context.Context) (*schema.Schema, error) {
	rows := map[string][]*row.Partition{}
	for _, t := range c.Codec.Tables() {
		read := &row.Read{Table: t, Range: token.Full, Now: c.Clock.Now().Unix()}
		res, err := c.Local.Read(ctx, read)
		if err != nil {
			return nil, fmt.Errorf("read %s.%s: %w", t.Keyspace, t.Name, err)
		}
		for _, p := range res.Partitions {
			stamps(&row.Mutation{Table: t, Partition: *p}, func(ts *int64) { c.schema.floor = max(c.schema.floor, *ts) })
			if live := row.Purge(p, t, read.Now); live != nil {
				rows[t.Name] = append(rows[t.Name], live)
			}
		}
	}
	s, err := c.Codec.Decode(rows)
	if err != nil {
		return nil, fmt.Errorf("stored schema: %w", err)
	}
	return s, nil
}

// mergeSchema writes rows that came from another node and publishes what the schema has become.
func (c *Coordinator) mergeSchema(ctx context.Context, ms []*row.Mutation) error {
	c.schema.mu.Lock()
	defer c.schema.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // rows that are written must be published
	if len(ms) > 0 {
		if err := c.Local.Apply(ctx, ms); err != nil {
			return fmt.Errorf("store schema: %w", err)
		}
	}
	old := c.Schema()
	now, err := c.loadSchema(ctx)
	if err != nil {
		return err
	}
	changes := schema.Diff(old, now)
	if len(changes) == 0 && now.Version == old.Version {
		return nil
	}
	c.schema.publish(now)
	c.announce(old, now, changes)
	return nil
}

// pushTimeout limits how long a schema change waits for the other nodes.
const pushTimeout = 2 * time.Second

// pushSchema sends changed rows to all live nodes and waits for them, but not for long: who misses it will pull.
func (c *Coordinator) pushSchema(ctx context.Context, ms []*row.Mutation) {
	var peers []*ring.Endpoint
	for _, e := range c.ring.Load().Endpoints() {
		if !c.isSelf(e) && c.live(e) {
			peers = append(peers, e)
		}
	}
	if len(peers) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTimeout)
	defer cancel()
	body := encodeMutations(ms)
	_, _ = parallel(len(peers), func(i int) (struct{}, error) {
		answer, err := c.callRetrying(ctx, peers[i], rpc.SchemaPush, body)
		if err != nil {
			c.Log.Info("schema change not pushed", "node", peers[i].String(), "error", err)
		} else if len(answer) == 16 && c.OnPeerVersion != nil {
			c.OnPeerVersion(peers[i].HostID, uuid.UUID(answer))
		}
		return struct{}{}, nil
	})
}

// serveSchemaPush takes another node's changed rows and answers with the version that came of it.
func (c *Coordinator) serveSchemaPush(ctx context.Context, body []byte) ([]byte, error) {
	ms, err := c.schemaRows(body)
	if err != nil {
		return nil, err
	}
	if err := c.mergeSchema(ctx, ms); err != nil {
		return nil, err
	}
	v := c.Schema().Version
	return v[:], nil
}

// schemaRows decodes rows and refuses those of any other table than system_schema's.
func (c *Coordinator) schemaRows(body []byte) ([]*row.Mutation, error) {
	ms, err := c.decodeMutations(body, true)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		if m.Table.Keyspace != "system_schema" {
			return nil, errWire
		}
	}
	return ms, nil
}

// serveSchemaPull answers with all rows of system_schema, tombstones included.
func (c *Coordinator) serveSchemaPull(ctx context.Context, _ []byte) ([]byte, error) {
	var ms []*row.Mutation
	for _, t := range c.Codec.Tables() {
		res, err := c.Local.Read(ctx, &row.Read{Table: t, Range: token.Full, Now: c.Clock.Now().Unix()})
		if err != nil {
			return nil, err
		}
		for _, p := range res.Partitions {
			ms = append(ms, &row.Mutation{Table: t, Partition: *p})
		}
	}
	return encodeMutations(ms), nil
}

// PullSchema takes over what a node knows.
func (c *Coordinator) PullSchema(ctx context.Context, e *ring.Endpoint) error {
	c.Log.Info("Sending schema pull request to " + e.String())
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Request)
	defer cancel()
	body, err := c.callRetrying(ctx, e, rpc.SchemaPull, nil)
	if err != nil {
		return err
	}
	ms, err := c.schemaRows(body)
	if err != nil {
		return err
	}
	return c.mergeSchema(ctx, ms)
}

// SyncSchema pulls from every live node that has another version: before a node that starts opens its CQL port.
func (c *Coordinator) SyncSchema(ctx context.Context) {
	for _, e := range c.behind() {
		if c.Liveness.SchemaVersion(e.HostID) == c.Schema().Version {
			continue // another one had the same
		}
		if err := c.PullSchema(ctx, e); err != nil {
			c.Log.Warn("schema not pulled", "node", e.String(), "error", err)
		}
	}
}

// SchemaSeen is told by gossip that some node's schema version has changed.
func (c *Coordinator) SchemaSeen() { c.schema.wakePull() }

// behind are the live nodes whose version is not this node's.
func (c *Coordinator) behind() []*ring.Endpoint {
	own := c.Schema().Version
	var out []*ring.Endpoint
	for _, e := range c.ring.Load().Endpoints() {
		if c.isSelf(e) || !c.live(e) {
			continue
		}
		if v := c.Liveness.SchemaVersion(e.HostID); v != uuid.Nil && !bytes.Equal(v[:], own[:]) {
			out = append(out, e)
		}
	}
	return out
}

// A pushed change and the gossip about it cross: a difference is looked at again after pullDelay before anything is
// pulled, and the same pair of versions is not pulled twice within pullAgain.
const (
	pullDelay    = 150 * time.Millisecond
	pullInterval = 5 * time.Second
	pullAgain    = 10 * time.Second
)

func (c *Coordinator) pullLoop(ctx context.Context) {
	timer := time.NewTimer(pullInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.schema.pull:
			select {
			case <-ctx.Done():
				return
			case <-time.After(pullDelay):
			}
		case <-timer.C:
		}
		c.pullDifferences(ctx)
		timer.Reset(pullInterval)
	}
}

func (c *Coordinator) pullDifferences(ctx context.Context) {
	now := time.Now()
	for k, at := range c.schema.tried {
		if now.Sub(at) > pullAgain {
			delete(c.schema.tried, k)
		}
	}
	for _, e := range c.behind() {
		own, theirs := c.Schema().Version, c.Liveness.SchemaVersion(e.HostID)
		k := pullKey{e.HostID, theirs, own}
		if _, done := c.schema.tried[k]; done || theirs == own {
			continue
		}
		c.schema.tried[k] = now
		if err := c.PullSchema(ctx, e); err != nil {
			c.Log.Info("schema not pulled", "node", e.String(), "error", err)
			delete(c.schema.tried, k)
		}
	}
}
