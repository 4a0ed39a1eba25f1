package parse

import "alexandra/internal/cql/ast"

// statement reads a statement: the keywords that begin it choose the rule, all tables below. Unlike in the rules
// themselves, the error is at the keyword that fits nowhere.
func (p *parser) statement() ast.Statement {
	k := p.at(1)
	rule := first[k]
	if rule != nil {
		p.saw(1)
		return rule(p)
	}
	second, ok := objects[k]
	if !ok {
		p.noViable(1)
		return nil
	}
	n := 2
	if k == kwCreate && p.at(2) == kwOr {
		if p.at(3) != kwReplace {
			p.noViable(3)
			return nil
		}
		second, n = replaceable, 4
	}
	rule = second[p.at(n)]
	if rule == nil {
		p.noViable(n)
		return nil
	}
	p.saw(n)
	return rule(p)
}

type rule = func(*parser) ast.Statement

// first are the statements that one keyword chooses.
var first = map[kind]rule{
	kwSelect:   (*parser).selectStatement,
	kwInsert:   func(p *parser) ast.Statement { return p.insert() },
	kwUpdate:   func(p *parser) ast.Statement { return p.update() },
	kwDelete:   func(p *parser) ast.Statement { return p.delete() },
	kwBegin:    (*parser).batch,
	kwUse:      (*parser).use,
	kwTruncate: (*parser).truncate,
	kwGrant:    (*parser).grant,
	kwRevoke:   (*parser).revoke,
	kwDescribe: (*parser).describe,
	kwDesc:     (*parser).describe,
	kwAdd:      (*parser).addIdentity,
}

// objects are the statements that a second keyword chooses.
var objects = map[kind]map[kind]rule{
	kwCreate: {
		kwKeyspace:     (*parser).createKeyspace,
		kwTable:        (*parser).createTable,
		kwIndex:        (*parser).createIndex,
		kwCustom:       (*parser).createIndex,
		kwUser:         (*parser).createUser,
		kwTrigger:      (*parser).createTrigger,
		kwType:         (*parser).createType,
		kwRole:         (*parser).createRole,
		kwMaterialized: (*parser).createView,
		kwFunction:     (*parser).createFunction,
		kwAggregate:    (*parser).createAggregate,
	},
	kwDrop: {
		kwKeyspace:     (*parser).dropKeyspace,
		kwTable:        (*parser).dropTable,
		kwIndex:        (*parser).dropIndex,
		kwUser:         (*parser).dropUser,
		kwTrigger:      (*parser).dropTrigger,
		kwType:         (*parser).dropType,
		kwRole:         (*parser).dropRole,
		kwMaterialized: (*parser).dropView,
		kwFunction:     (*parser).dropFunction,
		kwAggregate:    (*parser).dropAggregate,
		kwIdentity:     (*parser).dropIdentity,
	},
	kwAlter: {
		kwKeyspace:     (*parser).alterKeyspace,
		kwTable:        (*parser).alterTable,
		kwUser:         (*parser).alterUser,
		kwType:         (*parser).alterType,
		kwRole:         (*parser).alterRole,
		kwMaterialized: (*parser).alterView,
	},
	kwList: {
		kwUsers:        (*parser).listUsers,
		kwRoles:        (*parser).listRoles,
		kwAll:          (*parser).listPermissions,
		kwAlter:        (*parser).listPermissions,
		kwAuthorize:    (*parser).listPermissions,
		kwCreate:       (*parser).listPermissions,
		kwDescribe:     (*parser).listPermissions,
		kwDrop:         (*parser).listPermissions,
		kwExecute:      (*parser).listPermissions,
		kwModify:       (*parser).listPermissions,
		kwSelect:       (*parser).listPermissions,
		kwSelectMasked: (*parser).listPermissions,
		kwUnmask:       (*parser).listPermissions,
	},
}

// replaceable are the statements that may begin with CREATE OR REPLACE.
var replaceable = map[kind]rule{
	kwFunction:  (*parser).createFunction,
	kwAggregate: (*parser).createAggregate,
}
