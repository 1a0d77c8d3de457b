package main

import (
	"context"
	"path/filepath"
	"testing"

	"hexi/archive"
	"hexi/ingest"
)

// meddled is a catalogue in which somebody else saves just before each of the first few
// transactions of this one.
type meddled struct {
	archive.Catalog
	times  int
	before func(nth int)
}

func (m *meddled) Update(ctx context.Context, fn func(ctx context.Context, tx archive.Tx) error) error {
	if m.times > 0 {
		m.times--
		m.before(m.times)
	}
	return m.Catalog.Update(ctx, fn)
}

// What others save while rows and files are taken in stays, but for what the rows say.
func TestOthersSaveMeanwhile(t *testing.T) {
	t.Parallel()
	h := readingHouse(t)
	save := func(id string, change func(r *archive.Record)) {
		t.Helper()
		r := archive.Record{ID: id, Collection: "folk", Kind: "relic", Titles: archive.Text{"zh": "甲"}}
		if known, err := h.archive.Record(t.Context(), id); err == nil {
			r = known.Record
		}
		change(&r)
		if _, err := h.archive.Save(t.Context(), "wang", archive.Draft{Record: r}); err != nil {
			t.Fatal(err)
		}
	}
	run := func(times int, before func(nth int), path string) *ingest.Report {
		t.Helper()
		arch := archive.New(&meddled{Catalog: h.catalog, times: times, before: before}, h.archive.Vocabulary(), archive.Options{})
		line := ingest.New(arch, storeAdapter{store: h.objects}, h.decoders, ingest.Options{})
		report, _, err := line.Run(t.Context(), ingest.Request{Paths: []string{path}, Collection: "folk", Kind: "relic", By: "li", Batch: "b"}, nil)
		if err != nil || len(report.Failed) != 0 {
			t.Fatalf("%+v, %v", report, err)
		}
		return report
	}
	record := func(id string) archive.Record {
		t.Helper()
		e, err := h.archive.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return e.Record
	}
	dir := t.TempDir()
	path := fileOf(t, dir, "a.csv", []byte("id,名称,备注\nx,甲,好\nnew,乙,好\n"))
	report := run(2, func(nth int) {
		save("x", func(r *archive.Record) { r.Descriptions = archive.Text{"zh": []string{"二", "一"}[nth]} })
		save("new", func(r *archive.Record) { r.Category = "relic-04" })
	}, path)
	if r := record("x"); r.Descriptions["zh"] != "二" || string(r.Extra["remark"]) != `"好"` {
		t.Errorf("x: %+v", r)
	}
	if r := record("new"); r.Category != "relic-04" || r.Titles["zh"] != "乙" || string(r.Extra["remark"]) != `"好"` {
		t.Errorf("new: %+v", r)
	}
	if report.Records["updated"] != 2 {
		t.Errorf("records: %v", report.Records)
	}

	pictures := filepath.Dir(fileOf(t, filepath.Join(dir, "pictures"), "p.jpg", photo(t, 3, 90, 70)))
	run(0, nil, pictures)
	page, _, err := h.archive.List(t.Context(), archive.ListQuery{})
	if err != nil || len(page) != 3 {
		t.Fatalf("%d records, %v", len(page), err)
	}
	for _, e := range page {
		if id := e.Record.ID; id != "x" && id != "new" {
			run(1, func(int) { save(id, func(r *archive.Record) { r.Titles = archive.Text{"zh": "认出来了"} }) }, pictures)
			if r := record(id); r.Titles["zh"] != "认出来了" {
				t.Errorf("the file's record: %+v", r)
			}
		}
	}
}
