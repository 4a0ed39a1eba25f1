package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxFileSize bounds cassandra.yaml; the shipped one of Cassandra has 110 KiB.
const maxFileSize = 1 << 20

// maxNodes bounds how many YAML nodes are looked at, aliases counted every time they are used.
const maxNodes = 200_000

// maxMerges bounds << keys, which may name a mapping that holds them.
const maxMerges = 100

// reader turns the nodes of one YAML document into values.
type reader struct {
	source     string // how messages name the file
	properties *Properties
	lines      []string
	values     map[string]value
	deprecated []string
	nulls      []string
	unknown    []unknownKey
	unread     map[string]bool
	budget     int
	merges     int
}

type unknownKey struct {
	name         string // as messages name it: the bare key, or the dotted one
	line, column int
	nearest      string
}

// read parses a whole file. Errors come in Cassandra's order: both names of an option, the first wrong value, null
// where none is allowed, unknown keys.
func (r *reader) read(data []byte) error {
	if len(data) > maxFileSize {
		return Fatal("Invalid yaml: "+r.source, fmt.Sprintf("the file has %d bytes, more than the %d that are read", len(data), maxFileSize))
	}
	r.lines = strings.Split(string(data), "\n")
	r.budget = maxNodes
	root, err := r.document(data)
	if err != nil || root == nil {
		return err
	}
	if err := r.checkClash(root); err != nil {
		return err
	}
	if err := r.mapping(nil, root); err != nil {
		return err
	}
	return r.refused()
}

// document is the mapping at the top of the file; nil when the file is empty.
func (r *reader) document(data []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, Fatal("Invalid yaml: "+r.source, r.syntax(err)...)
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil, nil
	}
	root := resolve(doc.Content[0])
	switch {
	case isNull(root):
		return nil, nil
	case root.Kind != yaml.MappingNode:
		return nil, r.invalid(root, "", errors.New("the file must hold 'option: value' lines"))
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// syntax adds the line of the file that the YAML parser complains about.
func (r *reader) syntax(err error) []string {
	details := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	match := yamlLine.FindStringSubmatch(err.Error())
	if match == nil {
		return details
	}
	n, _ := strconv.Atoi(match[1])
	// The parser counts from 0 for some of its messages: show the neighbourhood.
	for i := max(n-1, 1); i <= min(n+1, len(r.lines)); i++ {
		line := r.lines[i-1]
		details = append(details, fmt.Sprintf("    %d: %s", i, clip(line)))
		if strings.Contains(line, "\t") && strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
			details = append(details, `found character '\t(TAB)' that cannot start any token. (Do not use \t(TAB) for indentation)`)
		}
	}
	return details
}

// checkClash refuses an old and a new name of one option in one file.
func (r *reader) checkClash(root *yaml.Node) error {
	present := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		present[resolve(root.Content[i]).Value] = true
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(present)) {
		if o, old := table().find(nil, key); old != nil && present[o.full] {
			pairs = append(pairs, key+" -> "+o.full)
		}
	}
	if len(pairs) == 0 || r.properties.AllowNewOldConfigKeys {
		return nil
	}
	return Fatal(clashMessage(pairs))
}

func clashMessage(pairs []string) string {
	return "Config contains both old and new keys for the same configuration parameters, migrate old -> new: [" + strings.Join(pairs, ", ") + "]"
}

// mapping reads the keys of a block; nil is the top of the file.
func (r *reader) mapping(block *option, node *yaml.Node) error {
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := resolve(node.Content[i]), resolve(node.Content[i+1])
		if err := r.spend(key); err != nil {
			return err
		}
		if key.Kind != yaml.ScalarNode {
			return r.invalid(key, "", errors.New("an option's name must be a word"))
		}
		if key.Tag == "!!merge" {
			if err := r.merge(block, content); err != nil {
				return err
			}
			continue
		}
		if seen[key.Value] && !r.properties.AllowDuplicateConfigKeys {
			return r.invalid(key, "", fmt.Errorf("found duplicate key %s", clip(key.Value)))
		}
		seen[key.Value] = true
		if err := r.entry(block, key, content); err != nil {
			return err
		}
	}
	return nil
}

// merge reads the mappings behind a << key. YAML lets keys of the mapping itself win; here the later one does.
func (r *reader) merge(block *option, node *yaml.Node) error {
	if r.merges++; r.merges > maxMerges {
		return r.invalid(node, "<<", errors.New("the document merges too often"))
	}
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			if err := r.merge(block, resolve(item)); err != nil {
				return err
			}
		}
		return nil
	}
	if node.Kind != yaml.MappingNode {
		return r.invalid(node, "<<", errors.New("expected a mapping or list of mappings for merging"))
	}
	return r.mapping(block, node)
}

