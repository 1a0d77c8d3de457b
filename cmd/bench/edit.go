package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// goalEdit is how long an edit may take until everyone finds it, in seconds, also among
// a million records.
const goalEdit = 1

// edits is how many edits are measured, one after the other.
const edits = 60

// benchEdit measures one edit among many records: the PUT of a record whose title has
// got a new word, published, until the search for that word finds it.
func benchEdit(ctx context.Context, s settings, w io.Writer) (err error) {
	n := s.records
	if n == 0 {
		n = 10_000
		if s.large {
			n = 100_000
		}
	}
	dir := filepath.Join(s.dir, "edit")
	data, sheet := filepath.Join(dir, "data"), filepath.Join(dir, fmt.Sprintf("%d.csv", n))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	if err := writeSheet(sheet, 0, n); err != nil {
		return err
	}
	began := time.Now()
	if _, _, err := timed(ctx, s.hexi, ingestArgs(data, sheet)...); err != nil {
		return err
	}
	fmt.Fprintf(w, "records   %d, of a sheet: hexi ingest --publish in %.0f s\n", n, time.Since(began).Seconds())
	_, said, err := timed(ctx, s.hexi, "user", "add", "bench", "--role", "admin", "--token", "--data", data)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	process, address, err := startHexi(ctx, s.hexi, dir, data, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, process.stop()) }()
	e := &editor{address: address, token: lines[len(lines)-1]}
	ids, err := e.ids(ctx, n)
	if err != nil {
		return err
	}
	var saved, found []float64
	for i := range edits {
		put, all, err := e.edit(ctx, ids[i%len(ids)], fmt.Sprintf("zq%dx%d", i, time.Now().UnixNano()))
		if err != nil {
			return err
		}
		saved, found = append(saved, put.Seconds()), append(found, all.Seconds())
	}
	fmt.Fprintf(w, "edits     %d, one after the other: PUT /api/v1/records/ID?publish=true, then GET /api/v1/search?q=WORD until it is found\n\n", edits)
	printGoal(w, "saved and published, median", inMillis(middle(saved)), "")
	printGoal(w, "saved and published, the longest", inMillis(slices.Max(saved)), "")
	printGoal(w, "found by everyone, median", inMillis(middle(found)), "")
	printGoal(w, "found by everyone, the longest", inMillis(slices.Max(found)), atMost(slices.Max(found), goalEdit))
	return nil
}

func inMillis(seconds float64) string { return fmt.Sprintf("%.1f ms", seconds*1000) }

// editor edits records over HTTP, as a program of a museum would.
type editor struct{ address, token string }

// ids returns some records, once all n are found by searching.
func (e *editor) ids(ctx context.Context, n int) ([]string, error) {
	var found struct {
		Total int
		Hits  []struct{ ID string }
	}
	for limit := time.Now().Add(20 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if err := fetchJSON(ctx, e.address, "/api/v1/search?limit=100", &found); err != nil {
			return nil, err
		}
		if found.Total == n && len(found.Hits) > 0 {
			break
		}
		if time.Now().After(limit) {
			return nil, fmt.Errorf("of %d records that were taken in, %d are found", n, found.Total)
		}
	}
	ids := make([]string, len(found.Hits))
	for i, hit := range found.Hits {
		ids[i] = hit.ID
	}
	return ids, nil
}

// edit puts a word into a record's title, and returns how long it took until that was
// answered, and until it was found.
func (e *editor) edit(ctx context.Context, id, word string) (put, all time.Duration, err error) {
	path := "/api/v1/records/" + url.PathEscape(id)
	etag, body, err := e.call(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return 0, 0, err
	}
	var record map[string]any
	if err := json.Unmarshal(body, &record); err != nil {
		return 0, 0, fmt.Errorf("read record %s: %w", id, err)
	}
	for _, field := range []string{"status", "revision", "published", "created", "updated", "assets", "manifest"} {
		delete(record, field) // what the archive says of a record and is none of its own
	}
	titles, ok := record["titles"].(map[string]any)
	if !ok {
		return 0, 0, fmt.Errorf("record %s has no titles", id)
	}
	titles["en"] = word
	if body, err = json.Marshal(record); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if _, _, err := e.call(ctx, http.MethodPut, path+"?publish=true", etag, body); err != nil {
		return 0, 0, err
	}
	put = time.Since(began)
	for {
		var found struct{ Hits []struct{ ID string } }
		if err := fetchJSON(ctx, e.address, "/api/v1/search?limit=1&q="+word, &found); err != nil {
			return 0, 0, err
		}
		all = time.Since(began)
		if len(found.Hits) == 1 && found.Hits[0].ID == id {
			return put, all, nil
		}
		if all > time.Minute {
			return 0, 0, fmt.Errorf("record %s is not found by its new word %s after a minute", id, word)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (e *editor) call(ctx context.Context, method, path, etag string, body []byte) (string, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+e.address+path, bytes.NewReader(body))
	if err != nil {
		return "", nil, err
	}
	req.Header.Set("Authorization", "Bearer "+e.token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", etag)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	answer, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return "", nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= 300 {
		return "", nil, fmt.Errorf("%s %s answered %s: %.500s", method, path, res.Status, answer)
	}
	return res.Header.Get("ETag"), answer, nil
}
