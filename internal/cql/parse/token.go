package parse

import (
	"strings"

	"alexandra/internal/cql/ast"
)

// kind is the kind of a token. The zero kind, tokNone, matches nothing: it is what a failed parser sees.
type kind uint8

// token is a piece of the text: text[start:end].
type token struct {
	kind       kind
	start, end int32
}

const (
	tokNone kind = iota
	tokEOF
	tokBoolean
	tokDuration
	tokEmptyQuotedName
	tokFloat
	tokHexNumber
	tokIdent
	tokInteger
	tokQMark
	tokQuotedName
	tokRange
	tokString
	tokUUID
	tokNegInfinity
	tokNegNaN
	tokSpace
	tokComment
	tokNE
	tokPercent
	tokLParen
	tokRParen
	tokPlus
	tokPlusEq
	tokComma
	tokMinus
	tokMinusEq
	tokDot
	tokSlash
	tokColon
	tokSemi
	tokLT
	tokLE
	tokEQ
	tokGT
	tokGE
	tokLBracket
	tokStar
	tokRBracket
	tokExpr
	tokLBrace
	tokRBrace

	kwAccess
	kwAdd
	kwAggregate
	kwAggregates
	kwAll
	kwAllow
	kwAlter
	kwAnd
	kwAnn
	kwApply
	kwAs
	kwAsc
	kwAscii
	kwAuthorize
	kwBatch
	kwBegin
	kwBigint
	kwBlob
	kwBoolean
	kwBy
	kwCalled
	kwCast
	kwCidrs
	kwCluster
	kwClustering
	kwTable
	kwCompact
	kwContains
	kwCount
	kwCounter
	kwCreate
	kwCustom
	kwDatacenters
	kwDate
	kwDecimal
	kwDefault
	kwDelete
	kwDesc
	kwDescribe
	kwDistinct
	kwDouble
	kwDrop
	kwDuration
	kwEntries
	kwExecute
	kwExists
	kwFiltering
	kwFinalfunc
	kwFloat
	kwFrom
	kwFrozen
	kwFull
	kwFunction
	kwFunctions
	kwGrant
	kwGroup
	kwHashed
	kwIdentity
	kwIf
	kwIn
	kwIndex
	kwInet
	kwInfinity
	kwInitcond
	kwInput
	kwInsert
	kwInt
	kwInternals
	kwInto
	kwIs
	kwJson
	kwKey
	kwKeys
	kwKeyspace
	kwKeyspaces
	kwLanguage
	kwLike
	kwLimit
	kwList
	kwLogin
	kwMap
	kwMasked
	kwMaterialized
	kwMaxWriteTime
	kwMbean
	kwMbeans
	kwModify
	kwNan
	kwNologin
	kwNorecursive
	kwNosuperuser
	kwNot
	kwNull
	kwOf
	kwOn
	kwOnly
	kwOptions
	kwOr
	kwOrder
	kwPartition
	kwPassword
	kwPer
	kwPermission
	kwPermissions
	kwPrimary
	kwRename
	kwReplace
	kwReturns
	kwRevoke
	kwRole
	kwRoles
	kwSchema
	kwSelect
	kwSelectMasked
	kwSet
	kwSfunc
	kwSmallint
	kwStatic
	kwStorage
	kwStype
	kwSuperuser
	kwTables
	kwText
	kwTime
	kwTimestamp
	kwTimeuuid
	kwTinyint
	kwTo
	kwToken
	kwTrigger
	kwTruncate
	kwTtl
	kwTuple
	kwType
	kwTypes
	kwUnlogged
	kwUnmask
	kwUnset
	kwUpdate
	kwUse
	kwUser
	kwUsers
	kwUsing
	kwUuid
	kwValues
	kwVarchar
	kwVarint
	kwVector
	kwView
	kwWhere
	kwWith
	kwWriteTime
	kindCount
)

