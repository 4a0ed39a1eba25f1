package main

import (
	"strconv"
	"time"

	"alexandra/internal/admin"
)

var faultCommand = command{
	name: "fault", summary: "Disturb the traffic with another node, for tests", run: runFault, own: true,
	options: []option{
		{names: []string{"--delay"}, value: "<duration>", help: "How long everything sent is held back, e.g. 100ms"},
		{names: []string{"--drop"}, value: "<share>", help: "The share of packets that is lost, from 0 to 1"},
		{names: []string{"--jitter"}, value: "<duration>", help: "How much more than the delay it may be"},
	},
	args: &arguments{usage: "[<list|cut|heal|slow> [<address>]]", help: "cut lets nothing through to a node, slow applies the options, heal ends both, for all nodes when none is named"},
}

func runFault(c *call) error {
	r := admin.FaultChange{Fault: admin.Fault{Peer: c.arg(1)}}
	switch action := c.arg(0); {
	case action == "" || action == "list":
	case action == "heal" && len(c.args) == 1:
		r.Clear = true
	case len(c.args) != 2:
		return admin.Usage("fault requires an action and an address")
	case action == "heal":
		r.Set = true
	case action == "cut":
		r.Set, r.Fault.Cut = true, true
	case action == "slow":
		r.Set = true
		if err := faultOptions(c, &r.Fault); err != nil {
			return err
		}
	default:
		return admin.Usage("fault knows list, cut, heal and slow, but not %s", action)
	}
	list, err := ask(c, admin.FaultsOp, r)
	if err != nil {
		return err
	}
	rows := [][]string{{"Peer", "Cut", "Delay", "Jitter", "Drop"}}
	for _, f := range list {
		rows = append(rows, []string{f.Peer, strconv.FormatBool(f.Cut), f.Delay.String(), f.Jitter.String(), strconv.FormatFloat(f.Drop, 'g', -1, 64)})
	}
	c.printf("%s", columns(rows, " "))
	return nil
}

func faultOptions(c *call, f *admin.Fault) error {
	for name, to := range map[string]*time.Duration{"--delay": &f.Delay, "--jitter": &f.Jitter} {
		if text := c.option(name); text != "" {
			d, err := time.ParseDuration(text)
			if err != nil {
				return admin.Usage("%q is no duration", text)
			}
			*to = d
		}
	}
	if text := c.option("--drop"); text != "" {
		share, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return admin.Usage("%q is no share", text)
		}
		f.Drop = share
	}
	return nil
}
