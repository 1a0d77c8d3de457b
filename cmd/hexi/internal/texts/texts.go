// Package texts reads the texts of pages out of the object store, for the search index and
// for those who look inside one record. It owns which text stands on which view of a
// record, and keeps what was read lately; it knows nothing of queries and of HTTP.
//
// What it gives of an entry is what the entry shows: of one whose closed layers are hidden
// (archive.Entry.HideLayers) the texts of these are too.
package texts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"

	"github.com/maypok86/otter/v2"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocr"
	"hexi/ingest"
)

const (
	// kept is how many bytes of texts stay in memory, of which one takes some weight times
	// its bytes in the store.
	kept   = 48 << 20
	weight = 3
)

// Reader reads texts. It is safe for use by many goroutines.
type Reader struct {
	objects objects.Store
	log     *slog.Logger
	cache   *otter.Cache[string, *text]
}

// text is what was read of an asset.
type text struct {
	doc   *ocr.Document
	pages []*ocr.Text
	size  int
}

// New makes a reader over a store.
func New(store objects.Store, log *slog.Logger) *Reader {
	return &Reader{objects: store, log: log, cache: otter.Must(&otter.Options[string, *text]{
		MaximumWeight: kept,
		Weigher:       func(_ string, t *text) uint32 { return uint32(min(weight*t.size, kept)) }, //nolint:gosec // within kept
	})}
}

// Page is one page of text of a record.
type Page struct {
	View  int            // the view that it is read off, as a place in archive.Views; -1 for none
	Image *archive.Asset // the image; nil where there is no view
	Page  *ocr.Page
	Text  *ocr.Text
}

// Of returns the pages of text of an entry in the order of its views. A text without an
// image of its name stands on the views one after the other if it has as many pages as
// there are views; else it is of the record as a whole, and its pages come last.
//
// A text that is not in the store, or damaged, is left out: a check tells of it, and a job
// brings it back.
func (r *Reader) Of(ctx context.Context, e *archive.Entry) ([]Page, error) {
	return r.First(ctx, e, math.MaxInt)
}

// First is Of for no more than so many pages: no text is read after them.
func (r *Reader) First(ctx context.Context, e *archive.Entry, most int) ([]Page, error) {
	views := archive.Views(e.Assets)
	at := archive.Placed(views)
	byView := make([][]Page, len(views))
	var rest []Page
	left := most
	for _, of := range e.PageTexts() {
		if left <= 0 {
			break
		}
		t, err := r.read(ctx, of.Text)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		for i := range t.pages[:min(len(t.pages), left)] {
			page := Page{View: -1, Page: &t.doc.Pages[i], Text: t.pages[i]}
			switch {
			case of.Image == nil && len(t.pages) == len(views):
				page.View, page.Image = i, views[i].Base
			case of.Image != nil && i == 0:
				if view, ok := at[of.Image.ID]; ok {
					page.View, page.Image = view, of.Image
				}
			}
			if page.View < 0 {
				rest = append(rest, page)
			} else {
				byView[page.View] = append(byView[page.View], page)
			}
		}
		left -= len(t.pages)
	}
	var out []Page
	for _, pages := range byView {
		out = append(out, pages...)
	}
	return append(out, rest...), nil
}

// read reads the text of an asset; nil where it is not in the store.
func (r *Reader) read(ctx context.Context, a *archive.Asset) (*text, error) {
	key := a.ID + "@" + a.Access.Version
	if t, ok := r.cache.GetIfPresent(key); ok {
		return t, nil
	}
	body, info, err := r.objects.Get(ctx, ingest.TextKey(a.ID))
	if errors.Is(err, archive.ErrNotFound) {
		r.log.Warn("the text of a page is missing from the object store; hexi check --repair brings it back", "asset", a.ID)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read text of asset %s: %w", a.ID, err)
	}
	defer body.Close()           //nolint:errcheck // read to its end
	if info.Size > ocr.MaxKept { // nothing makes such a one
		r.log.Warn("the text of a page is larger than any; hexi check --repair brings it back", "asset", a.ID, "bytes", info.Size)
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(body, ocr.MaxKept))
	if err != nil {
		return nil, fmt.Errorf("read text of asset %s: %w", a.ID, err)
	}
	doc, err := ocr.Decode(data)
	if err != nil {
		r.log.Warn("the text of a page is damaged; hexi check --repair brings it back", "asset", a.ID, "error", err)
		return nil, nil
	}
	t := &text{doc: doc, size: len(data) + 200}
	for i := range doc.Pages {
		t.pages = append(t.pages, doc.Pages[i].Text())
	}
	r.cache.Set(key, t)
	return t, nil
}
