package schema

import (
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/parse"
)

// What Cassandra 5.0.5 says about options of SASI indexes.
func TestSASIOptions(t *testing.T) {
	env := *testEnv
	env.Flags.SASI = true
	s, _ := run(t, (&Schema{}).WithVersion(nil),
		"CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE k.t (p1 text, p2 int, c text, t text, i int, l list<text>, PRIMARY KEY ((p1, p2), c)) WITH CLUSTERING ORDER BY (c DESC)")
	const analyzers = "org.apache.cassandra.index.sasi.analyzer."
	for _, c := range []struct{ column, options, message string }{
		{"t", "'mode': 'contains', 'nosuch': '1'", ""},
		{"t", "'mode': 'NoSuch'", "Incorrect index mode: NoSuch"},
		{"t", "'mode': ''", "Incorrect index mode: "},
		{"t", "'mode': 'SPARSE'", "SPARSE mode is only supported on non-literal columns."},
		{"t", "'mode': 'SPARSE', 'is_literal': 'false'", ""},
		{"i", "'mode': 'SPARSE'", ""},
		{"i", "'mode': 'SPARSE', 'is_literal': 'true'", "SPARSE mode is only supported on non-literal columns."},
		{"i", "'mode': 'SPARSE', 'analyzed': 'true'", "SPARSE mode doesn't support analyzers."},
		{"c", "'mode': 'SPARSE'", ""},
		{"p1", "'mode': 'PREFIX'", "partition key columns are not yet supported by SASI"},
		{"l", "'mode': 'PREFIX'", "complex columns are not yet supported by SASI"},
		{"t, i", "'mode': 'PREFIX'", "failed to retrieve target column for: t, i"},
		{"t", "'max_compaction_flush_memory_in_mb': '10'", ""},
		{
			"t", "'max_compaction_flush_memory_in_mb': 'x'",
			"Failed to validate custom indexer options: {max_compaction_flush_memory_in_mb=x, class_name=" + sasiClass + ", target=t}",
		},
		{"t", "'analyzer_class': 'nosuch'", "Invalid analyzer class option specified [nosuch]"},
		{"t", "'analyzer_class': '" + analyzers + "NoSuch'", "Invalid analyzer class option specified [" + analyzers + "NoSuch]"},
		{
			"t", "'analyzer_class': 'java.lang.String'",
			"Failed to validate custom indexer options: {analyzer_class=java.lang.String, class_name=" + sasiClass + ", target=t}",
		},
		{"i", "'analyzer_class': '" + analyzers + "NoOpAnalyzer'", ""},
		{"i", "'analyzer_class': '" + analyzers + "StandardAnalyzer'", "StandardAnalyzer does not support type int"},
		{"c", "'analyzer_class': '" + analyzers + "NonTokenizingAnalyzer'", "NonTokenizingAnalyzer does not support type text"},
		{
			"t", "'analyzer_class': '" + analyzers + "NonTokenizingAnalyzer', 'case_sensitive': 'true', 'normalize_lowercase': 'true'",
			"case_sensitive option cannot be specified together with either normalize_lowercase or normalize_uppercase",
		},
		{"t", "'analyzer_class': '" + analyzers + "DelimiterAnalyzer', 'delimiter': 'ü'", ""},
		{
			"t", "'analyzer_class': '" + analyzers + "DelimiterAnalyzer', 'delimiter': ',,'",
			"java.lang.RuntimeException: java.lang.reflect.InvocationTargetException",
		},
	} {
		text := "CREATE CUSTOM INDEX x ON k.t (" + c.column + ") USING '" + sasiClass + "' WITH OPTIONS = {" + c.options + "}"
		result, err := parse.Statement(text)
		require.NoError(t, err, text)
		_, err = Apply(s, result.Statement, &env)
		if c.message == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, c.message, text)
		}
	}
}
