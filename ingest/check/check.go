package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"hexi/archive"
	"hexi/archive/ocfl"
)

// Objects is what a check needs of the object store.
type Objects interface {
	// Get opens an object for reading from its start; archive.ErrNotFound if it is
	// not there. The caller closes it.
	Get(ctx context.Context, key string) (io.ReadCloser, Info, error)
	Stat(ctx context.Context, key string) (Info, error)
	// Put stores bytes under a key in place of what is there.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	Delete(ctx context.Context, key string) error
	// List yields the objects whose keys begin with prefix, in the order of the keys.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// Info describes an object.
type Info struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// Catalogue is what a check needs of the catalogue, beside its records.
type Catalogue interface {
	// RecordIDs returns up to limit ids of records after one, in their order, those
	// of erased records among them.
	RecordIDs(ctx context.Context, after string, limit int) ([]string, error)
	// CountRecords counts them all.
	CountRecords(ctx context.Context) (int, error)
	// Fact returns what was kept under a name, "" for nothing; KeepFact keeps it.
	Fact(ctx context.Context, name string) (string, error)
	KeepFact(ctx context.Context, name, value string) error
}

// Database looks at the tables themselves, and tells every difference. It returns how
// many rows it read.
type Database func(ctx context.Context, hear func(Difference)) (rows int64, err error)

// Log looks whether the log vouches for what there is. It returns how many entries it
// read.
type Log func(ctx context.Context, hear func(Difference)) (entries int64, err error)

// Index compares the search index with the catalogue, and, with repair, brings it up
// to it: a difference that was mended says so. It returns how many documents there
// are. What is worth knowing it notes.
type Index func(ctx context.Context, repair bool, hear func(Difference), note func(string)) (documents int64, err error)

// Parts is what a check looks at. What is nil is left out.
type Parts struct {
	Archive   *archive.Archive
	Catalogue Catalogue
	Objects   Objects
	Database  Database
	Log       Log
	Index     Index
	Packages  Packages
	Notes     PackageNotes // of the packages
	Copies    Copies       // of the catalogue

	Vocabularies Vocabularies // of the archive's own
}

// Options say how to check.
type Options struct {
	// Percent is the part of the records to look at: those that follow the ones
	// that the run before looked at; 0 is all. So it is with the copies of the
	// catalogue. Database, log, index and the list of objects are always looked at as
	// a whole.
	Percent float64
	// Rate bounds how many bytes a second are read from the object store; 0 does not.
	Rate int64
	// Repair does what can be done without asking anyone.
	Repair bool
	// Finish, if not nil, waits until the jobs that a repair made are done, and says of
	// the differences what became of them (Report.Await).
	Finish func(ctx context.Context, r *Report) error
	// Preserve, if not nil, waits until the packages hold all that the catalogue does: what
	// waited before, and what the repair changed. It says how many wait nevertheless, and
	// why the last attempt at one of them failed, "" where none did.
	Preserve func(ctx context.Context) (waiting int, why string, err error)
	// From is a folder of files to put lost masters back from; "" is none.
	From string
	// Older is how old an object that nobody knows must be before it is a
	// difference, or removed; 7 days if 0.
	Older time.Duration
	// For is how long records are gone through at most, after which a sample is cut
	// short and the next run goes on from there; 0 is until they are all looked at.
	For time.Duration
	// Workers is how many records are looked at at a time; 4 if 0.
	Workers int
	Now     func() time.Time
	Log     *slog.Logger
	// Progress hears now and then how far a run has come; may be nil.
	Progress func(part string, done, of int)
}

// Checker checks an archive. It is not for use by several goroutines.
type Checker struct {
	parts   Parts
	opts    Options
	pace    *pace
	waiting int             // packages that are not written yet
	root    *ocfl.Root      // of the packages; nil where there is none
	erased  map[string]bool // records of which nothing is to be left
	// wordsDiffer says that the archive's own vocabularies are not as they are preserved.
	wordsDiffer bool
	// failures counts the objects that could not be read since one could.
	failures atomic.Int32
}

// New makes a checker.
func New(parts Parts, opts Options) *Checker {
	if opts.Older == 0 {
		opts.Older = 7 * 24 * time.Hour
	}
	if opts.Workers == 0 {
		opts.Workers = 4
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Progress == nil {
		opts.Progress = func(string, int, int) {}
	}
	return &Checker{parts: parts, opts: opts, pace: &pace{rate: opts.Rate}}
}

// Run looks at everything, or at the next part of it, and keeps the report
// (LastReport). An error means that the run was broken off: then the next one of a
// sample begins where it stopped. What could not be looked at while the rest could is
// in the report.
func (c *Checker) Run(ctx context.Context) (*Report, error) {
	if !(c.opts.Percent >= 0 && c.opts.Percent <= 100) {
		return nil, archive.Invalid("sample", "%v is not a percentage from 0 to 100", c.opts.Percent)
	}
	r := &Report{Started: c.opts.Now().UTC().Truncate(time.Second), Differences: []Difference{}}
	hear := func(d Difference) { r.add(d) }
	steps := []struct {
		part string
		do   func() error
	}{
		{"vocabularies", func() error {
			if err := c.openPackages(ctx, r); err != nil {
				return err
			}
			return c.vocabularies(ctx, r)
		}},
		{"database", func() (err error) {
			if c.parts.Database != nil {
				r.Looked.Rows, err = c.parts.Database(ctx, hear)
			}
			return err
		}},
		{"log", func() (err error) {
			if c.parts.Log != nil {
				r.Looked.Changes, err = c.parts.Log(ctx, hear)
			}
			return err
		}},
		{"records", func() error { return c.records(ctx, r) }},
		{"packages", func() error { return c.packages(ctx, r) }},
		{"objects", func() error { return c.objects(ctx, r) }},
		{"copies", func() error { return c.copies(ctx, r) }},
	}
	for _, step := range steps {
		c.opts.Progress(step.part, 0, 0)
		if err := step.do(); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			c.opts.Log.Error("a part of the archive could not be checked", "part", step.part, "error", err)
			r.unchecked(step.part, err)
		}
	}
	if c.opts.Repair {
		if err := c.repair(ctx, r); err != nil {
			return nil, fmt.Errorf("repair: %w", err)
		}
		if c.opts.Finish != nil {
			if err := c.opts.Finish(ctx, r); err != nil {
				return nil, fmt.Errorf("repair: %w", err)
			}
		}
	}
	// The index last: what was repaired may have changed what is to be found.
	if c.parts.Index != nil {
		c.opts.Progress("index", 0, 0)
		n, err := c.parts.Index(ctx, c.opts.Repair && !c.wordsDiffer, c.indexAfterWords(hear), func(why string) { r.note("index", why) })
		if r.Looked.Documents = n; err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			r.unchecked("index", err)
		}
	}
	if err := c.logFixity(ctx, r); err != nil {
		return nil, err
	}
	if err := c.preserve(ctx, r); err != nil { // that of the log, too
		return nil, err
	}
	r.order()
	r.Looked.Bytes = c.pace.read()
	r.Ended = c.opts.Now().UTC().Truncate(time.Second)
	return r, c.keep(ctx, r)
}

