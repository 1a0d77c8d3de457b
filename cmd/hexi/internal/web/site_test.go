package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hexi/archive"
	"hexi/archive/catalog"
)

// user adds someone with a password ("correct horse") and returns a token.
func (h *house) user(name string, role archive.Role) string {
	h.t.Helper()
	hash, err := argon2id.CreateHash("correct horse", &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err == nil {
		err = h.archive.AddUser(h.t.Context(), "wang", name, role, hash)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	token, err := h.archive.AddToken(h.t.Context(), "wang", name)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// holding is a small archive over several collections.
const holding = `{"id":"dh-9","collection":"dunhuang","kind":"mural","titles":{"zh":"莫高窟第9窟北壁","en":"North wall of Cave 9"},"descriptions":{"zh":"晚唐壁画。<script>alert(1)</script>"},"period":{"term":"late-tang","from":848,"to":907},"files":["wall.jpg"],"place":{"name":{"zh":"敦煌市"},"lat":40.04,"lon":94.8}}
{"id":"gw-1","collection":"great-wall","kind":"site","titles":{"zh":"嘉峪关关城","en":"Jiayuguan Pass"},"period":{"term":"ming","from":1372,"to":1540}}
{"id":"show","collection":"dunhuang","kind":"exhibition","titles":{"zh":"小展","en":"A small show"},"stops":[{"record":"dh-9","view":"pct:10,10,50,50","caption":{"zh":"北壁","en":"The north wall"}},{"record":"gw-1"}]}
`

func TestPages(t *testing.T) {
	h := open(t, "")
	h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})
	for _, test := range []struct {
		path   string
		status int
		has    []string
	}{
		{"/", 200, []string{"敦煌", "/collections/great-wall", "/search"}},
		{"/?lang=en", 200, []string{"Dunhuang", "Great Wall"}},
		{"/search?q=莫高窟", 200, []string{"/records/dh-9", "北壁"}},
		{"/search?q=Jiayuguan&lang=en", 200, []string{"/records/gw-1", "<mark>Jiayuguan Pass</mark>"}},
		{"/search?q=没有这样的东西吧", 200, nil},
		{"/search?collection=great-wall", 200, []string{"/records/gw-1"}},
		{"/search?q=kind:mural", 200, []string{"/records/dh-9", "记录类型：壁画 ×", "见于："}},
		{"/search?q=kind:mural&lang=en", 200, []string{"Type: Mural ×", "Found in: "}},
		{"/search?near=40,94.8,20", 200, []string{"/records/dh-9", "距 40, 94.8 20 公里以内 ×"}},
		{"/search?near=40,94.8,20&sort=distance&lang=en", 200, []string{"within 20 km of 40, 94.8 ×", `href="/search?lang=en"`}},
		{"/search?from=x", 400, []string{`<a href="#years">“x”不是年份`}},
		{"/search?from=x", 400, []string{`name="from"`, `value="x"`, "“x”不是年份"}},
		{"/search?from=900&to=600&q=Jiayuguan&lang=en", 400, []string{`value="900"`, `value="600"`, "900 is later than 600", `value="Jiayuguan"`}},
		{"/search?sort=zzz&lang=en", 400, []string{"no order “zzz”"}},
		{"/records/dh-9", 200, []string{"莫高窟第9窟北壁", `id="viewer"`, "info.json", "晚唐", "&lt;script&gt;", "/iiif/manifest/dh-9"}},
		{"/records/dh-9?lang=en", 200, []string{"North wall of Cave 9", "Late Tang"}},
		{"/records/gw-1", 200, []string{"嘉峪关关城"}},
		{"/records/none", 404, []string{"<html"}},
		{"/collections/dunhuang", 200, []string{"/records/dh-9"}},
		{"/collections/none", 404, nil},
		{"/exhibitions/show", 200, []string{"小展", "北壁"}},
		{"/kiosk/show", 200, []string{"北壁"}},
		{"/kiosk/none", 404, []string{"没有这个展览", "no such exhibition"}},
		{"/kiosk/show?idle=x", 400, []string{"idle"}},
		{"/exhibitions", 200, []string{"/exhibitions/show", "/kiosk/show"}},
		{"/routes", 200, nil},
		{"/kiosk", 200, []string{"/kiosk/show"}},
		{"/collections?lang=en", 200, []string{"/collections/great-wall", "Great Wall"}},
		{"/robots.txt", 200, []string{"Disallow: /curate", "User-agent: hexi\nDisallow: /curate\nDisallow: /api\nAllow: /api/v1/records/\n"}},
		{"/favicon.ico", 200, []string{"<svg"}},
		{"/nowhere", 404, []string{"<html"}},
		{"/curate/signin", 200, []string{`type="password"`}},
		{"/healthz", 200, nil},
		{"/readyz", 200, nil},
		{"/metrics", 200, []string{"hexi_http_requests_total"}},
		{"/static/../../go.mod", 404, nil},
		{"/static/%2e%2e/%2e%2e/go.mod", 404, nil},
	} {
		got := h.get(strings.ReplaceAll(test.path, "莫高窟", url.QueryEscape("莫高窟")), "Accept: text/html")
		if got.StatusCode != test.status {
			t.Errorf("%s: status %d, want %d", test.path, got.StatusCode, test.status)
		}
		for _, want := range test.has {
			if !bytes.Contains(got.body, []byte(want)) {
				t.Errorf("%s does not say %q:\n%.2000s", test.path, want, got.body)
			}
		}
		if bytes.Contains(got.body, []byte("<script>alert")) || bytes.Contains(got.body, []byte("<no value>")) || bytes.Contains(got.body, []byte("ZgotmplZ")) {
			t.Errorf("%s is not clean", test.path)
		}
		if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") && got.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no content security policy", test.path)
		}
	}
	// The same addresses answer JSON to those who prefer it.
	for _, path := range []string{"/records/dh-9", "/search?q=Jiayuguan", "/records/none"} {
		if got := h.get(path, "Accept: application/json"); !json.Valid(got.body) {
			t.Errorf("%s as JSON is %.200s", path, got.body)
		}
	}
}

