package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// legacyIndex is the name of the ordinary secondary index in USING and in default_secondary_index.
const legacyIndex = "legacy_local_table"

// indexAttributes is what CREATE INDEX says besides the targets (IndexAttributes).
type indexAttributes struct {
	custom  bool
	class   string
	options map[string]string
}

func (a *applier) indexAttributes(st *ast.CreateIndex) (indexAttributes, error) {
	out := indexAttributes{custom: st.Custom, class: st.Using}
	for _, p := range st.Properties {
		if p.Name != "options" {
			return out, unknownProperty(p.Name)
		}
		var err error
		if out.options, err = (&property{p}).options(); err != nil {
			return out, err
		}
	}
	if !st.HasUsing {
		if !a.env.Flags.DefaultIndexAllowed {
			return out, cqlerr.Invalid("Must specify index implementation via USING")
		}
		out.class = a.env.Flags.DefaultIndex
	}
	if !out.custom {
		out.custom = !strings.EqualFold(out.class, legacyIndex)
	}
	switch {
	case !out.custom && len(out.options) > 0:
		return out, cqlerr.Invalid("Cannot specify options for a non-CUSTOM index")
	case out.options["class_name"] != "":
		return out, cqlerr.Invalid("Cannot specify class_name as a CUSTOM option")
	case out.options["target"] != "":
		return out, cqlerr.Invalid("Cannot specify target as a CUSTOM option")
	}
	return out, nil
}

func (a *applier) createIndex(st *ast.CreateIndex) (*Update, error) {
	attrs, err := a.indexAttributes(st)
	if err != nil {
		return nil, err
	}
	k, err := a.keyspace(st.Table.Keyspace)
	if err != nil {
		return nil, err
	}
	t := k.Tables[st.Table.Name]
	if t == nil {
		return nil, cqlerr.Invalid("Table '%s' doesn't exist", st.Table.Name)
	}
	if !st.Name.IsZero() && k.IndexedTable(st.Name.Name) != nil {
		if st.IfNotExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("Index '%s' already exists", st.Name.Name)
	}
	targets, err := indexTargets(t, st, attrs)
	if err != nil {
		return nil, err
	}
	x := newIndex(k, t, st.Name.Name, targets, attrs)
	for _, name := range sortedKeys(t.Indexes) {
		if old := t.Indexes[name]; old.Kind == x.Kind && mapText(old.Options) == mapText(x.Options) {
			if st.IfNotExists {
				return a.unchanged()
			}
			return nil, cqlerr.Invalid("Index %s is a duplicate of existing index %s", x.Name, old.Name)
		}
	}
	t = t.Copy()
	t.Indexes[x.Name] = x
	if err := a.validateTable(t); err != nil {
		return nil, err
	}
	if attrs.class == sasiClass && attrs.custom {
		a.warn("SASI indexes are experimental and are not recommended for production use.")
	}
	return a.swap(k.replaceTable(t), tableChange(Updated, t))
}

