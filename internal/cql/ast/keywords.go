package ast

import "strings"

// KeywordClass says where a keyword may stand as a name without quotes.
type KeywordClass uint8

// The classes of keywords, from the most to the least restricted.
const (
	// Reserved keywords are never names (ReservedKeywords lists most of them; a few, such as TOKEN, are functions).
	Reserved KeywordClass = iota + 1
	// Special keywords are names of keyspaces, tables and columns, but not of functions or types (TTL, JSON, ...).
	Special
	// TypeWord keywords are names of everything but user types.
	TypeWord
	// Unreserved keywords are names of anything.
	Unreserved
)

// Keyword is one row of the keyword table. Aliases share their Token: TABLE is the token K_COLUMNFAMILY.
type Keyword struct {
	Word  string // upper case
	Token string // Cassandra's name for it in error messages
	Class KeywordClass
}

// Keywords lists every keyword of CQL 3.4.7 but TRUE, FALSE, in order of the words.
func Keywords() []Keyword {
	rows := make([]Keyword, 0, 190)
	for _, group := range keywordGroups {
		for _, w := range strings.Fields(group.words) {
			rows = append(rows, Keyword{Word: w, Token: keywordToken(w), Class: group.class})
		}
	}
	return rows
}

func keywordToken(word string) string {
	switch word {
	case "TABLE":
		return "K_COLUMNFAMILY"
	case "COLUMNFAMILIES":
		return "K_TABLES"
	case "NAN":
		return "K_POSITIVE_NAN"
	case "INFINITY":
		return "K_POSITIVE_INFINITY"
	}
	return "K_" + word
}

var keywordGroups = []struct {
	class KeywordClass
	words string
}{
	{Reserved, `ADD ALLOW ALTER AND APPLY ASC AUTHORIZE BATCH BEGIN BY COLUMNFAMILY CREATE DELETE DESC DESCRIBE DROP
		ENTRIES EXECUTE FROM FULL GRANT IF IN INDEX INFINITY INSERT INTO IS KEYSPACE LIMIT MATERIALIZED MODIFY NAN
		NORECURSIVE NOT NULL OF ON OR ORDER PRIMARY RENAME REVOKE SCHEMA SELECT SET TABLE TO TOKEN TRUNCATE UNLOGGED
		UPDATE USE USING VIEW WHERE WITH`},
	{Special, `TTL COUNT WRITETIME MAXWRITETIME KEY CAST JSON DISTINCT`},
	{TypeWord, `ASCII BIGINT BLOB BOOLEAN COUNTER DATE DECIMAL DOUBLE DURATION FLOAT INET INT SMALLINT TEXT TIME
		TIMESTAMP TIMEUUID TINYINT UUID VARCHAR VARINT`},
	{Unreserved, `ACCESS AGGREGATE AGGREGATES ALL ANN AS CALLED CIDRS CLUSTER CLUSTERING COLUMNFAMILIES COMPACT
		CONTAINS CUSTOM DATACENTERS DEFAULT EXISTS FILTERING FINALFUNC FROZEN FUNCTION FUNCTIONS GROUP HASHED IDENTITY
		INITCOND INPUT INTERNALS KEYS KEYSPACES LANGUAGE LIKE LIST LOGIN MAP MASKED MBEAN MBEANS NOLOGIN NOSUPERUSER
		ONLY OPTIONS PARTITION PASSWORD PER PERMISSION PERMISSIONS REPLACE RETURNS ROLE ROLES SELECT_MASKED SFUNC
		STATIC STORAGE STYPE SUPERUSER TABLES TRIGGER TUPLE TYPE TYPES UNMASK UNSET USER USERS VALUES VECTOR`},
}

var keywordClasses = func() map[string]KeywordClass {
	m := map[string]KeywordClass{"true": Reserved, "false": Reserved}
	for _, k := range Keywords() {
		m[strings.ToLower(k.Word)] = k.Class
	}
	return m
}()
