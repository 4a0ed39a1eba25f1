package coord

import (
	"context"
	"time"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/token"
)

// part is one stretch of the ring and the nodes that answer for it.
type part struct {
	token.Range
	group *group
}

// readRange scans in token order. Neighbouring ranges that share enough live replicas are read as one; when they hold
// few rows several are read at once.
func (c *Coordinator) readRange(ctx context.Context, r *row.Read, p *ring.Placement, cl row.Consistency, deadline time.Time) (*row.Result, error) {
	parts, err := c.parts(r, p, cl)
	if err != nil {
		return nil, err
	}
	if len(parts) == 1 && c.onlySelf(parts[0].group) {
		return c.readHere(ctx, r, cl)
	}
	out := &row.Result{}
	left := r.Limit
	width := 1
	for start := 0; start < len(parts); {
		end := min(start+width, len(parts))
		results, err := parallel(end-start, func(i int) (*row.Result, error) {
			one := *r
			one.Range, one.Limit = parts[start+i].Range, left
			if start+i > 0 {
				one.After = nil
			}
			return c.readGroup(ctx, &one, parts[start+i].group, deadline)
		})
		if err != nil {
			return nil, err
		}
		for i, res := range results {
			if appendLimited(out, res, r, &left) {
				out.More = out.More || res.More || start+i+1 < len(parts)
				return out, nil
			}
		}
		start = end
		width = min(2*width, keysInParallel)
	}
	return out, nil
}

// parts cuts the read's range at the ring's tokens, behind where the last page ended.
func (c *Coordinator) parts(r *row.Read, p *ring.Placement, cl row.Consistency) ([]part, error) {
	n := needOf(cl, p.Strategy, c.Snitch.Local().Datacenter)
	var out []part
	for _, wanted := range r.Range.Unwrap() {
		var open *part // may still grow
		var common []*ring.Endpoint
		for _, s := range p.Unwrapped() {
			for _, cut := range s.Intersect(wanted) {
				if r.After != nil && len(out) == 0 && open == nil && !cut.Contains(tokenOf(r.After.Key)) {
					continue
				}
				live := c.liveOf(s.Replicas)
				if open != nil {
					shared := intersect(common, live)
					if g, err := c.choose(shared, n); err == nil && len(shared) > 0 {
						open.End, open.group, common = cut.End, g, shared
						continue
					}
					out = append(out, *open)
				}
				g, err := c.choose(live, n)
				if err != nil {
					return nil, err
				}
				open, common = &part{cut, g}, live
			}
		}
		if open != nil {
			out = append(out, *open)
		}
	}
	return out, nil
}

func (c *Coordinator) liveOf(es []*ring.Endpoint) []*ring.Endpoint {
	up, _ := c.split(es)
	return up
}

func intersect(a, b []*ring.Endpoint) []*ring.Endpoint {
	var out []*ring.Endpoint
	for _, e := range a {
		for _, f := range b {
			if e == f {
				out = append(out, e)
			}
		}
	}
	return out
}
