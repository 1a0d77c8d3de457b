package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/ingest"
)

// An editor accepts an image whose file ends early; others may not, and nothing else
// can be accepted.
func TestAcceptIncompleteOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	assets := h.take(`{"id":"whole","kind":"mural","titles":{"zh":"甲"},"files":["a.png"]}`, map[string][]byte{"a.png": asPNG(t, painted(300, 200))})
	ctx := t.Context()
	if _, err := h.archive.Save(ctx, "li", archive.Draft{Record: archive.Record{ID: "cut", Collection: "dunhuang", Kind: "mural", Titles: archive.Text{"zh": "乙"}}, Publish: true}); err != nil {
		t.Fatal(err)
	}
	data := asPNG(t, painted(600, 700))
	receipt, err := h.line.Receive(ctx, "li", "cut", ingest.File{Name: "c.png", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data[:len(data)*6/10])), nil
	}}, "b")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Handlers: h.line.Handlers()})
	if err == nil {
		err = runner.Start(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Stop(context.WithoutCancel(ctx)) //nolint:errcheck // the test is over
	until := func(state archive.AssetState) *archive.Asset {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if a, err := h.archive.Asset(ctx, receipt.Asset); err == nil && a.State == state {
				return a
			}
		}
		t.Fatalf("it never is %s", state)
		return nil
	}
	until(archive.AssetRefused)
	// The list of jobs offers it to those who may, by a button, once the job has ended.
	form := `action="/curate/assets/` + receipt.Asset + `/accept-incomplete"`
	for role, offered := range map[archive.Role]bool{archive.RoleCurator: false, archive.RoleEditor: true} {
		got, as := answer{}, "Authorization: Bearer "+h.user("looks-"+string(role), role)
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if got = h.get("/curate/jobs", as); strings.Contains(string(got.body), "ends early") {
				break
			}
		}
		if got.StatusCode != http.StatusOK || strings.Contains(string(got.body), form) != offered {
			t.Errorf("%s: %d, offered: %v", role, got.StatusCode, !offered)
		}
	}
	curator, editor := "Authorization: Bearer "+h.user("curator", archive.RoleCurator), "Authorization: Bearer "+h.user("editor", archive.RoleEditor)
	path := func(asset string) string { return "/api/v1/assets/" + asset + "/accept-incomplete" }
	for _, test := range []struct {
		asset   string
		headers []string
		status  int
	}{
		{receipt.Asset, nil, http.StatusUnauthorized},
		{receipt.Asset, []string{curator}, http.StatusForbidden},
		{assets["whole"], []string{editor}, http.StatusBadRequest},
		{"nothing", []string{editor}, http.StatusNotFound},
		{receipt.Asset, []string{editor}, http.StatusAccepted},
	} {
		if got := h.ask(http.MethodPost, path(test.asset), nil, test.headers...); got.StatusCode != test.status {
			t.Errorf("%s %v: %d %s", test.asset, test.headers, got.StatusCode, got.body)
		}
	}
	if a := until(archive.AssetReady); a.Image.Incomplete == nil || a.Image.Incomplete.By != "editor" {
		t.Errorf("%+v", a.Image)
	}
	var record struct {
		Assets []struct{ Technical struct{ Notes []string } }
	}
	got := h.get("/api/v1/records/cut", editor)
	if err := json.Unmarshal(got.body, &record); err != nil || len(record.Assets) != 1 || len(record.Assets[0].Technical.Notes) != 1 ||
		!strings.HasPrefix(record.Assets[0].Technical.Notes[0], "incomplete: ") {
		t.Errorf("%v: %s", err, got.body)
	}
	// Everyone is told, in both languages, wherever the image is shown.
	for _, test := range []struct{ path, has string }{
		{"/api/v1/records/cut", `"incomplete":{"en":"This picture is incomplete: its file ends early. `},
		{"/iiif/manifest/cut", `"zh":["此图不完整：原文件提前结束`},
		{"/records/cut?lang=zh", "此图不完整：原文件提前结束，只能读出"},
		{"/records/cut?lang=en", "This picture is incomplete: its file ends early."},
	} {
		if got := h.get(test.path); got.StatusCode != http.StatusOK || !strings.Contains(string(got.body), test.has) {
			t.Errorf("%s does not say %q: %d %s", test.path, test.has, got.StatusCode, got.body)
		}
	}
	if got := h.get("/records/whole?lang=en"); strings.Contains(string(got.body), "incomplete") {
		t.Errorf("a whole image is called incomplete: %s", got.body)
	}
	if got := h.ask(http.MethodPost, "/curate/assets/"+receipt.Asset+"/accept-incomplete", nil, editor); got.StatusCode != http.StatusSeeOther {
		t.Errorf("once more, by the button: %d %s", got.StatusCode, got.body)
	}
	if got := h.get("/iiif/3/" + receipt.Asset + "/full/max/0/default.jpg"); got.StatusCode != http.StatusOK {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}
