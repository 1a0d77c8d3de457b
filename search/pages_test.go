package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// shelf holds the texts of pages by the assets that they are in.
type shelf struct {
	texts   map[string]string
	entries map[string]*archive.Entry
	read    int
	err     error
}

func (s *shelf) Pages(_ context.Context, e *archive.Entry) (out []Page, err error) {
	s.read++
	for i, p := range e.PageTexts() {
		page := Page{Text: s.texts[p.Text.ID]}
		if p.Image != nil {
			page.Number, page.Asset = i+1, p.Image.ID
		}
		out = append(out, page)
	}
	return out, s.err
}

func (s *shelf) PagesOf(ctx context.Context, record string, staff bool) ([]Page, error) {
	e := s.entries[record]
	if e == nil || !staff && !e.Visible(today) {
		return nil, nil
	}
	shown := &archive.Entry{Assets: slices.Clone(e.Assets)}
	shown.HideLayers(today)
	return s.Pages(ctx, shown)
}

// book is a record with a picture and a text for each page.
func book(s *shelf, id string, pages ...string) *archive.Entry {
	e := entry(archive.Record{ID: id, Kind: archive.KindDocument, Titles: archive.Text{"zh": "某书"}})
	for i, text := range pages {
		name := fmt.Sprintf("%s-f%03d", id, i+1)
		e.Assets = append(e.Assets,
			archive.Asset{
				ID: name, Kind: archive.AssetImage, State: archive.AssetReady, Master: archive.Master{Filename: name + ".tif"},
				Image: &archive.Image{Width: 40, Height: 30}, Access: &archive.Access{Version: "v"},
			},
			archive.Asset{
				ID: name + "-text", Kind: archive.AssetText, State: archive.AssetReady, Master: archive.Master{Filename: name + ".xml"},
				Access: &archive.Access{Version: "1", Pages: 1},
			})
		s.texts[name+"-text"] = text
	}
	s.entries[id] = e
	return e
}