// kindNames are the names of the kinds in error messages; keywords have their upper-case word.
var kindNames = [kindCount]string{
	tokNone:            "<none>",
	tokEOF:             "EOF",
	tokBoolean:         "BOOLEAN",
	tokDuration:        "DURATION",
	tokEmptyQuotedName: "EMPTY_QUOTED_NAME",
	tokFloat:           "FLOAT",
	tokHexNumber:       "HEXNUMBER",
	tokIdent:           "IDENT",
	tokInteger:         "INTEGER",
	tokQMark:           "QMARK",
	tokQuotedName:      "QUOTED_NAME",
	tokRange:           "RANGE",
	tokString:          "STRING_LITERAL",
	tokUUID:            "UUID",
	tokNegInfinity:     "K_NEGATIVE_INFINITY",
	tokNegNaN:          "K_NEGATIVE_NAN",
	tokSpace:           "WS",
	tokComment:         "COMMENT",
	tokNE:              "'!='",
	tokPercent:         "'%'",
	tokLParen:          "'('",
	tokRParen:          "')'",
	tokPlus:            "'+'",
	tokPlusEq:          "'+='",
	tokComma:           "','",
	tokMinus:           "'-'",
	tokMinusEq:         "'-='",
	tokDot:             "'.'",
	tokSlash:           "'/'",
	tokColon:           "':'",
	tokSemi:            "';'",
	tokLT:              "'<'",
	tokLE:              "'<='",
	tokEQ:              "'='",
	tokGT:              "'>'",
	tokGE:              "'>='",
	tokLBracket:        "'['",
	tokStar:            "'\\*'",
	tokRBracket:        "']'",
	tokExpr:            "'expr('",
	tokLBrace:          "'{'",
	tokRBrace:          "'}'",

	kwAccess:       "ACCESS",
	kwAdd:          "ADD",
	kwAggregate:    "AGGREGATE",
	kwAggregates:   "AGGREGATES",
	kwAll:          "ALL",
	kwAllow:        "ALLOW",
	kwAlter:        "ALTER",
	kwAnd:          "AND",
	kwAnn:          "ANN",
	kwApply:        "APPLY",
	kwAs:           "AS",
	kwAsc:          "ASC",
	kwAscii:        "ASCII",
	kwAuthorize:    "AUTHORIZE",
	kwBatch:        "BATCH",
	kwBegin:        "BEGIN",
	kwBigint:       "BIGINT",
	kwBlob:         "BLOB",
	kwBoolean:      "BOOLEAN",
	kwBy:           "BY",
	kwCalled:       "CALLED",
	kwCast:         "CAST",
	kwCidrs:        "CIDRS",
	kwCluster:      "CLUSTER",
	kwClustering:   "CLUSTERING",
	kwTable:        "COLUMNFAMILY",
	kwCompact:      "COMPACT",
	kwContains:     "CONTAINS",
	kwCount:        "COUNT",
	kwCounter:      "COUNTER",
	kwCreate:       "CREATE",
	kwCustom:       "CUSTOM",
	kwDatacenters:  "DATACENTERS",
	kwDate:         "DATE",
	kwDecimal:      "DECIMAL",
	kwDefault:      "DEFAULT",
	kwDelete:       "DELETE",
	kwDesc:         "DESC",
	kwDescribe:     "DESCRIBE",
	kwDistinct:     "DISTINCT",
	kwDouble:       "DOUBLE",
	kwDrop:         "DROP",
	kwDuration:     "DURATION",
	kwEntries:      "ENTRIES",
	kwExecute:      "EXECUTE",
	kwExists:       "EXISTS",
	kwFiltering:    "FILTERING",
	kwFinalfunc:    "FINALFUNC",
	kwFloat:        "FLOAT",
	kwFrom:         "FROM",
	kwFrozen:       "FROZEN",
	kwFull:         "FULL",
	kwFunction:     "FUNCTION",
	kwFunctions:    "FUNCTIONS",
	kwGrant:        "GRANT",
	kwGroup:        "GROUP",
	kwHashed:       "HASHED",
	kwIdentity:     "IDENTITY",
	kwIf:           "IF",
	kwIn:           "IN",
	kwIndex:        "INDEX",
	kwInet:         "INET",
	kwInfinity:     "INFINITY",
	kwInitcond:     "INITCOND",
	kwInput:        "INPUT",
	kwInsert:       "INSERT",
	kwInt:          "INT",
	kwInternals:    "INTERNALS",
	kwInto:         "INTO",
	kwIs:           "IS",
	kwJson:         "JSON",
	kwKey:          "KEY",
	kwKeys:         "KEYS",
	kwKeyspace:     "KEYSPACE",
	kwKeyspaces:    "KEYSPACES",
	kwLanguage:     "LANGUAGE",
	kwLike:         "LIKE",
	kwLimit:        "LIMIT",
	kwList:         "LIST",
	kwLogin:        "LOGIN",
	kwMap:          "MAP",
	kwMasked:       "MASKED",
	kwMaterialized: "MATERIALIZED",
	kwMaxWriteTime: "MAXWRITETIME",
	kwMbean:        "MBEAN",
	kwMbeans:       "MBEANS",
	kwModify:       "MODIFY",
	kwNan:          "NAN",
	kwNologin:      "NOLOGIN",
	kwNorecursive:  "NORECURSIVE",
	kwNosuperuser:  "NOSUPERUSER",
	kwNot:          "NOT",
	kwNull:         "NULL",
	kwOf:           "OF",
	kwOn:           "ON",
	kwOnly:         "ONLY",
	kwOptions:      "OPTIONS",
	kwOr:           "OR",
	kwOrder:        "ORDER",
	kwPartition:    "PARTITION",
	kwPassword:     "PASSWORD",
	kwPer:          "PER",
	kwPermission:   "PERMISSION",
	kwPermissions:  "PERMISSIONS",
	kwPrimary:      "PRIMARY",
	kwRename:       "RENAME",
	kwReplace:      "REPLACE",
	kwReturns:      "RETURNS",
	kwRevoke:       "REVOKE",
	kwRole:         "ROLE",
	kwRoles:        "ROLES",
	kwSchema:       "SCHEMA",
	kwSelect:       "SELECT",
	kwSelectMasked: "SELECT_MASKED",
	kwSet:          "SET",
	kwSfunc:        "SFUNC",
	kwSmallint:     "SMALLINT",
	kwStatic:       "STATIC",
	kwStorage:      "STORAGE",
	kwStype:        "STYPE",
	kwSuperuser:    "SUPERUSER",
	kwTables:       "TABLES",
	kwText:         "TEXT",
	kwTime:         "TIME",
	kwTimestamp:    "TIMESTAMP",
	kwTimeuuid:     "TIMEUUID",
	kwTinyint:      "TINYINT",
	kwTo:           "TO",
	kwToken:        "TOKEN",
	kwTrigger:      "TRIGGER",
	kwTruncate:     "TRUNCATE",
	kwTtl:          "TTL",
	kwTuple:        "TUPLE",
	kwType:         "TYPE",
	kwTypes:        "TYPES",
	kwUnlogged:     "UNLOGGED",
	kwUnmask:       "UNMASK",
	kwUnset:        "UNSET",
	kwUpdate:       "UPDATE",
	kwUse:          "USE",
	kwUser:         "USER",
	kwUsers:        "USERS",
	kwUsing:        "USING",
	kwUuid:         "UUID",
	kwValues:       "VALUES",
	kwVarchar:      "VARCHAR",
	kwVarint:       "VARINT",
	kwVector:       "VECTOR",
	kwView:         "VIEW",
	kwWhere:        "WHERE",
	kwWith:         "WITH",
	kwWriteTime:    "WRITETIME",
}

