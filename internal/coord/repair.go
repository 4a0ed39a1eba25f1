package coord

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"slices"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Repair makes all replicas of some ranges hold the same: it compares digests of the range, halves what differs until
// little is left, then merges the partitions and writes to each replica what it lacks, this node included.

// RepairOptions select what is repaired.
type RepairOptions struct {
	Keyspace string
	Tables   []string // empty: all
	// Primary restricts to ranges of which this node is the first replica; Local to replicas of this datacenter.
	Primary, Local bool
	Datacenters    []string // empty: all
	Hosts          []string // addresses; empty: all
	Ranges         []token.Range
	Force          bool // leave dead replicas out
	Preview        bool // only count the differences
	// Progress is told of each range that is done, may be nil.
	Progress func(r token.Range, done, total int)
}

// RepairResult says what a repair did.
type RepairResult struct {
	Ranges, Differences int
	Partitions          int // that were written to some replica
}

// leafPartitions is the number of partitions that are read and merged at once instead of being halved further.
const leafPartitions = 64

// Repair runs until all is done or something fails; what it has written stays.
func (c *Coordinator) Repair(ctx context.Context, o RepairOptions) (*RepairResult, error) {
	p, err := c.place(o.Keyspace)
	if err != nil {
		return nil, err
	}
	res := &RepairResult{}
	if ring.IsLocal(p.Strategy) || p.Strategy.Factor() <= 1 {
		return res, nil
	}
	tables, err := c.repairTables(o)
	if err != nil {
		return nil, err
	}
	ranges, err := c.repairRanges(o, p)
	if err != nil {
		return nil, err
	}
	for i, r := range ranges {
		nodes, err := c.repairNodes(o, r)
		if err != nil {
			return res, err
		}
		if len(nodes) > 1 {
			for _, t := range tables {
				job := &repairJob{c: c, table: t, nodes: nodes, result: res, preview: o.Preview}
				for _, flat := range r.Unwrap() {
					if err := job.run(ctx, flat); err != nil {
						return res, err
					}
				}
			}
		}
		res.Ranges++
		if o.Progress != nil {
			o.Progress(r.Range, i+1, len(ranges))
		}
	}
	return res, nil
}

func (c *Coordinator) repairTables(o RepairOptions) ([]*schema.Table, error) {
	ks := c.Schema().Keyspace(o.Keyspace)
	var out []*schema.Table
	for _, name := range sortedKeys(ks.Tables) {
		if len(o.Tables) == 0 || slices.Contains(o.Tables, name) {
			out = append(out, ks.Tables[name])
		}
	}
	for _, name := range o.Tables {
		if ks.Tables[name] == nil {
			return nil, fmt.Errorf("Unknown keyspace/cf pair (%s.%s)", o.Keyspace, name) //nolint:staticcheck // Cassandra's words
		}
	}
	return out, nil
}

// repairRanges are the ranges that this node replicates, or a part of them.
func (c *Coordinator) repairRanges(o RepairOptions, p *ring.Placement) ([]ring.Range, error) {
	self := p.Ring().Host(c.Self)
	if self == nil {
		return nil, nil
	}
	var own []ring.Range
	switch {
	case o.Primary && o.Local:
		own = p.PrimaryInDatacenter(self)
	case o.Primary:
		own = p.Primary(self)
	default:
		own = p.RangesOf(self)
	}
	if len(o.Ranges) == 0 {
		return own, nil
	}
	var out []ring.Range
	for _, wanted := range o.Ranges {
		found := false
		for _, r := range own {
			switch {
			case r.ContainsRange(wanted):
				out = append(out, ring.Range{Range: wanted, Replicas: r.Replicas})
				found = true
			case r.Intersects(wanted):
				//nolint:staticcheck // Cassandra's words
				return nil, fmt.Errorf("Requested range %s intersects a local range (%s) but is not fully contained in one; this would lead to imprecise repair. keyspace: %s",
					wanted, r.Range, o.Keyspace)
			}
		}
		if !found {
			return nil, fmt.Errorf("range %s is not replicated by this node", wanted)
		}
	}
	return out, nil
}

