package exec_test

import "testing"

// schemaFiles are the dialogues about the schema and its description.
var schemaFiles = []string{
	"ddl_alter_table", "ddl_create_table", "ddl_drop_readd", "ddl_if_exists", "ddl_keyspaces", "ddl_table_option_errors",
	"ddl_table_options_more", "ddm_columns", "describe_keyspace", "describe_names", "identifiers", "index_naming",
	"mv_errors", "use_keyspace", "../ours/definition_corners",
}

func TestGoldenSchema(t *testing.T) {
	for _, name := range schemaFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replay(t, name)
		})
	}
}
