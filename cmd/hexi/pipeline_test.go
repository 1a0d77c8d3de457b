package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func eventually(t *testing.T, ok func() bool) bool {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	return false
}

// testData is the folder of real files; a run in CI has it.
func testData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		t.Skip("HEXI_TEST_DATA is not set")
	}
	return dir
}

// stores are the two ways to run hexi: with nothing, and on services.
func stores(t *testing.T, test func(t *testing.T, flags []string)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--data", filepath.Join(t.TempDir(), "archive")})
	})
	t.Run("services", func(t *testing.T) {
		t.Parallel()
		database, store := os.Getenv("HEXI_TEST_POSTGRES"), os.Getenv("HEXI_TEST_S3")
		if database == "" || store == "" {
			t.Skip("HEXI_TEST_POSTGRES and HEXI_TEST_S3 are not set: make test starts the services")
		}
		head, query, _ := strings.Cut(store, "?")
		name := fmt.Sprintf("pipeline_%d_%d", os.Getpid(), time.Now().UnixNano())
		test(t, []string{
			"--data", filepath.Join(t.TempDir(), "archive"), "--database", freshDatabase(t, database, name),
			"--objects", head + "/" + name + "?" + query,
		})
	})
}

// Whenever the program is killed while it takes a folder in, the next run
// finishes the work: nothing is lost, nothing is there twice.
func TestKilledPipeline(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		const pictures = 12
		var sheet strings.Builder
		for i := range pictures {
			name := fmt.Sprintf("p%02d.jpg", i)
			fileOf(t, dir, name, photo(t, 2*i+1, 900+10*i, 700))
			fmt.Fprintf(&sheet, `{"id":"k-%02d","kind":"relic","titles":{"zh":"第%d件"},"files":[%q]}`+"\n", i, i, name)
		}
		fileOf(t, dir, "sheet.jsonl", []byte(sheet.String()))
		args := append([]string{"ingest", dir, filepath.Join(dir, "sheet.jsonl"), "--collection", "folk", "--publish", "--json"}, flags...)
		for _, after := range []time.Duration{60e6, 150e6, 250e6, 400e6, 600e6, 900e6} {
			cmd := process(t, args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			_ = cmd.Process.Kill() // it may have ended
			_ = cmd.Wait()
		}
		var last outcome
		cmd := process(t, args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %s %s", err, stdout.String(), stderr.String())
		}
		last.stdout = stdout.String()
		r := readReport(t, last)
		if n := r.Records["created"] + r.Records["unchanged"] + r.Records["updated"]; n != pictures || len(r.Failed) != 0 {
			t.Errorf("after all: %+v", r)
		}
		again := hexi(t, args...)
		if r := readReport(t, again); r.Records["unchanged"] != pictures || r.Assets["unchanged"] != pictures {
			t.Errorf("once more: %+v", r)
		}
		address, _ := serve(t, flags...)
		status, body := fetch(t, address+"/api/v1/search?limit=100")
		var found struct {
			Total int
			Hits  []struct {
				ID        string
				Thumbnail *struct{ URL string }
			}
		}
		if err := json.Unmarshal(body, &found); err != nil || status != http.StatusOK || found.Total != pictures {
			t.Fatalf("%d %v %s", status, err, body)
		}
		for _, hit := range found.Hits {
			if hit.Thumbnail == nil {
				t.Errorf("%s has no picture", hit.ID)
				continue
			}
			asset, _, _ := strings.Cut(strings.TrimPrefix(hit.Thumbnail.URL, address+"/iiif/3/"), "/")
			for _, path := range []string{"/full/max/0/default.jpg", "/0,0,512,512/512,/0/default.jpg"} {
				if status, body := fetch(t, address+"/iiif/3/"+asset+path); status != http.StatusOK {
					t.Errorf("%s%s: %d %s", hit.ID, path, status, body)
				} else if _, err := jpeg.Decode(bytes.NewReader(body)); err != nil {
					t.Errorf("%s%s: %v", hit.ID, path, err)
				}
			}
			status, record := fetch(t, address+"/api/v1/records/"+hit.ID)
			if n := bytes.Count(record, []byte(`"state":"ready"`)); status != http.StatusOK || n != 1 {
				t.Errorf("%s has %d pictures: %d %s", hit.ID, n, status, record)
			}
		}
		if flags[0] == "--data" && len(flags) == 2 {
			leftovers(t, filepath.Join(flags[1], "objects"), pictures)
		}
	})
}

