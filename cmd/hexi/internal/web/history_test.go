package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hexi/archive"
)

// conflictJSON is a problem document about a record that changed.
type conflictJSON struct {
	Status   int
	Detail   string
	Conflict *struct {
		Current struct {
			ID       string
			Revision int
			Titles   archive.Text
		}
		Base   int
		Sent   *archive.Record
		Theirs []archive.Difference
		Yours  []archive.Difference
	}
}

// threeRevisions makes a record with three of them, the second one public.
func threeRevisions(t *testing.T, h *house) {
	t.Helper()
	for i, title := range []string{"药师经变", "东方药师净土变", "药师净土变"} {
		r := archive.Record{ID: "m1", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": title, "en": "Medicine <Buddha>"}}
		if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: r, Message: "第" + []string{"一", "二", "三"}[i] + "稿 <b>", Publish: i == 1}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDiffAndRestore(t *testing.T) {
	h := open(t, "")
	viewer, curator := "Authorization: Bearer "+h.user("zhao", archive.RoleViewer), "Authorization: Bearer "+h.user("li", archive.RoleCurator)
	threeRevisions(t, h)
	for _, test := range []struct {
		path    string
		headers []string
		status  int
		has     []string
	}{
		{"/api/v1/records/m1/revisions/2/diff", nil, http.StatusUnauthorized, nil},
		{"/api/v1/records/m1/revisions/2/diff", []string{viewer}, http.StatusOK, []string{`"from":1,"record":"m1","to":2`, `"path":"titles.zh"`, `"op":"changed","before":"药师经变","after":"东方药师净土变"`, `"parts":[{"op":"added","text":"东方"},{"text":"药师"}`}},
		{"/api/v1/records/m1/revisions/1/diff?with=3", []string{viewer}, http.StatusOK, []string{`"from":3,"record":"m1","to":1`, `"before":"药师净土变","after":"药师经变"`}},
		{"/api/v1/records/m1/revisions/1/diff", []string{viewer}, http.StatusOK, []string{`"from":0,"record":"m1","to":1`, `"path":"id","label":{"en":"Id","zh":"编号"},"op":"added","after":"m1"`, `"after":"Medicine <Buddha>"`}},
		{"/api/v1/records/m1/revisions/2/diff?with=2", []string{viewer}, http.StatusOK, []string{`"differences":[]`}},
		{"/api/v1/records/m1/revisions/2/diff?with=9", []string{viewer}, http.StatusBadRequest, []string{`"field":"with"`, "between 0 and 3"}},
		{"/api/v1/records/m1/revisions/9/diff?with=1", []string{viewer}, http.StatusNotFound, nil},
		{"/api/v1/records/m1/revisions/x/diff", []string{viewer}, http.StatusNotFound, nil},
		{"/api/v1/records/none/revisions/1/diff", []string{viewer}, http.StatusNotFound, nil},
		{"/api/v1/records/m1/revisions/2/diff?against=1", []string{viewer}, http.StatusBadRequest, []string{"this address takes with"}},
		{"/curate/records/m1/history", nil, http.StatusSeeOther, nil},
		{"/curate/records/m1/history", []string{viewer}, http.StatusOK, []string{"修订历史", "第一稿 &lt;b&gt;", "<del>东方</del>", `class="badge public"`}},
		{"/curate/records/m1/history?from=1&to=2&lang=en", []string{viewer}, http.StatusOK, []string{"History", "<ins>东方</ins>", "Title · Chinese", "changed"}},
		{"/curate/records/m1/history?from=0&to=1&lang=en", []string{viewer}, http.StatusOK, []string{"Nothing →", "<ins>Medicine &lt;Buddha&gt;</ins>", "<ins>Dunhuang", "<ins>Mural"}},
		{"/curate/records/m1/history?from=x", []string{viewer}, http.StatusBadRequest, nil},
		{"/curate/records/m1/history?to=99", []string{viewer}, http.StatusNotFound, nil},
		{"/curate/records/none/history", []string{viewer}, http.StatusNotFound, nil},
	} {
		got := h.get(test.path, test.headers...)
		if got.StatusCode != test.status {
			t.Errorf("%s: %d, want %d: %.300s", test.path, got.StatusCode, test.status, got.body)
		}
		for _, want := range test.has {
			if !strings.Contains(string(got.body), want) {
				t.Errorf("%s does not say %s:\n%.4000s", test.path, want, got.body)
			}
		}
	}
	if page := string(h.get("/curate/records/m1/history", viewer).body); strings.Contains(page, "/restore") {
		t.Error("a viewer is offered to restore")
	}
	if page := string(h.get("/curate/records/m1/history", curator).body); strings.Count(page, `action="/curate/records/m1/restore"`) != 2 {
		t.Error("a curator is not offered to restore the two earlier revisions")
	}

	// By the form, over another's work first.
	restore := func(latest string) answer {
		form := url.Values{"revision": {"1"}, "latest": {latest}, "message": {"看错了"}}
		return h.ask(http.MethodPost, "/curate/records/m1/restore", strings.NewReader(form.Encode()), curator, "Content-Type: application/x-www-form-urlencoded")
	}
	if got := restore("2"); got.StatusCode != http.StatusPreconditionFailed || !strings.Contains(string(got.body), "第 2 版之后有人保存过") || !strings.Contains(string(got.body), "<del>东方</del>") {
		t.Errorf("over another's work: %d %.2000s", got.StatusCode, got.body)
	}
	if got := restore("3"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/curate/records/m1/history") {
		t.Errorf("restoring: %d %s", got.StatusCode, got.body)
	}
	e, err := h.archive.Record(t.Context(), "m1")
	if err != nil || e.Revision != 4 || e.Published != 2 || e.Record.Titles["zh"] != "药师经变" {
		t.Errorf("after it: %+v, %v", e, err)
	}
	revs, err := h.archive.Revisions(t.Context(), "m1")
	if err != nil || len(revs) != 4 || revs[0].Message != "恢复到第 1 版 · restored revision 1: 看错了" || revs[0].By != "li" {
		t.Errorf("revisions: %+v, %v", revs, err)
	}
	// By the API, with and without a precondition.
	tag := h.get("/api/v1/records/m1", curator).Header.Get("ETag")
	if got := h.ask(http.MethodPost, "/api/v1/records/m1/revisions/3/restore", nil, curator, "If-Match: "+tag); got.StatusCode != http.StatusOK || !strings.Contains(string(got.body), "药师净土变") {
		t.Errorf("restoring: %d %s", got.StatusCode, got.body)
	}
	got := h.ask(http.MethodPost, "/api/v1/records/m1/revisions/2/restore", nil, curator, "If-Match: "+tag)
	var p conflictJSON
	if err := json.Unmarshal(got.body, &p); err != nil || got.StatusCode != http.StatusPreconditionFailed || p.Conflict == nil || p.Conflict.Base != 4 || p.Conflict.Current.Revision != 5 ||
		len(p.Conflict.Theirs) == 0 || p.Conflict.Theirs[0].Path != "titles.zh" {
		t.Errorf("over another's work: %d %s", got.StatusCode, got.body)
	}
	for _, who := range []string{viewer, "X: y"} {
		if got := h.ask(http.MethodPost, "/api/v1/records/m1/revisions/2/restore", nil, who); got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s restores: %d", who, got.StatusCode)
		}
	}
}

func TestPreconditions(t *testing.T) {
	h := open(t, "")
	curator, editor := "Authorization: Bearer "+h.user("li", archive.RoleCurator), "Authorization: Bearer "+h.user("wang", archive.RoleEditor)
	threeRevisions(t, h)
	body := func(title string) string {
		return `{"id":"m1","collection":"dunhuang","kind":"mural","titles":{"zh":"` + title + `","en":"Medicine Buddha"}}`
	}
	put := func(id, body string, headers ...string) answer {
		t.Helper()
		return h.ask(http.MethodPut, "/api/v1/records/"+id, strings.NewReader(body), append(headers, curator)...)
	}
	read := h.get("/api/v1/records/m1", curator)
	tag, public := read.Header.Get("ETag"), h.get("/api/v1/records/m1").Header.Get("ETag")
	if !strings.HasPrefix(tag, `"r3-`) || public == "" || public == tag {
		t.Fatalf("staff have the tag %s, the public %s", tag, public)
	}
	if got := h.get("/api/v1/records/m1", curator, "If-None-Match: "+tag); got.StatusCode != http.StatusNotModified {
		t.Errorf("with its tag: %d", got.StatusCode)
	}
	if got := h.get("/api/v1/records/m1", "If-None-Match: "+tag); got.StatusCode != http.StatusOK {
		t.Errorf("the public with the tag of staff: %d", got.StatusCode)
	}
	if got := put("m1", body("新名")); got.StatusCode != http.StatusPreconditionRequired || !strings.Contains(string(got.body), "If-Match") {
		t.Errorf("without a precondition: %d %s", got.StatusCode, got.body)
	}
	if got := put("m1", body("新名"), "If-None-Match: *"); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("to be new: %d %s", got.StatusCode, got.body)
	}
	for _, stale := range []string{public, `W/` + tag, `"r2-abc"`, `"r3"`, "nonsense"} {
		if got := put("m1", body("新名"), "If-Match: "+stale); got.StatusCode != http.StatusPreconditionFailed {
			t.Errorf("If-Match: %s: %d", stale, got.StatusCode)
		}
	}
	if got := put("m1", body("新名"), `If-Match: "zzz", `+tag); got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("ETag"), `"r4-`) {
		t.Errorf("with one of several tags: %d %s %s", got.StatusCode, got.Header.Get("ETag"), got.body)
	}
	got := put("m1", body("另一名"), "If-Match: "+tag)
	var p conflictJSON
	if err := json.Unmarshal(got.body, &p); err != nil || got.StatusCode != http.StatusPreconditionFailed || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("over another's work: %d %s %v", got.StatusCode, got.body, err)
	}
	if c := p.Conflict; c == nil || c.Base != 3 || c.Current.Revision != 4 || c.Current.Titles["zh"] != "新名" || c.Sent == nil || c.Sent.Titles["zh"] != "另一名" {
		t.Errorf("the two versions: %s", got.body)
	}
	var yours []string
	for _, d := range p.Conflict.Yours {
		yours = append(yours, d.Path+" "+string(d.Before)+" "+string(d.After))
	}
	if strings.Join(yours, "; ") != `titles.zh "新名" "另一名"` || len(p.Conflict.Theirs) == 0 {
		t.Errorf("yours %q, theirs %+v", yours, p.Conflict.Theirs)
	}
	if got := put("m1", body("随便"), "If-Match: *"); got.StatusCode != http.StatusOK {
		t.Errorf("over whatever is there: %d %s", got.StatusCode, got.body)
	}
	fresh := strings.Replace(body("新的"), "m1", "m2", 1)
	if got := put("m2", fresh, "If-Match: *"); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("matching what is not there: %d", got.StatusCode)
	}
	if got := put("m2", fresh, "If-None-Match: *"); got.StatusCode != http.StatusCreated {
		t.Errorf("a new one: %d %s", got.StatusCode, got.body)
	}
	post := func(path string, headers ...string) int {
		body := fresh
		if path != "/api/v1/records" {
			body = ""
		}
		return h.ask(http.MethodPost, path, strings.NewReader(body), append(headers, editor)...).StatusCode
	}
	if got := post("/api/v1/records"); got != http.StatusConflict {
		t.Errorf("posting what is there: %d", got)
	}
	if got := post("/api/v1/records", "If-None-Match: *"); got != http.StatusPreconditionFailed {
		t.Errorf("posting what is to be new: %d", got)
	}
	for _, action := range []string{"publish", "withdraw"} {
		if got := post("/api/v1/records/m1/"+action, "If-Match: "+tag); got != http.StatusPreconditionFailed {
			t.Errorf("%s of what changed: %d", action, got)
		}
		now := h.get("/api/v1/records/m1", editor).Header.Get("ETag")
		if got := post("/api/v1/records/m1/"+action, "If-Match: "+now); got != http.StatusOK {
			t.Errorf("%s with the tag of now: %d", action, got)
		}
	}
}
