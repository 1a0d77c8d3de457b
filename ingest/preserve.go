package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// Packages is what the pipeline needs of the storage root of the preservation packages;
// archive/ocfl has it.
type Packages interface {
	Object(ctx context.Context, id string) (*ocfl.Object, error)
	Write(ctx context.Context, v ocfl.Version) (ocfl.Written, error)
	Settle(ctx context.Context, id string, opts ocfl.SettleOptions) error
	Purge(ctx context.Context, id string) error
}

const (
	// takeAtOnce is how many packages are taken at a time, writeAtOnce how many of them
	// are written at the same time: what is waited for is the disk or the store.
	takeAtOnce, writeAtOnce = 256, 64
	// countShare is how many times as long as a count took no other one is made: of many
	// packages it takes a while, which the writers need.
	countShare = 20
	// lookEvery is how often it is looked whether there are any.
	lookEvery = 500 * time.Millisecond
	// failingFor is how long a command waits for packages whose last attempt failed: for
	// another one or two.
	failingFor = 5 * time.Second
	// hurryPause is how long nothing that rests is taken after a failure, when there is a
	// hurry: what has failed is among it, and would be tried again and again at once.
	hurryPause = time.Second
	// finishWithin is how long what is being written may go on when the process is to end:
	// a version that is written half is in the way of nothing, but is work for the next.
	finishWithin = 5 * time.Second
	// writeTries is how often a package is tried at once when another writer was first.
	writeTries = 4
)

// preserving is how the writing of packages stands in this process.
type preserving struct {
	hurry   atomic.Bool  // what rests is written, too
	failed  atomic.Int64 // when one failed last, in nanoseconds of Unix time
	written atomic.Int64
}