// name is what an error message calls the kind.
func (k kind) name() string {
	switch {
	case k == kwNan:
		return "K_POSITIVE_NAN"
	case k == kwInfinity:
		return "K_POSITIVE_INFINITY"
	case k > tokRBrace:
		return "K_" + kindNames[k]
	}
	return kindNames[k]
}

// keywords maps lower-case words to their kinds. Two words have an alias.
var keywords = func() map[string]kind {
	m := map[string]kind{"true": tokBoolean, "false": tokBoolean, "table": kwTable, "columnfamilies": kwTables}
	for k := tokRBrace + 1; k < kindCount; k++ {
		m[strings.ToLower(kindNames[k])] = k
	}
	return m
}()

// class sets of kinds, as bits.
const (
	isIdent      = 1 << iota // an identifier, quoted or not
	isUnreserved             // an unreserved keyword
	isNativeType             // the name of a built-in type
	isSpecial                // TTL, COUNT, WRITETIME, MAXWRITETIME, KEY, CAST, JSON, DISTINCT
	isConstant               // a literal but NULL
	isComparison             // = < <= > >= !=
	isPermission             // the name of a permission
	isName       = isIdent | isUnreserved | isNativeType | isSpecial
)

var kindClass = func() [kindCount]uint8 {
	var c [kindCount]uint8
	for _, w := range ast.Keywords() {
		k := keywords[strings.ToLower(w.Word)]
		switch w.Class {
		case ast.Special:
			c[k] |= isSpecial
		case ast.TypeWord:
			c[k] |= isNativeType
		case ast.Unreserved:
			c[k] |= isUnreserved
		case ast.Reserved:
		}
	}
	set := func(class uint8, kinds ...kind) {
		for _, k := range kinds {
			c[k] |= class
		}
	}
	set(isIdent, tokIdent, tokQuotedName)
	set(isConstant, tokString, tokInteger, tokFloat, tokBoolean, tokDuration, tokUUID, tokHexNumber, kwNan, tokNegNaN,
		kwInfinity, tokNegInfinity)
	set(isComparison, tokEQ, tokLT, tokLE, tokGT, tokGE, tokNE)
	set(isPermission, kwCreate, kwAlter, kwDrop, kwSelect, kwModify, kwAuthorize, kwDescribe, kwExecute, kwUnmask,
		kwSelectMasked)
	return c
}()

// is reports whether the kind is of one of the classes.
func (k kind) is(classes uint8) bool { return kindClass[k]&classes != 0 }

// in reports whether the kind is one of the list.
func (k kind) in(list ...kind) bool {
	for _, l := range list {
		if k == l {
			return true
		}
	}
	return false
}
