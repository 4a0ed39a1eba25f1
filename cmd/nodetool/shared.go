package main

import (
	"errors"
	"slices"
	"strings"

	"alexandra/internal/admin"
)

// on and off are what turn does.
const (
	on  = true
	off = false
)

// turn is a command that turns something on or off.
func turn(name string, to bool) func(*call) error {
	return func(c *call) error {
		_, err := ask(c, admin.SwitchOp, admin.Switch{Name: name, Set: true, On: to})
		return err
	}
}

// turnAutoCompaction checks the keyspace first, as every command about tables does.
func turnAutoCompaction(to bool) func(*call) error {
	return func(c *call) error {
		if len(c.args) > 0 {
			if _, err := ask(c, admin.TableStatsOp, admin.Tables{Keyspace: c.args[0], Tables: c.args[1:]}); err != nil {
				return err
			}
		}
		return turn(admin.AutoCompaction, to)(c)
	}
}

// showSwitch is a command that says whether something is on.
func showSwitch(name, yes, no string) func(*call) error {
	return func(c *call) error {
		s, err := ask(c, admin.SwitchOp, admin.Switch{Name: name})
		if err != nil {
			return err
		}
		word := no
		if s.On {
			word = yes
		}
		c.println(word)
		return nil
	}
}

// simple is a command that asks for one thing and prints nothing.
func simple(op admin.Op[admin.None, admin.None]) func(*call) error {
	return func(c *call) error {
		_, err := ask(c, op, admin.None{})
		return err
	}
}

// nothing is a command about something that does not exist here and is therefore done; the node has to answer all the same.
func nothing(c *call) error {
	_, err := ask(c, admin.InfoOp, admin.None{})
	return err
}

// unsupported is a command that makes no sense here, and why.
func unsupported(why string) func(*call) error {
	return func(*call) error { return admin.Failed("%s", why) }
}

// tableCommand is a command about the tables of a keyspace, or of all.
func tableCommand(op admin.Op[admin.Tables, admin.None]) func(*call) error {
	return func(c *call) error {
		r := admin.Tables{Keyspace: c.arg(0)}
		if len(c.args) > 1 {
			r.Tables = c.args[1:]
		}
		_, err := ask(c, op, r)
		return err
	}
}

// nothingToRewrite is a command about the format of Cassandra's files; the tables have to exist.
func nothingToRewrite(c *call) error {
	r := admin.Tables{Keyspace: c.arg(0)}
	if len(c.args) > 1 {
		r.Tables = c.args[1:]
	}
	_, err := ask(c, admin.TableStatsOp, r)
	return err
}

// invalidateRoles empties a cache whose keys are roles, or forgets some of them.
func invalidateRoles(cache string) func(*call) error {
	return func(c *call) error {
		r := admin.Invalidate{Cache: cache}
		for _, role := range c.args {
			r.Keys = append(r.Keys, []string{role})
		}
		_, err := ask(c, admin.InvalidateOp, r)
		return err
	}
}

// needsCIDRAuthorizer refuses what only CassandraCIDRAuthorizer can do.
func needsCIDRAuthorizer(c *call, message string) error {
	of, err := ask(c, admin.CIDRGroupsOfIPOp, admin.Name{Name: "127.0.0.1"})
	if err == nil && !of.Active {
		err = admin.Failed("%s", message)
	}
	return err
}

func hintsForDatacenter(name string, to bool) func(*call) error {
	return func(c *call) error {
		if len(c.args) != 1 {
			return admin.Usage("%s requires exactly one data center", name)
		}
		_, err := ask(c, admin.HintsForDCOp, admin.DatacenterSwitch{Datacenter: c.args[0], On: to})
		return err
	}
}

func pauseHints(paused bool) func(*call) error {
	return func(c *call) error {
		_, err := ask(c, admin.PauseHintsOp, admin.Pause{Paused: paused})
		return err
	}
}

func membership(action string) func(*call) error {
	return func(c *call) error {
		_, err := ask(c, admin.MembershipOp, admin.Membership{Action: action, Force: c.has("-f")})
		return err
	}
}

// showSetting prints an option of the configuration.
func showSetting(name, format string) func(*call) error {
	return func(c *call) error {
		s, err := ask(c, admin.SettingOp, admin.Name{Name: name})
		if err == nil {
			c.printf(format, s.Value)
		}
		return err
	}
}

// showNumber is showSetting without the unit; an option that is not set shows as -1.
func showNumber(name, unit, format string) func(*call) error {
	return func(c *call) error {
		s, err := ask(c, admin.SettingOp, admin.Name{Name: name})
		if err != nil {
			return err
		}
		value := strings.TrimSuffix(s.Value, unit)
		if s.Null {
			value = "-1"
		}
		c.printf(format, value)
		return nil
	}
}

// members are the nodes that have not left.
func members(cluster *admin.Cluster) []admin.Node {
	return slices.DeleteFunc(slices.Clone(cluster.Nodes), func(n admin.Node) bool { return n.State == "Left" || len(n.Tokens) == 0 })
}

func tokenCount(cluster *admin.Cluster) int {
	count := 0
	for _, n := range members(cluster) {
		count += len(n.Tokens)
	}
	return count
}

// datacenter is the nodes of one datacenter.
type datacenter struct {
	name  string
	nodes []admin.Node
}

// byDatacenter groups nodes; datacenters by name, their nodes in the order of a Java map of addresses.
func byDatacenter(nodes []admin.Node) []datacenter {
	byAddress := map[string]admin.Node{}
	var addresses []string
	for _, n := range nodes {
		byAddress[n.Address] = n
		addresses = append(addresses, n.Address)
	}
	var out []datacenter
	for _, address := range javaOrder(addresses) {
		n := byAddress[address]
		i := slices.IndexFunc(out, func(d datacenter) bool { return d.name == n.Datacenter })
		if i < 0 {
			i = len(out)
			out = append(out, datacenter{name: n.Datacenter})
		}
		out[i].nodes = append(out[i].nodes, n)
	}
	slices.SortFunc(out, func(a, b datacenter) int { return strings.Compare(a.name, b.name) })
	return out
}

// load is a node's load, as it was last heard of.
func load(n admin.Node) string {
	if !n.HasLoad {
		return "?"
	}
	return fileSize(n.Load)
}

// noKeyspace prints what status and ring say of a keyspace that does not exist.
func noKeyspace(c *call, err error) error {
	var e *admin.Error
	if errors.As(err, &e) && e.IsUsage {
		c.printf("\nError: %s\n", e.Message)
		return silent(1)
	}
	return err
}