// Preserve writes the preservation packages that are due, one after the other and
// several at a time, until ctx ends. Worker is the name under which this process has
// signed on to the catalogue. Any number of processes may do so.
func (p *Pipeline) Preserve(ctx context.Context, worker string) {
	if p.opts.Packages == nil {
		return
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	failing := false
	for {
		n, err := p.preserveSome(ctx, worker)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing { // said once, not twice a second
			p.opts.Log.Error("preservation packages cannot be written; it will be tried on", "error", err)
		}
		failing = err != nil
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// preserveSome takes packages and writes them, and returns how many it took.
func (p *Pipeline) preserveSome(ctx context.Context, worker string) (int, error) {
	resting := p.preserving.hurry.Load() && time.Since(time.Unix(0, p.preserving.failed.Load())) > hurryPause
	due, err := p.archive.TakeDue(ctx, worker, resting, takeAtOnce)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var mu sync.Mutex
	var done []archive.Preserved
	stale := map[string][]string{} // keys of masters that lie in two places, by package
	var left error
	var group errgroup.Group
	group.SetLimit(writeAtOnce)
	dossiers := p.dossiers(ctx, due)
	begun, end := outlasting(ctx, finishWithin)
	defer end()
	for _, d := range due {
		group.Go(func() error {
			if ctx.Err() != nil {
				return p.unpreserved(ctx, worker, d, ctx.Err())
			}
			result, keys, err := p.preserve(begun, d, dossiers[d.Package])
			if err != nil {
				return p.unpreserved(begun, worker, d, err)
			}
			mu.Lock()
			defer mu.Unlock()
			result.Clean = len(keys) == 0
			done = append(done, result)
			if !result.Clean {
				stale[d.Package] = keys
			}
			return nil
		})
	}
	left = group.Wait()
	// What is written is noted, also when the process is about to end.
	ctx = context.WithoutCancel(ctx)
	if len(done) == 0 {
		return len(due), left
	}
	if err := p.archive.Preserved(ctx, worker, done); err != nil {
		return len(due), errors.Join(left, err) // they stay with this worker, see unnoted
	}
	p.preserving.written.Add(int64(len(done)))
	return len(due), errors.Join(left, p.clean(ctx, worker, done, stale))
}

// outlasting is a context that ends some time after ctx does.
func outlasting(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return out, func() { stop(); cancel() }
}

// dossiers reads at once what goes into packages that are new: most, after an import.
// The others go on from what they hold. One that cannot be read is to stop no other, so
// that each is then read for itself.
func (p *Pipeline) dossiers(ctx context.Context, due []archive.Due) map[string]*archive.Dossier {
	var fresh []string
	for _, d := range due {
		if d.Head == 0 && archive.ValidID(d.Package) {
			fresh = append(fresh, d.Package)
		}
	}
	out, err := p.archive.Dossiers(ctx, fresh)
	if err != nil {
		return nil
	}
	return out
}

// clean removes the masters that lie in their packages from where they came in.
func (p *Pipeline) clean(ctx context.Context, worker string, done []archive.Preserved, stale map[string][]string) error {
	if len(stale) == 0 {
		return nil
	}
	var left error
	cleaned := make([]archive.Preserved, 0, len(stale))
	for _, d := range done {
		if d.Clean {
			continue
		}
		var err error
		for _, key := range stale[d.Package] {
			if err = p.objects.Delete(ctx, key); err != nil {
				err = fmt.Errorf("remove master that lies in its package: %w", err)
				break
			}
		}
		if err != nil {
			left = errors.Join(left, p.unpreserved(ctx, worker, archive.Due{Package: d.Package}, err))
			continue
		}
		d.Masters, d.Clean = nil, true
		cleaned = append(cleaned, d)
	}
	if len(cleaned) == 0 {
		return left
	}
	return errors.Join(left, p.archive.Preserved(ctx, worker, cleaned))
}

// unpreserved gives a package back that could not be written. Its error is that this
// could not be noted.
func (p *Pipeline) unpreserved(ctx context.Context, worker string, d archive.Due, cause error) error {
	noted := context.WithoutCancel(ctx)
	if ctx.Err() != nil {
		return p.archive.LeavePackage(noted, worker, d.Package)
	}
	p.preserving.failed.Store(time.Now().UnixNano())
	p.opts.Log.Warn("a preservation package could not be written; it will be tried again", "package", d.Package, "error", cause)
	return p.archive.PreserveFailed(noted, worker, d.Package, cause)
}

// preserve writes one package, and returns what is to be noted of it, and the keys of
// masters that lie in it and elsewhere.
func (p *Pipeline) preserve(ctx context.Context, d archive.Due, dossier *archive.Dossier) (result archive.Preserved, stale []string, err error) {
	err = p.writing(ctx, d.Package, func(object *ocfl.Object) error {
		result, stale, err = p.preserveOnce(ctx, d, object, dossier)
		dossier = nil // of what has changed since, or is damaged, it says too little
		return err
	})
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	return result, stale, nil
}

// writing hands a package, nil where there is none yet, to what writes it; again when it
// has to be mended first or another writer was first.
func (p *Pipeline) writing(ctx context.Context, id string, write func(object *ocfl.Object) error) error {
	for try := 1; ; try++ {
		object, err := p.opts.Packages.Object(ctx, id)
		if errors.Is(err, archive.ErrNotFound) {
			object, err = nil, nil
		}
		if err == nil {
			err = write(object)
		}
		switch {
		case err == nil || try == writeTries:
			return err
		case errors.Is(err, ocfl.ErrCorrupt):
			// What can be mended of it is; where it cannot, that is said the next time.
			if err := p.opts.Packages.Settle(ctx, id, ocfl.SettleOptions{}); err != nil {
				return err
			}
		case !errors.Is(err, archive.ErrConflict):
			return err
		}
	}
}

func (p *Pipeline) preserveOnce(ctx context.Context, d archive.Due, object *ocfl.Object, dossier *archive.Dossier) (archive.Preserved, []string, error) {
	switch d.Package {
	case archive.PackageUsers:
		return p.preserveUsers(ctx, d, object)
	case archive.PackageErased:
		return p.preserveErased(ctx, d, object)
	}
	base, err := readBase(ctx, d.Package, object)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	if dossier == nil || object != nil {
		if dossier, err = p.archive.Dossier(ctx, d.Package, base.Query()); err != nil {
			return archive.Preserved{}, nil, err
		}
	}
	files, doc, err := packet.Build(dossier, base)
	var forked *packet.ForkedError
	anew := errors.As(err, &forked) && slices.Contains(dossier.Before, forked.Log)
	if anew {
		// Somebody put the catalogue back to a time before: it goes on from there, and the
		// versions that the package has stay.
		base = base.Anew()
		if dossier, err = p.archive.Dossier(ctx, d.Package, base.Query()); err != nil {
			return archive.Preserved{}, nil, err
		}
		files, doc, err = packet.Build(dossier, base)
	}
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	version := ocfl.Version{Object: d.Package, Files: ocflFiles(files)}
	describe(&version, dossier)
	if anew {
		version.Message += fmt.Sprintf(" (from here on by a catalogue that was put back; revision %d of the one before stands in the version before)", forked.Revision)
	}
	if object != nil {
		version.Head = object.Head
	}
	written, err := p.opts.Packages.Write(ctx, version)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	result := archive.Preserved{Package: d.Package, Seq: doc.Change, Head: written.Version}
	stale, err := p.moved(ctx, d, dossier, doc, &result)
	return result, stale, err
}

// readBase reads what the package holds already.
func readBase(ctx context.Context, id string, object *ocfl.Object) (packet.Base, error) {
	if object == nil {
		return packet.Base{}, nil
	}
	return packet.ReadBase(ctx, object, id, object.Versions[object.Head-1].State)
}

// describe says of a version when and by whom it was made: by the last change that it
// holds, so that the same content always makes the same version.
func describe(v *ocfl.Version, d *archive.Dossier) {
	v.Created, v.User = d.Entry.Updated, "hexi"
	v.Message = fmt.Sprintf("%s, revision %d", d.Entry.Status(), d.Entry.Revision)
	if len(d.Changes) > 0 {
		last := d.Changes[len(d.Changes)-1]
		v.Created, v.Message = last.At, fmt.Sprintf("%s: %s", v.Message, last.Action)
		if last.By != "" {
			v.User = last.By
		}
	}
	if n := len(d.Revisions); n > 0 && d.Revisions[n-1].Message != "" {
		v.Message += ": " + d.Revisions[n-1].Message
	}
	v.Address = "urn:x-hexi:user:" + escapeURN(v.User)
}

func ocflFiles(files []packet.File) []ocfl.File {
	out := make([]ocfl.File, len(files))
	for i, f := range files {
		out[i] = ocfl.File{Path: f.Path, Data: f.Data, From: f.From, SHA512: f.SHA512, Size: f.Size}
	}
	return out
}

// moved finds out where the masters lie that came into the package with this version,
// and which keys may be left of them. Nothing is removed before the package is known
// to have the bytes.
func (p *Pipeline) moved(ctx context.Context, d archive.Due, dossier *archive.Dossier, doc *packet.Document, result *archive.Preserved) (stale []string, err error) {
	var object *ocfl.Object
	for i, a := range dossier.Entry.Assets {
		incoming := MasterKey(a.ID)
		if a.Master.Key != incoming {
			if !d.Clean { // a process that was killed may have left it
				stale = append(stale, incoming)
			}
			continue
		}
		if object == nil {
			if object, err = p.opts.Packages.Object(ctx, d.Package); err != nil {
				return nil, err
			}
		}
		key, err := object.Key(doc.Assets[i].Path)
		if err != nil {
			return nil, err
		}
		if size, err := p.objects.Size(ctx, key); err != nil || size != a.Master.Size {
			return nil, errors.Join(err, fmt.Errorf("master %s has %d bytes in its package, not %d", doc.Assets[i].Path, size, a.Master.Size))
		}
		result.Masters = append(result.Masters, archive.Moved{Asset: a.ID, From: incoming, To: key})
		stale = append(stale, incoming)
	}
	return stale, nil
}

// preserveUsers writes the package of the users.
func (p *Pipeline) preserveUsers(ctx context.Context, d archive.Due, object *ocfl.Object) (archive.Preserved, []string, error) {
	users, err := p.archive.Users(ctx)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	files, err := packet.BuildUsers(users)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	return p.writeOwn(ctx, d, object, files, "names and roles")
}

// escapeURN writes a name as part of a URN (RFC 8141): what is no letter, digit or one
// of -._~ as its bytes in hexadecimal.
func escapeURN(s string) string {
	var b []byte
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b = append(b, c)
		default:
			b = fmt.Appendf(b, "%%%02X", c)
		}
	}
	return string(b)
}

// ReportPackages waits until the packages hold all that the log holds by now, at most
// that long, and puts into the report how far that came. It is for commands that end:
// something must be writing packages meanwhile (Preserve). What others change while it
// waits is not waited for: where many edit there is no end of that.
func (p *Pipeline) ReportPackages(ctx context.Context, report *Report, atMost time.Duration) error {
	if p.opts.Packages == nil {
		return nil
	}
	p.preserving.hurry.Store(true)
	defer p.preserving.hurry.Store(false)
	last, err := p.archive.LastChange(ctx)
	if err != nil {
		return err
	}
	from, late := time.Now(), time.After(atMost)
	for {
		began := time.Now()
		now, err := p.archive.PreservationOf(ctx, last)
		if err != nil {
			return err
		}
		left := now.Waiting + now.Resting
		report.Packages = &PackagesReport{Written: int(p.preserving.written.Load()), Waiting: left, Error: now.Error}
		if left == 0 || left <= now.Failing && time.Since(from) > failingFor {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return nil
		case <-time.After(max(pollEvery, countShare*time.Since(began))):
		}
	}
}