func (r *reader) entry(block *option, key, content *yaml.Node) error {
	o, old := table().find(block, key.Value)
	if o == nil {
		r.unknown = append(r.unknown, unknownKey{clip(key.Value), key.Line, key.Column, table().nearest(block, key.Value)})
		return nil
	}
	if old != nil || o.Deprecated {
		r.deprecated = append(r.deprecated, key.Value)
	}
	if o.Type == "block" {
		return r.block(o, content)
	}
	v, err := r.value(o, old, content)
	if err != nil {
		return r.invalid(content, key.Value, err)
	}
	if v.Null && !o.mayBeNull() {
		r.nulls = append(r.nulls, key.Value)
		return nil
	}
	r.values[o.full] = v
	if !Read(o.full) {
		r.unread[o.root().full] = true
	}
	return nil
}

func (r *reader) block(o *option, content *yaml.Node) error {
	switch {
	case isNull(content) && o.Nullable:
		return nil
	case isNull(content):
		r.nulls = append(r.nulls, o.full)
		return nil
	case content.Kind != yaml.MappingNode:
		return r.invalid(content, o.full, fmt.Errorf("%s needs a block of keys", o.full))
	}
	return r.mapping(o, content)
}

// mayBeNull says whether an empty value is fine.
func (o *option) mayBeNull() bool { return o.Default == nil || o.Nullable }

// primitive says that Java's field cannot hold null.
func (o *option) primitive() bool {
	return !o.mayBeNull() && slices.Contains([]string{"bool", "int", "long", "float", "double"}, o.Type)
}

// value reads the value of an option that is not a block.
func (r *reader) value(o *option, old *oldName, node *yaml.Node) (value, error) {
	if err := r.spend(node); err != nil {
		return value{}, err
	}
	if isNull(node) {
		if o.primitive() {
			return value{}, fmt.Errorf("Can not set %s field org.apache.cassandra.config.Config.%s to null value", javaPrimitive(o), o.full)
		}
		return value{Null: true}, nil
	}
	switch o.Type {
	case "class":
		c, err := r.class(node)
		return value{V: c, Text: c.String()}, err
	case "list", "set":
		return r.list(o, node)
	case "map":
		t, err := r.tree(node, 6)
		if err != nil {
			return value{}, err
		}
		return treeValue(o, t)
	}
	if node.Kind != yaml.ScalarNode {
		return value{}, fmt.Errorf("%s needs a single value", o.full)
	}
	if old != nil {
		return parseOld(o, *old, node.Value)
	}
	return checkRange(o, node.Value)
}

func javaPrimitive(o *option) string {
	if o.Type == "bool" {
		return "boolean"
	}
	return o.Type
}

// checkRange is parseText, plus the one bound that Cassandra checks while it constructs a value.
func checkRange(o *option, text string) (value, error) {
	v, err := parseText(o, text)
	if n, ok := v.V.(int64); ok && err == nil && o.Name == "max_attempts" && n < 1 {
		return v, fmt.Errorf("max attempt must be positive; but given %d", n)
	}
	return v, err
}

func (r *reader) list(o *option, node *yaml.Node) (value, error) {
	if node.Kind != yaml.SequenceNode {
		return value{}, fmt.Errorf("No single argument constructor found for %s : null", javaCollection(o))
	}
	items := make([]string, 0, len(node.Content))
	for _, item := range node.Content {
		item = resolve(item)
		if err := r.spend(item); err != nil {
			return value{}, err
		}
		switch {
		case isNull(item):
			return value{}, fmt.Errorf("%s must not contain empty entry", o.full)
		case item.Kind != yaml.ScalarNode:
			return value{}, fmt.Errorf("%s needs a list of single values", o.full)
		case o.Values != nil && !slices.Contains(o.Values, item.Value):
			return value{}, unknownWord(o, item.Value)
		case o.Type == "set" && slices.Contains(items, item.Value):
			continue
		}
		items = append(items, item.Value)
	}
	return value{V: items, Text: render(o, items)}, nil
}

// class reads the three spellings of a class and its parameters. A block without class_name counts as absent.
func (r *reader) class(node *yaml.Node) (ParameterizedClass, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		return Class(node.Value), nil
	case yaml.SequenceNode:
		if len(node.Content) == 0 {
			return ParameterizedClass{}, errors.New("the list must hold one class")
		}
		return r.classBlock(resolve(node.Content[0]), true)
	}
	return r.classBlock(node, false)
}

func (r *reader) classBlock(node *yaml.Node, inList bool) (ParameterizedClass, error) {
	var c ParameterizedClass
	if node.Kind != yaml.MappingNode {
		return c, errors.New("a class needs a name, or a block with class_name and parameters")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := resolve(node.Content[i]), resolve(node.Content[i+1])
		if err := r.spend(content); err != nil {
			return c, err
		}
		switch {
		case key.Value == "class_name" && content.Kind == yaml.ScalarNode:
			if !isNull(content) {
				c.ClassName = content.Value
			}
		case key.Value == "parameters":
			if err := r.parameters(&c, content, inList); err != nil {
				return c, err
			}
		default:
			return c, fmt.Errorf("a class has only class_name and parameters, not %s", clip(key.Value))
		}
	}
	return c, nil
}

