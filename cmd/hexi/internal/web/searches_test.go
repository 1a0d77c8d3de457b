package web

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

// painting puts a record in, published.
func (h *house) painting(id, title string, change func(*archive.Record)) {
	h.t.Helper()
	r := archive.Record{ID: id, Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": title, "en": "No. " + id}}
	if change != nil {
		change(&r)
	}
	if _, err := h.archive.Save(h.t.Context(), "wang", archive.Draft{Record: r, Publish: true}); err != nil {
		h.t.Fatal(err)
	}
	h.follow()
}

func closed(r *archive.Record) { r.Rights = &archive.Rights{Tier: archive.TierStaff} }

// call asks the API, wants a status, and decodes the answer.
func (h *house) call(status int, method, path, body string, into any, headers ...string) answer {
	h.t.Helper()
	got := h.ask(method, path, strings.NewReader(body), headers...)
	if got.StatusCode != status {
		h.t.Fatalf("%s %s: %d, want %d: %s", method, path, got.StatusCode, status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal(got.body, into); err != nil {
			h.t.Fatalf("%s %s: %v: %s", method, path, err, got.body)
		}
	}
	return got
}

type searchesJSON struct {
	Searches []savedBody
	UpTo     int64
}

func TestSearchesAPI(t *testing.T) {
	h := open(t, "")
	wang, bo := "Authorization: Bearer "+h.user("wang", archive.RoleEditor), "Authorization: Bearer "+h.user("bo", archive.RoleViewer)
	h.painting("a", "飞天", nil)
	var made savedBody
	got := h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches", `{"name":"天人","query":"q=%E9%A3%9E%E5%A4%A9&kind=mural&limit=3","lang":"zh"}`, &made, wang)
	if got.Header.Get("Location") != "/api/v1/searches/"+made.ID || made.Total != 1 || made.New != 0 || made.Query != "kind=mural&q=%E9%A3%9E%E5%A4%A9" ||
		made.URL != h.url+"/search?"+made.Query || made.Feed != nil || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%+v, %v", made, got.Header)
	}
	path := "/api/v1/searches/" + made.ID
	state := func(total, fresh uint64, why string) (upTo int64) {
		t.Helper()
		var list searchesJSON
		h.call(http.StatusOK, http.MethodGet, "/api/v1/searches", "", &list, wang)
		var one savedBody
		h.call(http.StatusOK, http.MethodGet, path, "", &one, wang)
		if len(list.Searches) != 1 || list.Searches[0] != one || one.Total != total || one.New != fresh {
			t.Errorf("%s: %+v, %+v; want %d, %d new", why, list, one, total, fresh)
		}
		return list.UpTo
	}
	h.painting("b", "飞天二", nil)
	h.painting("c", "飞天三", closed)
	h.painting("z", "骆驼", nil)
	upTo := state(3, 2, "two were published")
	var fresh struct {
		Total int
		Hits  []struct{ ID, Manifest string }
		UpTo  int64
	}
	h.call(http.StatusOK, http.MethodGet, path+"/new", "", &fresh, wang)
	if fresh.Total != 2 || fresh.Hits[0].ID != "c" || fresh.Hits[1].ID != "b" || fresh.UpTo != upTo {
		t.Errorf("%+v", fresh)
	}
	h.call(http.StatusOK, http.MethodGet, path+"/new?limit=1", "", &fresh, wang)
	if fresh.Total != 2 || len(fresh.Hits) != 1 {
		t.Errorf("%+v", fresh)
	}
	h.painting("d", "飞天四", nil) // after the list was read
	h.call(http.StatusOK, http.MethodPatch, path, fmt.Sprintf(`{"seen":%d}`, upTo), nil, wang)
	state(4, 1, "all up to then was seen")
	h.painting("a", "飞天，改过", nil)
	state(4, 1, "an edit is no news")
	if err := h.archive.Withdraw(t.Context(), "wang", "d"); err != nil {
		t.Fatal(err)
	}
	h.follow()
	state(3, 0, "what is withdrawn disappears")
	if err := h.archive.Publish(t.Context(), "wang", "d"); err != nil {
		t.Fatal(err)
	}
	h.follow()
	state(4, 1, "published again")
	h.painting("c", "飞天三", nil)
	state(4, 1, "its owner knew of it when it was closed")
	// A name of its own.
	var renamed savedBody
	h.call(http.StatusOK, http.MethodPatch, path, `{"name":" 壁画 上的飞天 "}`, &renamed, wang)
	if renamed.Name != "壁画 上的飞天" || renamed.New != 1 {
		t.Errorf("%+v", renamed)
	}
	var named savedBody
	h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches", `{"query":"q=%E8%8E%AB%E9%AB%98220&kind=mural","lang":"en"}`, &named, wang)
	if named.Name != "Mogao Cave 220 · Mural" {
		t.Errorf("it is proposed as %q", named.Name)
	}
	h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches", `{"query":"cave=220&site=mogao&from=618"}`, &named, wang)
	if named.Name != "莫高窟 · 第220窟 · 618–" {
		t.Errorf("it is proposed as %q", named.Name)
	}
	// What is wrong is named.
	for _, test := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{http.MethodPost, "/api/v1/searches", `{"name":"x"}`, 400, "query"},
		{http.MethodPost, "/api/v1/searches", `{"name":"x","query":"kinds=mural"}`, 400, "query"},
		{http.MethodPost, "/api/v1/searches", `{"name":"x","query":"q=%zz"}`, 400, "query"},
		{http.MethodPost, "/api/v1/searches", `{"name":"x","query":"from=x"}`, 400, "from"},
		{http.MethodPost, "/api/v1/searches", `{"name":"x","query":"","lang":"fr"}`, 400, "lang"},
		{http.MethodPost, "/api/v1/searches", `{"name":"","query":""}`, 400, "name"},
		{http.MethodPost, "/api/v1/searches", `{"name":"壁画 上的飞天","query":""}`, 400, "name"},
		{http.MethodPost, "/api/v1/searches", `{"title":"x"}`, 400, ""},
		{http.MethodPatch, path, `{}`, 400, ""},
		{http.MethodPatch, path, `{"name":"` + strings.Repeat("长", 101) + `"}`, 400, "name"},
		{http.MethodPatch, path, `{"seen":-1}`, 400, "seen"},
		{http.MethodPatch, path, `{"seen":99999}`, 400, "seen"},
		{http.MethodGet, path + "?x=1", "", 400, "x"},
		{http.MethodGet, path + "/new?limit=0", "", 400, "limit"},
		{http.MethodGet, "/api/v1/searches/none", "", 404, ""},
		{http.MethodPatch, "/api/v1/searches/recent", `{}`, 400, "keep"},
		{http.MethodGet, "/api/v1/searches/recent?lang=fr", "", 400, "lang"},
	} {
		var p problem
		got := h.call(test.status, test.method, test.path, test.body, &p, wang)
		if p.Field != test.field || p.Detail == "" || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %s: %+v", test.method, test.path, test.body, p)
		}
	}
	// Nobody else's, and nobody's without a name.
	for _, test := range []struct{ method, path, body string }{
		{http.MethodGet, path, ""}, {http.MethodGet, path + "/new", ""}, {http.MethodPatch, path, `{"name":"x"}`}, {http.MethodDelete, path, ""},
		{http.MethodPost, path + "/feed", ""}, {http.MethodDelete, path + "/feed", ""},
	} {
		h.call(http.StatusNotFound, test.method, test.path, test.body, nil, bo)
		h.call(http.StatusUnauthorized, test.method, test.path, test.body, nil)
	}
	for _, path := range []string{"/api/v1/searches", "/api/v1/searches/recent"} {
		h.call(http.StatusUnauthorized, http.MethodGet, path, "", nil)
	}
	var none searchesJSON
	if h.call(http.StatusOK, http.MethodGet, "/api/v1/searches", "", &none, bo); len(none.Searches) != 0 {
		t.Errorf("bo has %+v", none)
	}
	h.call(http.StatusForbidden, http.MethodDelete, path, "", nil, h.cookie("wang"), "Sec-Fetch-Site: cross-site")
	h.call(http.StatusNoContent, http.MethodDelete, path, "", nil, wang)
	h.call(http.StatusNotFound, http.MethodGet, path, "", nil, wang)
	// A server that is read-only keeps nothing.
	h.server.ReadOnly = true
	h.call(http.StatusServiceUnavailable, http.MethodPost, "/api/v1/searches", `{"query":""}`, nil, wang)
	h.call(http.StatusServiceUnavailable, http.MethodDelete, "/api/v1/searches/recent", "", nil, wang)
	h.call(http.StatusOK, http.MethodGet, "/api/v1/searches", "", nil, wang)
}

