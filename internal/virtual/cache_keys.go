package virtual

import "alexandra/internal/cqltype"

// AuthCache is one of the caches about logins and permissions. The cells of a key are the columns of its table.
type AuthCache interface {
	Keys() [][]string
	// Invalidate forgets the entry of a key; without a key all entries.
	Invalidate(key ...string)
}

var (
	credentialsCacheKeys = cacheKeys("credentials_cache_keys", "credentials",
		func(c *Config) AuthCache { return c.CredentialsCache }, "role")
	jmxPermissionsCacheKeys = cacheKeys("jmx_permissions_cache_keys", "JMX permissions",
		func(c *Config) AuthCache { return c.JMXPermissionsCache }, "role")
	networkPermissionsCacheKeys = cacheKeys("network_permissions_cache_keys", "network permissions",
		func(c *Config) AuthCache { return c.NetworkPermissionsCache }, "role")
	permissionsCacheKeys = cacheKeys("permissions_cache_keys", "permissions",
		func(c *Config) AuthCache { return c.PermissionsCache }, "role", "resource")
	rolesCacheKeys = cacheKeys("roles_cache_keys", "roles",
		func(c *Config) AuthCache { return c.RolesCache }, "role")
)

// cacheKeys is the table of the keys of a cache. Deleting one, or all with TRUNCATE, invalidates.
func cacheKeys(table, cache string, find func(*Config) AuthCache, columns ...string) *definition {
	d := &definition{name: table, comment: "keys in the " + cache + " cache", mutable: true}
	for _, c := range columns {
		d.columns = append(d.columns, key(c, cqltype.Text))
	}
	d.rows = func(t *Tables) []record {
		c := find(&t.config)
		if c == nil {
			return nil
		}
		var rows []record
		for _, k := range c.Keys() {
			r := make(record, len(k))
			for i, cell := range k {
				r[i] = cell
			}
			rows = append(rows, r)
		}
		return rows
	}
	d.truncate = func(t *Tables) {
		if c := find(&t.config); c != nil {
			c.Invalidate()
		}
	}
	d.remove = func(t *Tables, key [][]byte) {
		c := find(&t.config)
		if c == nil {
			return
		}
		cells := make([]string, len(key))
		for i, k := range key {
			cells[i] = string(k)
		}
		c.Invalidate(cells...)
	}
	return d
}
