package auth

import (
	"context"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// CacheSettings are a cache's four options in cassandra.yaml. Validity 0 turns the cache off.
type CacheSettings struct {
	Validity       time.Duration
	UpdateInterval time.Duration // 0: as Validity
	MaxEntries     int
	ActiveUpdate   bool
}

func (s CacheSettings) interval() time.Duration {
	if s.UpdateInterval == 0 {
		return s.Validity
	}
	return s.UpdateInterval
}

// cache is one of the auth caches: entries are loaded when missing, reloaded in the background once older than the
// update interval, and dropped when older than the validity. A load that was overtaken by an invalidation is not kept.
type cache[K comparable, V any] struct {
	name string
	load func(context.Context, K) (V, error)
	log  *slog.Logger

	mu       sync.RWMutex
	settings CacheSettings
	enabled  bool // false: always load
	entries  *otter.Cache[K, V]
}

func newCache[K comparable, V any](name string, s CacheSettings, log *slog.Logger, load func(context.Context, K) (V, error)) *cache[K, V] {
	c := &cache[K, V]{name: name, load: load, log: log, enabled: true}
	c.configure(s)
	return c
}

// disable makes every get a load: where the authenticator asks nobody to log in.
func (c *cache[K, V]) disable() *cache[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries != nil {
		c.entries.StopAllGoroutines()
	}
	c.enabled, c.entries = false, nil
	return c
}

// configure takes new settings and forgets all entries.
func (c *cache[K, V]) configure(s CacheSettings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries != nil {
		c.entries.StopAllGoroutines()
	}
	c.settings, c.entries = s, nil
	if s.Validity <= 0 || !c.enabled {
		return
	}
	o := &otter.Options[K, V]{
		MaximumSize:      max(s.MaxEntries, 1),
		ExpiryCalculator: otter.ExpiryWriting[K, V](s.Validity),
	}
	if s.interval() < s.Validity {
		o.RefreshCalculator = otter.RefreshWriting[K, V](s.interval())
	}
	c.entries = otter.Must(o)
	c.log.Info(fmt.Sprintf("(Re)initializing %s (validity period/update interval/max entries/active update) (%d/%d/%d/%t)",
		c.name, s.Validity.Milliseconds(), s.interval().Milliseconds(), s.MaxEntries, s.ActiveUpdate))
}

func (c *cache[K, V]) current() *otter.Cache[K, V] {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries
}

func (c *cache[K, V]) get(ctx context.Context, key K) (V, error) {
	entries := c.current()
	if entries == nil {
		return c.load(ctx, key)
	}
	if v, ok := entries.GetIfPresent(key); ok {
		return v, nil
	}
	return entries.Get(ctx, key, otter.LoaderFunc[K, V](c.load))
}

func (c *cache[K, V]) invalidate(keys ...K) {
	entries := c.current()
	if entries == nil {
		return
	}
	if len(keys) == 0 {
		entries.InvalidateAll()
	}
	for _, k := range keys {
		entries.Invalidate(k)
	}
}

func (c *cache[K, V]) keys() []K {
	entries := c.current()
	if entries == nil {
		return nil
	}
	var keys []K
	for k := range entries.Keys() {
		keys = append(keys, k)
	}
	return keys
}

// refresh reloads every entry; the active update runs it each interval.
func (c *cache[K, V]) refresh(ctx context.Context) {
	for _, k := range c.keys() {
		entries := c.current()
		if entries == nil || ctx.Err() != nil {
			return
		}
		<-entries.Refresh(ctx, k, otter.LoaderFunc[K, V](c.load))
	}
}

func (c *cache[K, V]) close() {
	if entries := c.current(); entries != nil {
		entries.StopAllGoroutines()
	}
}

// CacheControl is what nodetool and virtual tables may do with a cache.
type CacheControl interface {
	Name() string
	Settings() CacheSettings
	Configure(CacheSettings)
	// Keys lists the keys as the virtual table shows them: one column, or role and resource.
	Keys() [][]string
	// Invalidate forgets the entry of a key as Keys lists it; without a key all entries.
	Invalidate(key ...string)
	refresh(context.Context)
	close()
}

// control makes a cache a CacheControl; cells and key translate between keys and columns.
type control[K comparable, V any] struct {
	*cache[K, V]
	cells func(K) []string
	key   func([]string) (K, bool)
}

func stringControl[V any](c *cache[string, V]) CacheControl {
	return control[string, V]{
		c, func(k string) []string { return []string{k} },
		func(cells []string) (string, bool) { return cells[0], len(cells) == 1 },
	}
}

func (c control[K, V]) Name() string { return c.name }

func (c control[K, V]) Settings() CacheSettings {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.settings
}

func (c control[K, V]) Configure(s CacheSettings) { c.configure(s) }

func (c control[K, V]) Keys() [][]string {
	var rows [][]string
	for _, k := range c.keys() {
		rows = append(rows, c.cells(k))
	}
	sort.Slice(rows, func(i, j int) bool { return fmt.Sprint(rows[i]) < fmt.Sprint(rows[j]) })
	return rows
}

func (c control[K, V]) Invalidate(key ...string) {
	if len(key) == 0 {
		c.invalidate()
		return
	}
	if k, ok := c.key(key); ok {
		c.invalidate(k)
	}
}
