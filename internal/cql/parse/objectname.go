package parse

import (
	"slices"
	"strings"
)

// canonicalObjectName checks the name of a JMX bean, domain:key=value,..., by the rules of javax.management.ObjectName,
// and sorts its keys. A pattern has * or ? in its domain or in a value, or a lone * among its properties.
func canonicalObjectName(name string) (canonical string, pattern, ok bool) {
	domain, list, found := strings.Cut(name, ":")
	if !found || list == "" || strings.Contains(domain, "\n") {
		return "", false, false
	}
	pattern = strings.ContainsAny(domain, "*?")
	open := false // a lone *: any further properties
	var props []string
	keys := map[string]bool{}
	for _, item := range splitProperties(list) {
		if item == "*" {
			if open {
				return "", false, false
			}
			open = true
			continue
		}
		key, value, found := strings.Cut(item, "=")
		wild, fine := objectNameValue(value)
		if !found || key == "" || strings.ContainsAny(key, "*?:,\n") || keys[key] || !fine {
			return "", false, false
		}
		pattern = pattern || wild
		keys[key] = true
		props = append(props, item)
	}
	slices.SortFunc(props, func(a, b string) int {
		return strings.Compare(a[:strings.IndexByte(a, '=')], b[:strings.IndexByte(b, '=')])
	})
	if open {
		pattern = true
		props = append(props, "*")
	}
	return domain + ":" + strings.Join(props, ","), pattern, true
}

// splitProperties splits at the commas outside of quotes.
func splitProperties(list string) []string {
	var items []string
	start, quoted := 0, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			items = append(items, list[start:i])
			start = i + 1
		}
	}
	return append(items, list[start:])
}

// objectNameValue reports whether a value is a pattern, and whether it is well-formed.
func objectNameValue(v string) (pattern, ok bool) {
	if v == "" || v[0] != '"' {
		return strings.ContainsAny(v, "*?"), v != "" && !strings.ContainsAny(v, "=:\"\n")
	}
	for i := 1; i < len(v); i++ {
		switch v[i] {
		case '\\':
			if i++; i >= len(v) || strings.IndexByte(`\"?*n`, v[i]) < 0 {
				return false, false
			}
		case '*', '?':
			pattern = true
		case '\n':
			return false, false
		case '"':
			return pattern, i == len(v)-1
		}
	}
	return false, false
}