// indexTargets checks what is to be indexed; targets come back as they are stored.
func indexTargets(t *Table, st *ast.CreateIndex, attrs indexAttributes) ([]IndexTarget, error) {
	switch {
	case t.Counter:
		return nil, cqlerr.Invalid("Secondary indexes on counter tables aren't supported")
	case t.IsView():
		return nil, cqlerr.Invalid("Secondary indexes on materialized views aren't supported")
	case len(st.Targets) == 0 && !attrs.custom:
		return nil, cqlerr.Invalid("Only CUSTOM indexes can be created without specifying a target column")
	case len(st.Targets) > 1 && !attrs.custom:
		return nil, cqlerr.Invalid("Only CUSTOM indexes support multiple columns")
	}
	var out []IndexTarget
	for _, target := range st.Targets {
		c := t.Columns[target.Column]
		if c == nil {
			return nil, cqlerr.Invalid("Undefined column name %s in table %s", ast.QuoteName(target.Column), qualified(t.Keyspace, t.Name))
		}
		out = append(out, IndexTarget{Kind: targetKind(target.Kind, c), Column: c.Name})
	}
	seen := map[string]bool{}
	for _, target := range out {
		if seen[target.Column] {
			return nil, cqlerr.Invalid("Duplicate column '%s' in index target list", target.Column)
		}
		seen[target.Column] = true
	}
	for _, target := range out {
		if err := checkIndexTarget(t, t.Columns[target.Column], target.Kind, attrs.custom); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// targetKind makes a plain target of a collection one of its values.
func targetKind(k ast.IndexTargetKind, c *Column) string {
	switch k {
	case ast.IndexValues:
		return "values"
	case ast.IndexKeys:
		return "keys"
	case ast.IndexEntries:
		return "entries"
	case ast.IndexFull:
		return "full"
	}
	if isCollection(c.Type) {
		return "values"
	}
	return "simple"
}

func isCollection(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return true
	}
	return false
}

// checkIndexTarget is CreateIndexStatement.validateIndexTarget.
func checkIndexTarget(t *Table, c *Column, kind string, custom bool) error {
	name := ast.QuoteName(c.Name)
	frozen := isCollection(c.Type) && !c.Type.IsMultiCell()
	switch {
	case custom && (len(c.Name) > maxKeyspaceName || !validName.MatchString(c.Name)):
		return cqlerr.Invalid("Column '%s' is longer than the permissible name length of %d characters or contains non-alphanumeric-underscore characters", c.Name, maxKeyspaceName)
	case referencesDuration(c.Type):
		return durationIndex(c.Type)
	case t.Compact && c.IsPrimaryKey():
		return cqlerr.Invalid("Secondary indexes are not supported on PRIMARY KEY columns in COMPACT STORAGE tables")
	case t.Compact && c == t.CompactValue():
		return cqlerr.Invalid("Secondary indexes are not supported on compact value column of COMPACT STORAGE tables")
	case c.Kind == PartitionKey && len(t.PartitionKey) == 1:
		return cqlerr.Invalid("Cannot create secondary index on the only partition key column %s", c.Name)
	case frozen && kind != "full":
		return cqlerr.Invalid("Cannot create %s() index on frozen column %s. Frozen collections are immutable and must be fully indexed by using the 'full(%s)' modifier", kind, name, name)
	case !frozen && kind == "full":
		return cqlerr.Invalid("full() indexes can only be created on frozen collections")
	case !isCollection(c.Type) && kind != "simple":
		return cqlerr.Invalid("Cannot create %s() index on %s. Non-collection columns only support simple indexes", kind, name)
	case (kind == "keys" || kind == "entries") && !(c.Type.Kind() == cqltype.KindMap && c.Type.IsMultiCell()):
		return cqlerr.Invalid("Cannot create index on %s of column %s with non-map type", kind, name)
	case c.Type.Kind() == cqltype.KindUDT && c.Type.IsMultiCell():
		return cqlerr.Invalid("Cannot create index on non-frozen UDT column %s", name)
	}
	return nil
}

func durationIndex(t cqltype.Type) error {
	switch {
	case isCollection(t):
		return cqlerr.Invalid("Secondary indexes are not supported on collections containing durations")
	case t.Kind() == cqltype.KindTuple:
		return cqlerr.Invalid("Secondary indexes are not supported on tuples containing durations")
	case t.Kind() == cqltype.KindUDT:
		return cqlerr.Invalid("Secondary indexes are not supported on UDTs containing durations")
	}
	return cqlerr.Invalid("Secondary indexes are not supported on duration columns")
}

var nonWord = regexp.MustCompile(`\W`)

// newIndex makes the index, with a name of its own when none was given.
func newIndex(k *Keyspace, t *Table, name string, targets []IndexTarget, attrs indexAttributes) *Index {
	x := &Index{Name: name, Kind: KindComposites, Options: cloneMap(attrs.options)}
	texts := make([]string, len(targets))
	for i, target := range targets {
		texts[i] = ast.QuoteName(target.Column)
		if target.Kind != "simple" {
			texts[i] = target.Kind + "(" + texts[i] + ")"
		}
	}
	x.Options["target"] = strings.Join(texts, ",")
	if attrs.custom {
		x.Kind = KindCustom
		x.Options["class_name"] = attrs.class
	}
	if name != "" {
		return x
	}
	base := t.Name + "_idx"
	if len(targets) == 1 {
		base = t.Name + "_" + targets[0].Column + "_idx"
	}
	base = nonWord.ReplaceAllString(base, "")
	x.Name = base
	for i := 1; k.IndexedTable(x.Name) != nil; i++ {
		x.Name = base + "_" + strconv.Itoa(i)
	}
	return x
}

// validateIndex is IndexMetadata.validate.
func (a *applier) validateIndex(t *Table, x *Index) error {
	if !validName.MatchString(x.Name) {
		return cqlerr.Config("Illegal index name %s", x.Name)
	}
	if x.Kind != KindCustom {
		return nil
	}
	class := x.Options["class_name"]
	switch {
	case isSAIClass(class):
		return a.validateSAI(t, x)
	case class == sasiClass:
		if !a.env.Flags.SASI {
			return cqlerr.Invalid("SASI indexes are disabled. Enable in cassandra.yaml to use.")
		}
		return validateSASI(t, x)
	case strings.HasPrefix(class, "java."):
		return cqlerr.Config("Specified Indexer class (%s) does not implement the Indexer interface", class)
	case strings.HasPrefix(class, "org.apache.cassandra.index.internal."):
		return nil
	}
	return cqlerr.Config("Unable to find custom indexer class '%s'", class)
}

var (
	analysisOptions = []string{"case_sensitive", "normalize", "ascii"}
	vectorOptions   = []string{"maximum_node_connections", "construction_beam_width", "similarity_function", "optimize_for"}
)

const vectorWarning = "SAI ANN indexes on vector columns are experimental and are not recommended for production use.\n" +
	"They don't yet support SELECT queries with:\n" +
	" * Consistency level higher than ONE/LOCAL_ONE.\n" +
	" * Paging.\n" +
	" * No LIMIT clauses.\n" +
	" * PER PARTITION LIMIT clauses.\n" +
	" * GROUP BY clauses.\n" +
	" * Aggregation functions.\n" +
	" * Filters on columns without a SAI index."

// validateSAI is StorageAttachedIndex.validateOptions.
func (a *applier) validateSAI(t *Table, x *Index) error {
	known := append(append([]string{"class_name", "target"}, analysisOptions...), vectorOptions...)
	if unknown := without(x.Options, known...); len(unknown) > 0 {
		return cqlerr.Config("Properties specified %s are not understood by StorageAttachedIndex", javaList(unknown))
	}
	text := x.Options["target"]
	if strings.Contains(text, ",") {
		return cqlerr.Invalid("A storage-attached index cannot be created over multiple columns: %s", strings.ReplaceAll(text, ",", ", "))
	}
	target := x.Target()
	c := t.Columns[target.Column]
	if c == nil {
		return cqlerr.Invalid("Failed to retrieve target column for: %s", text)
	}
	same := 0
	for _, other := range t.Indexes {
		if other.IsSAI() && other.Target() == target {
			same++
		}
	}
	if same > 1 {
		return cqlerr.Invalid("Cannot create more than one storage-attached index on the same column: %s", ast.QuoteName(c.Name))
	}
	typ := indexedType(c.Type, target.Kind)
	if err := checkAnalysis(c, typ, x.Options); err != nil {
		return err
	}
	if err := checkVectorOptions(typ, x.Options); err != nil {
		return err
	}
	return a.checkSAIType(typ, x.Options)
}

// indexedType is the type of what an index covers of a column; entries are two types, as a tuple.
func indexedType(t cqltype.Type, kind string) cqltype.Type {
	if !t.IsMultiCell() {
		return t
	}
	switch t := t.(type) {
	case *cqltype.ListType:
		return t.Elem
	case *cqltype.SetType:
		return t.Elem
	case *cqltype.MapType:
		switch kind {
		case "keys":
			return t.Key
		case "entries":
			return cqltype.NewTuple(t.Key, t.Value)
		}
		return t.Value
	}
	return t
}

func checkAnalysis(c *Column, t cqltype.Type, options map[string]string) error {
	given := map[string]string{}
	for _, o := range analysisOptions {
		if v, ok := options[o]; ok {
			given[o] = v
		}
	}
	if len(given) == 0 {
		return nil
	}
	if c.IsPrimaryKey() {
		return cqlerr.Invalid("Analysis options are not supported on primary key columns, but found %s", mapText(given))
	}
	if k := t.Kind(); k != cqltype.KindText && k != cqltype.KindAscii {
		return cqlerr.Invalid("CQL type %s cannot be analyzed.", t)
	}
	for _, o := range analysisOptions {
		if v, ok := given[o]; ok && !isBoolean(v) {
			return cqlerr.Invalid("Illegal value for boolean option '%s': %s", o, v)
		}
	}
	return nil
}

func checkVectorOptions(t cqltype.Type, options map[string]string) error {
	has := func(o string) bool { _, ok := options[o]; return ok }
	if !slices.ContainsFunc(vectorOptions, has) {
		return nil
	}
	if t.Kind() != cqltype.KindVector {
		return cqlerr.Invalid("CQL type %s cannot have vector options", t)
	}
	if has("maximum_node_connections") {
		return cqlerr.Invalid("Maximum node connections cannot be set without enabling SAI_VECTOR_ALLOW_CUSTOM_PARAMETERS")
	}
	if has("construction_beam_width") {
		return cqlerr.Invalid("Construction beam width cannot be set without enabling SAI_VECTOR_ALLOW_CUSTOM_PARAMETERS")
	}
	if v, ok := options["similarity_function"]; ok && !slices.Contains([]string{"EUCLIDEAN", "DOT_PRODUCT", "COSINE"}, strings.ToUpper(v)) {
		return cqlerr.Invalid("Similarity function %s was not recognized for index null. Valid values are: EUCLIDEAN, DOT_PRODUCT, COSINE", strings.ToUpper(v))
	}
	if v, ok := options["optimize_for"]; ok && !slices.Contains([]string{"LATENCY", "RECALL"}, strings.ToUpper(v)) {
		return cqlerr.Invalid("optimize_for '%s' was not recognized for index null. Valid values are: LATENCY, RECALL", strings.ToUpper(v))
	}
	return nil
}

// checkSAIType refuses what SAI cannot index, and warns about vectors.
func (a *applier) checkSAIType(t cqltype.Type, options map[string]string) error {
	switch t := t.(type) {
	case *cqltype.VectorType:
		if t.Elem.Kind() != cqltype.KindFloat {
			return cqlerr.Invalid("SAI ANN indexes are only allowed on vector columns with float elements")
		}
		function := strings.ToUpper(options["similarity_function"])
		if t.Dim == 1 && (function == "" || function == "COSINE") {
			return cqlerr.Invalid("Cosine similarity is not supported for single-dimension vectors")
		}
		a.warn(vectorWarning)
		return nil
	case *cqltype.TupleType, *cqltype.UserType, *cqltype.ListType, *cqltype.SetType, *cqltype.MapType:
		return nil // frozen values are compared as a whole
	}
	switch t.Kind() {
	case cqltype.KindBlob, cqltype.KindCounter, cqltype.KindDuration, cqltype.KindCustom, cqltype.KindEmpty:
		return cqlerr.Invalid("Unsupported type: %s", t)
	}
	return nil
}
