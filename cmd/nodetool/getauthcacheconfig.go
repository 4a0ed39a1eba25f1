package main

import (
	"alexandra/internal/admin"
)

var getauthcacheconfigCommand = command{
	name: "getauthcacheconfig", summary: "Get configuration of Auth cache", run: runGetAuthCacheConfig,
	options: []option{
		{names: []string{"--cache-name"}, value: "<cache-name>", help: "Name of Auth cache (required)", required: true},
	},
}

func runGetAuthCacheConfig(c *call) error {
	a, err := ask(c, admin.AuthCacheOp, admin.AuthCache{Name: c.option("--cache-name")})
	if err != nil {
		return err
	}
	c.printf("Validity Period: %d\nUpdate Interval: %d\nMax Entries: %d\nActive Update: %t\n", a.Validity.Milliseconds(), a.UpdateInterval.Milliseconds(), a.MaxEntries, a.ActiveUpdate)
	return nil
}
