package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

const tiers = `{"id":"open-1","kind":"mural","titles":{"zh":"公开"},"files":["wall.jpg"],"partOf":"secret-1","relations":[{"type":"depicts","record":"secret-1"},{"type":"same-as","record":"elsewhere"}]}
{"id":"secret-1","kind":"mural","titles":{"zh":"内部"},"rights":{"tier":"staff"}}
{"id":"later-1","kind":"mural","titles":{"zh":"将来"},"rights":{"tier":"embargoed","until":"2999-01-01"}}
{"id":"show","kind":"exhibition","titles":{"zh":"展"},"stops":[{"record":"open-1","caption":{"zh":"可见"}},{"record":"secret-1","caption":{"zh":"密语"}},{"record":"later-1","caption":{"zh":"密语"}},{"record":"draft-1","caption":{"zh":"密语"}},{"record":"elsewhere","caption":{"zh":"别处"}},{"caption":{"zh":"尾声"}}]}
`

// What the public reads of an exhibition says nothing of stops that are not
// public, wherever it reads it; those who work here read all.
func TestHiddenStops(t *testing.T) {
	h := open(t, "")
	h.take(tiers, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400))})
	draft := archive.Record{ID: "draft-1", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "草稿"}}
	if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: draft}); err != nil {
		t.Fatal(err)
	}
	token := "Authorization: Bearer " + h.user("li", "viewer")
	for _, path := range []string{
		"/api/v1/records/show", "/api/v1/records", "/api/v1/records?kind=exhibition", "/api/v1/records/show/revisions/1", "/api/v1/records/open-1",
		"/iiif/manifest/open-1", "/iiif/collection/dunhuang", "/api/v1/records/open-1/dc", "/api/v1/records/open-1/lido", "/api/v1/records/open-1/edm",
		"/api/v1/records/show/dc", "/api/v1/records/show/lido", "/api/v1/records/show/edm", "/api/v1/records/show/linked-art", "/api/v1/records/show/schema",
		"/sitemap.xml", "/sitemap.xml?after=&to=", "/exhibitions/show", "/kiosk/show", "/records/show", "/api/v1/exhibitions",
	} {
		got := h.get(path, "Accept: text/html, application/json;q=0.5")
		if got.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
		for _, secret := range []string{"secret-1", "later-1", "draft-1", "密语"} {
			if bytes.Contains(got.body, []byte(secret)) {
				t.Errorf("%s tells the public of %s: %s", path, secret, got.body)
			}
		}
	}
	for _, path := range []string{"/api/v1/records/show", "/api/v1/records/show/revisions/1"} {
		var all, some archive.Record
		if err := json.Unmarshal(h.get(path, token).body, &all); err != nil || len(all.Stops) != 6 {
			t.Errorf("%s: those who work here see %d stops, %v", path, len(all.Stops), err)
		}
		if err := json.Unmarshal(h.get(path).body, &some); err != nil || len(some.Stops) != 3 {
			t.Errorf("%s: the public sees %d stops, %v", path, len(some.Stops), err)
		}
	}
	// A stop that becomes public changes what is seen, and its ETag.
	before := h.get("/api/v1/records/show")
	if err := h.archive.Publish(t.Context(), "test", "draft-1"); err != nil {
		t.Fatal(err)
	}
	if got := h.get("/api/v1/records/show", "If-None-Match: "+before.Header.Get("ETag")); got.StatusCode != http.StatusOK || !bytes.Contains(got.body, []byte("draft-1")) {
		t.Errorf("after a stop was published: %d %s", got.StatusCode, got.body)
	}
}

