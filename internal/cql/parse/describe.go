package parse

import "alexandra/internal/cql/ast"

// describeLists are the forms of DESCRIBE that are one keyword.
var describeLists = map[kind]ast.DescribeKind{
	kwCluster: ast.DescribeCluster, kwKeyspaces: ast.DescribeKeyspaces, kwTables: ast.DescribeTables,
	kwTypes: ast.DescribeTypes, kwFunctions: ast.DescribeFunctions, kwAggregates: ast.DescribeAggregates,
}

func (p *parser) describe() ast.Statement {
	s := &ast.Describe{}
	p.next()
	p.described(s)
	if p.accept(kwWith) {
		p.match(kwInternals)
		s.Internals = true
	}
	return s
}

func (p *parser) described(s *ast.Describe) {
	k := p.at(1)
	if list := describeLists[k]; list != 0 {
		p.saw(2)
		p.next()
		s.Kind = list
		return
	}
	switch k {
	case kwFull, kwSchema:
		p.saw(1)
		s.Kind = ast.DescribeSchema
		if p.accept(kwFull) {
			s.Kind = ast.DescribeFullSchema
		}
		p.match(kwSchema)
	case kwOnly, kwKeyspace:
		p.describeKeyspace(s)
	case kwTable:
		p.describeTable(s, ast.DescribeTable, k)
	case kwIndex:
		p.describeTable(s, ast.DescribeIndex, k)
	case kwMaterialized:
		p.describeTable(s, ast.DescribeView, k, kwView)
	case kwType, kwFunction, kwAggregate:
		p.describeNamed(s, k)
	default:
		p.describeGeneric(s)
	}
}

func (p *parser) describeKeyspace(s *ast.Describe) {
	s.Kind = ast.DescribeKeyspace
	if p.at(1) == kwOnly {
		if p.at(2) != kwKeyspace {
			p.describeGeneric(s)
			return
		}
		p.saw(2)
		p.next()
		s.Kind = ast.DescribeOnlyKeyspace
	} else {
		p.saw(1)
	}
	p.match(kwKeyspace)
	if k := p.at(1); k == tokQMark || k.is(isName) {
		s.Name.Keyspace = p.keyspaceName()
	}
}

func (p *parser) describeTable(s *ast.Describe, form ast.DescribeKind, words ...kind) {
	p.saw(1)
	p.words(words...)
	s.Kind, s.Name = form, p.tableName()
}

// describeNamed reads TYPE, FUNCTION or AGGREGATE and a name, or a name that begins with such a word.
func (p *parser) describeNamed(s *ast.Describe, k kind) {
	n := p.at(2)
	if !n.is(isName) && (k == kwType || n != tokQMark && n != kwToken) {
		p.describeGeneric(s)
		return
	}
	p.saw(2)
	p.next()
	switch k {
	case kwType:
		s.Kind, s.Name = ast.DescribeType, p.userTypeName()
		p.stumble(`Cannot invoke "org.apache.cassandra.cql3.UTName.getKeyspace()" because "tn" is null`)
	case kwFunction:
		s.Kind, s.Name = ast.DescribeFunction, p.functionName()
		p.stumble(`Cannot read field "keyspace" because "fn" is null`)
	default:
		s.Kind, s.Name = ast.DescribeAggregate, p.functionName()
		p.stumble(`Cannot read field "keyspace" because "ag" is null`)
	}
}

var describeFollow = setOf(tokSemi, tokEOF, kwWith)

// describeGeneric reads [keyspace.]name. Words with forms of their own must end here.
func (p *parser) describeGeneric(s *ast.Describe) {
	k := p.at(1)
	if !k.is(isName) {
		p.noViable(1)
		return
	}
	s.Kind = ast.DescribeGeneric
	n := p.at(2)
	if n != tokDot && !describeFollow.has(n) {
		p.noViable(2)
		return
	}
	if n == tokDot {
		p.saw(2)
		s.Name.Keyspace = p.ident()
		p.match(tokDot)
	}
	s.Name.Name = p.ident()
}
