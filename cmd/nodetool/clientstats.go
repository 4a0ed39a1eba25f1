package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"alexandra/internal/admin"
)

var clientstatsCommand = command{
	name: "clientstats", summary: "Print information about connected clients", run: runClientStats,
	options: []option{
		{names: []string{"--all"}, help: "Lists all connections"},
		{names: []string{"--by-protocol"}, help: "Lists most recent client connections by protocol version"},
		{names: []string{"--clear-history"}, help: "Clear the history of connected clients"},
		{names: []string{"--client-options"}, help: "Lists all connections and the client options"},
	},
}

func runClientStats(c *call) error {
	clients, err := ask(c, admin.ClientsOp, admin.None{})
	if err != nil {
		return err
	}
	switch {
	case c.has("--clear-history"):
		c.println("Clearing connection history")
		return nil
	case c.has("--by-protocol"):
		printProtocols(c, clients)
		return nil
	case c.has("--all") || c.has("--client-options"):
		printClients(c, clients)
	}
	c.printf("Total connected clients: %d\n\n", len(clients))
	users := map[string]int{}
	for _, one := range clients {
		users[one.User]++
	}
	rows := [][]string{{"User", "Connections"}}
	for _, name := range javaOrder(slices.Sorted(maps.Keys(users))) {
		rows = append(rows, []string{name, strconv.Itoa(users[name])})
	}
	c.printf("%s", columns(rows, " "))
	return nil
}

func printClients(c *call, clients []admin.Client) {
	if len(clients) == 0 {
		return
	}
	rows := [][]string{{"Address", "SSL", "Cipher", "Protocol", "Version", "User", "Keyspace", "Requests", "Driver-Name", "Driver-Version"}}
	if c.has("--client-options") {
		rows[0] = append(rows[0], "Client-Options")
	}
	undefined := func(s string) string { return cmp.Or(s, "undefined") }
	for _, one := range clients {
		row := []string{
			"/" + one.Address, strconv.FormatBool(one.TLS), undefined(one.Cipher), undefined(one.Protocol), strconv.Itoa(one.Version), one.User,
			one.Keyspace, strconv.FormatInt(one.Requests, 10), undefined(one.DriverName), undefined(one.DriverVersion),
		}
		if c.has("--client-options") {
			var options []string
			for _, o := range one.Options {
				options = append(options, o.Name+"="+o.Value)
			}
			row = append(row, "{"+strings.Join(options, ", ")+"}")
		}
		rows = append(rows, row)
	}
	c.printf("%s\n", columns(rows, " "))
}

// printProtocols lists the versions that are in use now; no history is kept.
func printProtocols(c *call, clients []admin.Client) {
	c.println("Clients by protocol version\n")
	seen := map[string]bool{}
	rows := [][]string{{"Protocol-Version", "IP-Address", "Last-Seen"}}
	for _, one := range clients {
		version := fmt.Sprintf("%d/v%d", one.Version, one.Version)
		address := one.Address[:strings.LastIndexByte(one.Address, ':')]
		if !seen[version+address] {
			seen[version+address] = true
			rows = append(rows, []string{version, "/" + address, time.Now().UTC().Format("Jan 02, 2006 15:04:05")})
		}
	}
	c.printf("%s\n", columns(rows, " "))
}
