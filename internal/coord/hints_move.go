package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"github.com/google/uuid"

	"alexandra/internal/ring"
	"alexandra/internal/rpc"
)

// RerouteHints gives what is kept for a node that is no longer in the ring to those who own it now, and forgets it. A hint
// may be the only copy of a write at ANY.
func (c *Coordinator) RerouteHints(ctx context.Context, host uuid.UUID) error {
	for ctx.Err() == nil {
		batch := c.nextHints(host)
		if len(batch) == 0 {
			return nil
		}
		if ms := c.validHints(batch); len(ms) > 0 {
			if err := c.writeEverywhere(ctx, ms); err != nil {
				return err
			}
		}
		if err := c.forgetHints(host, batch); err != nil {
			return err
		}
		c.Log.Info("Finished converting hints of a node that has left", "host_id", host.String(), "hints", len(batch))
	}
	return ctx.Err()
}

func (c *Coordinator) forgetHints(host uuid.UUID, batch []storedHint) error {
	for _, h := range batch {
		if err := c.Local.Delete(h.key); err != nil {
			return err
		}
		c.hints.release(host, int64(len(h.value)))
	}
	return nil
}

// HandOverHints gives all that is kept here to another node: this one leaves (transfer_hints_on_decommission).
func (c *Coordinator) HandOverHints(ctx context.Context) error {
	var heirs []*ring.Endpoint
	for _, e := range c.others(c.ring.Load().Owners()) {
		if e.Status == ring.Normal {
			heirs = append(heirs, e)
		}
	}
	for _, host := range c.hintedHosts() {
		for {
			batch := c.nextHints(host)
			if len(batch) == 0 {
				break
			}
			if err := c.handOver(ctx, heirs, host, batch); err != nil {
				return err
			}
			if err := c.forgetHints(host, batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOver stores hints at the first heir that takes them; hints for an heir go to itself like any delivery.
func (c *Coordinator) handOver(ctx context.Context, heirs []*ring.Endpoint, host uuid.UUID, batch []storedHint) error {
	err := errors.New("no live node to hand hints over to")
	body := binary.AppendUvarint(append([]byte(nil), host[:]...), uint64(len(batch)))
	for _, h := range batch {
		_, created, _ := splitHintKey(h.key)
		body = appendBytes(binary.BigEndian.AppendUint64(body, uint64(created.UnixMicro())), h.value)
	}
	for _, heir := range heirs {
		if heir.HostID == host {
			_, err = c.callStreaming(ctx, heir, rpc.Hint, encodeMutations(c.validHints(batch)))
		} else {
			_, err = c.callStreaming(ctx, heir, rpc.HintStore, body)
		}
		if err == nil {
			return nil
		}
	}
	return err
}

// serveHintStore keeps hints of a node that leaves.
func (c *Coordinator) serveHintStore(_ context.Context, body []byte) ([]byte, error) {
	d := reader{b: body}
	host := d.uuid()
	for range d.count() {
		created, value := d.int64(), d.bytes()
		if d.err != nil {
			break
		}
		if err := c.Local.Set(c.hintKeyAt(host, created), bytes.Clone(value)); err != nil {
			return nil, err
		}
	}
	c.WakeHints()
	return nil, d.finish()
}
