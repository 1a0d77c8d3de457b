package main

import (
	"context"
	"errors"
	"math"

	"hexi/archive"
	"hexi/cmd/hexi/internal/texts"
	"hexi/search"
)

// pageTexts gives the search index the texts of pages.
type pageTexts struct {
	archive *archive.Archive
	texts   *texts.Reader
}

// Pages implements search.Pages.
func (p pageTexts) Pages(ctx context.Context, e *archive.Entry) ([]search.Page, error) {
	return p.first(ctx, e, math.MaxInt)
}

func (p pageTexts) first(ctx context.Context, e *archive.Entry, most int) ([]search.Page, error) {
	pages, err := p.texts.First(ctx, e, most)
	if err != nil {
		return nil, err
	}
	out := make([]search.Page, len(pages))
	for i, page := range pages {
		out[i] = search.Page{Number: page.View + 1, Text: page.Text.String}
		if page.Image != nil {
			out[i].Asset = page.Image.ID
		}
	}
	return out, nil
}

// PagesOf implements search.Pages. Staff are shown the pages that the public sees as well:
// no others are in the index. They are numbered by the views of the one who asks, who may
// see more of them.
func (p pageTexts) PagesOf(ctx context.Context, record string, staff bool, most int) ([]search.Page, error) {
	get := p.archive.PublicRecord
	if staff {
		get = p.archive.Record
	}
	entry, err := get(ctx, record)
	if errors.Is(err, archive.ErrNotFound) { // withdrawn since it was indexed
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	placed := archive.Placed(archive.Views(entry.Assets))
	entry.HideLayers(p.archive.Now())
	pages, err := p.first(ctx, entry, most)
	for i := range pages {
		if view, ok := placed[pages[i].Asset]; ok {
			pages[i].Number = view + 1
		}
	}
	return pages, err
}
