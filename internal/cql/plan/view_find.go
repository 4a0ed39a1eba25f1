package plan

import (
	"slices"
	"strings"

	"alexandra/internal/schema"
)

// viewsOf are the views over a base table, by name.
func viewsOf(ks *schema.Keyspace, base *schema.Table) []*schema.Table {
	var views []*schema.Table
	for _, t := range ks.Tables {
		if t.View != nil && t.View.BaseTable == base.Name {
			views = append(views, t)
		}
	}
	slices.SortFunc(views, func(a, b *schema.Table) int { return strings.Compare(a.Name, b.Name) })
	return views
}