func TestFeed(t *testing.T) {
	h := open(t, "")
	wang := "Authorization: Bearer " + h.user("wang", archive.RoleAdmin)
	h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})
	h.painting("old", "飞天 <壁画> & 一", func(r *archive.Record) { r.Descriptions = archive.Text{"zh": strings.Repeat("长", 400)} })
	h.painting("secret", "飞天，密", closed)
	h.painting("later", "飞天，以后", func(r *archive.Record) {
		r.Rights = &archive.Rights{Tier: archive.TierEmbargoed, Until: "2999-01-01"}
	})
	h.painting("before", "飞天，已解禁", func(r *archive.Record) {
		r.Rights = &archive.Rights{Tier: archive.TierEmbargoed, Until: "2001-01-01"}
	})
	feedOf := func(query, lang string) (path string) {
		t.Helper()
		var made savedBody
		h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches", fmt.Sprintf(`{"name":"天人 & 友","query":%q,"lang":%q}`, query, lang), &made, wang)
		var feed feedBody
		h.call(http.StatusCreated, http.MethodPost, "/api/v1/searches/"+made.ID+"/feed", "", &feed, wang)
		if !regexp.MustCompile(`^`+regexp.QuoteMeta(h.url)+`/feeds/[A-Za-z0-9_-]{32}$`).MatchString(feed.URL) || feed.Made == "" {
			t.Fatalf("%+v", feed)
		}
		h.call(http.StatusOK, http.MethodPatch, "/api/v1/searches/"+made.ID, `{"name":"`+lang+` & 友"}`, nil, wang)
		return strings.TrimPrefix(feed.URL, h.url)
	}
	path := feedOf("q="+url.QueryEscape("飞天"), "zh")
	read := func(path string) (atomFeed, answer) {
		t.Helper()
		got := h.get(path)
		var doc atomFeed
		if err := xml.Unmarshal(got.body, &doc); err != nil || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
			t.Fatalf("%d %v %v: %s", got.StatusCode, got.Header, err, got.body)
		}
		return doc, got
	}
	titles := func(doc atomFeed) (out []string) {
		for _, e := range doc.Entries {
			out = append(out, e.Title)
		}
		return out
	}
	doc, got := read(path)
	if want := []string{"飞天，已解禁", "飞天 <壁画> & 一"}; !slices.Equal(titles(doc), want) {
		t.Errorf("%q", titles(doc))
	}
	uuid := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	first := doc.Entries[1]
	if doc.Title != "zh & 友 · 河西数字档案" || !uuid.MatchString(doc.ID) || doc.Updated < first.Updated || len(doc.Links) != 2 || doc.Links[0].Href != h.url+path ||
		!strings.HasPrefix(doc.Links[1].Href, h.url+"/search?q=") || doc.Author.Name == "" || !strings.Contains(string(got.body), `xml:lang="zh-CN"`) {
		t.Errorf("%+v", doc)
	}
	if !uuid.MatchString(first.ID) || first.ID == doc.ID || first.ID == doc.Entries[0].ID || first.Links[0].Href != h.url+"/records/old" || first.Published == "" || first.Category.Label != "壁画" ||
		len([]rune(first.Summary)) != 300 {
		t.Errorf("%+v", first)
	}
	if got.Header.Get("X-Robots-Tag") != "noindex" || !strings.Contains(got.Header.Get("Cache-Control"), "private") {
		t.Errorf("%v", got.Header)
	}
	// Asked again, nothing has changed.
	for _, header := range []string{"If-None-Match: " + got.Header.Get("ETag"), "If-Modified-Since: " + got.Header.Get("Last-Modified")} {
		if again := h.get(path, header); again.StatusCode != http.StatusNotModified || len(again.body) != 0 {
			t.Errorf("%s: %d", header, again.StatusCode)
		}
	}
	if again := h.get(path, `If-None-Match: "other"`, "If-Modified-Since: "+got.Header.Get("Last-Modified")); again.StatusCode != http.StatusOK {
		t.Errorf("an entity tag of another: %d", again.StatusCode)
	}
	if head := h.ask(http.MethodHead, path, nil); head.StatusCode != http.StatusOK || head.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
	// An edit updates an entry where it is; what is opened comes first; what is closed goes.
	h.painting("old", "飞天，改过", nil)
	h.painting("secret", "飞天，公开了", nil)
	edited, after := read(path)
	if want := []string{"飞天，公开了", "飞天，已解禁", "飞天，改过"}; !slices.Equal(titles(edited), want) || edited.Entries[2].ID != first.ID || edited.Entries[2].Published != first.Published ||
		after.Header.Get("ETag") == got.Header.Get("ETag") {
		t.Errorf("%q %+v", titles(edited), edited.Entries)
	}
	if err := h.archive.Withdraw(t.Context(), "wang", "old"); err != nil { // the index has not heard of it
		t.Fatal(err)
	}
	if now, _ := read(path); slices.Contains(titles(now), "飞天，改过") {
		t.Errorf("withdrawn: %q", titles(now))
	}
	// Who signs in reads the same.
	if now, _ := read(path); len(now.Entries) != 2 {
		t.Errorf("%q", titles(now))
	}
	if signed := h.get(path, h.cookie("wang")); strings.Contains(string(signed.body), "以后") {
		t.Error("staff read more")
	}
	// In the language of its owner, with a picture where there is one.
	english, _ := read(feedOf("collection=dunhuang", "en"))
	i := slices.IndexFunc(english.Entries, func(e atomEntry) bool { return strings.HasSuffix(e.Links[0].Href, "/dh-9") })
	if english.Title != "en & 友 · hexi archive" || i < 0 || english.Entries[i].Title != "North wall of Cave 9" {
		t.Fatalf("%+v", english)
	}
	picture := regexp.MustCompile(`<media:thumbnail url="([^"]+)" width="480" height="258">`).FindSubmatch(h.get(english.Links[0].Href[len(h.url):]).body)
	if picture == nil {
		t.Fatal("no picture")
	}
	if image := h.get(strings.TrimPrefix(string(picture[1]), h.url)); image.StatusCode != http.StatusOK || image.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the picture: %d", image.StatusCode)
	}
	// At most fifty.
	for i := range feedEntries + 3 {
		h.painting(fmt.Sprint("many-", i), fmt.Sprint("飞天百图 ", i), nil)
	}
	if full, _ := read(path); len(full.Entries) != feedEntries || full.Entries[0].Title != fmt.Sprint("飞天百图 ", feedEntries+2) {
		t.Errorf("%q", titles(full))
	}
	// Renewed, stopped, or its owner gone, the address is nobody's.
	if got := h.get("/feeds/none"); got.StatusCode != http.StatusNotFound {
		t.Errorf("none: %d", got.StatusCode)
	}
	if err := h.archive.DisableUser(t.Context(), "root", "wang"); err != nil {
		t.Fatal(err)
	}
	if got := h.get(path); got.StatusCode != http.StatusNotFound {
		t.Errorf("of who is disabled: %d", got.StatusCode)
	}
	if logged := loggedPath(&http.Request{URL: &url.URL{Path: path}}); strings.Contains(logged, path[len("/feeds/"):]) {
		t.Errorf("logs have %s", logged)
	}
}
