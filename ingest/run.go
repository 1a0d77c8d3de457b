package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// Request is what a person asks for with "hexi ingest".
type Request struct {
	Paths      []string     // sheets, folders, single files
	Collection string       // for rows that name none; needed for files without a sheet
	Kind       archive.Kind // for rows that name none; "" lets what they say decide
	Holder     string       // who holds the things of rows that name nobody
	Mapping    string       // path of a mapping file for all sheets; "" for the one beside each
	Review     string       // path of the workbook that shows what is wrong in the sheets; "" for none
	Publish    bool
	DryRun     bool
	// AcceptIncomplete takes images as they are whose masters end early.
	AcceptIncomplete bool
	By               string
	Batch            string // names this run; its jobs and assets carry it
	// Upon makes the record that is saved of the whole record that a row gives and what the
	// archive has of it, nil for nothing. It is asked again where someone changes that record
	// meanwhile. publish false keeps this row's record from being published with the others.
	// nil: the row is the record.
	Upon func(row archive.Record, known *archive.Entry) (record archive.Record, publish bool, err error)
}

// Progress hears how far a run has come. Its methods may be called from
// several goroutines.
type Progress interface {
	// Found says how many files there are to receive, as far as known now.
	Found(files int)
	// Row is called for each row, when it was saved or refused.
	Row()
	// Received is called for each file, when it was received or refused.
	Received()
}

// batchSize is how many rows are saved in one transaction, at most: so many that those
// of a large archive share the pages that they write, so few that others who save wait
// for less than half a second. Where files were read to know their records, batchBytes
// of them are enough, because the jobs for them begin only then.
const (
	batchSize  = 1000
	batchBytes = 64 << 20
)

// Run takes everything in that the request names and returns what became of
// it; the jobs for what it received are committed, not yet done (see Wait).
// Its error is about the run as a whole, such as a collection that does not
// exist; faults of rows and files are in the report.
func (p *Pipeline) Run(ctx context.Context, req Request, progress Progress) (_ *Report, _ *Received, err error) {
	found, err := findSources(req.Paths)
	if err != nil {
		return nil, nil, err
	}
	var book records = p.archive
	if req.DryRun {
		book = p.archive.Rehearse()
	}
	if req.Collection != "" {
		if req.Collection, err = book.HasCollection(ctx, req.Collection); err != nil {
			return nil, nil, err
		}
	}
	r := &run{
		p: p, records: book, req: req, found: found, progress: progress,
		report: newReport(req.Batch, req.DryRun), received: &Received{items: map[string]Item{}, by: req.By, acceptIncomplete: req.AcceptIncomplete},
	}
	if progress == nil {
		r.progress = silent{}
	}
	if err := r.takeBags(ctx); err != nil {
		return nil, nil, err
	}
	r.report.Notes = append(r.report.Notes, found.skipped...)
	r.progress.Found(len(found.files))
	defer func() { err = errors.Join(err, r.closeSheets()) }()
	if err := r.reviewable(); err != nil {
		return nil, nil, err
	}
	if len(found.sheets) > 0 {
		began := time.Now()
		err = r.sheets(ctx)
		p.opts.Log.Debug("rows taken in", "rows", r.report.rows(), "took", time.Since(began))
	} else {
		err = r.folder(ctx)
	}
	if err != nil {
		return nil, nil, errors.Join(err, discard(r.pending))
	}
	r.report.Notes = slices.DeleteFunc(r.report.Notes, func(i Item) bool { return i.Code == takenBack })
	r.report.order()
	return r.report, r.received, nil
}

// records are where a run looks its rows up and saves them: the archive, or for a dry
// run a rehearsal of it, in which a row sees the rows before it as it would otherwise.
type records interface {
	HasCollection(ctx context.Context, slug string) (string, error)
	FindAll(ctx context.Context, of []archive.Accession) ([][]string, error)
	Record(ctx context.Context, id string) (*archive.Entry, error)
	Records(ctx context.Context, ids []string) ([]*archive.Entry, error)
	SaveAll(ctx context.Context, by string, drafts []archive.Draft) ([]archive.Saved, error)
	Normalise(ctx context.Context, r archive.Record) (archive.Record, error)
}

