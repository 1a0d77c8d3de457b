package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/search/engine"
)

// A search that someone keeps is asked again and again, for how much it finds and for what
// of that is new. New is what appeared after an entry of the log: it was published, or
// published again after it was withdrawn. The index knows the entry of each record, so
// that neither an edit nor a change of who may see what else makes news, and none is missed
// that was published while the index was behind.
//
// Such a search holds to all of its words: to find news with some of them, as the page
// does where little is found, would be to cry wolf.

// news narrows a query to what appeared after an entry of the log.
type news struct {
	most  effort
	since int64
}

// most is with how much effort a query is asked at most.
func (q *Query) most() effort {
	if q.news != nil {
		return q.news.most
	}
	return effortAny
}

// narrow makes of what is asked of the engine for a query what is asked for its news: the
// latest first, as the asker saw them come, and no facets.
func (n *news) narrow(q *Query, r *engine.Request) {
	if n.since > 0 {
		r.Match = engine.And{r.Match, engine.Between{Column: fieldAppeared, From: int32(min(n.since+1, math.MaxInt32)), To: math.MaxInt32}}
	}
	r.Facets, r.Boosts = nil, nil
	r.Sort = engine.Sort{By: engine.ByNumber, Field: fieldOpened, Desc: true}
	if q.Staff {
		r.Sort.Field = fieldAppeared
	}
}

// Tally is how much a search finds.
type Tally struct {
	Total uint64 // of records
	New   uint64 // that appeared after the entry of the log that was asked for
}

// Tally counts what a query finds, and what of it appeared after an entry of the log.
func (ix *Index) Tally(ctx context.Context, q Query, since int64) (t Tally, err error) {
	q.Limit = 0
	err = ix.kept(ctx, &q, since, func(total, fresh *engine.Found) error {
		t = Tally{Total: total.Total, New: fresh.Total}
		return nil
	})
	return t, err
}

// News returns what a query finds that appeared after an entry of the log, the latest
// first: for staff by when it was published, for the public by when it could see it.
// At most q.Limit are returned, and how many there are; a cursor and an order are not taken.
func (ix *Index) News(ctx context.Context, q Query, since int64) (*Result, error) {
	out := &Result{Hits: []Hit{}}
	err := ix.kept(ctx, &q, since, func(_, fresh *engine.Found) error {
		out.Total = fresh.Total
		none := &marker{ix: ix}
		for i := range fresh.Hits[:min(len(fresh.Hits), q.limit())] {
			hit, err := ix.hit(&fresh.Hits[i], &q, none)
			if err != nil {
				return err
			}
			out.Hits = append(out.Hits, hit)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// kept asks a query for all that it finds, and then with the same effort for its news: few
// of them are no reason to try harder.
func (ix *Index) kept(ctx context.Context, q *Query, since int64, do func(total, fresh *engine.Found) error) (err error) {
	q.Cursor, q.Sort, q.Spans, q.Cells = "", SortUpdated, 0, 0
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	snapshot, err := ix.engine.Snapshot(ix.bleve)
	if err != nil {
		return fmt.Errorf("look for news: %w", err)
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	clauses := ix.understand(q.Text)
	all := *q
	all.Limit, all.news = 0, &news{most: effortKindred}
	total, plan, err := ix.try(ctx, &all, snapshot, clauses, &position{})
	if err != nil {
		return err
	}
	q.news = &news{most: plan.effort, since: since}
	fresh, _, err := ix.try(ctx, q, snapshot, clauses, &position{Effort: plan.effort})
	if err != nil {
		return err
	}
	return do(total, fresh)
}

// Kept returns what of the parameters of a search says what is looked for, and in which
// order: without the page, the language and what else is counted. Two searches for the
// same are the same, as Encode writes them.
func Kept(v url.Values) url.Values {
	out := url.Values{}
	for _, name := range append(slices.Clone(filterFields), "q", "from", "to", "bbox", "near", "sort") {
		for _, value := range v[name] {
			value = strings.TrimSpace(strings.ToValidUTF8(value, ""))
			if value == "" || name == "sort" && value == string(SortRelevance) || slices.Contains(out[name], value) {
				continue
			}
			if !slices.Contains(filterFields, name) && out.Has(name) {
				continue // the first one counts
			}
			out.Add(name, value)
		}
		slices.Sort(out[name])
	}
	return out
}

// Label names a value of a facet, given as its code or by one of its labels.
func (ix *Index) Label(facet, value string) archive.Text {
	return ix.facetLabel(facet, ix.code(facet, value))
}
