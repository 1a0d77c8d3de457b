package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// PackageRoot is a storage root that can be read through.
type PackageRoot interface {
	Object(ctx context.Context, id string) (*ocfl.Object, error)
	// Finish finishes a version of an object that was committed and not finished.
	Finish(ctx context.Context, id string) error
	// Path is the folder of an object.
	Path(ctx context.Context, id string) (string, error)
	// IDs are the ids of all objects. An error is about one of them, or ends it.
	IDs(ctx context.Context) iter.Seq2[string, error]
}

// Rebuilding is the outcome of a rebuild.
type Rebuilding struct {
	Packages int    `json:"packages"` // that were found
	Records  int    `json:"records"`  // that were put back
	Known    int    `json:"known"`    // that were there already
	Assets   int    `json:"assets"`   // of the records that were put back
	Ready    int    `json:"ready"`    // of these, whose access copies were still there
	Users    int    `json:"users"`    // that were put back
	Erased   int    `json:"erased"`   // records that stay erased
	Damaged  []Item `json:"damaged"`  // packages that were left out, and why
	Notes    []Item `json:"notes,omitempty"`
}

const (
	// readAtOnce is how many packages are read at the same time.
	readAtOnce = 16
	// restoreAtOnce is how many records are put back in one transaction; of large ones
	// fewer: those that have restoreRevisions revisions in all.
	restoreAtOnce, restoreRevisions = 200, 2000
)

// Rebuild fills an empty catalogue from the preservation packages. What is put back is
// what a package says: the record with all its revisions, where it stands, its assets
// and its history; the masters stay where they are in the package. Access copies that
// are still there, with their facts, are taken as they are; jobs make the others.
//
// Cut off, it goes on when it is called again. A package that is damaged is left out and
// is in the report. Progress, if any, hears how many packages are done.
func (p *Pipeline) Rebuild(ctx context.Context, by string, root PackageRoot, progress func(done int)) (*Rebuilding, error) {
	if err := p.archive.BeginRebuild(ctx); err != nil {
		return nil, err
	}
	r := &rebuilding{p: p, by: by, root: root, progress: progress, report: &Rebuilding{Damaged: []Item{}}}
	if err := r.erased(ctx); err != nil {
		return nil, fmt.Errorf("rebuild from packages: %w", err)
	}
	if err := r.run(ctx); err != nil {
		return nil, fmt.Errorf("rebuild from packages: %w", err)
	}
	return r.report, p.archive.EndRebuild(ctx, len(r.report.Damaged) > 0)
}

type rebuilding struct {
	p        *Pipeline
	by       string
	root     PackageRoot
	progress func(int)
	gone     map[string]bool // records that were erased
	goneDirs map[string]bool // the folders of their packages

	mu     sync.Mutex
	report *Rebuilding
}

