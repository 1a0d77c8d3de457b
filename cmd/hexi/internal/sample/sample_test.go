package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/vocab"
)

type sheetRow struct {
	archive.Record
	Files []string `json:"files"`
}

func rows(t *testing.T) []sheetRow {
	t.Helper()
	var out []sheetRow
	for line := range bytes.Lines(Records()) {
		var r sheetRow
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, r)
	}
	return out
}

// The sheet speaks of things in both languages, of each collection, and what it
// refers to is there.
func TestRecords(t *testing.T) {
	words, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, p := range all() {
		if drawn[p.file] {
			t.Errorf("%s is drawn twice", p.file)
		}
		drawn[p.file] = true
	}
	ids, collections := map[string]bool{}, map[string]int{}
	for _, r := range rows(t) {
		if ids[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		ids[r.ID] = true
		collections[r.Collection]++
	}
	used := map[string]bool{}
	for _, r := range rows(t) {
		for _, text := range []archive.Text{r.Titles, r.Descriptions} {
			if text["zh"] == "" || text["en"] == "" {
				t.Errorf("%s is not in both languages: %v", r.ID, text)
			}
		}
		if r.Period != nil {
			if _, ok := words.Term(archive.SchemePeriod, r.Period.Term); !ok && r.Period.Term != "" {
				t.Errorf("%s is of an unknown period %q", r.ID, r.Period.Term)
			}
		}
		if r.PartOf != "" && !ids[r.PartOf] {
			t.Errorf("%s is part of %s, which is not there", r.ID, r.PartOf)
		}
		for _, s := range r.Stops {
			if !ids[s.Record] {
				t.Errorf("%s stops at %s, which is not there", r.ID, s.Record)
			}
		}
		// CC0 is said of drawings only, not of what others hold.
		if cc0 := r.Rights != nil && strings.Contains(r.Rights.Statement, "publicdomain/zero"); cc0 != (len(r.Files) > 0) {
			t.Errorf("%s with %d drawings says CC0: %v", r.ID, len(r.Files), cc0)
		}
		for _, f := range r.Files {
			if !drawn[f] {
				t.Errorf("%s has %s, which nobody draws", r.ID, f)
			}
			used[f] = true
			// The page says that it is a drawing.
			if imagery, _ := json.Marshal(r.Extra["imagery"]); !bytes.Contains(imagery, []byte("drawing")) || !bytes.Contains(imagery, []byte("绘制")) {
				t.Errorf("%s does not say that its picture is drawn", r.ID)
			}
		}
	}
	for f := range drawn {
		if !used[f] {
			t.Errorf("%s is drawn for nothing", f)
		}
	}
	if len(ids) < 60 || len(collections) != 6 {
		t.Errorf("%d records of %v", len(ids), collections)
	}
}

// Some pictures are really large.
func TestLargePictures(t *testing.T) {
	large := 0
	for _, p := range all() {
		if p.w*p.h > 100e6 {
			large++
			if !strings.HasSuffix(p.file, ".tif") {
				t.Errorf("%s is not written in bands", p.file)
			}
		}
	}
	if large < 6 {
		t.Errorf("%d pictures of more than 100 megapixels", large)
	}
}

// A picture is the same in whatever bands it is painted, and again.
func TestBandsMakeNoDifference(t *testing.T) {
	tex := newTextures()
	for _, p := range all() {
		t.Run(p.file, func(t *testing.T) {
			t.Parallel()
			w := 240
			h := max(40, min(600, w*p.h/p.w))
			draw := func(band int) [32]byte {
				s := p.draw(page{w: w, h: h, tex: tex, seed: p.seed})
				out := make([]byte, 3*w*h)
				for y := 0; y < h; y += band {
					s.rows(y, min(y+band, h), out[3*w*y:3*w*min(y+band, h)])
				}
				return sha256.Sum256(out)
			}
			whole := draw(h)
			if draw(37) != whole {
				t.Error("differs in bands of 37 rows")
			}
			if draw(h) != whole {
				t.Error("differs when drawn again")
			}
		})
	}
}

// Pictures that are there are kept, half-written ones are not taken for whole.
func TestPicturesAreWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	p := picture{file: "a.tif", w: 300, h: 200, seed: 1, draw: func(p page) *scene { return paperCut(p, 6) }}
	if err := os.WriteFile(filepath.Join(dir, "a.tif.part"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := 0
	tex := newTextures()
	for range 2 {
		if err := p.write(t.Context(), dir, tex, func(_ string, n int) { done += n }); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "a.tif"))
	if err != nil || !bytes.HasPrefix(data, []byte("II*\x00")) || done != 2*300*200 {
		t.Errorf("%d pixels were told of, %d bytes are there, %v", done, len(data), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a.tif.part")); err == nil {
		t.Error("something half is left")
	}
}
