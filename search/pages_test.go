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
	look    func() // each time that they are read
}

func (s *shelf) Pages(_ context.Context, e *archive.Entry) (out []Page, err error) {
	s.read++
	if s.look != nil {
		s.look()
	}
	for i, p := range e.PageTexts() {
		page := Page{Text: s.texts[p.Text.ID]}
		if p.Image != nil {
			page.Number, page.Asset = i+1, p.Image.ID
		}
		out = append(out, page)
	}
	return out, s.err
}

func (s *shelf) PagesOf(ctx context.Context, record string, staff bool, most int) ([]Page, error) {
	e := s.entries[record]
	if e == nil || !staff && !e.Visible(today) {
		return nil, nil
	}
	shown := &archive.Entry{Assets: slices.Clone(e.Assets)}
	shown.HideLayers(today)
	pages, err := s.Pages(ctx, shown)
	return pages[:min(most, len(pages))], err
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

// What is marked on a page is found there again within the record, however it was asked for.
func TestPageHitsAreFoundAgain(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	text := "Notes on the Mogao Caves 渭水出首陽山，渭水流域之源"
	ix := shelved(t, s, book(s, "book", text))
	for query, want := range map[string]string{
		"pages:渭水": "渭水", `"首阳山"`: "首陽山", "渭水 -敦煌": "渭水", "书页:流域 首阳山": "首陽山 流域", "pages:mogao": "Mogao",
	} {
		result, err := ix.Search(t.Context(), Query{Text: query, Limit: 10})
		if err != nil || len(result.Hits) != 1 || result.Hits[0].Page == nil {
			t.Errorf("%s: %+v, %v", query, result, err)
			continue
		}
		if got := result.Hits[0].Page.Find; got != want || len(ix.Inside(got).Find(text)) == 0 {
			t.Errorf("%s is looked for again as %q, want %q", query, got, want)
		}
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
		adder := &pageAdder{ix: ix}
		for _, p := range list {
			if _, err := adder.add(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		return len(list)
	}
	if n := again(); n != 0 || s.read != 1 {
		t.Errorf("unchanged: %d documents, read %d times", n, s.read)
	}
	e.Assets[1].State, e.Assets[1].Access = archive.AssetReady, &archive.Access{Version: "2", Pages: 1}
	if n := again(); n != 1 || s.read != 2 {
		t.Errorf("with another text: %d documents, read %d times", n, s.read)
	}
}

// While texts of a book are on their way it is found by those that are there, without being
// indexed anew with each; one that never comes keeps nothing back.
func TestPagesThatAreComing(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	const pages = 200
	texts := make([]string, pages)
	for i := range texts {
		texts[i] = fmt.Sprint("page", i)
	}
	e := book(s, "book", texts...)
	for i := range pages {
		a := &e.Assets[2*i+1]
		a.State, a.Received = archive.AssetIdentified, today
	}
	ix := shelved(t, s)
	write := func() {
		t.Helper()
		list, err := ix.prepareAll([]*archive.Entry{e})
		if err != nil {
			t.Fatal(err)
		}
		if list, err = altered(ix.bleve, list); err != nil {
			t.Fatal(err)
		}
		if err := ix.writePaged(t.Context(), ix.bleve, list, nil, 1, 1, ""); err != nil {
			t.Fatal(err)
		}
	}
	has := func(page int) bool {
		t.Helper()
		return len(ids(t, ix, Query{Text: "pages:" + texts[page]})) == 1
	}
	for i := range pages - 1 {
		e.Assets[2*i+1].State = archive.AssetReady
		write()
		if i == 0 && !has(0) {
			t.Error("the first is not found before the others have come")
		}
	}
	if s.read > 10 {
		t.Errorf("the book was indexed anew %d times", s.read)
	}
	if !has(0) || !has(pages-2) || has(pages-1) {
		t.Error("while the last is coming those that are there are not found")
	}
	last := &e.Assets[2*pages-1]
	last.State = archive.AssetRefused
	write()
	if !has(0) || !has(pages-2) {
		t.Error("when the last does not come the others are not found")
	}
	last.State = archive.AssetReady
	write()
	if !has(0) || !has(pages-1) {
		t.Error("when all have come not all are found")
	}
	last.State = archive.AssetIdentified // another in its place
	write()
	if !has(0) || has(pages-1) {
		t.Error("while one comes anew the others are not found")
	}
	last.Received = today.Add(-2 * settling)
	before := s.read
	write()
	if s.read != before+1 || !has(0) {
		t.Error("what does not come within the hour counts as coming")
	}
}

// While the texts of pages cannot be read the index follows all the same: what is withdrawn
// goes at once, and what has pages is found by all else, until a change or a check finds the
// store up again.
func TestPagesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	ix := shelved(t, s)
	if err := ix.bleve.SetInternal([]byte(seqKey), nil); err != nil {
		t.Fatal(err)
	}
	source := &ledger{}
	follow := func() {
		t.Helper()
		if _, err := ix.Follow(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	found := func(text string, want ...string) {
		t.Helper()
		got := ids(t, ix, Query{Text: text})
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", text, got, want)
		}
	}
	compared := func(repair bool, mended ...bool) {
		t.Helper()
		c, err := ix.Compare(t.Context(), source, repair)
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, f := range c.Faults {
			got = append(got, f.Mended)
		}
		if !slices.Equal(got, mended) {
			t.Errorf("compared: %+v, want %v", c.Faults, mended)
		}
	}
	source.put(titled("gone", "马"))
	follow()
	s.err = errors.New("the store is down")
	delete(source.entries, "gone")
	source.changed("gone")
	for i := range 6 {
		source.put(book(s, fmt.Sprint("b", i), "渭水"))
	}
	follow()
	found("马")
	found("渭水")
	found("某书", "b0", "b1", "b2", "b3", "b4", "b5")
	if s.read != maxFailed {
		t.Errorf("a store that is down is asked %d times", s.read)
	}
	compared(true, false, false, false, false, false, false)
	s.err = nil
	source.changed("b0")
	follow()
	found("渭水", "b0")
	compared(true, true, true, true, true, true)
	found("渭水", "b0", "b1", "b2", "b3", "b4", "b5")
	compared(false)
}

// Many texts are written in several steps; the index has come to a change only when all of
// what changed until then is in it.
func TestManyPagesAreWrittenInSteps(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	ix := shelved(t, s)
	if err := ix.bleve.SetInternal([]byte(seqKey), []byte("0")); err != nil {
		t.Fatal(err)
	}
	ix.batchTerms = 2
	source := &ledger{}
	const books = 5
	for i := range books {
		source.put(book(s, fmt.Sprint("b", i), "渭水"))
	}
	var held, at []int64 // by the index, each time that texts are read
	s.look = func() {
		n, err := ix.Count()
		if err != nil {
			t.Error(err)
		}
		seq, err := ix.Seq()
		if err != nil {
			t.Error(err)
		}
		held, at = append(held, int64(n)), append(at, seq) //nolint:gosec // a few
	}
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(held, []int64{0, 1, 2, 3, 4}) || !slices.Equal(at, make([]int64, books)) {
		t.Errorf("while it followed it held %v and had come to %v", held, at)
	}
	if seq, err := ix.Seq(); err != nil || seq != books || len(ids(t, ix, Query{Text: "渭水"})) != books {
		t.Errorf("it has come to %d, %v", seq, err)
	}
	held = nil
	if n, err := ix.Reindex(t.Context(), source, nil); err != nil || n != books || len(held) != books {
		t.Errorf("%d records, %v", n, err)
	}
	if got := ids(t, ix, Query{Text: "渭水"}); len(got) != books {
		t.Errorf("made anew, it finds %v", got)
	}
}

// Which page a record was found on is told where that can be read soon: an answer neither
// fails for want of it, nor keeps others from the index meanwhile, nor reads very many pages.
func TestPageHitsAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := &shelf{texts: map[string]string{}, entries: map[string]*archive.Entry{}}
	thick := make([]string, maxPagesRead+1)
	thick[maxPagesRead] = "渭水"
	ix := shelved(t, s, book(s, "book", "渭水"), book(s, "thick", thick...))
	search := func(ctx context.Context) map[string]bool {
		t.Helper()
		result, err := ix.Search(ctx, Query{Text: "渭水", Limit: 10})
		if err != nil || len(result.Hits) != 2 {
			t.Fatalf("%+v, %v", result, err)
		}
		told := map[string]bool{}
		for _, h := range result.Hits {
			told[h.ID] = h.Page != nil
		}
		return told
	}
	s.look = func() {
		if !ix.mu.TryLock() {
			t.Error("the index is held while texts are read")
			return
		}
		ix.mu.Unlock()
	}
	told := search(t.Context())
	if told["thick"] {
		t.Error("a page beyond those that are read is told")
	}
	s.err = errors.New("the store is down")
	s.read = 0
	if told := search(t.Context()); told["book"] || s.read == 0 {
		t.Errorf("pages that cannot be read are told: %v", told)
	}
	s.err = nil
	ctx, cancel := context.WithCancel(t.Context())
	s.look, s.read = cancel, 0
	if told := search(ctx); told["book"] || s.read != 1 {
		t.Errorf("when nobody waits any more, %d are read: %v", s.read, told)
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
		result, err := ix.Search(b.Context(), Query{Text: string([]rune(pages[200])[100:120]), Limit: 10})
		if err != nil || len(result.Hits) != 1 || result.Hits[0].Page == nil || result.Hits[0].Page.Number != 201 {
			b.Fatalf("%+v, %v", result, err)
		}
		if err := ix.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
