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

// While the index is made from nothing saved searches are listed, without counts; feeds and
// what is new of them can wait. What is saved meanwhile has no news of what was there.
func TestSavedSearchesWhileIndexing(t *testing.T) {
	h := open(t, "")
	ctx := t.Context()
	wang := "Authorization: Bearer " + h.user("wang", archive.RoleEditor)
	cookie := h.cookie("wang")
	put := func(id string) {
		t.Helper()
		draft := archive.Record{ID: id, Collection: "dunhuang", Kind: "mural", Titles: archive.Text{"zh": "九色鹿", "en": "Deer"}}
		if _, err := h.archive.Save(ctx, "test", archive.Draft{Record: draft, Publish: true}); err != nil {
			t.Fatal(err)
		}
	}
	put("m-1")
	put("m-2")
	if why, err := h.index.Prepare(ctx, h.catalog); err != nil || why == "" {
		t.Fatalf("%q, %v", why, err)
	}
	var one struct {
		ID         string
		Total, New *int
		Indexing   *search.Indexing
	}
	uncounted := func(what string) {
		t.Helper()
		if one.ID == "" || one.Total != nil || one.New != nil || one.Indexing == nil || one.Indexing.Of != 2 {
			t.Errorf("%s: %+v", what, one)
		}
	}
	h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches", `{"query":"kind=mural"}`, &one, wang)
	uncounted("saved")
	path := "/api/v1/searches/" + one.ID
	one.Indexing = nil
	h.call(http.StatusOK, http.MethodGet, path, "", &one, wang)
	uncounted("read")
	var feed feedBody
	h.call(http.StatusCreated, http.MethodPost, path+"/feed", "", &feed, wang)
	var list struct {
		Searches []struct{ Total, New *int }
		UpTo     *int64
		Indexing *search.Indexing
	}
	h.call(http.StatusOK, http.MethodGet, "/api/v1/searches", "", &list, wang)
	if len(list.Searches) != 1 || list.Searches[0].Total != nil || list.Searches[0].New != nil || list.UpTo != nil || list.Indexing == nil {
		t.Errorf("the list: %+v", list)
	}
	for _, path := range []string{path + "/new", strings.TrimPrefix(feed.URL, h.url)} {
		if got := h.get(path, wang); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || got.Header.Get("ETag") != "" {
			t.Errorf("%s: %d %v %s", path, got.StatusCode, got.Header, got.body)
		}
	}
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/curate/searches?lang=en":             {http.StatusOK, "The search index is being made (0 of 2)"},
		"/curate/searches/" + one.ID:           {http.StatusServiceUnavailable, "0 / 2"},
		"/curate?lang=en":                      {http.StatusOK, "the search index is being made"},
		"/curate/searches/" + one.ID + "/open": {http.StatusSeeOther, ""},
	} {
		got := h.get(path, cookie, "Accept: text/html")
		if got.StatusCode != want.status || !bytes.Contains(got.body, []byte(want.says)) || bytes.Contains(got.body, []byte("0 records")) || bytes.Contains(got.body, []byte("0 can be")) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	if err := h.index.Make(ctx, h.catalog); err != nil {
		t.Fatal(err)
	}
	put("m-3")
	h.follow()
	var now savedBody
	h.call(http.StatusOK, http.MethodGet, path, "", &now, wang)
	if now.Total != 3 || now.New != 1 {
		t.Errorf("afterwards: %+v", now)
	}
	if got := h.get(strings.TrimPrefix(feed.URL, h.url)); got.StatusCode != http.StatusOK || bytes.Count(got.body, []byte("<entry>")) != 3 {
		t.Errorf("the feed afterwards: %d %s", got.StatusCode, got.body)
	}
}
