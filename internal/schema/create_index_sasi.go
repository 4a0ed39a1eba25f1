package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

const (
	sasiClass     = "org.apache.cassandra.index.sasi.SASIIndex"
	sasiAnalyzers = "org.apache.cassandra.index.sasi.analyzer."
)

// validateSASI is SASIIndex.validateOptions. It refuses no options it does not know, as Cassandra does.
func validateSASI(t *Table, x *Index) error {
	target := x.Target()
	c := t.Columns[target.Column]
	switch {
	case c == nil:
		return cqlerr.Config("failed to retrieve target column for: %s", strings.ReplaceAll(x.Options["target"], ",", ", "))
	case c.Type.IsMultiCell():
		return cqlerr.Config("complex columns are not yet supported by SASI")
	case c.Kind == PartitionKey:
		return cqlerr.Config("partition key columns are not yet supported by SASI")
	}
	if err := checkSASIAnalyzer(c, x.Options); err != nil {
		return err
	}
	return checkSASIMode(c, x.Options)
}

// checkSASIAnalyzer is IndexMode.validateAnalyzer, and what an analyzer says when it starts.
func checkSASIAnalyzer(c *Column, options map[string]string) error {
	class, ok := options["analyzer_class"]
	if !ok {
		return nil
	}
	name, ours := strings.CutPrefix(class, sasiAnalyzers)
	switch {
	case strings.HasPrefix(class, "java."):
		return badSASIOptions(options) // a class, but no analyzer
	case !ours:
		return cqlerr.Config("Invalid analyzer class option specified [%s]", class)
	}
	switch name {
	case "NoOpAnalyzer":
		return nil
	case "NonTokenizingAnalyzer", "StandardAnalyzer", "DelimiterAnalyzer":
	default:
		return cqlerr.Config("Invalid analyzer class option specified [%s]", class)
	}
	if !isText(c) {
		return cqlerr.Config("%s does not support type %s", name, c.Type)
	}
	has := func(o string) bool { _, ok := options[o]; return ok }
	broken := false
	switch name {
	case "NonTokenizingAnalyzer":
		if has("case_sensitive") && (has("normalize_lowercase") || has("normalize_uppercase")) {
			return cqlerr.Config("case_sensitive option cannot be specified together with either normalize_lowercase or normalize_uppercase")
		}
		broken = isTrue(options["normalize_lowercase"]) && isTrue(options["normalize_uppercase"])
	case "StandardAnalyzer":
		broken = isTrue(options["tokenization_normalize_lowercase"]) && isTrue(options["tokenization_normalize_uppercase"])
	case "DelimiterAnalyzer":
		broken = has("delimiter") && utf8.RuneCountInString(options["delimiter"]) != 1
	}
	if broken {
		return cqlerr.Server("java.lang.RuntimeException: java.lang.reflect.InvocationTargetException")
	}
	return nil
}

// checkSASIMode is IndexMode.getMode and what SASIIndex makes of it.
func checkSASIMode(c *Column, options map[string]string) error {
	mode, given := options["mode"]
	mode = strings.ToUpper(mode)
	if given && mode != "PREFIX" && mode != "CONTAINS" && mode != "SPARSE" {
		return cqlerr.Config("Incorrect index mode: %s", options["mode"])
	}
	if v, ok := options["max_compaction_flush_memory_in_mb"]; ok {
		if _, err := strconv.ParseInt(v, 10, 64); err != nil {
			return badSASIOptions(options)
		}
	}
	if mode != "SPARSE" {
		return nil
	}
	literal := isText(c)
	if v, ok := options["is_literal"]; ok {
		literal = isTrue(v)
	}
	_, analyzed := options["analyzer_class"]
	if v, ok := options["analyzed"]; ok {
		analyzed = isTrue(v)
	}
	switch {
	case literal:
		return cqlerr.Config("SPARSE mode is only supported on non-literal columns.")
	case analyzed:
		return cqlerr.Config("SPARSE mode doesn't support analyzers.")
	}
	return nil
}

func badSASIOptions(options map[string]string) error {
	var parts []string
	for _, k := range hashOrder(options) {
		parts = append(parts, k+"="+options[k])
	}
	return cqlerr.Config("Failed to validate custom indexer options: {%s}", strings.Join(parts, ", "))
}

// isText is whether SASI takes a column for text: not when it clusters in descending order.
func isText(c *Column) bool {
	k := c.Type.Kind()
	return !c.Desc && (k == cqltype.KindText || k == cqltype.KindAscii)
}

// isTrue is Boolean.parseBoolean.
func isTrue(s string) bool { return strings.EqualFold(s, "true") }