// repairNodes are the replicas of a range that take part. A dead one is an error unless forced.
func (c *Coordinator) repairNodes(o RepairOptions, r ring.Range) ([]*ring.Endpoint, error) {
	var out []*ring.Endpoint
	for _, e := range r.Replicas {
		switch {
		case c.isSelf(e):
		case o.Local && !c.isLocalDC(e),
			len(o.Datacenters) > 0 && !slices.Contains(o.Datacenters, e.Datacenter),
			len(o.Hosts) > 0 && !slices.Contains(o.Hosts, e.Address.Addr().String()) && !slices.Contains(o.Hosts, e.Address.String()):
			continue
		case !c.live(e) && o.Force:
			continue
		case !c.live(e):
			return nil, fmt.Errorf("Endpoint not alive: %s", e) //nolint:staticcheck // Cassandra's words
		}
		out = append(out, e)
	}
	return out, nil
}

// repairJob repairs one table among some nodes.
type repairJob struct {
	c      *Coordinator
	table  *schema.Table
	nodes  []*ring.Endpoint
	result *RepairResult
	// preview compares, and writes nothing.
	preview bool
}

// summary is what a node says of a range: how many partitions it holds there and a digest of them.
type summary struct {
	count  uint64
	digest [16]byte
	middle token.Token // half of the partitions lie up to here
}

func (j *repairJob) run(ctx context.Context, r token.Range) error {
	sums, err := parallel(len(j.nodes), func(i int) (summary, error) { return j.summarize(ctx, j.nodes[i], r) })
	if err != nil {
		return err
	}
	same := true
	biggest := sums[0]
	for _, s := range sums[1:] {
		same = same && s.count == sums[0].count && s.digest == sums[0].digest
		if s.count > biggest.count {
			biggest = s
		}
	}
	switch {
	case same:
		return nil
	case biggest.count <= leafPartitions || biggest.middle == r.End:
		j.result.Differences++
		if j.preview {
			return nil
		}
		return j.sync(ctx, r)
	}
	if err := j.run(ctx, token.Range{Start: r.Start, End: biggest.middle}); err != nil {
		return err
	}
	return j.run(ctx, token.Range{Start: biggest.middle, End: r.End})
}

func (j *repairJob) timeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, j.c.Timeouts().Repair)
}

func (j *repairJob) summarize(ctx context.Context, e *ring.Endpoint, r token.Range) (summary, error) {
	ctx, cancel := j.timeout(ctx)
	defer cancel()
	if j.c.isSelf(e) {
		return j.c.summarize(ctx, j.table, r)
	}
	out, err := j.c.callRetrying(ctx, e, rpc.RepairDigests, repairBody(j.table, r))
	if err != nil {
		return summary{}, j.lost(e, err)
	}
	d := reader{b: out}
	s := summary{count: d.uvarint()}
	copy(s.digest[:], d.take(16))
	s.middle = token.Token(d.int64())
	return s, d.finish()
}

func (j *repairJob) lost(e *ring.Endpoint, err error) error {
	j.c.Log.Info("repair lost a replica", "node", e.String(), "error", err)
	if !j.c.live(e) {
		return fmt.Errorf("Cannot proceed on repair because a neighbor (%s) is dead: session failed", e) //nolint:staticcheck // Cassandra's words
	}
	return fmt.Errorf("Did not get replies from all endpoints.") //nolint:staticcheck // Cassandra's words
}

