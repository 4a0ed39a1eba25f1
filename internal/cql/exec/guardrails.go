package exec

import (
	"context"
	"fmt"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// guardrail is a number with thresholds. Texts take the subject, the number and the threshold; -1 switches off.
type guardrail struct {
	name               string
	n, warn, fail      int
	warnText, failText string
	subject            string
}

// guardThreshold warns or refuses when an ordinary user goes beyond a threshold.
func (e *Executor) guardThreshold(ctx context.Context, q *request, g guardrail) error {
	if (g.warn < 0 || g.n <= g.warn) && (g.fail < 0 || g.n <= g.fail) {
		return nil
	}
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return err
	}
	prefix := "Guardrail " + g.name + " violated: "
	if g.fail >= 0 && g.n > g.fail {
		text := prefix + fmt.Sprintf(g.failText, g.subject, g.n, g.fail)
		q.warn(text)
		return cqlerr.Invalid("%s", text)
	}
	q.warn(prefix + fmt.Sprintf(g.warnText, g.subject, g.n, g.warn))
	return nil
}

// guardFlag refuses a feature that is switched off for ordinary users. reason may be empty.
func (e *Executor) guardFlag(ctx context.Context, q *request, enabled bool, name, what, reason string) error {
	if enabled {
		return nil
	}
	applies, err := e.guarded(ctx, q)
	if !applies || err != nil {
		return err
	}
	text := "Guardrail " + name + " violated: " + what + " is not allowed"
	if reason != "" {
		text += ". " + reason
	}
	q.warn(text)
	return cqlerr.Invalid("%s", text)
}

// guardSelect applies the guardrails of SELECT that need no values.
func (e *Executor) guardSelect(ctx context.Context, q *request, s *plan.Select) error {
	if s.Grouping != nil {
		if err := e.guardFlag(ctx, q, e.Settings.GroupByEnabled, "group_by", "GROUP BY functionality", ""); err != nil {
			return err
		}
	}
	if s.AllowFiltering {
		err := e.guardFlag(ctx, q, e.Settings.AllowFilteringEnabled, "allow_filtering", "Querying with ALLOW FILTERING",
			"ALLOW FILTERING can potentially visit all the data in the table and have unpredictable performance.")
		if err != nil {
			return err
		}
	}
	return e.guardThreshold(ctx, q, guardrail{
		name: "page_size", n: q.options.PageSize,
		warn: e.Settings.PageSizeWarnThreshold, fail: e.Settings.PageSizeFailThreshold,
		warnText: "Query for table %[1]s with page size %[2]d exceeds warning threshold of %[3]d.",
		failText: "Aborting query for table %[1]s, page size %[2]d exceeds fail threshold of %[3]d.",
		subject:  s.Table.Name,
	})
}

// products is a statement whose IN restrictions are counted.
type products interface {
	Products(*plan.EvalContext) (partition, clustering []int, err error)
}

// guardProducts applies the guardrail on products of IN restrictions; nothing is counted while it is off.
func (e *Executor) guardProducts(ctx context.Context, q *request, ev *plan.EvalContext, statement products) error {
	warn, fail := e.Settings.InSelectCartesianProductWarnThreshold, e.Settings.InSelectCartesianProductFailThreshold
	if warn < 0 && fail < 0 {
		return nil
	}
	partition, clustering, err := statement.Products(ev)
	if err != nil {
		return err
	}
	for i, n := range append(partition, clustering...) {
		subject := "partition key"
		if i >= len(partition) {
			subject = "clustering key"
		}
		err := e.guardThreshold(ctx, q, guardrail{
			name: "in_select_cartesian_product", n: n, warn: warn, fail: fail, subject: subject,
			warnText: "The cartesian product of the IN restrictions on %[1]s produces %[2]d values, this exceeds warning threshold of %[3]d.",
			failText: "Aborting query because the cartesian product of the IN restrictions on %[1]s produces %[2]d values, this exceeds fail threshold of %[3]d.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