// openPackages opens the storage root of the packages.
func (c *Checker) openPackages(ctx context.Context, r *Report) (err error) {
	if c.parts.Packages == nil {
		return nil
	}
	if c.root, err = c.parts.Packages(ctx, c.pace.reader); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// Masters and access copies are looked at all the same.
		r.unchecked("packages", fmt.Errorf("open preservation packages: %w", err))
		c.root = nil
	}
	return nil
}

// pageSize is how many records are gone through between two looks at how far it is.
const pageSize = 64

// records looks at each record of the run: masters, access copies, package.
func (c *Checker) records(ctx context.Context, r *Report) (err error) {
	if err := c.lookForErased(ctx); err != nil {
		return err
	}
	total, err := c.parts.Catalogue.CountRecords(ctx)
	if err != nil {
		return fmt.Errorf("count records: %w", err)
	}
	after, left, err := c.begin(ctx, r, total)
	if err != nil {
		return err
	}
	of := left
	for done := 0; left > 0; {
		ids, err := c.parts.Catalogue.RecordIDs(ctx, after, min(pageSize, left))
		if err != nil {
			return fmt.Errorf("list records: %w", err)
		}
		if len(ids) == 0 {
			break
		}
		if err := c.page(ctx, r, ids); err != nil {
			return err
		}
		after, left, done = ids[len(ids)-1], left-len(ids), done+len(ids)
		r.Looked.Records += int64(len(ids))
		c.opts.Progress("records", done, max(of, done))
		if err := c.reached(ctx, r, after); err != nil {
			return err
		}
		if r.Sample != nil && left > 0 && c.opts.For > 0 && c.opts.Now().Sub(r.Started) > c.opts.For {
			r.Sample.Short = true
			break
		}
	}
	return c.end(ctx, r)
}