// run is one run in progress.
type run struct {
	p        *Pipeline
	records  records
	req      Request
	found    *sources
	progress Progress
	report   *Report
	received *Received
	files    []*os.File // the sheets
	reviewed []*reviewed
	keys     rowKeys
	doubts   map[place][]int  // of each row, by their place among the notes
	named    map[string]keyed // rows without a number or id, by the id that they got
	pending  []row            // rows of the transaction being gathered
	bytes    int64            // of the files of these that were read already
	ahead    lookups
	wholes   wholes
}

// row is a record to be saved, the files that go with it, and where it came
// from.
type row struct {
	item   string
	record archive.Record
	// said is what a sheet says of the record, where that need not be all of it, and
	// revision the one that it was merged with, as in archive.Draft.
	said     *sheet.Row
	revision int
	lang     string                // of the sheet
	doubt    *archive.InvalidError // about the profile that the record is held to; nil for none
	at       place
	files    []source
	layers   layersOf
	// whole is what the row gives, where Request.Upon makes the record of it, and draft
	// that it is not to be published.
	whole *archive.Record
	draft bool
	// missing are files that the row means and that are nowhere.
	missing []archive.LineMaster
	// folder marks a record that was made up for a file: it is not worth
	// keeping without its image.
	folder bool
}

func (r *run) folder(ctx context.Context) error {
	if len(r.found.files) > 0 && r.req.Collection == "" {
		return archive.Invalid("collection", "is missing; files without a sheet need --collection SLUG")
	}
	seen := map[string]string{} // paths by SHA-512
	for _, f := range r.found.files {
		text, err := isText(f.path)
		if err != nil && !refusal(err) {
			return err
		}
		if text { // it belongs to a picture, or is told of in the end
			continue
		}
		if err := r.p.sniff(ctx, f.path); err != nil {
			if !refusal(err) {
				return err
			}
			if !f.promised() && isNoImage(err) {
				item := itemOf(f.path, err)
				item.Do = "" // nobody said that it was one
				r.report.note(item)
				r.progress.Received()
				continue
			}
			r.report.Assets["refused"]++
			r.report.fail(itemOf(f.path, err))
			r.progress.Received()
			continue
		}
		// The record is that of the picture, not of the file's name: cameras give
		// the same names again and again, and folders are moved.
		if f.read, err = r.p.read(ctx, f.file(), !r.req.DryRun); err != nil {
			if !unreadable(err) {
				return err
			}
			r.report.Assets["refused"]++
			r.report.fail(Item{Item: f.path, Code: "unreadable", Why: err.Error(), Do: "check the file and its permissions"})
			r.progress.Received()
			continue
		}
		if first, ok := seen[f.read.sum]; ok {
			if err := f.read.discard(); err != nil {
				return err
			}
			r.report.note(Item{Item: f.path, Code: "same-file", Why: "is the same, byte for byte, as " + first})
			r.progress.Received()
			continue
		}
		seen[f.read.sum] = f.path
		base := filepath.Base(f.rel)
		title := strings.TrimSpace(strings.TrimSuffix(base, filepath.Ext(base)))
		if title == "" {
			title = base
		}
		record := archive.Record{
			ID: archive.DerivedID(r.req.Collection, "sha512", f.read.sum), Collection: r.req.Collection, Kind: r.req.Kind,
			Titles: sheet.TextOf(title),
		}
		if record.Kind == "" {
			record.Kind = archive.KindRelic
		}
		known, err := r.known(ctx, record.ID)
		if err != nil {
			return err
		}
		next := row{item: f.path, record: record, files: []source{f}, folder: true}
		if err := r.upon(&next, known); err != nil {
			return err
		}
		if err := r.addTexts(&next); err != nil {
			return err
		}
		if err := r.add(ctx, next); err != nil {
			return err
		}
	}
	if err := r.noteTexts(); err != nil {
		return err
	}
	return r.flush(ctx)
}

