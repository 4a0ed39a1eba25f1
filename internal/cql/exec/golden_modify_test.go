package exec_test

import "testing"

// modifyFiles are the dialogues about changing data, about terms and about functions.
var modifyFiles = []string{
	"arithmetic", "arithmetic_matrix", "batch_timestamps", "batches", "cast_matrix", "coll_frozen_nested", "coll_list", "coll_map",
	"coll_set", "coll_set_more", "counters", "default_ttl", "delete_variations", "func_blob_token", "func_cast", "func_collections",
	"func_mask", "func_math", "func_similarity", "func_time", "func_time_more", "insert_update_semantics", "json_defaults", "json_insert",
	"limits_batches", "limits_keys", "literal_matrix_collections", "literal_matrix_numbers", "literal_matrix_temporal",
	"literal_matrix_text_blob_uuid", "lwt_basic", "lwt_batches", "lwt_collections", "lwt_collections_more", "lwt_static", "lwt_types",
	"mv_basic", "static_columns", "timestamp_ties", "tombstones_timestamps", "tombstones_timestamps_more", "tuples", "types_boolean_null",
	"types_date_time", "types_duration", "types_empty_values", "types_float_decimal", "types_int", "types_text_blob", "types_timestamp",
	"types_timestamp_more", "types_uuid_inet", "types_uuid_inet_more", "types_vector", "udt_basic", "udt_nested_json",
	"../ours/update_corners", "../ours/function_corners",
}

// elsewhere are statements whose recorded answers this test cannot give.
var elsewhere = map[string]bool{
	// The coordinator counts tombstones and warns of them; there is none here.
	"limits_batches: SELECT * FROM t WHERE k = 1;":         true,
	"limits_batches: SELECT * FROM t WHERE k = 1 LIMIT 1;": true,
	"limits_batches: SELECT c, v FROM t WHERE k = 1;":      true,
	"limits_batches: SELECT count(*) FROM t;":              true,
	// Rows written within the same millisecond as this statement are not older than it.
	"func_time: SELECT k FROM t WHERE ts < to_timestamp(now()) ALLOW FILTERING;": true,
	// Cassandra runs into exceptions of its own.
	"coll_map: SELECT n[null] FROM m WHERE k = 7;":          true,
	"types_empty_values: SELECT JSON * FROM e WHERE k = 1;": true,
	// Cassandra lets null pass as the end of a range of rows.
	"limits_keys: SELECT * FROM c WHERE a = '' AND b = '' AND c > null;": true,
}

func TestGoldenModifications(t *testing.T) {
	for _, name := range modifyFiles {
		t.Run(name, func(t *testing.T) { replay(t, name) })
	}
}
