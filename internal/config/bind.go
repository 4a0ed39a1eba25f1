package config

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"
)

var (
	classType    = reflect.TypeFor[ParameterizedClass]()
	durationType = reflect.TypeFor[time.Duration]()
	checksType   = reflect.TypeFor[map[string]map[string]string]()
)

// fieldIndex says where Config holds each option that is read, by the option's full name.
var fieldIndex = sync.OnceValue(func() map[string][]int {
	index := map[string][]int{}
	indexFields(index, reflect.TypeFor[Config](), "", nil)
	return index
})

func indexFields(index map[string][]int, t reflect.Type, prefix string, path []int) {
	for i := range t.NumField() {
		field := t.Field(i)
		name := field.Tag.Get("yaml")
		here := append(slices.Clone(path), i)
		switch {
		case field.Anonymous:
			indexFields(index, field.Type, prefix, here)
		case name == "":
		case field.Type.Kind() == reflect.Struct && field.Type != classType:
			indexFields(index, field.Type, prefix+name+".", here)
		default:
			index[prefix+name] = here
		}
	}
}

// field is the field of an option; the zero Value when the option is not read.
func (c *Config) field(full string) reflect.Value {
	path, ok := fieldIndex()[full]
	if !ok {
		return reflect.Value{}
	}
	return reflect.ValueOf(c).Elem().FieldByIndex(path)
}

// Read says whether an option of this full name has an effect here, e.g. client_encryption_options.enabled.
func Read(option string) bool {
	_, ok := fieldIndex()[option]
	return ok
}

// set keeps the value and stores it in the option's field, if it has one.
func (c *Config) set(o *option, v value) {
	if c.values == nil {
		c.values = map[string]value{} // a Config that did not come from Default
	}
	c.values[o.full] = v
	field := c.field(o.full)
	if !field.IsValid() {
		return
	}
	field.SetZero()
	if v.Null {
		return
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	store(field, v.V)
}

// setText sets an option to text that is known to be right: a default, or a computed value.
func (c *Config) setText(o *option, text string) {
	v, err := parseDefault(o, text)
	if err != nil {
		panic("default of " + o.full + ": " + err.Error()) // our own table, checked by every test
	}
	c.set(o, v)
}

func store(field reflect.Value, v any) {
	switch v := v.(type) {
	case bool:
		field.SetBool(v)
	case int64:
		field.SetInt(v)
	case time.Duration:
		field.SetInt(int64(v))
	case float64:
		field.SetFloat(v)
	case string:
		field.SetString(v)
	case []string:
		field.Set(reflect.ValueOf(slices.Clone(v)))
	case ParameterizedClass:
		field.Set(reflect.ValueOf(v.clone()))
	case tree:
		field.Set(reflect.ValueOf(v.strings()))
	}
}

// load is the reverse of store: what a field holds now, as a value would.
func load(field reflect.Value) any {
	switch {
	case field.Kind() == reflect.Pointer && field.IsNil():
		return nil
	case field.Kind() == reflect.Pointer:
		return load(field.Elem())
	case field.Type() == durationType:
		return time.Duration(field.Int())
	case field.Type() == classType:
		return field.Interface()
	case field.CanInt():
		return field.Int()
	case field.CanFloat():
		return field.Float()
	}
	switch field.Kind() {
	case reflect.Bool:
		return field.Bool()
	case reflect.String:
		return field.String()
	}
	return field.Interface()
}

// holds says whether a field still has the value that was stored, so that the written text still describes it.
func holds(field reflect.Value, v value) bool {
	if v.Null {
		return field.IsZero()
	}
	if field.Type() == checksType {
		kept, _ := v.V.(tree)
		return maps.EqualFunc(field.Interface().(map[string]map[string]string), kept.strings(), maps.Equal)
	}
	switch current := load(field).(type) {
	case []string:
		kept, _ := v.V.([]string)
		return slices.Equal(current, kept)
	case ParameterizedClass:
		kept, _ := v.V.(ParameterizedClass)
		return current.equal(kept)
	default:
		return current == v.V
	}
}

// strings is a tree of two levels as maps; other shapes were refused while parsing.
func (t tree) strings() map[string]map[string]string {
	result := make(map[string]map[string]string, len(t))
	for _, b := range t {
		inner := map[string]string{}
		if sub, ok := b.value.(tree); ok {
			for _, leaf := range sub {
				inner[leaf.key], _ = leaf.value.(string)
			}
		}
		result[b.key] = inner
	}
	return result
}