func repairBody(t *schema.Table, r token.Range) []byte {
	out := append([]byte(nil), t.ID[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(r.Start))
	return binary.BigEndian.AppendUint64(out, uint64(r.End))
}

func (c *Coordinator) repairRequest(body []byte) (*schema.Table, token.Range, error) {
	d := reader{b: body}
	id := d.uuid()
	r := token.Range{Start: token.Token(d.int64()), End: token.Token(d.int64())}
	if err := d.finish(); err != nil {
		return nil, r, err
	}
	t := c.tableByID(id)
	if t == nil {
		return nil, r, c.wireError(row.ErrUnknownTable)
	}
	return t, r, nil
}

func (c *Coordinator) serveRepairDigests(ctx context.Context, body []byte) ([]byte, error) {
	t, r, err := c.repairRequest(body)
	if err != nil {
		return nil, err
	}
	s, err := c.summarize(ctx, t, r)
	if err != nil {
		return nil, err
	}
	out := binary.AppendUvarint(nil, s.count)
	out = append(out, s.digest[:]...)
	return binary.BigEndian.AppendUint64(out, uint64(s.middle)), nil
}

// repairPage is how many rows a scan for repair reads at once.
const repairPage = 1000

// scan visits all partitions of a range as this node has them, each in as many pieces as pages cut it into.
func (c *Coordinator) scan(ctx context.Context, t *schema.Table, r token.Range, visit func(*row.Partition)) error {
	return c.pages(ctx, t, r, c.Local.Read, func(ps []*row.Partition) error {
		for _, p := range ps {
			visit(p)
		}
		return nil
	})
}

// whole visits the partitions of a range in one piece each, settled and without forgotten tombstones.
func (c *Coordinator) whole(ctx context.Context, t *schema.Table, r token.Range, visit func(*row.Partition)) error {
	g := row.Garbage{Now: c.Clock.Now().Unix()}
	g.Before = g.Now - int64(t.Options.GCGraceSeconds)
	var pieces []*row.Partition
	flush := func() {
		if len(pieces) > 0 {
			if p := row.Compact(row.Merge(t, pieces...), t, g); p != nil {
				visit(p)
			}
		}
		pieces = nil
	}
	err := c.scan(ctx, t, r, func(p *row.Partition) {
		if len(pieces) > 0 && !bytes.Equal(pieces[0].Key, p.Key) {
			flush()
		}
		pieces = append(pieces, p)
	})
	flush()
	return err
}

func (c *Coordinator) summarize(ctx context.Context, t *schema.Table, r token.Range) (summary, error) {
	var s summary
	h := md5.New()
	var tokens []token.Token
	err := c.whole(ctx, t, r, func(p *row.Partition) {
		s.count++
		h.Write(row.EncodePartition(p))
		tokens = append(tokens, tokenOf(p.Key))
	})
	h.Sum(s.digest[:0])
	s.middle = r.End
	if n := len(tokens); n > 1 {
		s.middle = tokens[(n-1)/2]
	}
	return s, err
}

// sync reads a small range from all nodes, merges, and writes to each what it lacks.
func (j *repairJob) sync(ctx context.Context, r token.Range) error {
	held, err := parallel(len(j.nodes), func(i int) ([]*row.Partition, error) { return j.fetch(ctx, j.nodes[i], r) })
	if err != nil {
		return err
	}
	answers := make([]answer, len(held))
	for i := range held {
		answers[i] = answer{result: &row.Result{Partitions: held[i]}}
	}
	cmp := row.NewComparator(j.table)
	merged := mergeAnswers(cmp, answers)
	changed := map[string]bool{}
	for i, e := range j.nodes {
		d := &delivery{node: e}
		size := 0
		for _, p := range merged {
			lacks := diff(cmp, p, find(held[i], p.Key))
			if lacks == nil {
				continue
			}
			changed[string(p.Key)] = true
			m := &row.Mutation{Table: j.table, Partition: *lacks}
			d.ms = append(d.ms, m)
			if size += len(row.EncodeMutation(m)); size > hintBatchBytes {
				if err := j.write(ctx, d); err != nil {
					return err
				}
				d, size = &delivery{node: e}, 0
			}
		}
		if len(d.ms) > 0 {
			if err := j.write(ctx, d); err != nil {
				return err
			}
		}
	}
	j.result.Partitions += len(changed)
	return nil
}

func (j *repairJob) write(ctx context.Context, d *delivery) error {
	ctx, cancel := j.timeout(ctx)
	defer cancel()
	if err := j.c.repairOne(ctx, d); err != nil {
		return j.lost(d.node, err)
	}
	return nil
}

func (j *repairJob) fetch(ctx context.Context, e *ring.Endpoint, r token.Range) ([]*row.Partition, error) {
	ctx, cancel := j.timeout(ctx)
	defer cancel()
	if j.c.isSelf(e) {
		return j.c.held(ctx, j.table, r)
	}
	out, err := j.c.callRetrying(ctx, e, rpc.RepairRead, repairBody(j.table, r))
	if err != nil {
		return nil, j.lost(e, err)
	}
	res, err := row.DecodeResult(out, j.table)
	if err != nil {
		return nil, err
	}
	return res.Partitions, nil
}

func (c *Coordinator) held(ctx context.Context, t *schema.Table, r token.Range) ([]*row.Partition, error) {
	var out []*row.Partition
	err := c.whole(ctx, t, r, func(p *row.Partition) { out = append(out, p) })
	return out, err
}

func (c *Coordinator) serveRepairRead(ctx context.Context, body []byte) ([]byte, error) {
	t, r, err := c.repairRequest(body)
	if err != nil {
		return nil, err
	}
	ps, err := c.held(ctx, t, r)
	if err != nil {
		return nil, err
	}
	return row.EncodeResult(&row.Result{Partitions: ps}), nil
}
