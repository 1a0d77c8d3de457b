package search

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hexi/archive"
)

// Page is the text of one page of a record.
type Page struct {
	Number int    // of the view that it is read off, from 1; 0 for what is of the whole record
	Asset  string // the image of that view; "" for none
	Text   string
}

// Pages reads the texts of the pages of records. What it gives of an entry is what the
// entry shows: closed layers are out of it before.
type Pages interface {
	Pages(ctx context.Context, e *archive.Entry) ([]Page, error)
	// PagesOf is Pages for a record by its id, as the public may see it; with staff, also
	// of one that the public may not. A record that is not there has none. It reads no more
	// than the first so many pages.
	PagesOf(ctx context.Context, record string, staff bool, most int) ([]Page, error)
}

const (
	// maxPageTerms is how many different words of the pages of one record are indexed: more
	// than a book of a thousand pages has.
	maxPageTerms = 400_000
	// settling is for how long a text that was received and cannot be read yet counts as one
	// that is on its way.
	settling = time.Hour
	// maxPageHits is for how many hits of an answer the page is looked up, maxPagesRead how
	// many pages are read for that, and pagesWithin how long it may take: an answer without
	// them is an answer too.
	maxPageHits  = 5
	maxPagesRead = 300
	pagesWithin  = 2 * time.Second
)

// pageKeys say which texts a record has, by their bytes: the document is another one when
// these are others.
//
// While some are on their way the document has all that can be read when it is written, and
// is another one only when there are four times fewer to come: a book is not indexed anew
// with each of its pages, and where some never come it lacks, besides these, at most three
// times as many.
func (d *docBuilder) pageKeys(e *archive.Entry) (keys []string) {
	coming := 0
	for i := range e.Assets {
		a := &e.Assets[i]
		_, text := archive.TextStem(a.Master.Filename)
		waiting := a.State == archive.AssetReceived || a.State == archive.AssetIdentified
		if waiting && (a.Kind == archive.AssetText || text) && d.ix.now().Sub(a.Received) < settling {
			coming++
		}
	}
	texts := e.PageTexts()
	if coming > 0 && len(texts) > 0 {
		return []string{fmt.Sprintf("coming %d", bits.Len(uint(coming))/2)}
	}
	for _, page := range texts {
		image := ""
		if page.Image != nil {
			image = page.Image.ID
		}
		keys = append(keys, page.Text.ID+"@"+page.Text.Access.Version+" "+image)
	}
	return keys
}

// pageAdder adds to documents that are to be written what stands on their pages: each word
// once. Texts are read only for these.
//
// A document whose texts cannot be read is written without them, and says of itself that it
// is not complete: what is withdrawn or closed leaves the index also while the object store
// does not answer.
type pageAdder struct {
	ix     *Index
	failed int // in a row
	left   int // documents for which it was not tried any more
}

const (
	// maxFailed is how many records in a row are tried whose texts cannot be read: then the
	// store does not answer, and the others are not waited for.
	maxFailed = 3
	// incomplete is the digest of a document without the texts that it should have: none is
	// equal to it, so that the next change or check writes it again.
	incomplete = "incomplete"
)

// add returns how many terms a document has of its pages.
func (a *pageAdder) add(ctx context.Context, p *prepared) (int, error) {
	if a.ix.pages == nil || !p.paged {
		return 0, nil
	}
	if a.failed >= maxFailed {
		a.left++
		p.digest = incomplete
		return 0, nil
	}
	pages, err := a.ix.pages.Pages(ctx, p.shown)
	if ctx.Err() != nil {
		return 0, fmt.Errorf("read pages of %s: %w", p.id, ctx.Err())
	}
	if err != nil {
		a.failed++
		a.ix.log.Warn("the texts of a record cannot be read, and it is not found by them; hexi check --repair mends that", "record", p.id, "error", err)
		p.digest = incomplete
		return 0, nil
	}
	a.failed = 0
	terms := a.ix.pageTerms(pages)
	if len(terms) > 0 {
		p.values[fieldPages] = terms
	}
	return len(terms), nil
}

// told tells of those that were left out.
func (a *pageAdder) told() {
	if a.left > 0 {
		a.ix.log.Warn("the texts of more records were not tried, and these are not found by them; hexi check --repair mends that", "records", a.left)
	}
}

// pageTerms are the terms of pages, each once, in their order.
func (ix *Index) pageTerms(pages []Page) []string {
	seen := map[string]bool{}
	var out []string
	for _, p := range pages {
		eachTerm(ix.tokenizer.words(p.Text), pairings[fieldPages], func(term string, _, _ word) {
			if !seen[term] && len(out) < maxPageTerms {
				seen[term] = true
				out = append(out, term)
			}
		})
	}
	return out
}

// PageHit is the page on which something was found.
type PageHit struct {
	Number int    `json:"number"` // from 1, in the order of the record's views; 0 for the record's whole text
	URL    string `json:"url,omitempty"`
	Text   string `json:"text"` // HTML with <mark>
	Find   string `json:"-"`    // what Inside finds there again
}

// pageHits finds for the hits of an answer the page that has most of what was looked for,
// and of several the first. What cannot be read, or not in time, is left out.
func (ix *Index) pageHits(ctx context.Context, hits []Hit, marks *marker, staff bool) {
	if ix.pages == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pagesWithin)
	defer cancel()
	looked, left := 0, maxPagesRead
	for i := range hits {
		h := &hits[i]
		if !slices.Contains(h.Why, fieldPages) {
			continue
		}
		if looked++; looked > maxPageHits || left <= 0 || ctx.Err() != nil {
			return
		}
		pages, err := ix.pages.PagesOf(ctx, h.ID, staff, left)
		if err != nil {
			ix.log.Warn("the page on which a record was found cannot be told", "record", h.ID, "error", err)
			continue
		}
		left -= len(pages)
		most := 0
		for _, p := range pages {
			if ctx.Err() != nil {
				return
			}
			spans, n := marks.most(p.Text)
			if n <= most {
				continue
			}
			most = n
			h.Page = &PageHit{Number: p.Number, Text: render(p.Text, spans, true), Find: finding(p.Text, spans)}
			if p.Number > 0 {
				h.Page.URL = ix.urls.Page(h.ID, p.Number)
			}
			if n == len(marks.terms) {
				break
			}
		}
	}
}

// finding is a query with which Inside finds in a text what is marked in it: each different
// part once.
func finding(text string, spans []span) string {
	var terms []string
	left := maxInside
	for _, s := range spans {
		term := text[s.start:s.end]
		if strings.ContainsFunc(term, func(r rune) bool { return r == '\n' || closing[r] != 0 }) {
			continue
		}
		if strings.ContainsFunc(term, unicode.IsSpace) {
			term = `"` + term + `"`
		}
		if left -= utf8.RuneCountInString(term) + 1; left < 0 || len(terms) == maxInsideTerms {
			break
		}
		if !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	return strings.Join(terms, " ")
}

// most finds what was looked for in a text, and tells how many different words of it are
// there.
func (m *marker) most(text string) ([]span, int) {
	tokens := m.ix.tokenizer.tokens(text)
	spans := m.among(tokens)
	if len(spans) == 0 {
		return nil, 0
	}
	found := map[string]bool{}
	for _, t := range tokens {
		if m.terms[t.term] {
			found[t.term] = true
		}
	}
	return spans, max(1, len(found))
}