// Documents for IIIF viewers follow each other's links.
func TestManifests(t *testing.T) {
	h := open(t, "")
	asset := h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	var top struct {
		Items []struct{ ID, Type string }
	}
	fetch := func(address string, into any) {
		t.Helper()
		got := h.get(strings.TrimPrefix(address, h.url))
		if got.StatusCode != http.StatusOK || got.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(got.Header.Get("Content-Type"), "json") {
			t.Fatalf("%s: %d %v", address, got.StatusCode, got.Header)
		}
		if err := json.Unmarshal(got.body, into); err != nil {
			t.Fatal(err)
		}
	}
	fetch(h.url+"/iiif/collection/top", &top)
	if len(top.Items) != 6 {
		t.Fatalf("the top collection holds %d collections", len(top.Items))
	}
	manifests := 0
	for _, c := range top.Items {
		var members struct {
			Items []struct{ ID, Type string }
		}
		fetch(c.ID, &members)
		for _, m := range members.Items {
			if m.Type != "Manifest" {
				continue
			}
			var manifest map[string]any
			fetch(m.ID, &manifest)
			manifests++
			if strings.HasSuffix(m.ID, "/dh-9") {
				text, _ := json.Marshal(manifest)
				if !bytes.Contains(text, []byte(h.url+"/iiif/3/"+asset)) || !bytes.Contains(text, []byte("ImageService3")) {
					t.Errorf("the manifest does not lead to its image: %s", text)
				}
			}
		}
	}
	if manifests == 0 {
		t.Error("no manifest is reached from the top collection")
	}
}

