package schema

import (
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
)

// property reads the value of one property of a WITH clause (PropertyDefinitions).
type property struct{ ast.Property }

func findProperty(list []ast.Property, name string) *property {
	for i := range list {
		if list[i].Name == name {
			return &property{list[i]}
		}
	}
	return nil
}

func (p *property) text(to *string) error {
	if p.IsMap {
		return cqlerr.Syntax("Invalid value for property '%s'. It should be a string", p.Name)
	}
	*to = p.Text
	return nil
}

func (p *property) boolean(to *bool) error {
	var s string
	if err := p.text(&s); err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "1", "true", "yes":
		*to = true
	case "0", "false", "no":
		*to = false
	default:
		return cqlerr.Syntax("Invalid boolean value %s for '%s'. Positive values can be '1', 'true' or 'yes'. Negative values can be '0', 'false' or 'no'.", s, p.Name)
	}
	return nil
}

func (p *property) integer(to *int) error {
	var s string
	if err := p.text(&s); err != nil {
		return err
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return cqlerr.Syntax("Invalid integer value %s for '%s'", s, p.Name)
	}
	*to = int(n)
	return nil
}

func (p *property) double(to *float64) error {
	var s string
	if err := p.text(&s); err != nil {
		return err
	}
	f, ok := javaDouble(s)
	if !ok {
		return cqlerr.Syntax("Invalid double value %s for '%s'", s, p.Name)
	}
	*to = f
	return nil
}

func (p *property) parsed(to *string, parse func(name, text string) (string, error)) error {
	var s string
	if err := p.text(&s); err != nil {
		return err
	}
	v, err := parse(p.Name, s)
	if err != nil {
		return err
	}
	*to = v
	return nil
}

func (p *property) mapped(to *map[string]string, parse func(map[string]string) (map[string]string, error)) error {
	m, err := p.options()
	if err != nil {
		return err
	}
	if m, err = parse(m); err != nil {
		return err
	}
	*to = m
	return nil
}

func (p *property) options() (map[string]string, error) {
	if !p.IsMap {
		return nil, cqlerr.Syntax("Invalid value for property '%s'. It should be a map.", p.Name)
	}
	m := make(map[string]string, len(p.Map))
	for _, o := range p.Map {
		m[o.Key] = o.Value
	}
	return m, nil
}

// javaDouble is Double.parseDouble, without hexadecimal numbers.
func javaDouble(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	s = strings.TrimRight(s, "dDfF")
	if strings.ContainsAny(s, "_xXpP") || strings.EqualFold(s, "inf") || strings.EqualFold(strings.TrimLeft(s, "+-"), "inf") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && f == 0 {
		return 0, false
	}
	return f, true
}

// javaInt is Integer.parseInt.
func javaInt(s string) (int, bool) {
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && !strings.Contains(s, "_")
}
