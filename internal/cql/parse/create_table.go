package parse

import "alexandra/internal/cql/ast"

func (p *parser) createTable() ast.Statement {
	s := &ast.CreateTable{}
	p.words(kwCreate, kwTable)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.tableName()
	p.match(tokLParen)
	p.tableColumn(s)
	for p.accept(tokComma) {
		if k := p.at(1); k == kwPrimary || k.is(isName) {
			p.tableColumn(s)
		}
	}
	p.match(tokRParen)
	if !p.accept(kwWith) {
		return s
	}
	var options propertyList
	for {
		if p.tableProperty(&options, &s.ClusteringOrder) {
			s.CompactStorage = true
		}
		if !p.accept(kwAnd) {
			s.Properties = options.items
			return s
		}
	}
}

func (p *parser) tableColumn(s *ast.CreateTable) {
	switch k := p.at(1); {
	case k == kwPrimary:
		s.PrimaryKeys = append(s.PrimaryKeys, p.primaryKey())
	case k.is(isName):
		c := p.columnDef()
		if p.accept(kwPrimary) {
			p.match(kwKey)
			c.PrimaryKey = true
		}
		s.Columns = append(s.Columns, c)
	default:
		p.noViable(1)
	}
}

// columnDef reads column type [STATIC] [MASKED WITH mask].
func (p *parser) columnDef() ast.ColumnDef {
	c := ast.ColumnDef{Name: p.ident(), Type: p.comparatorType()}
	c.Static = p.accept(kwStatic)
	if p.at(1) == kwMasked {
		c.Mask = p.mask()
	}
	return c
}

// maskFollow are the tokens that may follow MASKED WITH DEFAULT.
var maskFollow = setOf(tokComma, tokRParen, tokSemi, tokEOF, kwPrimary)

// mask reads MASKED WITH function(args) or MASKED WITH DEFAULT.
func (p *parser) mask() *ast.Mask {
	m := &ast.Mask{}
	isDefault, ok := p.predictMask()
	if !ok {
		return m
	}
	p.words(kwMasked, kwWith)
	if isDefault {
		p.next()
		m.Function = ast.QualifiedName{Keyspace: "system", Name: "mask_default"}
		return m
	}
	m.Function = p.functionName()
	if p.at(1) != tokLParen {
		p.noViable(1)
		return m
	}
	if k := p.at(2); k != tokRParen && !startsTerm(k) {
		p.noViable(2)
		return m
	}
	p.next()
	if p.at(1) != tokRParen {
		m.Args = p.termList()
	}
	p.match(tokRParen)
	return m
}

func (p *parser) predictMask() (isDefault, ok bool) {
	if p.at(2) != kwWith {
		return false, p.noViable(2)
	}
	k := p.at(3)
	if k != kwDefault {
		return false, k.is(isName) || k.in(tokQMark, kwToken) || p.noViable(3)
	}
	n := p.at(4)
	if n == tokDot || n == tokLParen {
		return false, true
	}
	return true, maskFollow.has(n) || p.noViable(4)
}

// primaryKey reads PRIMARY KEY (partition, clustering), where partition may be a list in parentheses.
func (p *parser) primaryKey() ast.PrimaryKey {
	var k ast.PrimaryKey
	p.words(kwPrimary, kwKey, tokLParen)
	if p.accept(tokLParen) {
		p.list(func() { k.Partition = append(k.Partition, p.ident()) })
		p.match(tokRParen)
	} else {
		k.Partition = []string{p.ident()}
	}
	for p.accept(tokComma) {
		k.Clustering = append(k.Clustering, p.ident())
	}
	p.match(tokRParen)
	return k
}

// tableProperty reads a property, CLUSTERING ORDER BY or COMPACT STORAGE; it reports the last.
func (p *parser) tableProperty(options *propertyList, order *[]ast.ClusteringOrder) (compact bool) {
	k := p.at(1)
	switch {
	case k == kwCompact && p.at(2) == kwStorage:
		p.words(kwCompact, kwStorage)
		return true
	case k == kwClustering && p.at(2) == kwOrder:
		p.words(kwClustering, kwOrder, kwBy, tokLParen)
		p.list(func() { *order = append(*order, p.clusteringOrder()) })
		p.match(tokRParen)
	case k.in(kwCompact, kwClustering) && p.at(2) != tokEQ:
		p.noViable(2)
	default:
		p.property(options)
	}
	return false
}

func (p *parser) clusteringOrder() ast.ClusteringOrder {
	o := ast.ClusteringOrder{Column: p.ident()}
	if k := p.at(1); k != kwAsc && k != kwDesc {
		p.noViable(1)
		return o
	}
	o.Desc = p.next().kind == kwDesc
	return o
}

func (p *parser) dropTable() ast.Statement {
	s := &ast.DropTable{}
	p.words(kwDrop, kwTable)
	s.IfExists = p.ifExists()
	s.Name = p.tableName()
	return s
}