func TestRecordsOverTheAPI(t *testing.T) {
	h := open(t, "")
	h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(300, 200))})
	curator, viewer, editor := h.user("wang", "curator"), h.user("li", "viewer"), h.user("zhao", "editor")
	post := func(token, body string, headers ...string) answer {
		if token != "" {
			headers = append(headers, "Authorization: Bearer "+token)
		}
		return h.ask(http.MethodPost, "/api/v1/records", strings.NewReader(body), append(headers, "Content-Type: application/json")...)
	}
	good := `{"id":"fo-1","collection":"folk","kind":"intangible","titles":{"zh":"花儿"}}`
	for _, test := range []struct {
		who, body string
		status    int
		field     string
	}{
		{"", good, 401, ""},
		{"hexi_wrong", good, 401, ""},
		{viewer, good, 403, ""},
		{curator, `{"collection":"folk","kind":"intangible"}`, 422, "titles"},
		{curator, `{"collection":"folk","kind":"ufo","titles":{"zh":"x"}}`, 422, "kind"},
		{curator, `{"collection":"mars","kind":"relic","titles":{"zh":"x"}}`, 422, "collection"},
		{curator, `{"id":"../x","collection":"folk","kind":"relic","titles":{"zh":"x"}}`, 422, "id"},
		{curator, `{"collection":"folk","kind":"relic","titles":{"zh":"x"},"colour":"red"}`, 422, "colour"},
		{curator, `{"collection":"folk","kind":"relic","titles":{"zh":"x"},"period":{"from":5,"to":1}}`, 422, "period"},
		{curator, `{"titles":`, 400, ""},
		{curator, good, 201, ""},
		{curator, good, 409, ""},
	} {
		got := post(test.who, test.body)
		var p problem
		_ = json.Unmarshal(got.body, &p)
		if got.StatusCode != test.status && !(test.status == 422 && got.StatusCode == http.StatusBadRequest) {
			t.Errorf("%s (%s): %d, want %d: %s", test.body, test.who, got.StatusCode, test.status, got.body)
		}
		if test.status >= 400 && got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: a fault comes as %s", test.body, got.Header.Get("Content-Type"))
		}
		if !strings.HasPrefix(p.Field, test.field) {
			t.Errorf("%s: field %q, want %q", test.body, p.Field, test.field)
		}
	}
	// A draft is seen by those who work here and by nobody else, until published.
	as := "Authorization: Bearer " + curator
	if got := h.get("/api/v1/records/fo-1"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a draft is public: %d", got.StatusCode)
	}
	draft := h.get("/api/v1/records/fo-1", as)
	if draft.StatusCode != http.StatusOK || draft.Header.Get("ETag") == "" {
		t.Fatalf("draft: %d %v", draft.StatusCode, draft.Header)
	}
	put := func(etag, body string) answer {
		headers := []string{as, "Content-Type: application/json"}
		if etag != "" {
			headers = append(headers, "If-Match: "+etag)
		}
		return h.ask(http.MethodPut, "/api/v1/records/fo-1", strings.NewReader(body), headers...)
	}
	better := `{"id":"fo-1","collection":"folk","kind":"intangible","titles":{"zh":"花儿","en":"Hua'er songs"}}`
	if got := put(draft.Header.Get("ETag"), better); got.StatusCode != http.StatusOK {
		t.Errorf("save: %d %s", got.StatusCode, got.body)
	}
	if got := put(draft.Header.Get("ETag"), good); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("saving over another's work: %d", got.StatusCode)
	}
	if got := h.ask(http.MethodPost, "/api/v1/records/fo-1/publish", nil, "Authorization: Bearer "+editor); got.StatusCode >= 300 {
		t.Errorf("publish: %d %s", got.StatusCode, got.body)
	}
	if got := h.get("/api/v1/records/fo-1"); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte("Hua'er")) {
		t.Errorf("published: %d %s", got.StatusCode, got.body)
	}
	h.follow()
	if got := h.get("/api/v1/search?q=" + url.QueryEscape("花儿")); !bytes.Contains(got.body, []byte(`"fo-1"`)) {
		t.Errorf("not found: %s", got.body)
	}
	if got := h.ask(http.MethodPost, "/api/v1/records/fo-1/withdraw", nil, "Authorization: Bearer "+editor); got.StatusCode >= 300 {
		t.Errorf("withdraw: %d %s", got.StatusCode, got.body)
	}
	h.follow()
	if got := h.get("/api/v1/search?q=" + url.QueryEscape("花儿")); bytes.Contains(got.body, []byte(`"fo-1"`)) {
		t.Errorf("still found: %s", got.body)
	}
	if got := h.get("/api/v1/records/fo-1"); got.StatusCode != http.StatusGone {
		t.Errorf("withdrawn: %d", got.StatusCode)
	}
	if got := post(curator, strings.Repeat(" ", apiBodyLimit)+good); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a record of %d bytes: %d", apiBodyLimit, got.StatusCode)
	}
}

