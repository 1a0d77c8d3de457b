package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// What is set reaches the processes that make access copies, and changes what is made
// from then on; the quality of computed images is the server's.
func TestQualitySettings(t *testing.T) {
	t.Parallel()
	data := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	take := func(name string, seed int, flags ...string) string {
		dir := t.TempDir()
		fileOf(t, dir, name+".jpg", photo(t, seed, 900, 700))
		args := append([]string{"ingest", dir, "--collection", "folk", "--publish", "--json"}, flags...)
		if got := hexi(t, append(args, data...)...); got.status != exitDone {
			t.Fatalf("ingest: %+v", got)
		}
		return name
	}
	take("fine", 3, "--access-quality", "95")
	take("usual", 5)
	take("coarse", 7, "--access-quality", "30")
	token := strings.TrimSpace(hexi(t, append([]string{"user", "add", "wang", "--role", "viewer", "--token"}, data...)...).stdout)
	token = token[strings.LastIndex(token, "\n")+1:]

	sizes := map[string]int{}
	for _, quality := range []string{"90", "40"} {
		address, stop := serve(t, append([]string{"--quality", quality}, data...)...)
		_, body := fetch(t, address+"/api/v1/records?limit=10")
		var list struct {
			Records []struct {
				ID     string
				Titles map[string]string
				Assets []struct{ ID string }
			}
		}
		if err := json.Unmarshal(body, &list); err != nil || len(list.Records) != 3 {
			t.Fatalf("%v: %s", err, body)
		}
		for _, record := range list.Records {
			asset := record.Assets[0].ID
			status, body := fetch(t, address+"/api/v1/assets/"+asset, "Bearer "+token)
			var said struct{ AccessMadeBy string }
			if err := json.Unmarshal(body, &said); err != nil || status != http.StatusOK {
				t.Fatalf("%d %v %s", status, err, body)
			}
			want := "quality 85"
			for name, title := range record.Titles {
				switch {
				case strings.Contains(title, "fine"):
					want = "quality 95"
				case strings.Contains(title, "coarse"):
					want = "quality 30"
				case !strings.Contains(title, "usual"):
					t.Errorf("a title in %s: %s", name, title)
				}
			}
			if !strings.HasSuffix(said.AccessMadeBy, want) {
				t.Errorf("%v is made by %q, want %s", record.Titles, said.AccessMadeBy, want)
			}
			if _, body := fetch(t, address+"/api/v1/assets/"+asset); strings.Contains(string(body), "accessMadeBy") {
				t.Errorf("the public is told: %s", body)
			}
			if want == "quality 85" {
				_, picture := fetch(t, address+"/iiif/3/"+asset+"/10,10,600,600/500,/0/default.jpg")
				sizes[quality] = len(picture)
			}
		}
		stop()
	}
	if sizes["40"] == 0 || sizes["40"]*3 > sizes["90"]*2 {
		t.Errorf("a computed image has %v bytes", sizes)
	}
	for _, args := range [][]string{{"serve", "--quality", "29"}, {"serve", "--quality", "101"}, {"serve", "--quality", "best"}, {"worker", "--access-quality", "0"}, {"ingest", "x", "--access-quality", "8.5"}} {
		if got := hexi(t, append(args, data...)...); got.status != exitUsage || !strings.Contains(got.stderr, "is not a JPEG quality from 30 to 100") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