func shelved(t *testing.T, s *shelf, entries ...*archive.Entry) *Index {
	t.Helper()
	ix, err := Open(t.Context(), "", Options{Vocabulary: vocabulary(), Pages: s, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	if err := ix.apply(t.Context(), ix.bleve, entries, nil, 1); err != nil {
		t.Fatal(err)
	}
	return ix
}

// A record is found by what stands on its pages, after those that say it of themselves,
// and the answer names the page.
func TestPagesAreSearched(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	said := entry(archive.Record{ID: "said", Kind: archive.KindSite, Titles: archive.Text{"zh": "古道"}, Descriptions: archive.Text{"zh": "渭水流域的古道"}})
	ix := shelved(t, s, book(s, "book", "甘肅通志卷一 Vol. 1", "渭水出首陽山，渭水流域之源", "流域"), said, book(s, "other", "敦煌"))
	if got := ids(t, ix, Query{Text: "渭水流域"}); !slices.Equal(got, []string{"said", "book"}) {
		t.Errorf("found %v", got)
	}
	result, err := ix.Search(t.Context(), Query{Text: "渭水流域", Limit: 10})
	if err != nil || len(result.Hits) != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	hit := result.Hits[1]
	if !slices.Contains(hit.Why, "pages") || hit.Page == nil || hit.Page.Number != 2 || hit.Page.URL != "/records/book#view=2" || !strings.Contains(hit.Page.Text, "<mark>渭水流域</mark>之源") {
		t.Errorf("%+v, page %+v", hit, hit.Page)
	}
	if result.Hits[0].Page != nil {
		t.Errorf("a page of a record that was found by other things: %+v", result.Hits[0].Page)
	}
	for text, want := range map[string]string{
		"甘肃通志": "book", `"渭水流域之源"`: "book", "pages:首阳山": "book", "书页:敦煌": "other", "VOL": "book",
	} {
		if got := ids(t, ix, Query{Text: text}); len(got) == 0 || got[0] != want {
			t.Errorf("%s finds %v, want %s first", text, got, want)
		}
	}
	if got := ids(t, ix, Query{Filters: map[string][]string{"has": {"text"}}}); len(got) != 2 {
		t.Errorf("has=text finds %v", got)
	}
}

// What the public may not see of pages is found by nobody: the text of a closed layer, and
// the pages of a record that is staff's by anyone but staff.
func TestPagesDoNotLeak(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	half := book(s, "half", "公开之页", "秘密之页")
	half.Assets[2].Layer = &archive.Layer{View: "1", Kind: "visible", Tier: archive.TierStaff}
	closed := book(s, "closed", "秘密之书")
	closed.Record.Rights = &archive.Rights{Tier: archive.TierStaff}
	ix := shelved(t, s, half, closed)
	for _, test := range []struct {
		text  string
		staff bool
		want  []string
	}{
		{"公开之页", false, []string{"half"}},
		{"秘密", false, []string{}},
		{"秘密之书", true, []string{"closed"}},
	} {
		result, err := ix.Search(t.Context(), Query{Text: test.text, Staff: test.staff, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, h := range result.Hits {
			got = append(got, h.ID)
			if h.Page == nil || strings.Contains(h.Page.Text, "秘密之页") {
				t.Errorf("%s shows %+v", test.text, h.Page)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s finds %v, want %v", test.text, got, test.want)
		}
	}
}

// Texts are read for a document that is written, and not for one that stands there already
// or whose texts are still coming.
func TestPagesAreReadOnce(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	e := book(s, "book", "一", "二")
	ix := shelved(t, s, e)
	if s.read != 1 {
		t.Fatalf("read %d times", s.read)
	}
	again := func() int {
		t.Helper()
		list, err := ix.prepareAll([]*archive.Entry{e})
		if err != nil {
			t.Fatal(err)
		}
		if list, err = altered(ix.bleve, list); err != nil {
			t.Fatal(err)
		}
		if err := ix.addPages(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := again(); n != 0 || s.read != 1 {
		t.Errorf("unchanged: %d documents, read %d times", n, s.read)
	}
	e.Assets[1].State, e.Assets[1].Received = archive.AssetIdentified, today
	if n := again(); n != 1 || s.read != 1 {
		t.Errorf("while a text is coming: %d documents, read %d times", n, s.read)
	}
	e.Assets[1].Received = today.Add(-2 * settling) // it will not come
	if n := again(); n != 1 || s.read != 2 {
		t.Errorf("when one does not come: %d documents, read %d times", n, s.read)
	}
	e.Assets[1].State, e.Assets[1].Access = archive.AssetReady, &archive.Access{Version: "2", Pages: 1}
	if n := again(); n != 1 || s.read != 3 {
		t.Errorf("with another text: %d documents, read %d times", n, s.read)
	}
	s.err = errors.New("the store is down")
	if err := ix.apply(t.Context(), ix.bleve, []*archive.Entry{e}, nil, 2); err == nil {
		t.Error("a document is written without its pages")
	}
}

// thickBook is a thousand pages of 500 characters, as rare as those of a book are.
func thickBook() []string {
	pages := make([]string, 1000)
	characters := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.2, 8, 5000) //nolint:gosec // nothing is secret
	for i := range pages {
		var text strings.Builder
		for range 500 {
			text.WriteRune(rune(0x4e00 + characters.Uint64())) //nolint:gosec // within 5000
		}
		pages[i] = text.String()
	}
	return pages
}

// BenchmarkInsideBook looks for two characters within such a book.
func BenchmarkInsideBook(b *testing.B) {
	ix := memory(b)
	pages := thickBook()
	for b.Loop() {
		in, n := ix.Inside(string([]rune(pages[700])[103:106])), 0
		for _, text := range pages {
			n += len(in.Find(text))
		}
		if n == 0 {
			b.Fatal("nothing is found")
		}
	}
}

// BenchmarkIndexBook indexes a book of a thousand pages of 500 characters.
func BenchmarkIndexBook(b *testing.B) {
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	pages := thickBook()
	e := book(s, "book", pages...)
	for b.Loop() {
		ix, err := Open(b.Context(), "", Options{Vocabulary: vocabulary(), Pages: s})
		if err != nil {
			b.Fatal(err)
		}
		if err := ix.apply(b.Context(), ix.bleve, []*archive.Entry{e}, nil, 1); err != nil {
			b.Fatal(err)
		}
		result, err := ix.Search(b.Context(), Query{Text: string([]rune(pages[700])[100:120]), Limit: 10})
		if err != nil || len(result.Hits) != 1 || result.Hits[0].Page == nil || result.Hits[0].Page.Number != 701 {
			b.Fatalf("%+v, %v", result, err)
		}
		if err := ix.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