func (r *reader) parameters(c *ParameterizedClass, node *yaml.Node, inList bool) error {
	if isNull(node) {
		return nil
	}
	if node.Kind == yaml.SequenceNode {
		if !inList {
			return errors.New("the parameters of a class that is not in a list must not be a list either")
		}
		if len(node.Content) == 0 {
			return nil
		}
		node = resolve(node.Content[0])
	}
	if node.Kind != yaml.MappingNode {
		return errors.New("parameters need a block of keys")
	}
	c.Parameters = map[string]string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := resolve(node.Content[i]), resolve(node.Content[i+1])
		if err := r.spend(content); err != nil {
			return err
		}
		if key.Kind != yaml.ScalarNode || content.Kind != yaml.ScalarNode {
			return fmt.Errorf("parameter %s needs a single value", clip(key.Value))
		}
		c.add(key.Value, content.Value)
	}
	return nil
}

// tree reads a free-form map, at most depth levels.
func (r *reader) tree(node *yaml.Node, depth int) (tree, error) {
	if node.Kind != yaml.MappingNode {
		return nil, errors.New("No single argument constructor found for interface java.util.Map : null")
	}
	t := tree{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := resolve(node.Content[i])
		v, err := r.any(resolve(node.Content[i+1]), depth-1)
		if err != nil {
			return nil, err
		}
		t = append(t, branch{key.Value, v})
	}
	return t, nil
}

func (r *reader) any(node *yaml.Node, depth int) (any, error) {
	if err := r.spend(node); err != nil {
		return nil, err
	}
	switch {
	case depth == 0:
		return nil, errors.New("the map is too deep")
	case node.Kind == yaml.MappingNode:
		return r.tree(node, depth)
	case node.Kind != yaml.SequenceNode:
		return node.Value, nil
	}
	var items []any
	for _, item := range node.Content {
		v, err := r.any(resolve(item), depth-1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

// treeValue checks the shape of the one map that is read.
func treeValue(o *option, t tree) (value, error) {
	v := value{V: t, Text: t.String()}
	if o.full != "startup_checks" {
		return v, nil
	}
	known := []string{"check_filesystem_ownership", "check_dc", "check_rack", "check_data_resurrection"}
	for _, check := range t {
		if !slices.Contains(known, check.key) {
			return v, fmt.Errorf("Unable to find enum value '%s' for enum class: org.apache.cassandra.service.StartupChecks$StartupCheckType", check.key)
		}
		if _, ok := check.value.(tree); !ok && check.value != "" {
			return v, fmt.Errorf("%s needs a block of keys", check.key)
		}
	}
	return v, nil
}

// refused reports null values and unknown keys, all at once.
func (r *reader) refused() error {
	if len(r.nulls) > 0 {
		return Refuse("Invalid yaml. Those properties [" + strings.Join(r.nulls, ", ") + "] are not valid")
	}
	if len(r.unknown) == 0 {
		return nil
	}
	var names, details []string
	for _, u := range r.unknown {
		names = append(names, u.name)
		line := fmt.Sprintf("%s, line %d, column %d: unknown option %s", r.source, u.line, u.column, u.name)
		if u.nearest != "" {
			line += ", did you mean " + u.nearest + "?"
		}
		details = append(details, line)
	}
	return Refuse("Invalid yaml. Please remove properties ["+strings.Join(names, ", ")+"] from your cassandra.yaml", details...)
}

// invalid is the error about one value, with the line and a caret below the value.
func (r *reader) invalid(node *yaml.Node, key string, cause error) error {
	var known *ConfigurationError
	if errors.As(cause, &known) {
		return cause
	}
	e := Fatal("Invalid yaml: " + r.source)
	if key != "" {
		e.Details = append(e.Details, "Cannot create property="+clip(key))
	}
	if node.Line > 0 {
		e.Details = append(e.Details, fmt.Sprintf(" in 'reader', line %d, column %d:", node.Line, node.Column))
	}
	if node.Line > 0 && node.Line <= len(r.lines) && !strings.Contains(strings.ToLower(key), "password") {
		e.Details = append(e.Details, "    "+clip(r.lines[node.Line-1]), "    "+strings.Repeat(" ", min(node.Column-1, clipped))+"^")
	}
	e.Details = append(e.Details, clip(cause.Error()))
	return e
}

// spend counts a node, so that aliases of aliases cannot make a small file a large one.
func (r *reader) spend(node *yaml.Node) error {
	r.budget--
	if r.budget < 0 {
		return r.invalid(node, "", errors.New("the document uses aliases too often"))
	}
	return nil
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

const clipped = 300

// clip shortens text from the file for a message.
func clip(text string) string {
	if len(text) <= clipped {
		return text
	}
	return strings.ToValidUTF8(text[:clipped], "") + "..."
}