func (r *run) add(ctx context.Context, next row) error {
	r.pending = append(r.pending, next)
	for _, f := range next.files {
		if f.read != nil {
			r.bytes += f.read.size
		}
	}
	// What follows may belong to a collection that is new.
	if len(r.pending) < batchSize && r.bytes < batchBytes && next.record.Kind != archive.KindCollection {
		return nil
	}
	return r.flush(ctx)
}

// flush saves the gathered rows in one transaction and receives their files.
func (r *run) flush(ctx context.Context) (err error) {
	rows := r.pending
	r.pending, r.bytes = nil, 0
	if len(rows) == 0 {
		return nil
	}
	defer func() { err = errors.Join(err, discard(rows)) }()
	saved, err := r.save(ctx, rows)
	if err != nil {
		return err
	}
	for i, result := range saved {
		if result.Err != nil {
			record := rows[i].record
			record.ID = result.ID
			r.refuseRow(rows[i].item, rows[i].at, record, result.Err)
			continue
		}
		r.report.Records[string(result.Outcome)]++
		if result.Published {
			r.report.Published++
		}
		r.progress.Row()
		r.noteMissing(rows[i].item, result.ID, rows[i].missing)
		r.wholes.named(rows[i], result)
		for _, f := range rows[i].files {
			if r.req.DryRun {
				err = r.lookAt(ctx, f)
			} else {
				err = r.receive(ctx, rows[i], result.ID, f)
			}
			if err != nil {
				return err
			}
		}
		if r.req.DryRun {
			continue
		}
		if err := r.setLayers(ctx, rows[i], result.ID); err != nil {
			return err
		}
	}
	return nil
}

// discard drops what the store took in for rows and what was not placed.
func discard(rows []row) error {
	var errs []error
	for _, next := range rows {
		for _, f := range next.files {
			errs = append(errs, f.read.discard())
		}
	}
	return errors.Join(errs...)
}

// lookAt is receive for a dry run: it says what would be refused, and keeps nothing.
func (r *run) lookAt(ctx context.Context, f source) error {
	if !f.given() {
		if f.asset != "" {
			r.report.Assets["unchanged"]++
		}
		return nil
	}
	err := r.p.sniff(ctx, f.path)
	switch {
	case err == nil:
		r.report.Assets["looked-at"]++
	case !refusal(err):
		return err
	default:
		r.report.Assets["refused"]++
		r.report.fail(itemOf(f.path, err))
	}
	r.progress.Received()
	return nil
}

func (r *run) receive(ctx context.Context, next row, record string, f source) error {
	if !f.given() {
		if f.asset != "" {
			next.layers.took(f.path, f.asset)
			r.report.Assets["unchanged"]++
		}
		return nil
	}
	receipt, err := r.p.Receive(ctx, r.req.By, record, f.file(), r.req.Batch)
	r.progress.Received()
	if err != nil && (refusal(err) || unreadable(err)) {
		item := itemOf(f.path, err)
		item.Record = record
		r.report.Assets["refused"]++
		r.report.fail(item)
		return nil
	}
	if err != nil {
		return err
	}
	where := Item{Item: f.path, Record: record, Asset: receipt.Asset}
	if !next.folder {
		where.Item = next.item + ", " + filepath.Base(f.path)
	}
	r.received.add(receipt, where)
	if f.want != nil && f.want.Incomplete {
		r.received.accept(receipt.Asset)
	}
	next.layers.took(f.path, receipt.Asset)
	if next.folder && r.req.Publish && f.rel == next.files[0].rel { // with its picture, not with a text of it
		return r.p.archive.PublishWhenReady(ctx, r.req.By, receipt.Asset)
	}
	return nil
}

// refusal reports whether an error is about one row or file, not about the
// archive or the machine.
func refusal(err error) bool {
	var invalid *archive.InvalidError
	return errors.As(err, &invalid) || errors.Is(err, archive.ErrConflict) || isRefused(err)
}

type silent struct{}

func (silent) Found(int) {}
func (silent) Row()      {}
func (silent) Received() {}
