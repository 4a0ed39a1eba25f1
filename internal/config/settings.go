package config

import (
	"slices"
	"strings"
)

// ownPrefix is how the names of the options begin that Cassandra does not have.
const ownPrefix = "alexandra_"

// Setting is one row of system_views.settings.
type Setting struct {
	Name string
	// Value is nil for null.
	Value *string
}

// Settings are the rows of system_views.settings: every option by its dotted name with its effective value, every
// former name of a top-level option with the value in its old unit, and a few former names of nested options; sorted by
// name. Passwords are shown as <REDACTED>. Fields that were changed since Load show their present value. Alexandra's own
// options are left out: tools compare this table with Cassandra's.
func (c *Config) Settings() []Setting {
	t := table()
	rows := make([]Setting, 0, 2*len(t.leaves))
	add := func(name, text string, ok bool) {
		row := Setting{Name: name}
		if ok {
			row.Value = &text
		}
		rows = append(rows, row)
	}
	shown := map[string]value{}
	for _, o := range t.leaves {
		if strings.HasPrefix(o.full, ownPrefix) {
			continue
		}
		v := c.effective(o)
		shown[o.full] = v
		if o.Type == "class" {
			class, _ := v.V.(ParameterizedClass)
			add(o.shownName()+".class_name", class.ClassName, !v.Null && !class.IsZero())
			add(o.shownName()+".parameters", class.JavaParameters(), !v.Null && class.Parameters != nil)
			continue
		}
		add(o.shownName(), c.settingText(o, v), !v.Null)
		if o.block != nil {
			continue
		}
		for _, old := range o.Old {
			text, ok := oldText(o, old, v)
			add(old.Name, text, ok)
		}
	}
	for _, a := range t.aliases {
		full, isClass := strings.CutSuffix(a.Of, ".class_name")
		v := shown[full]
		text := v.Text
		if class, ok := v.V.(ParameterizedClass); ok && isClass {
			text = class.ClassName
		}
		add(a.Name, text, !v.Null)
	}
	slices.SortFunc(rows, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

// settingText is the shown form: three durations appear as the number of seconds that they used to be.
func (c *Config) settingText(o *option, v value) string {
	if o.Bare == "" {
		return v.Text
	}
	text, _ := oldText(o, oldName{As: o.Bare}, v)
	return text
}

// effective is the option's value now: as written, or rendered from its field when that was changed.
func (c *Config) effective(o *option) value {
	v := c.values[o.full]
	field := c.field(o.full)
	if field.IsValid() && !holds(field, v) {
		v = value{V: load(field)}
		v.Null = v.V == nil
		v.Text = render(o, v.V)
	}
	if o.Secret && !v.Null {
		v.Text = redacted
	}
	// merkle_tree_response is a block that is null until one of its keys is set.
	if o.block != nil && o.block.Nullable && !c.anyWritten(o.block) {
		return value{Null: true}
	}
	return v
}

func (c *Config) anyWritten(block *option) bool {
	return slices.ContainsFunc(block.Keys, func(o *option) bool { return c.written[o.full] })
}

// Dump is the text of the start-up line "Node configuration:[...]": every option of the top, sorted, with the two
// blocks about encryption hidden as Cassandra does.
func (c *Config) Dump() string {
	parts := make([]string, 0, len(table().top))
	for _, o := range table().top {
		parts = append(parts, o.Name+"="+c.dumped(o))
	}
	return "Node configuration:[" + strings.Join(parts, "; ") + "]"
}

func (c *Config) dumped(o *option) string {
	switch {
	case o.full == "client_encryption_options", o.full == "server_encryption_options":
		return redacted
	case o.Type != "block":
		v := c.effective(o)
		if v.Null {
			return "null"
		}
		return v.Text
	case o.Nullable && !c.anyWritten(o):
		return "null"
	}
	parts := make([]string, len(o.Keys))
	for i, key := range o.Keys {
		parts[i] = key.Name + "=" + c.dumped(key)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