// TestSearchParameters checks that faults are named and that pages follow each other.
func TestSearchParameters(t *testing.T) {
	h := open(t, "")
	var sheet strings.Builder
	for i := range 25 {
		fmt.Fprintf(&sheet, `{"id":"r-%02d","kind":"relic","titles":{"zh":"彩陶罐第%d号"},"period":{"from":%d,"to":%d},"place":{"lat":%g,"lon":103}}`+"\n", i, i, -3000+100*i, -2950+100*i, 35+0.1*float64(i))
	}
	h.take(sheet.String(), map[string][]byte{})
	for query, field := range map[string]string{
		"limit=1000": "limit", "limit=x": "limit", "sort=best": "sort", "bbox=1,2,3": "bbox", "bbox=a,b,c,d": "bbox", "near=1,2": "near",
		"from=-3000.5": "from", "from=2000&to=1000": "from", "has=smell": "has", "cursor=xx": "cursor",
	} {
		got := h.get("/api/v1/search?" + query)
		var p problem
		if err := json.Unmarshal(got.body, &p); err != nil || got.StatusCode != http.StatusBadRequest || p.Field != field || p.Detail == "" {
			t.Errorf("%s: %d %s", query, got.StatusCode, got.body)
		}
	}
	seen := map[string]bool{}
	cursor, pages := "", 0
	for {
		got := h.get("/api/v1/search?q=" + url.QueryEscape("彩陶") + "&sort=date&limit=10&cursor=" + url.QueryEscape(cursor))
		var page struct {
			Total int
			Hits  []struct{ ID string }
			Next  string
		}
		if err := json.Unmarshal(got.body, &page); err != nil || got.StatusCode != http.StatusOK || page.Total != 25 {
			t.Fatalf("%d %v %s", got.StatusCode, err, got.body)
		}
		for _, hit := range page.Hits {
			if seen[hit.ID] {
				t.Errorf("%s comes twice", hit.ID)
			}
			if want := fmt.Sprintf("r-%02d", len(seen)); hit.ID != want {
				t.Errorf("%s comes where %s should", hit.ID, want)
			}
			seen[hit.ID] = true
		}
		pages++
		if cursor = page.Next; cursor == "" || pages > 5 {
			break
		}
	}
	if len(seen) != 25 || pages > 3 {
		t.Errorf("%d records on %d pages", len(seen), pages)
	}
	// On the page, one goes forth and back.
	address := "/search?sort=date&lang=en"
	for _, want := range []struct{ shows, rel string }{{"1–20 / 25", "next"}, {"21–25 / 25", "prev"}, {"1–20 / 25", "next"}} {
		got := h.get(address)
		if !bytes.Contains(got.body, []byte(want.shows)) {
			t.Fatalf("%s does not show %s", address, want.shows)
		}
		link, _, ok := strings.Cut(string(got.body), `" rel="`+want.rel+`"`)
		if !ok {
			t.Fatalf("%s has no link to the %s page", address, want.rel)
		}
		address = html.UnescapeString(link[strings.LastIndex(link, `"`)+1:])
	}
}

