package parse

import "alexandra/internal/cql/ast"

// ident reads a name: an identifier or a keyword that is not reserved.
func (p *parser) ident() string {
	if !p.at(1).is(isName) {
		p.noViable(1)
		return ""
	}
	return p.folded(p.next())
}

// columnIdent is ident, or the empty quoted name that old tables may have.
func (p *parser) columnIdent() string {
	if p.accept(tokEmptyQuotedName) {
		return ""
	}
	return p.ident()
}

// unbound is ident where Cassandra has a special message for bind markers.
func (p *parser) unbound(what string) string {
	if p.accept(tokQMark) {
		p.check(false, "Bind variables cannot be used for %s names", what)
		return ""
	}
	return p.ident()
}

func (p *parser) keyspaceName() string { return p.unbound("keyspace") }

// tableFollow are the keywords that may follow the name of a table.
var tableFollow = setOf(tokLParen, tokSemi, tokEOF, kwAdd, kwAllow, kwAlter, kwAs, kwDrop, kwFrom, kwGroup, kwJson,
	kwLimit, kwNorecursive, kwOf, kwOrder, kwPer, kwPrimary, kwRename, kwSet, kwTo, kwUsing, kwWhere, kwWith)

var indexFollow = setOf(tokSemi, tokEOF)

func (p *parser) tableName() ast.QualifiedName { return p.qualified("table", &tableFollow) }

func (p *parser) indexName() ast.QualifiedName { return p.qualified("index", &indexFollow) }

// qualified reads [keyspace.]name; what follows a name without keyspace must be in the set.
func (p *parser) qualified(what string, follow *kindSet) ast.QualifiedName {
	var n ast.QualifiedName
	if !p.at(1).is(isName) && p.at(1) != tokQMark {
		p.noViable(1)
		return n
	}
	switch k := p.at(2); {
	case k == tokDot:
		p.saw(2)
		n.Keyspace = p.keyspaceName()
		p.match(tokDot)
	case !follow.has(k):
		p.noViable(2)
		return n
	case k != tokEOF:
		p.saw(2)
	}
	n.Name = p.unbound(what)
	return n
}

// userTypeName reads [keyspace.]type; type names are not words of the grammar's own types.
func (p *parser) userTypeName() ast.QualifiedName {
	var n ast.QualifiedName
	k := p.at(1)
	typeName := k.is(isIdent|isUnreserved) || k == kwKey
	if k.is(isName) && (!typeName || p.at(2) == tokDot) {
		n.Keyspace = p.ident()
		p.match(tokDot)
		k = p.at(1)
	}
	if !k.is(isIdent|isUnreserved) && k != kwKey {
		p.noViable(1)
		return n
	}
	t := p.next()
	n.Name = p.folded(t)
	if k == tokIdent {
		s := p.source(t)
		p.check(!reservedTypeNames[s], "Invalid (reserved) user type name %s", s)
	}
	return n
}

var reservedTypeNames = map[string]bool{
	"byte": true, "complex": true, "enum": true, "date": true, "interval": true, "macaddr": true, "bitstring": true,
}

var functionFollow = setOf(tokLParen, tokSemi, tokEOF, kwWith)

// functionName reads [keyspace.]function.
func (p *parser) functionName() ast.QualifiedName {
	var n ast.QualifiedName
	k := p.at(1)
	switch {
	case k == kwToken:
		p.saw(1)
	case k == tokQMark || k.is(isSpecial) && k != kwCount:
		p.saw(1)
		n.Keyspace = p.keyspaceName()
		p.match(tokDot)
	case !k.is(isName):
		p.noViable(1)
		return n
	case p.at(2) == tokDot:
		p.saw(2)
		n.Keyspace = p.keyspaceName()
		p.match(tokDot)
	case !functionFollow.has(p.at(2)):
		p.noViable(2)
		return n
	case p.at(2) != tokEOF:
		p.saw(2)
	}
	n.Name = p.allowedFunctionName()
	return n
}

func (p *parser) allowedFunctionName() string {
	k := p.at(1)
	if !k.is(isIdent|isUnreserved|isNativeType) && k != kwToken && k != kwCount {
		p.noViable(1)
		return ""
	}
	return p.folded(p.next())
}

// roleName reads a role: unlike other names it may be a string.
func (p *parser) roleName() string {
	if p.at(1) == tokString {
		return p.text(p.next())
	}
	return p.unbound("role")
}

// userName reads a user of the USER statements, or an identity: it keeps its case.
func (p *parser) userName(quotedMessage string) string {
	switch p.at(1) {
	case tokIdent, tokString:
		return p.text(p.next())
	case tokQuotedName:
		p.next()
		p.check(false, "%s", quotedMessage)
		return ""
	}
	p.noViable(1)
	return ""
}

// bindMarker reads ? or :name.
func (p *parser) bindMarker() ast.Bind {
	if p.accept(tokQMark) {
		return p.marker("")
	}
	if p.at(1) != tokColon {
		p.noViable(1)
		return ast.Bind{}
	}
	p.next()
	return p.marker(p.ident())
}

// kindSet is a set of kinds.
type kindSet [kindCount]bool

func (s *kindSet) has(k kind) bool { return s[k] }

func setOf(kinds ...kind) kindSet {
	var s kindSet
	for _, k := range kinds {
		s[k] = true
	}
	return s
}