// all is as many records as there can be.
const all = math.MaxInt

// looked is what one record came to.
type looked struct {
	found                     []Difference
	masters, access, packages int64
	waiting                   int // packages that are not written yet
}

// page looks at some records at the same time, and tells of them in their order.
func (c *Checker) page(ctx context.Context, r *Report, ids []string) error {
	results := make([]looked, len(ids))
	group, inside := errgroup.WithContext(ctx)
	group.SetLimit(c.opts.Workers)
	for i, id := range ids {
		group.Go(func() error {
			err := c.record(inside, id, &results[i])
			if err != nil {
				return fmt.Errorf("record %s: %w", id, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, one := range results {
		r.add(one.found...)
		r.Looked.Masters += one.masters
		r.Looked.Access += one.access
		r.Looked.Packages += one.packages
		c.waiting += one.waiting
	}
	return nil
}

// assetsAtOnce is how many assets of a record are read at a time.
const assetsAtOnce = 500

// record looks at all that belongs to one record.
func (c *Checker) record(ctx context.Context, id string, out *looked) error {
	after, masters := "", map[string]string{}
	for {
		assets, err := c.parts.Archive.Assets(ctx, archive.AssetQuery{Record: id, After: after, Limit: assetsAtOnce})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			out.found = append(out.found, Difference{Code: RowUnreadable, Record: id, Why: err.Error()})
			break
		}
		for _, asset := range assets {
			if err := c.asset(ctx, asset, out); err != nil {
				return err
			}
			masters[asset.Master.Key] = asset.Master.SHA512 // of one that is damaged, that is told
		}
		if len(assets) < assetsAtOnce {
			break
		}
		after = assets[len(assets)-1].ID
	}
	return c.recordPackage(ctx, id, masters, out)
}

// looks is how often an asset is looked at that changes meanwhile.
const looks = 4

// asset looks at one asset. What looks wrong is looked at again if the asset has
// changed meanwhile: a job may have been at work on it.
func (c *Checker) asset(ctx context.Context, a *archive.Asset, out *looked) error {
	out.masters++
	if a.State == archive.AssetReady {
		out.access++
	}
	for try := 1; ; try++ {
		found, err := c.assetOnce(ctx, a)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		now, err := c.parts.Archive.Asset(ctx, a.ID)
		if errors.Is(err, archive.ErrNotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		if try == looks || now.State == a.State && now.Master.Key == a.Master.Key && accessVersion(now) == accessVersion(a) {
			out.found = append(out.found, found...)
			return nil
		}
		a = now
	}
}

func accessVersion(a *archive.Asset) string {
	if a.Access == nil {
		return ""
	}
	return a.Access.Version
}

func (c *Checker) assetOnce(ctx context.Context, a *archive.Asset) ([]Difference, error) {
	var found []Difference
	d, err := c.master(ctx, a)
	if err != nil {
		return nil, err
	}
	if d != nil {
		found = append(found, *d)
	}
	switch a.State {
	case archive.AssetReady:
		more, err := c.access(ctx, a)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	case archive.AssetReceived, archive.AssetIdentified:
		d, err := c.unfinished(ctx, a)
		if err != nil {
			return nil, err
		}
		if d != nil {
			found = append(found, *d)
		}
	}
	return found, nil
}

// unfinished looks whether there is a job that brings an asset further.
func (c *Checker) unfinished(ctx context.Context, a *archive.Asset) (*Difference, error) {
	jobs, err := c.parts.Archive.Jobs(ctx, archive.JobQuery{Record: a.Record, Limit: 1000})
	if err != nil {
		return nil, err
	}
	stuck := Difference{Code: AssetStuck, Record: a.Record, Asset: a.ID, Why: fmt.Sprintf("%s is %s, and no job is there to bring it further", a.Master.Filename, a.State)}
	for _, job := range jobs { // the newest first
		if job.Asset != a.ID || job.Kind != archive.JobIdentify && job.Kind != archive.JobDerive {
			continue
		}
		switch job.State {
		case archive.JobWaiting, archive.JobRunning, archive.JobRetry:
			return nil, nil
		case archive.JobFailed:
			if stuck.Code == AssetStuck {
				stuck.Code, stuck.Why = AssetGivenUp, fmt.Sprintf("%s is %s, and the job that was to bring it further was given up: %s", a.Master.Filename, a.State, job.Error)
			}
		}
	}
	return &stuck, nil
}