// A curator signs in, uploads a photograph with a form, and sees its job done.
func TestWorkbench(t *testing.T) {
	h := open(t, "")
	h.user("wang", "editor")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, path, contentType string, body io.Reader, origin string) answer {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, body)
		if err != nil {
			t.Fatal(err)
		}
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
			req.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "cross-site"}[origin == h.url])
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck // read to its end
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer{resp, data}
	}
	form := "application/x-www-form-urlencoded"
	for _, path := range []string{"/curate", "/curate/upload", "/curate/jobs"} {
		if got := do("GET", path, "", nil, ""); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/curate/signin") {
			t.Errorf("%s without signing in: %d to %s", path, got.StatusCode, got.Header.Get("Location"))
		}
	}
	if got := do("POST", "/curate/signin", form, strings.NewReader("name=wang&password=wrong"), h.url); got.StatusCode != http.StatusUnauthorized && got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", got.StatusCode)
	}
	if got := do("POST", "/curate/signin", form, strings.NewReader("name=wang&password=correct+horse"), "https://evil.example"); got.StatusCode != http.StatusForbidden {
		t.Errorf("signing in from elsewhere: %d", got.StatusCode)
	}
	if got := do("POST", "/curate/signin", form, strings.NewReader("name=wang&password=correct+horse&next=https://evil.example/"), h.url); got.StatusCode != http.StatusSeeOther || strings.Contains(got.Header.Get("Location"), "evil") {
		t.Fatalf("signing in: %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	for _, path := range []string{"/curate", "/curate/upload", "/curate/jobs"} {
		if got := do("GET", path, "", nil, ""); got.StatusCode != http.StatusOK || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Header.Get("Cache-Control"))
		}
	}
	upload := func(title, file string, data []byte, origin string) answer {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for k, v := range map[string]string{"title_zh": title, "collection": "dunhuang", "kind": "mural", "publish": "true"} {
			if err := m.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
		part, err := m.CreateFormFile("files", file)
		if err == nil {
			_, err = part.Write(data)
		}
		if err == nil {
			err = m.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return do("POST", "/curate/upload", m.FormDataContentType(), &b, origin)
	}
	photo := asJPEG(t, painted(900, 600))
	if got := upload("第9窟", "../../etc/wall.jpg", photo, "https://evil.example"); got.StatusCode != http.StatusForbidden {
		t.Errorf("an upload from elsewhere: %d", got.StatusCode)
	}
	if got := upload("", "wall.jpg", photo, h.url); got.StatusCode < 400 || !bytes.Contains(got.body, []byte(`name="title_zh"`)) {
		t.Errorf("an upload without a title: %d %.300s", got.StatusCode, got.body)
	}
	got := upload("第9窟", "../../etc/wall.jpg", photo, h.url)
	if got.StatusCode != http.StatusSeeOther {
		t.Fatalf("upload: %d %s", got.StatusCode, got.body)
	}
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Workers: 1, Handlers: h.line.Handlers()})
	if err == nil {
		err = runner.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Stop(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over
	next := got.Header.Get("Location")
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		entries, _, err := h.archive.List(t.Context(), archive.ListQuery{Published: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 1 && len(entries[0].Assets) == 1 && entries[0].Assets[0].State == archive.AssetReady {
			if name := entries[0].Assets[0].Master.Filename; name != "wall.jpg" {
				t.Errorf("the master is called %q", name)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the upload was not worked off: %+v", entries)
		}
	}
	if got := do("GET", next, "", nil, ""); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte("wall.jpg")) {
		t.Errorf("%s after the upload: %d %.2000s", next, got.StatusCode, got.body)
	}
	// What is withdrawn stands among the drafts, and can be published again.
	record := next[strings.Index(next, "record=")+len("record="):]
	for _, step := range []struct {
		change, origin string
		status         int
		listed         bool
	}{
		{"withdraw", "https://evil.example", http.StatusForbidden, false},
		{"withdraw", h.url, http.StatusSeeOther, true},
		{"publish", h.url, http.StatusSeeOther, false},
	} {
		if got := do("POST", "/curate/records/"+record+"/"+step.change, form, nil, step.origin); got.StatusCode != step.status {
			t.Errorf("%s: %d", step.change, got.StatusCode)
		}
		if got := do("GET", "/curate", "", nil, ""); bytes.Contains(got.body, []byte("/records/"+record)) != step.listed {
			t.Errorf("after %s from %s, listed among the drafts is not %v", step.change, step.origin, step.listed)
		}
	}
	if got := do("POST", "/curate/signout", form, nil, h.url); got.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out: %d", got.StatusCode)
	}
	if got := do("GET", "/curate", "", nil, ""); got.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: %d", got.StatusCode)
	}
}
