package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// A file that ends early is refused until someone says that it is to be shown as it
// is; then it is, and says so from then on.
func TestAcceptIncomplete(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		whole := asPNG(t, pattern(900, 1200, 2))
		fileOf(t, dir, "p/cut.png", whole[:len(whole)/2])
		fileOf(t, dir, "p/text.jpg", []byte("this is not a picture, whatever its name says\n"))
		sheet := fileOf(t, dir, "s.csv", []byte("id,名称,kind,files\nc-1,断壁,mural,cut.png\nc-2,不是,mural,text.jpg\n"))
		args := append([]string{"ingest", filepath.Join(dir, "p"), sheet, "--collection", "dunhuang", "--publish", "--json"}, flags...)
		r := readReport(t, hexi(t, args...))
		if r.Assets["refused"] != 2 || r.Failed[0].Code != "truncated" || !strings.Contains(r.Failed[0].Do, "--accept-incomplete") {
			t.Fatalf("%+v", r)
		}
		got := hexi(t, append(args, "--accept-incomplete")...)
		r = readReport(t, got)
		if got.status != exitPart || r.Assets["ready"] != 1 || r.Assets["refused"] != 1 || len(r.Notes) != 1 || r.Notes[0].Code != "incomplete" ||
			!strings.Contains(r.Notes[0].Why, "% of its rows could be read") {
			t.Fatalf("%+v", r)
		}
		if r = readReport(t, hexi(t, args...)); r.Assets["unchanged"] != 1 || r.Assets["refused"] != 1 {
			t.Errorf("again: %+v", r)
		}
		user := hexi(t, append([]string{"user", "add", "tester", "--role", "viewer", "--token"}, flags...)...)
		token := "Bearer " + strings.TrimSpace(user.stdout[strings.LastIndexByte(strings.TrimSpace(user.stdout), '\n')+1:])
		address, _ := serve(t, flags...)
		if status, body := fetch(t, address+"/api/v1/records/c-1", token); status != http.StatusOK || !strings.Contains(string(body), `"incomplete: 4`) && !strings.Contains(string(body), `"incomplete: 5`) {
			t.Errorf("%d %s", status, body)
		}
	})
}
