package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// DefaultPath is where the node looks for its configuration when nobody says otherwise.
const DefaultPath = "conf/cassandra.yaml"

// Load reads and checks the configuration of a node. path may be a file:/// URL; when empty, -Dcassandra.config
// counts, then DefaultPath. overrides are -D pairs: system properties of Cassandra, or names of options, which then
// win over the file. The notices are for the log. Errors are *ConfigurationError.
func Load(path string, overrides map[string]string) (*Config, []Notice, error) {
	if path == "" {
		path = overrides["cassandra.config"]
	}
	if path == "" {
		path = DefaultPath
	}
	data, name, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	c, notices, err := Parse(data, name, overrides)
	if err != nil {
		return nil, notices, err
	}
	more, err := c.Validate()
	return c, append(notices, more...), err
}

// readFile reads at most one byte more than a file may have; the name is how Cassandra's messages call it.
func readFile(path string) (data []byte, name string, err error) {
	local, isURL := localPath(path)
	absolute, err := filepath.Abs(local)
	if err != nil {
		return nil, "", Fatal("Invalid path of cassandra.yaml: "+path, err.Error())
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isURL:
		return nil, "", Refuse(fmt.Sprintf("Cannot locate %s.  If this is a local file, please confirm you've provided file:/// as a URI prefix.", path))
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", Refuse(fmt.Sprintf("Expecting URI in variable: [cassandra.config]. Found[%s]. Please prefix the file with [file:///] for local files and [file://<server>/] for remote files. If you are executing this from an external tool, it needs to set Config.setClientMode(true) to avoid loading configuration.", path))
	case err != nil:
		return nil, "", Fatal("Cannot read "+path, err.Error())
	case info.Size() > maxFileSize:
		return nil, "", Fatal("Invalid yaml: file:"+absolute, fmt.Sprintf("the file has %d bytes, more than the %d that are read", info.Size(), maxFileSize))
	}
	data, err = os.ReadFile(absolute)
	if err != nil {
		return nil, "", Fatal("Cannot read "+path, err.Error())
	}
	return data, "file:" + absolute, nil
}

// localPath takes file:///x, file:/x and plain paths.
func localPath(path string) (local string, isURL bool) {
	if !strings.HasPrefix(path, "file:") {
		return path, false
	}
	u, err := url.Parse(path)
	if err != nil || u.Path == "" {
		return strings.TrimPrefix(path, "file:"), true
	}
	return u.Path, true
}

// Parse is Load without a file and without the checks of Validate. name is how messages call the text, e.g.
// file:/etc/cassandra/cassandra.yaml.
func Parse(data []byte, name string, overrides map[string]string) (*Config, []Notice, error) {
	properties, err := parseProperties(overrides)
	if err != nil {
		return nil, nil, err
	}
	c := builtin()
	c.Source, c.Properties = name, properties
	r := &reader{source: name, properties: &properties, values: map[string]value{}, unread: map[string]bool{}}
	if err := r.read(data); err != nil {
		return nil, nil, err
	}
	if err := r.overrides(overrides); err != nil {
		return nil, nil, err
	}
	for full, v := range r.values {
		c.set(table().byName[full], v)
		c.written[full] = true
	}
	return c, r.notices(), nil
}

// overrides applies -D pairs after the file, with the same conversions.
func (r *reader) overrides(pairs map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		option, isSetting := strings.CutPrefix(name, "cassandra.settings.")
		if isSetting && !r.properties.AllowSystemProperties {
			continue
		}
		if err := r.override(name, option, pairs[name]); err != nil {
			return err
		}
	}
	for _, fixed := range fixedOverrides {
		text, given := pairs[fixed.property]
		if _, written := r.values[fixed.option]; !given || written && fixed.yields {
			continue
		}
		if err := r.override(fixed.property, fixed.option, text); err != nil {
			return err
		}
	}
	return nil
}

// override sets one option; a name that is no option is ignored, as system properties are.
func (r *reader) override(property, name, text string) error {
	o, old := table().find(nil, name)
	if o == nil || o.Type == "block" {
		return nil
	}
	var doc yaml.Node
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if text == "" && o.mayBeNull() {
		node.Tag = "!!null"
	}
	if slices.Contains([]string{"class", "list", "set", "map"}, o.Type) {
		if err := yaml.Unmarshal([]byte(text), &doc); err == nil && len(doc.Content) > 0 {
			node = resolve(doc.Content[0])
		}
	}
	r.lines, r.budget = nil, maxNodes
	v, err := r.value(o, old, node)
	if err != nil {
		return Fatal("Invalid value of -D"+property+": "+clip(text), clip(err.Error()))
	}
	r.values[o.full] = v
	if !Read(o.full) {
		r.unread[o.root().full] = true
	}
	return nil
}

// notices says what the file holds that deserves a line in the log.
func (r *reader) notices() []Notice {
	var notices []Notice
	if len(r.deprecated) > 0 {
		notices = append(notices, warn("["+strings.Join(r.deprecated, ", ")+"] parameters have been deprecated. They have new names and/or value format; For more information, please refer to NEWS.txt", r.deprecated...))
	}
	if unread := slices.Sorted(maps.Keys(r.unread)); len(unread) > 0 {
		notices = append(notices, info("These options of cassandra.yaml are accepted, but have no effect here: ["+strings.Join(unread, ", ")+"]", unread...))
	}
	return notices
}

// parseDefault reads the text of a default in options.json.
func parseDefault(o *option, text string) (value, error) {
	r := &reader{budget: maxNodes}
	switch o.Type {
	case "list", "set", "map":
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			return value{}, err
		}
		return r.value(o, nil, doc.Content[0])
	case "class":
		name, rest, _ := strings.Cut(strings.TrimSuffix(text, "}"), "{")
		c := Class(name)
		if key, v, ok := strings.Cut(rest, "="); ok {
			c.add(key, v)
		}
		return value{V: c, Text: c.String()}, nil
	}
	return parseText(o, text)
}
