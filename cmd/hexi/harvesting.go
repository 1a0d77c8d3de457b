package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hexi/archive"
	"hexi/ingest"
	"hexi/ingest/harvest"
)

// harvesting is a harvest in progress: the harvest.Sink that has the pipeline take in
// what comes, some hundred records at a time.
type harvesting struct {
	house  *house
	req    ingest.Request
	batch  *harvest.Batch
	bars   *bars
	report *harvestReport
	took   bool                      // something came
	kept   map[string][]harvest.Kept // by record, as of the last time that it was merged
	from   map[string]string         // where the records of the batch came from

	state   *harvestState // of a repository; nil for a harvest that remembers nothing
	pending *harvest.Progress
}

// Take adds a record to the batch.
func (g *harvesting) Take(ctx context.Context, f *harvest.Found) error {
	g.took = true
	if err := g.batch.Add(ctx, f); err != nil {
		return err
	}
	g.report.Images += f.Images
	for _, note := range f.Notes {
		g.report.Notes = append(g.report.Notes, ingest.Item{Item: f.Source, Record: f.Record.ID, Code: "harvest", Why: note})
	}
	if g.from == nil {
		g.from = map[string]string{}
	}
	g.from[f.Record.ID] = f.Source
	if g.batch.Full() {
		return g.flush(ctx)
	}
	return nil
}

// Refuse puts into the report what was not taken.
func (g *harvesting) Refuse(record string, why *harvest.RefusedError) {
	g.report.Failed = append(g.report.Failed, ingest.Item{Item: why.What, Record: record, Code: why.Code, Why: why.Why, Do: why.Do})
}

// Gone puts into the report what the source deleted.
func (g *harvesting) Gone(record, identifier string) {
	g.report.Gone = append(g.report.Gone, goneRecord{record, identifier})
}

// upon makes the record that is saved of what came and what is here.
func (g *harvesting) upon(came archive.Record, known *archive.Entry) (archive.Record, bool, error) {
	record, kept, publish, err := harvest.Merge(came, known)
	g.kept[came.ID] = kept
	return record, publish, err
}

// flush has the batch taken in, and waits until its images can be shown; then it is
// remembered how far the harvest came.
func (g *harvesting) flush(ctx context.Context) error {
	if !g.batch.Empty() {
		if err := g.takeIn(ctx); err != nil {
			return err
		}
	}
	if g.pending == nil || g.req.DryRun {
		return nil
	}
	p := *g.pending
	g.pending = nil
	return g.state.save(ctx, g.house, p)
}

func (g *harvesting) takeIn(ctx context.Context) (err error) {
	req := g.req
	req.Batch = uuid.Must(uuid.NewV7()).String()
	if req.Paths, err = g.batch.Paths(); err != nil {
		return err
	}
	report, received, err := g.house.pipeline.Run(ctx, req, g.bars)
	if err != nil {
		return err
	}
	if !req.DryRun {
		if err := g.house.pipeline.Wait(ctx, report, received, g.bars.finished); err != nil {
			return err
		}
	}
	g.report.add(report, g.from)
	for _, id := range slices.Sorted(maps.Keys(g.kept)) {
		g.report.Kept = append(g.report.Kept, g.kept[id]...)
	}
	g.from, g.kept = nil, map[string][]harvest.Kept{}
	return g.batch.Clear()
}

// oai harvests a repository from where the last harvest ended.
func (g *harvesting) oai(ctx context.Context, h *harvest.Harvester, call harvestCall) (err error) {
	g.state, err = openHarvestState(ctx, g.house, call)
	if err != nil {
		return err
	}
	progress := g.state.Progress
	if call.full || call.plan.From != "" {
		progress = harvest.Progress{}
	}
	g.report.Repository, err = h.OAI(ctx, call.address, progress, g, func(ctx context.Context, p harvest.Progress) error {
		g.pending = &p
		if g.batch.Empty() {
			return g.flush(ctx)
		}
		return nil
	})
	return err
}

// harvestReport is what became of a harvest: what the pipeline reports, and what only a
// harvest has.
type harvestReport struct {
	*ingest.Report

	Source     string             `json:"source"`
	Repository harvest.Repository `json:"repository,omitzero"`
	Images     int                `json:"images"` // that the source has of the records that came
	Kept       []harvest.Kept     `json:"kept,omitempty"`
	Gone       []goneRecord       `json:"gone,omitempty"`
}

// goneRecord is a record that its source deleted.
type goneRecord struct {
	Record     string `json:"record"`
	Identifier string `json:"identifier"` // there
}

func newHarvestReport(call harvestCall) *harvestReport {
	return &harvestReport{Source: call.address, Report: &ingest.Report{
		DryRun: call.dryRun, Failed: []ingest.Item{},
		Records: map[string]int{string(archive.Created): 0, string(archive.Updated): 0, string(archive.Unchanged): 0, "refused": 0},
		Assets:  map[string]int{"ready": 0, "unchanged": 0, "refused": 0},
	}}
}

// add adds the report of a batch. Its rows are called by where they came from.
func (r *harvestReport) add(batch *ingest.Report, from map[string]string) {
	for outcome, n := range batch.Records {
		r.Records[outcome] += n
	}
	for state, n := range batch.Assets {
		r.Assets[state] += n
	}
	r.Published += batch.Published
	r.Layers += batch.Layers
	r.Batch = batch.Batch
	r.Failed = append(r.Failed, bySource(batch.Failed, from)...)
	r.Notes = append(r.Notes, bySource(batch.Notes, from)...)
}

// bySource calls items about a record by where that came from.
func bySource(items []ingest.Item, from map[string]string) []ingest.Item {
	for n := range items {
		source, ok := from[items[n].Record]
		if !ok {
			continue
		}
		if _, file, ok := strings.Cut(items[n].Item, ", "); ok {
			source += ", " + file
		}
		items[n].Item = source
		if items[n].Code == "invalid" {
			items[n].Do = "" // there is no sheet to mend
		}
	}
	return items
}
