package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hexi/search"
)

// searcher is an engine that answers questions.
type searcher interface {
	// ask asks all of the questions, by so many clients at a time, each without a pause.
	ask(ctx context.Context, questions []question, clients int) (*answers, error)
}

// answers are what questions took, one by one, and what was found.
type answers struct {
	took    []time.Duration
	hits    int // all that was found, to see that engines look for the same
	elapsed time.Duration
	cpu     time.Duration // of all the engine's threads, which others at work on the machine lengthen little
}

func (a *answers) merge(other *answers) {
	a.took = append(a.took, other.took...)
	a.hits += other.hits
	a.elapsed += other.elapsed
	a.cpu += other.cpu
}

func (a *answers) perSecond() float64 { return float64(len(a.took)) / a.elapsed.Seconds() }

// following are how many pages are asked for behind a deep one: it is a long way there.
const following = 10

// pageSize is how many hits are asked for.
const pageSize = 20

// indexSearcher asks a search index in this process.
type indexSearcher struct{ index *search.Index }

func (s indexSearcher) ask(ctx context.Context, questions []question, clients int) (*answers, error) {
	var (
		wg    sync.WaitGroup
		next  atomic.Int64
		each  = make([]answers, clients)
		errs  = make([]error, clients)
		began = time.Now()
		cpu   = cpuOf(os.Getpid())
	)
	for i := range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(questions) {
					return
				}
				if errs[i] = s.one(ctx, questions[n], &each[i]); errs[i] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	total := &answers{}
	for i := range each {
		total.merge(&each[i])
	}
	total.elapsed, total.cpu = time.Since(began), cpuOf(os.Getpid())-cpu
	return total, errors.Join(append(errs, ctx.Err())...)
}

func (s indexSearcher) one(ctx context.Context, q question, to *answers) error {
	if q.prefix != "" {
		began := time.Now()
		got, err := s.index.Suggest(ctx, q.prefix, 10)
		to.took = append(to.took, time.Since(began))
		to.hits += len(got)
		return err
	}
	asked := indexQuery(q)
	for skip := (q.page - 1) * pageSize; skip > 0; {
		asked.Limit = min(100, skip)
		skip -= asked.Limit
		got, err := s.index.Search(ctx, asked)
		if err != nil {
			return err
		}
		asked.Cursor = got.Next
	}
	asked.Limit = pageSize
	pages := 1
	if q.page > 0 {
		if asked.Cursor == "" {
			return fmt.Errorf("records: there are too few to have a page %d of %v; ask among more", q.page, q.words)
		}
		pages = following
	}
	for range pages {
		began := time.Now()
		got, err := s.index.Search(ctx, asked)
		if err != nil {
			return err
		}
		to.took = append(to.took, time.Since(began))
		to.hits += int(got.Total) //nolint:gosec // of millions
		if asked.Cursor = got.Next; q.page > 0 && got.Next == "" {
			break
		}
	}
	return nil
}

// indexQuery is a question as it comes to the search index from the search box.
func indexQuery(q question) search.Query {
	out := search.Query{Filters: map[string][]string{}, From: q.from, To: q.to, Box: q.box, Limit: pageSize, Lang: "zh"}
	for _, w := range q.words {
		out.Text += w + " "
	}
	if q.phrase != "" {
		out.Text = `"` + q.phrase + `"`
	}
	for _, f := range q.filters {
		out.Filters[f.facet] = append(out.Filters[f.facet], f.value)
	}
	if q.byDate {
		out.Sort = search.SortDate
	}
	return out
}
