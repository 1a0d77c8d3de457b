package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Lists refuse what they do not know, by its name, and take what they say.
func TestListsRefuseUnknownParameters(t *testing.T) {
	h := open(t, "")
	h.take(`{"id":"a-1","kind":"relic","titles":{"zh":"一"}}`+"\n"+`{"id":"a-2","kind":"relic","titles":{"zh":"二"}}`+"\n", map[string][]byte{})
	token := "Authorization: Bearer " + h.user("wang", "curator")
	for _, test := range []struct {
		path   string
		status int
		field  string
		says   []string
	}{
		{"records?after=a-1", 400, "after", []string{`"after"`, "cursor"}},
		{"records?page=2&offset=1", 400, "offset", []string{`"offset"`, `"page"`}},
		{"records?cursor=a-1&limit=5&collection=dunhuang&kind=relic", 200, "", nil},
		{"search?query=x", 400, "query", []string{`"query"`}},
		{"search?q=x&collection=dunhuang&rights=y&bbox=1,2,3,4&lang=en&sort=title&limit=3&has=image", 200, "", nil},
		{"suggest?q=x&limit=3", 200, "", nil},
		{"suggest?typed=x", 400, "typed", nil},
		{"exhibitions?limit=3", 400, "limit", []string{"none"}},
		{"changes?after=3", 400, "after", []string{"since"}},
		{"changes?since=0&limit=3", 200, "", nil},
		{"jobs?status=done", 400, "status", []string{"state"}},
		{"jobs?state=done&batch=x&record=y&before=3&limit=3", 200, "", nil},
	} {
		got := h.get("/api/v1/"+test.path, token)
		var p problem
		_ = json.Unmarshal(got.body, &p)
		if got.StatusCode != test.status || p.Field != test.field && test.field != "" {
			t.Errorf("%s: %d %s", test.path, got.StatusCode, got.body)
		}
		for _, word := range test.says {
			if !strings.Contains(p.Detail, word) {
				t.Errorf("%s: %q does not name %s", test.path, p.Detail, word)
			}
		}
	}
	var ids []string
	for cursor, pages := "", 0; pages == 0 || cursor != "" && pages < 5; pages++ {
		got := h.get("/api/v1/records?limit=1&cursor=" + url.QueryEscape(cursor))
		var page struct {
			Records []struct{ ID string }
			Next    string
		}
		if err := json.Unmarshal(got.body, &page); err != nil || got.StatusCode != http.StatusOK {
			t.Fatalf("%d %v %s", got.StatusCode, err, got.body)
		}
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		cursor = page.Next
	}
	if !slices.Equal(ids, []string{"a-1", "a-2"}) {
		t.Errorf("page by page: %v", ids)
	}
}

// A search says when there may be more than it finds.
func TestSearchIsCompleteOrSaysSo(t *testing.T) {
	h := open(t, "")
	for _, ready := range []error{nil, errors.New("the search index is catching up")} {
		cfg := h.server.Config
		cfg.Ready = func(context.Context) error { return ready }
		server, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		h.server = server
		var body map[string]any
		if err := json.Unmarshal(h.serve(http.MethodGet, "/api/v1/search", http.StatusOK).Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		complete, said := body["complete"]
		if said != (ready != nil) || said && complete != false {
			t.Errorf("while %v: complete is %v", ready, complete)
		}
		if _, ok := body["total"]; !ok {
			t.Errorf("the answer lost its other fields: %v", body)
		}
	}
}
