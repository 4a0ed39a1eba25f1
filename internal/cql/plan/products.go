package plan

// Products are how many values the IN restrictions of the partition key, and of all clustering columns, name together: after
// each restriction, with repetitions, as Cassandra counts them. A side without IN has none.
func (r *Restrictions) Products(ctx *EvalContext) (partition, clustering []int, err error) {
	if !r.keyRange && r.token == nil {
		if partition, err = r.partition.products(ctx); err != nil {
			return nil, nil, err
		}
	}
	if len(r.clustering.columns()) == len(r.table.Clustering) {
		clustering, err = r.clustering.products(ctx)
	}
	return partition, clustering, err
}

// Products are those of the WHERE clause.
func (m *Modification) Products(ctx *EvalContext) (partition, clustering []int, err error) {
	return m.where.Products(ctx)
}

func (s restrictionSet) products(ctx *EvalContext) ([]int, error) {
	isOther := func(x *restriction) bool { return x.kind != restrictEQ && x.kind != restrictIN }
	if !s.hasKind(restrictIN) || s.any(isOther) {
		return nil, nil
	}
	var out []int
	n := 1
	for _, x := range s.list {
		if x.kind == restrictIN {
			list, err := x.elements(ctx)
			if err != nil {
				return nil, err
			}
			if n *= len(list); n > maxProduct {
				n = maxProduct // the product is refused anyway
			}
		}
		if out = append(out, n); n == 0 {
			break
		}
	}
	return out, nil
}
