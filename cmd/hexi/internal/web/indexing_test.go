package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/search"
)

// held is a catalogue that can be kept from being read to its end.
type held struct {
	search.Source
	until chan struct{} // closed: go on
}

func (s *held) List(ctx context.Context, q archive.ListQuery) ([]*archive.Entry, error) {
	<-s.until
	return s.Source.List(ctx, q)
}

// While the index is made from nothing nobody is told that nothing was found: searches are
// answered with 503, when to come again and how far it is, pages with the same in words.
func TestIndexInTheMaking(t *testing.T) {
	h := open(t, "")
	ctx := t.Context()
	for _, id := range []string{"m-1", "m-2"} {
		draft := archive.Record{ID: id, Collection: "dunhuang", Kind: "mural", Titles: archive.Text{"zh": "九色鹿", "en": "Deer"}}
		if _, err := h.archive.Save(ctx, "test", archive.Draft{Record: draft, Publish: true}); err != nil {
			t.Fatal(err)
		}
	}
	why, err := h.index.Prepare(ctx, h.catalog)
	if err != nil || why == "" {
		t.Fatalf("%q, %v", why, err)
	}
	source := &held{Source: h.catalog, until: make(chan struct{})}
	made := make(chan error, 1)
	go func() { made <- h.index.Make(ctx, source) }()
	for _, path := range []string{"/api/v1/search?q=x", "/api/v1/suggest?q=x", "/api/v1/records/m-1/similar"} {
		got := h.get(path, "Accept: application/json")
		var problem struct {
			Status   int
			Indexing struct{ Done, Of int }
		}
		if err := json.Unmarshal(got.body, &problem); err != nil || got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || problem.Indexing.Of != 2 {
			t.Errorf("%s: %d %v %s", path, got.StatusCode, got.Header, got.body)
		}
	}
	for path, says := range map[string]string{"/search?lang=zh": "已完成 0 / 2 条记录", "/search?lang=en": "0 of 2 records are in it", "/collections/dunhuang?lang=en": "0 of 2 records are in it"} {
		if got := h.get(path, "Accept: text/html"); got.StatusCode != http.StatusServiceUnavailable || !bytes.Contains(got.body, []byte(says)) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	if got := h.get("/?lang=en", "Accept: text/html"); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte("The search index is being made (0 of 2)")) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := h.get("/records/m-1", "Accept: text/html"); got.StatusCode != http.StatusOK {
		t.Errorf("a record's page: %d %s", got.StatusCode, got.body)
	}
	close(source.until)
	if err := <-made; err != nil {
		t.Fatal(err)
	}
	got := h.get("/api/v1/search?q=deer")
	if got.StatusCode != http.StatusOK || bytes.Contains(got.body, []byte("indexing")) || !bytes.Contains(got.body, []byte(`"total":2`)) {
		t.Errorf("afterwards: %d %s", got.StatusCode, got.body)
	}
	for _, old := range []bool{false, true} { // on the page of an answer
		i := &search.Indexing{Done: 1, Of: 2, Old: old}
		if zh, en := indexingText(i, "zh"), indexingText(i, "en"); !strings.Contains(zh, "1 / 2") || !strings.Contains(en, "1 of 2") || (indexed(i) == nil) != old {
			t.Errorf("%q %q", zh, en)
		}
	}
}
