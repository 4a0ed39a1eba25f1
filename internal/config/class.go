package config

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// ParameterizedClass names a Java class and its parameters. All spellings of cassandra.yaml end here: a bare
// name, a block with class_name and parameters, and a list of one such block whose parameters are a list of one.
type ParameterizedClass struct {
	// ClassName is as written, with or without its package; empty means that the option is absent.
	ClassName string
	// Parameters is nil where Java has null: a block without parameters. A bare name has an empty map.
	Parameters map[string]string
	// order is how the parameters were written; Java prints them so.
	order []string
}

// Class is a bare class name with its parameters in the order given: name, value, name, value.
func Class(name string, parameters ...string) ParameterizedClass {
	c := ParameterizedClass{ClassName: name, Parameters: map[string]string{}}
	for i := 0; i+1 < len(parameters); i += 2 {
		c.add(parameters[i], parameters[i+1])
	}
	return c
}

func (c *ParameterizedClass) add(name, value string) {
	if c.Parameters == nil {
		c.Parameters = map[string]string{}
	}
	if _, known := c.Parameters[name]; !known {
		c.order = append(c.order, name)
	}
	c.Parameters[name] = value
}

// IsZero says that the option is absent.
func (c ParameterizedClass) IsZero() bool { return c.ClassName == "" }

// Or is c, or the class of that name without parameters when c is absent.
func (c ParameterizedClass) Or(name string) ParameterizedClass {
	if c.IsZero() {
		return Class(name)
	}
	return c
}

// String is the form of Cassandra's messages and start-up dump: the name as written, directly followed by the
// parameters, e.g. CassandraNetworkAuthorizer{}. An absent class prints as null.
func (c ParameterizedClass) String() string {
	if c.IsZero() {
		return "null"
	}
	return c.ClassName + c.JavaParameters()
}

// LogValue is the same text, so that secrets among the parameters stay hidden.
func (c ParameterizedClass) LogValue() slog.Value { return slog.StringValue(c.String()) }

// JavaParameters prints the parameters as java.util.Map does: {}, {k=v, k2=v2}, or null. Secrets are hidden.
func (c ParameterizedClass) JavaParameters() string {
	if c.Parameters == nil {
		return "null"
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range c.names() {
		if i > 0 {
			b.WriteString(", ")
		}
		value := c.Parameters[name]
		if secretParameter(name) {
			value = redacted
		}
		b.WriteString(name + "=" + value)
	}
	b.WriteByte('}')
	return b.String()
}

// names is the written order when the map was not changed since, else alphabetical.
func (c ParameterizedClass) names() []string {
	sorted := slices.Sorted(maps.Keys(c.Parameters))
	if slices.Equal(sorted, slices.Sorted(slices.Values(c.order))) {
		return c.order
	}
	return sorted
}

// Simple is the class name without its package, e.g. PasswordAuthenticator.
func (c ParameterizedClass) Simple() string {
	return c.ClassName[strings.LastIndexByte(c.ClassName, '.')+1:]
}

// Resolve finds the full name of the class as Cassandra's ParameterizedClass does: the name as written, then with
// the package in front; the last one that known accepts wins. pkg is, e.g., org.apache.cassandra.auth.
func (c ParameterizedClass) Resolve(pkg string, known func(fullName string) bool) (string, error) {
	for _, name := range []string{pkg + "." + c.ClassName, c.ClassName} {
		if known(name) {
			return name, nil
		}
	}
	return "", Fatal(fmt.Sprintf("Unable to find class %s in packages [\"\",\"%s\"]", c.ClassName, pkg))
}

func (c ParameterizedClass) clone() ParameterizedClass {
	c.Parameters = maps.Clone(c.Parameters)
	c.order = slices.Clone(c.order)
	return c
}

func (c ParameterizedClass) equal(d ParameterizedClass) bool {
	return c.ClassName == d.ClassName && (c.Parameters == nil) == (d.Parameters == nil) && maps.Equal(c.Parameters, d.Parameters)
}
