package config

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed options.json
var optionsJSON []byte

// option is one row of options.json: a fact sheet of one key of cassandra.yaml.
type option struct {
	// Name is the key itself; a key inside a block does not repeat the block's name.
	Name string
	// Type is bool, int, long, float, double, string, enum, duration, storage, rate, list, set, map, class or block.
	Type string
	// Unit is the smallest unit that a duration, storage or rate may use.
	Unit string
	// Bits is 32 where the value in that unit must fit a Java int; otherwise a long.
	Bits int
	// Default is what an absent key means, as text; nil is Java's null.
	Default *string
	// Shipped is what conf/cassandra.yaml sets instead.
	Shipped string
	// Nullable says that an empty value is allowed although the default is not null.
	Nullable bool
	// Values are the words of an enum, or of the entries of a list.
	Values []string
	// Class is the Java enum of Values, for the message about any other word.
	Class string
	// Bare is the unit of a bare number, for the few durations that still accept one.
	Bare string
	// Shown is the key's name in system_views.settings, where it differs.
	Shown string
	// Secret hides the value.
	Secret bool
	// Deprecated makes a notice when the key is used.
	Deprecated bool
	// Old are former names.
	Old []oldName
	// Keys are the keys of a block.
	Keys []*option

	// full is the dotted name from the top.
	full string
	// block is where the key is in; nil at the top.
	block *option
}

// oldName is a former name of an option, whose value had another form.
type oldName struct {
	// Name is the key as it was.
	Name string
	// As is the form of its value: same, a unit ("ms", "KiB", "MiB/s", ...) of a bare number, "double ms",
	// "megabits/s", "storage MiB", or "count" less Offset.
	As string
	// Long says that the number may exceed a Java int.
	Long bool
	// Negative says what a negative number means: null, zero, or "only -1 is null".
	Negative string
	// Offset is how many tables or keyspaces of Cassandra itself such a count includes.
	Offset int
}

// alias is a name under which system_views.settings shows an option a second time.
type alias struct{ Name, Of string }

// optionTable is options.json, indexed.
type optionTable struct {
	// top are the rows as they are, blocks included, sorted by name.
	top []*option
	// leaves are all options that hold a value, nested ones after their block's name.
	leaves []*option
	// byName finds an option, block or leaf, by its full name.
	byName map[string]*option
	// byOldName finds the option that has this former name; nested ones by their dotted name.
	byOldName map[string]oldOption
	aliases   []alias
}

type oldOption struct {
	*option
	old oldName
}

// table is read once; it is never changed.
var table = sync.OnceValue(readTable)

func readTable() *optionTable {
	var file struct {
		Options []*option
		Aliases []alias
	}
	if err := json.Unmarshal(optionsJSON, &file); err != nil {
		panic(fmt.Sprintf("options.json: %v", err)) // our own file, checked by every test
	}
	t := &optionTable{top: file.Options, aliases: file.Aliases, byName: map[string]*option{}, byOldName: map[string]oldOption{}}
	t.index(nil, file.Options)
	return t
}

func (t *optionTable) index(block *option, options []*option) {
	for _, o := range options {
		o.block, o.full = block, o.Name
		prefix := ""
		if block != nil {
			prefix = block.full + "."
			o.full = prefix + o.Name
		}
		t.byName[o.full] = o
		for _, old := range o.Old {
			t.byOldName[prefix+old.Name] = oldOption{o, old}
		}
		if o.Type == "block" {
			t.index(o, o.Keys)
		} else {
			t.leaves = append(t.leaves, o)
		}
	}
}

// find looks a key up inside a block (nil: at the top), under its present or a former name.
func (t *optionTable) find(block *option, key string) (*option, *oldName) {
	if block != nil {
		key = block.full + "." + key
	}
	if o, ok := t.byName[key]; ok {
		return o, nil
	}
	if o, ok := t.byOldName[key]; ok {
		return o.option, &o.old
	}
	return nil, nil
}

// nearest is the known name inside a block that looks most like key, or "" when none is close.
func (t *optionTable) nearest(block *option, key string) string {
	options := t.top
	if block != nil {
		options = block.Keys
	}
	best, distance := "", min(4, len(key)/3+1)
	consider := func(name string) {
		if d := editDistance(key, name, distance); d < distance {
			best, distance = name, d
		}
	}
	for _, o := range options {
		consider(o.Name)
		for _, old := range o.Old {
			consider(old.Name)
		}
	}
	return best
}

// shownName is the option's name in system_views.settings, e.g. repair.retries.baseSleepTime.
func (o *option) shownName() string {
	if o.Shown == "" {
		return o.full
	}
	return strings.TrimSuffix(o.full, o.Name) + o.Shown
}

// top is the block at the top that the option is in, or itself.
func (o *option) root() *option {
	for o.block != nil {
		o = o.block
	}
	return o
}

// editDistance is the number of letters to insert, remove or replace; limit or more when they differ more.
func editDistance(a, b string, limit int) int {
	if len(a) > 100 || len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
		if slices.Min(row) >= limit {
			return limit
		}
	}
	return row[len(b)]
}