// The public's log speaks of what the public saw, and says when it no longer does.
func TestPublicChanges(t *testing.T) {
	h := open(t, "")
	editor := "Authorization: Bearer " + h.user("wang", "editor")
	save := func(id, rights string) {
		t.Helper()
		body := fmt.Sprintf(`{"id":%q,"collection":"dunhuang","kind":"mural","titles":{"zh":"壁画"}%s}`, id, rights)
		got := h.ask(http.MethodPut, "/api/v1/records/"+id+"?publish=true", strings.NewReader(body), editor)
		if got.StatusCode == http.StatusPreconditionRequired { // it is there already
			got = h.ask(http.MethodPut, "/api/v1/records/"+id+"?publish=true", strings.NewReader(body), editor, "If-Match: *")
		}
		if got.StatusCode >= 300 {
			t.Fatalf("save %s: %d %s", id, got.StatusCode, got.body)
		}
	}
	withdraw := func(id string) {
		t.Helper()
		if got := h.ask(http.MethodPost, "/api/v1/records/"+id+"/withdraw", nil, editor); got.StatusCode >= 300 {
			t.Fatalf("withdraw %s: %d %s", id, got.StatusCode, got.body)
		}
	}
	const staff, embargoed, reduced = `,"rights":{"tier":"staff"}`, `,"rights":{"tier":"embargoed","until":"2999-01-01"}`, `,"rights":{"tier":"reduced","maxPixels":1000}`
	save("seen", "")
	withdraw("seen")
	save("never", staff)
	withdraw("never")
	save("never-yet", embargoed)
	save("never-yet", staff)
	withdraw("never-yet")
	if err := h.archive.Withdraw(t.Context(), "wang", "seen"); err != nil {
		t.Fatal(err)
	}
	save("closed", "")
	save("closed", staff)
	withdraw("closed")
	save("postponed", "")
	save("postponed", embargoed)
	save("smaller", "")
	save("smaller", reduced)
	save("back", "")
	save("back", staff)
	save("back", "")

	var log struct {
		Changes []archive.Change
	}
	if err := json.Unmarshal(h.get("/api/v1/changes?since=0&limit=1000").body, &log); err != nil {
		t.Fatal(err)
	}
	last, withdrawn := map[string]archive.Action{}, map[string]int{}
	for _, change := range log.Changes {
		last[change.Record] = change.Action
		if change.Action == archive.ActionWithdrawn {
			withdrawn[change.Record]++
		}
	}
	for id, want := range map[string]archive.Action{
		"seen": archive.ActionWithdrawn, "never": "", "never-yet": "", "closed": archive.ActionWithdrawn,
		"postponed": archive.ActionWithdrawn, "smaller": archive.ActionPublished, "back": archive.ActionPublished,
	} {
		if last[id] != want {
			t.Errorf("the public hears last of %s that it is %q, want %q", id, last[id], want)
		}
	}
	for id, want := range map[string]int{"seen": 1, "closed": 1, "postponed": 1, "smaller": 0, "back": 1} {
		if withdrawn[id] != want {
			t.Errorf("%s is withdrawn %d times, want %d", id, withdrawn[id], want)
		}
	}
}

// The full size of a reduced image is nowhere told to the public.
func TestReducedSizes(t *testing.T) {
	h := open(t, "")
	sheet := `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟"},"files":["wall.jpg"],"rights":{"tier":"reduced","maxPixels":300000}}` + "\n"
	asset := h.take(sheet, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	for _, path := range []string{"/api/v1/assets/" + asset, "/api/v1/records/dh-9", "/api/v1/records", "/iiif/manifest/dh-9", "/iiif/3/" + asset + "/info.json"} {
		got := h.get(path)
		if got.StatusCode != http.StatusOK || bytes.Contains(got.body, []byte(`:1300`)) || !bytes.Contains(got.body, []byte(`"width":650`)) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	token := "Authorization: Bearer " + h.user("li", "viewer")
	if got := h.get("/api/v1/assets/"+asset, token); !bytes.Contains(got.body, []byte(`"width":1300`)) {
		t.Errorf("for those who work here: %s", got.body)
	}
}

// Pages of a list hold what is public, all of it, and their cursors name nothing else.
func TestCursorsArePublic(t *testing.T) {
	h := open(t, "")
	var sheet strings.Builder
	var want []string
	for i := range 12 {
		id, rights := fmt.Sprintf("r-%02d", i), `,"rights":{"tier":"staff"}`
		if i%5 == 0 || i == 11 {
			want, rights = append(want, id), ""
		}
		fmt.Fprintf(&sheet, `{"id":%q,"kind":"relic","titles":{"zh":"器"}%s}`+"\n", id, rights)
	}
	h.take(sheet.String(), map[string][]byte{})
	for limit := 1; limit <= 13; limit++ {
		var got []string
		cursor := ""
		for pages := 0; pages == 0 || cursor != "" && pages < 20; pages++ {
			var page struct {
				Records []struct{ ID string }
				Next    string
			}
			if err := json.Unmarshal(h.get(fmt.Sprintf("/api/v1/records?limit=%d&cursor=%s", limit, cursor)).body, &page); err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				got = append(got, r.ID)
			}
			if cursor = page.Next; cursor != "" && !slices.Contains(want, cursor) {
				t.Errorf("%d a page: the cursor is %s", limit, cursor)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d a page: %v, want %v", limit, got, want)
		}
	}
}