// leftovers looks for files that belong to nothing: after all, each picture has a master
// in its package and none elsewhere, an access copy, a sidecar, its facts and thumbnails.
// Packages that a process had in hand when it was killed are written by another when its
// lease has run out.
func leftovers(t *testing.T, objects string, pictures int) {
	t.Helper()
	var faults []string
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		if faults = leftoversNow(t, objects, pictures); len(faults) == 0 {
			return
		}
		if time.Now().After(limit) {
			break
		}
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

func leftoversNow(t *testing.T, objects string, pictures int) (faults []string) {
	t.Helper()
	count := map[string]int{}
	err := filepath.WalkDir(objects, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it is being moved
		}
		if err == nil && entry.Type().IsRegular() {
			count[filepath.Base(path)]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if count["master"] != 0 {
		faults = append(faults, fmt.Sprintf("%d masters lie outside of their packages", count["master"]))
	}
	for i := range pictures {
		if name := fmt.Sprintf("p%02d.jpg", i); count[name] != 1 {
			faults = append(faults, fmt.Sprintf("%s is there %d times", name, count[name]))
		}
	}
	for _, name := range []string{"facts.json", "pyramid.tif", "sidecar"} {
		if count[name] != pictures {
			faults = append(faults, fmt.Sprintf("%d files are called %s, for %d pictures: %v", count[name], name, pictures, count))
		}
	}
	return faults
}

// Every real file is served right or refused with a reason; nothing crashes.
func TestRealImages(t *testing.T) {
	images := filepath.Join(testData(t), "images")
	data := filepath.Join(t.TempDir(), "archive")
	got := hexi(t, "ingest", images, "--collection", "dunhuang", "--publish", "--json", "--data", data)
	r := readReport(t, got)
	if got.status != exitPart || r.Assets["ready"] < 40 {
		t.Fatalf("status %d, %v: %s", got.status, r.Assets, got.stderr)
	}
	f, err := os.Open(filepath.Join(images, "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	table := csv.NewReader(f)
	table.FieldsPerRecord = -1 // remarks with commas in them
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	size := map[string][2]string{}  // of the image as it lies
	turned := map[string]bool{}     // shown on its side
	category := map[string]string{} // of trouble
	for _, row := range rows[1:] {
		name := row[column("file")]
		size[name] = [2]string{row[column("width")], row[column("height")]}
		turned[name] = row[column("exif_orientation")] >= "5"
		category[name] = row[column("category")]
	}
	refused := map[string]bool{}
	for _, item := range r.Failed {
		rel := strings.TrimPrefix(item.Item, images+"/")
		refused[rel] = true
		if item.Why == "" || item.Code == "" || item.Code == "failed" || item.Do == "" {
			t.Errorf("%s is refused without a good reason: %+v", rel, item)
		}
	}
	for name, kind := range category {
		if kind == "photo" && refused[name] && size[name][0] != "" && !strings.HasSuffix(name, ".jp2") && !strings.HasSuffix(name, ".heic") && !strings.HasSuffix(name, ".avif") {
			t.Errorf("%s, an honest photograph, is refused", name)
		}
		if kind == "bomb" && !refused[name] {
			t.Logf("%s, a bomb, is taken", name)
		}
	}
	// What was taken can be shown, upright and in its true size.
	user := hexi(t, "user", "add", "tester", "--role", "viewer", "--token", "--data", data)
	token := "Bearer " + strings.TrimSpace(user.stdout[strings.LastIndexByte(strings.TrimSpace(user.stdout), '\n')+1:])
	address, _ := serve(t, "--data", data)
	checked := 0
	for after := ""; ; {
		_, body := fetch(t, address+"/api/v1/records?limit=100&cursor="+after, token)
		var page struct {
			Records []struct {
				ID     string
				Assets []struct {
					ID, State, Filename string
					Width, Height       int
				}
			}
			Next string
		}
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, record := range page.Records {
			for _, a := range record.Assets {
				if a.State != "ready" {
					continue // said in the report
				}
				status, tile := fetch(t, address+"/iiif/3/"+a.ID+"/full/!512,512/0/default.jpg")
				if status != http.StatusOK {
					t.Errorf("%s: %d %s", a.Filename, status, tile)
					continue
				}
				cfg, err := jpeg.DecodeConfig(bytes.NewReader(tile))
				if err != nil || max(cfg.Width, cfg.Height) > 512 {
					t.Errorf("%s: %d×%d, %v", a.Filename, cfg.Width, cfg.Height, err)
				}
				for name := range size {
					if filepath.Base(name) == a.Filename && size[name][0] != "" {
						w, h := size[name][0], size[name][1]
						if turned[name] {
							w, h = h, w
						}
						if fmt.Sprint(a.Width) == w && fmt.Sprint(a.Height) == h {
							checked++
						} else if fmt.Sprint(a.Width) != h {
							t.Errorf("%s is %d×%d here, and %s×%s elsewhere", name, a.Width, a.Height, w, h)
						}
					}
				}
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if checked < 40 {
		t.Errorf("only %d sizes could be compared", checked)
	}
	t.Logf("%d images shown, %d refused", r.Assets["ready"], len(r.Failed))
}

// The list of the national protection units goes in as it is.
func TestRealSheet(t *testing.T) {
	sheet := filepath.Join(testData(t), "records", "national_units.csv")
	data := filepath.Join(t.TempDir(), "archive")
	args := []string{"ingest", sheet, "--collection", "dunhuang", "--publish", "--json", "--data", data}
	got := built(t, args...)
	r := readReport(t, got)
	if r.Records["created"] < 3000 || got.status != exitDone {
		t.Fatalf("status %d, %v, %+v", got.status, r.Records, r.Failed[:min(5, len(r.Failed))])
	}
	if r := readReport(t, built(t, args...)); r.Records["unchanged"] < 3000 || r.Records["created"]+r.Records["updated"] != 0 {
		t.Errorf("again: %v", r.Records)
	}
	address, _ := serve(t, "--data", data)
	for _, q := range []string{"莫高窟", "嘉峪关", "麦积山石窟"} {
		if status, body := fetch(t, address+"/api/v1/search?q="+q); status != http.StatusOK || !bytes.Contains(body, []byte(q)) {
			t.Errorf("%s: %d %.300s", q, status, body)
		}
	}
}
