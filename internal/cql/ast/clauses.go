package ast

import (
	"regexp"
	"strings"
)

// Using is the USING clause of INSERT, UPDATE, DELETE and BATCH; absent parts are nil. Both are an Integer literal or a
// Bind.
type Using struct {
	Timestamp Term
	TTL       Term
}

// String prints the clause with a space before it, or nothing.
func (u Using) String() string {
	var parts []string
	if u.Timestamp != nil {
		parts = append(parts, "TIMESTAMP "+u.Timestamp.String())
	}
	if u.TTL != nil {
		parts = append(parts, "TTL "+u.TTL.String())
	}
	if parts == nil {
		return ""
	}
	return " USING " + strings.Join(parts, " AND ")
}

// MapOption is one entry of a map of options. The texts are without quotes.
type MapOption struct{ Key, Value string }

// Property is name = value of a WITH clause. The name is folded unless it was quoted. A value is a text (numbers,
// booleans and words count as texts too) or, if IsMap, the entries of a map with keys that differ, in their order.
type Property struct {
	Name  string
	Text  string
	IsMap bool
	Map   []MapOption
}

var plainNumber = regexp.MustCompile(`^(-?[0-9]{1,18}(\.[0-9]{1,18})?|true|false)$`)

// String prints the property.
func (o Property) String() string {
	switch {
	case o.IsMap:
		return name(o.Name) + " = " + optionMap(o.Map)
	case plainNumber.MatchString(o.Text):
		return name(o.Name) + " = " + o.Text
	default:
		return name(o.Name) + " = " + QuoteString(o.Text)
	}
}

func optionMap(list []MapOption) string {
	var p printer
	p.WriteByte('{')
	join(&p, list, ", ", func(o MapOption) string { return QuoteString(o.Key) + ": " + QuoteString(o.Value) })
	p.WriteByte('}')
	return p.String()
}

// with prints " WITH a AND b", or nothing.
func with(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return " WITH " + strings.Join(parts, " AND ")
}

func properties(list []Property) []string {
	var parts []string
	for _, o := range list {
		parts = append(parts, o.String())
	}
	return parts
}

// PrimaryKey is PRIMARY KEY ((partition), clustering).
type PrimaryKey struct {
	Partition  []string
	Clustering []string
}

// String prints the clause.
func (k PrimaryKey) String() string {
	var p printer
	p.words("PRIMARY KEY ((", names(k.Partition), ")")
	for _, c := range k.Clustering {
		p.words(", ", name(c))
	}
	p.WriteByte(')')
	return p.String()
}

// ClusteringOrder is one column of CLUSTERING ORDER BY.
type ClusteringOrder struct {
	Column string
	Desc   bool
}

// String prints the column and its direction.
func (o ClusteringOrder) String() string {
	if o.Desc {
		return name(o.Column) + " DESC"
	}
	return name(o.Column) + " ASC"
}

func clusteringOrder(list []ClusteringOrder) []string {
	if len(list) == 0 {
		return nil
	}
	var p printer
	p.WriteString("CLUSTERING ORDER BY (")
	join(&p, list, ", ", str[ClusteringOrder])
	p.WriteByte(')')
	return []string{p.String()}
}

// Mask is MASKED WITH function(args). MASKED WITH DEFAULT is the function system.mask_default without arguments.
type Mask struct {
	Function QualifiedName
	Args     []Term
}

// String prints the clause.
func (m Mask) String() string {
	return "MASKED WITH " + m.Function.String() + "(" + termList(m.Args) + ")"
}
