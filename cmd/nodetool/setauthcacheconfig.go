package main

import (
	"time"

	"alexandra/internal/admin"
)

var setauthcacheconfigCommand = command{
	name: "setauthcacheconfig", summary: "Set configuration for Auth cache", run: runSetAuthCacheConfig,
	options: []option{
		{names: []string{"--cache-name"}, value: "<cache-name>", help: "Name of Auth cache (required)", required: true},
		{names: []string{"--disable-active-update"}, help: "Disable active update"},
		{names: []string{"--enable-active-update"}, help: "Enable active update"},
		{names: []string{"--max-entries"}, value: "<max-entries>", help: "Max entries"},
		{names: []string{"--update-interval"}, value: "<update-interval>", help: "Update interval in milliseconds"},
		{names: []string{"--validity-period"}, value: "<validity-period>", help: "Validity period in milliseconds"},
	},
}

func runSetAuthCacheConfig(c *call) error {
	a := admin.AuthCache{Name: c.option("--cache-name")}
	enable, disable := c.has("--enable-active-update"), c.has("--disable-active-update")
	if enable && disable {
		return admin.Usage("enable-active-update and disable-active-update cannot be used together")
	}
	a.SetActiveUpdate, a.ActiveUpdate = enable || disable, enable
	for _, n := range []struct {
		option string
		set    func(int64)
	}{
		{"--validity-period", func(n int64) { a.SetValidity, a.Validity = true, time.Duration(n)*time.Millisecond }},
		{"--update-interval", func(n int64) { a.SetUpdateInterval, a.UpdateInterval = true, time.Duration(n)*time.Millisecond }},
		{"--max-entries", func(n int64) { a.SetMaxEntries, a.MaxEntries = true, int(n) }},
	} {
		if !c.has(n.option) {
			continue
		}
		value, err := number(c.option(n.option))
		if err != nil {
			return err
		}
		n.set(value)
	}
	if !a.SetActiveUpdate && !a.SetValidity && !a.SetUpdateInterval && !a.SetMaxEntries {
		return admin.Usage("At least one optional parameter need to be passed")
	}
	before, err := ask(c, admin.AuthCacheOp, admin.AuthCache{Name: a.Name})
	if err != nil {
		return err
	}
	after, err := ask(c, admin.AuthCacheOp, a)
	if err != nil {
		return err
	}
	change := func(set bool, what string, old, now any) {
		if set {
			c.printf("Changed %s to %v\n", what, now)
		}
		_ = old
	}
	change(a.SetValidity, "Validity Period", before.Validity, after.Validity.Milliseconds())
	change(a.SetUpdateInterval, "Update Interval", before.UpdateInterval, after.UpdateInterval.Milliseconds())
	change(a.SetMaxEntries, "Max Entries", before.MaxEntries, after.MaxEntries)
	change(a.SetActiveUpdate, "Active Update", before.ActiveUpdate, after.ActiveUpdate)
	return nil
}
