package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/admin"
)

// faults prints what is done to the cluster while it lasts, one line for each.
func (a *app) faults(c *cluster) {
	links := map[[2]string]string{}
	byAddress := map[string]*node{}
	for _, n := range c.nodes() {
		byAddress[n.storage().String()] = n
	}
	var lines []string
	for _, n := range answering(c.nodes()) {
		now, err := a.harm(n, admin.HarmChange{})
		if err != nil {
			continue
		}
		for _, f := range now.Links {
			if p := byAddress[f.Peer]; p != nil {
				links[pairOf(c, n, p)] = describe(f)
			}
		}
		if now.Skew != 0 {
			sign := "+"
			if now.Skew < 0 {
				sign = ""
			}
			lines = append(lines, fmt.Sprintf("%s: clock %s%s", n.Name, sign, now.Skew))
		}
		for _, s := range now.Storage {
			lines = append(lines, fmt.Sprintf("%s: 1 of %d accesses to the storage fails (%s)", n.Name, s.OneIn, s.Kind))
		}
	}
	lines = append(c.linkLines(links), lines...)
	if len(lines) > 0 {
		fmt.Fprintf(a.out, "Faults:\n  %s\n", strings.Join(lines, "\n  "))
	}
}

// pairOf names a link; both ends give it one name.
func pairOf(c *cluster, a, b *node) [2]string {
	for _, n := range c.nodes() {
		switch n {
		case a:
			return [2]string{a.Name, b.Name}
		case b:
			return [2]string{b.Name, a.Name}
		}
	}
	return [2]string{}
}

// describe is a fault in words.
func describe(f admin.Fault) string {
	var parts []string
	if f.Cut {
		parts = append(parts, "cut")
	}
	if f.Delay > 0 || f.Jitter > 0 {
		text := "delayed by " + f.Delay.String()
		if f.Jitter > 0 {
			text += " to " + (f.Delay + f.Jitter).String()
		}
		parts = append(parts, text)
	}
	if f.Drop > 0 {
		parts = append(parts, strconv.FormatFloat(100*f.Drop, 'f', -1, 64)+"% lost")
	}
	return strings.Join(parts, ", ")
}

// linkLines describes links: pairs of datacenters whose links all have one fault in one line, the others one by one.
func (c *cluster) linkLines(links map[[2]string]string) []string {
	var out []string
	var dcs []string
	for _, n := range c.nodes() {
		if !slices.Contains(dcs, n.Datacenter) {
			dcs = append(dcs, n.Datacenter)
		}
	}
	for i, a := range dcs {
		for _, b := range dcs[i+1:] {
			if what, all := c.between(a, b, links); all {
				out = append(out, fmt.Sprintf("%s - %s: %s", a, b, what))
			}
		}
	}
	var single []string
	for pair, what := range links {
		single = append(single, fmt.Sprintf("%s - %s: %s", pair[0], pair[1], what))
	}
	slices.SortFunc(single, naturally)
	return append(out, single...)
}

// between says whether all links of two datacenters have one fault; then they are taken out of links.
func (c *cluster) between(a, b string, links map[[2]string]string) (what string, all bool) {
	var pairs [][2]string
	for _, x := range c.nodes() {
		for _, y := range c.nodes() {
			if x.Datacenter == a && y.Datacenter == b {
				pairs = append(pairs, pairOf(c, x, y))
			}
		}
	}
	what = links[pairs[0]]
	for _, p := range pairs {
		if links[p] != what || what == "" {
			return "", false
		}
	}
	if len(pairs) == 1 {
		return "", false // the nodes say more than their datacenters
	}
	for _, p := range pairs {
		delete(links, p)
	}
	return what, true
}

// naturally orders node2 before node10.
func naturally(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