func (r *rebuilding) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	ids, read := make(chan string, readAtOnce), make(chan archive.Rebuilt, readAtOnce)
	group.Go(func() error {
		defer close(ids)
		return r.list(ctx, ids)
	})
	var readers sync.WaitGroup
	for range readAtOnce {
		readers.Add(1)
		group.Go(func() error {
			defer readers.Done()
			for id := range ids {
				if err := r.read(ctx, id, read); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		readers.Wait()
		close(read)
		return nil
	})
	group.Go(func() error { return r.restore(ctx, read) })
	return group.Wait()
}

// list finds the packages.
func (r *rebuilding) list(ctx context.Context, ids chan<- string) error {
	for id, err := range r.root.IDs(ctx) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			if !damaged(err) {
				return err
			}
			if folder := new(ocfl.FolderError); errors.As(err, &folder) && r.goneDirs[folder.Dir] {
				r.noteErased(folder.Dir)
				continue
			}
			r.damaged("a package", id, err)
			continue
		}
		r.mu.Lock()
		r.report.Packages++
		r.mu.Unlock()
		select {
		case ids <- id:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// damaged reports whether an error is about what a package says, and not about the
// store that has it.
func damaged(err error) bool {
	var invalid *archive.InvalidError
	return errors.As(err, &invalid) || errors.Is(err, ocfl.ErrCorrupt) || errors.Is(err, archive.ErrNotFound)
}

func (r *rebuilding) damaged(what, id string, err error) {
	item := itemOf(what, err)
	if item.Record = id; id != "" {
		item.Item = "package " + id
	}
	item.Code = "damaged"
	item.Do = "bring the package back from a copy, or mend it, and run the same command again; it goes on with what is missing"
	r.mu.Lock()
	r.report.Damaged = append(r.report.Damaged, item)
	r.mu.Unlock()
}

// read reads one package and hands it on.
func (r *rebuilding) read(ctx context.Context, id string, out chan<- archive.Rebuilt) error {
	if r.gone[id] {
		r.noteErased("package " + id)
		return nil
	}
	object, err := r.open(ctx, id)
	var rebuilt *archive.Rebuilt
	switch {
	case err != nil:
	case id == archive.PackageUsers:
		err = r.users(ctx, object)
	case id == archive.PackageErased || id == archive.PackageVocabularies: // they were read before
	case !archive.ValidID(id):
		r.note(Item{Item: "package " + id, Code: "not-a-record", Why: "is no package of a record, and was passed over"})
	default:
		rebuilt, err = r.record(ctx, object)
	}
	if err != nil {
		if ctx.Err() == nil && damaged(err) {
			r.damaged("", id, err)
			return nil
		}
		return fmt.Errorf("read package %s: %w", id, err)
	}
	if rebuilt == nil {
		return nil
	}
	select {
	case out <- *rebuilt:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open opens a package at the latest version that was committed: a writer that was killed
// may not have finished it, and the next one will.
func (r *rebuilding) open(ctx context.Context, id string) (*ocfl.Object, error) {
	if err := r.root.Finish(ctx, id); err != nil && !damaged(err) { // else reading it tells why
		return nil, err
	}
	return r.root.Object(ctx, id)
}

func (r *rebuilding) note(item Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Notes = append(r.report.Notes, item)
}

func (r *rebuilding) users(ctx context.Context, object *ocfl.Object) error {
	users, err := packet.ReadUsers(ctx, object)
	if err != nil {
		return err
	}
	n, err := r.p.archive.RebuildUsers(ctx, r.by, users, object.Head)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Users += n
	return nil
}

// record reads the package of a record.
func (r *rebuilding) record(ctx context.Context, object *ocfl.Object) (*archive.Rebuilt, error) {
	got, err := packet.Read(ctx, object, object.ID)
	if err != nil {
		return nil, err
	}
	doc := got.Document
	out := &archive.Rebuilt{
		Entry: archive.Entry{
			Record: got.Revisions[len(got.Revisions)-1].Record, Revision: doc.Revision, Published: doc.Published,
			Withdrawn: doc.Withdrawn, Created: doc.Created, Updated: doc.Updated,
		},
		Published: doc.PublishedAt, Tombstone: doc.Tombstone.Of(object.ID), Revisions: got.Revisions,
		From: archive.RestoredDetail{Log: doc.Log, Change: doc.Change, Version: object.Head},
	}
	for _, e := range got.Events {
		out.Changes = append(out.Changes, e.Change)
	}
	for i := range doc.Assets {
		asset, err := r.asset(ctx, object, &doc.Assets[i])
		if err != nil {
			return nil, err
		}
		out.Entry.Assets = append(out.Entry.Assets, asset)
	}
	return out, nil
}

// asset finds the master of an asset in the package, and its access copy.
func (r *rebuilding) asset(ctx context.Context, object *ocfl.Object, a *packet.Asset) (archive.Asset, error) {
	asset := a.Asset
	key, err := object.Key(a.Path)
	if err != nil {
		return asset, err
	}
	size, err := r.p.objects.Size(ctx, key)
	if errors.Is(err, archive.ErrNotFound) || err == nil && size != asset.Master.Size {
		return asset, archive.Invalid("package", "of record %s: its master %s has %d bytes, not the %d that were received", object.ID, a.Path, size, asset.Master.Size)
	}
	if err != nil {
		return asset, err
	}
	asset.Master.Key = key
	if asset.Image == nil && asset.Kind != archive.AssetText || asset.State == archive.AssetRefused {
		return asset, nil
	}
	facts, err := r.facts(ctx, &asset)
	if err != nil || facts == nil {
		return asset, err
	}
	if asset.Access = &facts.Access; asset.State == archive.AssetIdentified {
		asset.State = archive.AssetReady
		asset.PublishBy, asset.PublishRevision = "", 0
	}
	return asset, nil
}

// facts are those of an access copy that is still there whole; nil where it is not.
func (r *rebuilding) facts(ctx context.Context, asset *archive.Asset) (*Facts, error) {
	facts, err := ReadFacts(ctx, r.p.objects, asset.ID)
	if damaged(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if facts.Master != asset.Master.SHA512 || facts.OfRows > 0 && (asset.Image == nil || asset.Image.Incomplete == nil) || (facts.Access.Pages > 0) != (asset.Kind == archive.AssetText) {
		return nil, nil
	}
	for _, f := range facts.Files {
		size, err := r.p.objects.Size(ctx, f.Key(asset.ID))
		if errors.Is(err, archive.ErrNotFound) || err == nil && size != f.Size {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// restore puts records back as they come, many in one transaction.
func (r *rebuilding) restore(ctx context.Context, read <-chan archive.Rebuilt) error {
	var batch []archive.Rebuilt
	revisions, done := 0, 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		n, err := r.p.archive.Rebuild(ctx, r.by, batch)
		if err != nil {
			return err
		}
		r.count(batch, n)
		if done += len(batch); r.progress != nil {
			r.progress(done)
		}
		batch, revisions = nil, 0
		return nil
	}
	for rebuilt := range read {
		batch = append(batch, rebuilt)
		if revisions += len(rebuilt.Revisions); len(batch) == restoreAtOnce || revisions >= restoreRevisions {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return flush()
}

func (r *rebuilding) count(batch []archive.Rebuilt, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Records += n
	r.report.Known += len(batch) - n
	if n == 0 {
		return
	}
	for _, rebuilt := range batch {
		for _, a := range rebuilt.Entry.Assets {
			r.report.Assets++
			if a.Servable() || a.Readable() {
				r.report.Ready++
			}
		}
	}
}
