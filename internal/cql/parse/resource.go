package parse

import "alexandra/internal/cql/ast"

// resourceFollow are the tokens that may follow a table's name that is also a keyword of resources.
var resourceFollow = setOf(tokDot, tokSemi, tokEOF, kwFrom, kwNorecursive, kwOf, kwTo)

// resource reads what permissions are about.
func (p *parser) resource() ast.Resource {
	k := p.at(1)
	switch {
	case k == kwAll:
		return p.allResource()
	case k == kwRole:
		if n := p.at(2); n == tokString || n == tokQMark || n.is(isName) {
			p.saw(2)
			p.next()
			return ast.RoleResource{Role: p.roleName()}
		}
		return p.keywordTable()
	case k == kwFunction:
		if n := p.at(2); n == kwToken || n == tokQMark || n.is(isName) {
			p.saw(2)
			p.next()
			f := ast.FunctionResource{Function: p.functionName()}
			f.Args = p.typeList()
			return f
		}
		return p.keywordTable()
	case k.in(kwMbean, kwMbeans):
		if p.at(2) == tokString {
			p.saw(2)
			return p.mbean()
		}
		return p.keywordTable()
	case k == kwKeyspace:
		p.saw(1)
		p.next()
		return ast.KeyspaceResource{Keyspace: p.keyspaceName()}
	case k == kwTable || k == tokQMark || k.is(isName):
		p.saw(1)
		p.accept(kwTable)
		return ast.TableResource{Table: p.tableName()}
	}
	p.noViable(1)
	return nil
}

// keywordTable reads the name of a table that begins with a keyword of resources.
func (p *parser) keywordTable() ast.Resource {
	if k := p.at(2); !resourceFollow.has(k) {
		p.noViable(2)
		return nil
	} else if k != tokEOF {
		p.saw(2)
	}
	return ast.TableResource{Table: p.tableName()}
}

// allResource reads ALL and what there are all of.
func (p *parser) allResource() ast.Resource {
	k := p.at(2)
	if !k.in(kwKeyspaces, kwTables, kwRoles, kwFunctions, kwMbeans) {
		return p.keywordTable()
	}
	p.saw(2)
	if k == kwFunctions {
		if n := p.at(3); n != kwIn && (n == tokDot || !resourceFollow.has(n)) {
			p.noViable(3)
			return nil
		}
	}
	p.next()
	p.next()
	switch k {
	case kwKeyspaces:
		return ast.AllKeyspaces{}
	case kwRoles:
		return ast.AllRoles{}
	case kwMbeans:
		return ast.AllMBeans{}
	case kwTables:
		p.words(kwIn, kwKeyspace)
		return ast.AllTables{Keyspace: p.keyspaceName()}
	}
	f := ast.AllFunctions{}
	if p.accept(kwIn) {
		p.match(kwKeyspace)
		f.Keyspace = p.keyspaceName()
	}
	return f
}

// mbean reads MBEAN 'name' or MBEANS 'pattern' and checks the name.
func (p *parser) mbean() ast.Resource {
	r := ast.MBeanResource{Pattern: p.next().kind == kwMbeans}
	name := p.stringLiteral()
	switch name {
	case "":
		p.check(false, "Empty JMX object name supplied")
		return r
	case "*:*":
		p.check(false, "Please use ALL MBEANS instead of wildcard pattern")
		return r
	}
	canonical, pattern, ok := canonicalObjectName(name)
	p.check(ok, "%s is not a valid JMX object name", name)
	p.check(pattern || !r.Pattern, "Plural form used, but non-pattern JMX object name specified (%s)", name)
	r.Name = canonical
	return r
}
