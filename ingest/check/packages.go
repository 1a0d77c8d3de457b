package check

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// Packages opens the storage root of the preservation packages, read through wrap, which
// keeps the pace; nil where there is none yet.
type Packages func(ctx context.Context, wrap func(context.Context, io.Reader) io.Reader) (*ocfl.Root, error)

// PackageNotes is what a check needs of the catalogue about packages.
type PackageNotes interface {
	// PackageState says how a package stands.
	PackageState(ctx context.Context, id string) (archive.PackageState, error)
	// WantPackage has a package written again.
	WantPackage(ctx context.Context, id string) error
}

// packageLooks is how often a package is looked at that changes meanwhile.
const packageLooks = 3

// recordPackage looks at the package of one record. While changes wait to be written it
// is only held to the specification, and not even to that while it is being written.
func (c *Checker) recordPackage(ctx context.Context, id string, masters map[string]string, out *looked) error {
	if c.root == nil {
		return nil
	}
	for try := 1; ; try++ {
		l := &packageLook{checker: c, id: id, masters: masters}
		if err := l.look(ctx); err != nil {
			return err
		}
		if len(l.found) > 0 {
			// It may have been written between two of the looks.
			state, err := c.parts.Notes.PackageState(ctx, id)
			if err != nil {
				return err
			}
			if state.Taken {
				out.waiting++
				return nil
			}
			if now, err := c.root.Object(ctx, id); try < packageLooks && err == nil && now.Head != l.head {
				continue
			}
		}
		if l.head > 0 {
			out.packages++
		}
		if l.due {
			out.waiting++
		}
		out.found = append(out.found, l.found...)
		return nil
	}
}

// packageLook is one look at a package.
type packageLook struct {
	checker *Checker
	id      string
	masters map[string]string // digests of masters that were read, by key
	head    int
	due     bool
	found   []Difference
}

func (l *packageLook) tell(code Code, key, format string, args ...any) {
	l.found = append(l.found, Difference{Code: code, Record: l.id, Key: key, Why: fmt.Sprintf(format, args...)})
}

func (l *packageLook) look(ctx context.Context) error {
	root := l.checker.root
	state, err := l.checker.parts.Notes.PackageState(ctx, l.id)
	if err != nil {
		return err
	}
	l.due = state.Due
	object, err := root.Object(ctx, l.id)
	if l.checker.erased[l.id] && (err == nil || errors.Is(err, ocfl.ErrCorrupt)) {
		left, err := l.checker.leftPackage(ctx, l.id)
		l.found = append(l.found, left)
		return err
	}
	switch {
	case errors.Is(err, archive.ErrNotFound) && (state.Due && !state.Written || l.erased(ctx)):
		return nil
	case errors.Is(err, archive.ErrNotFound):
		why := "the record has no preservation package, and none waits to be written"
		if state.Written {
			why = "the record's preservation package, which was written, is gone"
		}
		l.tell(PackageMissing, l.id, "%s", why)
		return nil
	case errors.Is(err, ocfl.ErrCorrupt):
		return l.invalid(ctx)
	case err != nil:
		return l.fault(ctx, l.id, err)
	}
	l.head = object.Head
	if err := l.invalid(ctx); err != nil || len(l.found) > 0 {
		return err
	}
	if err := l.sidecars(ctx, object); err != nil {
		return err
	}
	if err := l.content(ctx, object); err != nil || len(l.found) > 0 {
		return err
	}
	if l.due {
		if state.Error != "" {
			l.tell(PackageStale, object.Dir(), "what the catalogue has logged since could not be written to it: %s", state.Error)
		}
		return nil
	}
	return l.compare(ctx, object)
}

// fault tells of an error in reading a part of the package, unless it is one that ends
// the check.
func (l *packageLook) fault(ctx context.Context, key string, err error) error {
	if err = l.checker.faulty(ctx, err); stops(err) {
		return fmt.Errorf("read package %s: %w", key, err)
	}
	l.tell(faultOf(err, PackageDamaged), key, "the package cannot be read: %v", err)
	return nil
}

// erased reports whether nothing of a record is to be kept.
func (l *packageLook) erased(ctx context.Context) bool {
	_, err := l.checker.parts.Archive.Record(ctx, l.id)
	return errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrErased)
}

// invalid holds a package to the specification, but for the bytes of its files, and for
// the version that is to be written next: a process that ended may have left a part of it,
// which is completed or removed then.
func (l *packageLook) invalid(ctx context.Context) error {
	report, err := l.checker.root.Validate(ctx, l.id, ocfl.ValidateOptions{SkipContent: true, MostProblems: 20})
	if err != nil {
		return l.fault(ctx, l.id, err)
	}
	next := fmt.Sprintf("v%d", l.head+1)
	for _, p := range packageProblems(report.Problems) {
		if l.due && l.head > 0 && (p.Path == next || strings.HasPrefix(p.Path, next+"/")) {
			continue // unfinished
		}
		l.tell(PackageDamaged, strings.TrimSuffix(report.Dir+"/"+p.Path, "/"), "%s (%s)", p.What, p.Code)
	}
	return nil
}

// sidecars holds the digests of the inventories to the case in which they are written:
// the specification takes either, and a bit makes one of the other.
func (l *packageLook) sidecars(ctx context.Context, object *ocfl.Object) error {
	for n := range object.Head + 1 {
		key := fmt.Sprintf("%s/v%d/inventory.json.%s", object.Dir(), n, object.Algorithm)
		if n == 0 {
			key = object.Dir() + "/inventory.json." + object.Algorithm
		}
		data, err := l.checker.small(ctx, key, 4096)
		if errors.Is(err, archive.ErrNotFound) {
			continue // of versions before the newest it may be left out
		}
		switch {
		case stops(err):
			return fmt.Errorf("read %s: %w", key, err)
		case err != nil:
			l.tell(faultOf(err, PackageDamaged), key, "it cannot be read: %v", err)
			continue
		}
		if string(data) != strings.ToLower(string(data)) {
			l.tell(PackageDamaged, key, "it holds a capital letter, and none was written")
		}
	}
	return nil
}

// content reads the files of all versions and holds them to their digests; masters that
// were read already count as read.
func (l *packageLook) content(ctx context.Context, object *ocfl.Object) error {
	digests := map[string]string{} // a path of each
	for _, v := range object.Versions {
		for path, digest := range v.State {
			if _, ok := digests[digest]; !ok {
				digests[digest] = fmt.Sprintf("%s of version %d", path, v.Number)
			}
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(digests)) {
		key, err := object.KeyOf(digest)
		if err != nil {
			l.tell(PackageDamaged, object.Dir(), "%v", err)
			continue
		}
		if was, ok := l.masters[key]; ok && strings.EqualFold(was, digest) {
			continue
		}
		body, err := object.OpenDigest(ctx, digest) // held to the digest at its end
		if err == nil {
			_, err = io.Copy(io.Discard, body)
			err = errors.Join(err, body.Close())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			l.tell(PackageDamaged, key, "%s: %v", digests[digest], err)
		}
	}
	return nil
}

// compare compares what a package says with what the catalogue would write now.
func (l *packageLook) compare(ctx context.Context, object *ocfl.Object) error {
	read, err := packet.Read(ctx, object, l.id)
	var invalid *archive.InvalidError
	if errors.As(err, &invalid) {
		l.tell(PackageDamaged, object.Dir(), "%v", err)
		return nil
	}
	if err != nil {
		return l.fault(ctx, object.Dir(), err)
	}
	dossier, err := l.checker.parts.Archive.Dossier(ctx, l.id, archive.DossierQuery{})
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	files, doc, err := packet.Build(dossier, packet.Base{})
	if err != nil {
		l.tell(PackageStale, object.Dir(), "what the catalogue has of the record makes no package: %v", err)
		return nil
	}
	// A catalogue that was put back from a snapshot has another name and goes on with the same
	// numbers: whether its package says the same is seen below.
	if read.Document.Change != doc.Change && !restoredFrom(dossier, read.Document) {
		if read.Document.Revision > doc.Revision && slices.Contains(dossier.Before, read.Document.Log) {
			l.tell(PackageStale, object.Dir(), "it holds revision %d, of before the catalogue was put back from a snapshot, and the catalogue has %d; where that is not to be given up, bring it back first (hexi snapshot --restore with the journal, or hexi rebuild --from-packages into an empty database): a new version of the package begins with what the catalogue has", read.Document.Revision, doc.Revision)
			return nil
		}
		l.tell(PackageStale, object.Dir(), "it holds what was logged up to entry %d, the record's last is %d, and nothing waits to be written", read.Document.Change, doc.Change)
		return nil
	}
	same, err := sameDocument(read.Document, doc)
	if err != nil {
		return err
	}
	if !same {
		l.tell(PackageDiffers, object.Dir()+"/"+packet.DocumentPath, "what it says of the record and its assets is not what the catalogue says")
	}
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.Path] = true
		if f.Path == packet.DocumentPath || strings.HasPrefix(f.Path, "provenance/") {
			continue
		}
		want := f.SHA512
		if f.Data != nil {
			sum := sha512.Sum512(f.Data)
			want = hex.EncodeToString(sum[:])
		}
		if got, err := object.Digest(f.Path); err != nil || got != want {
			l.tell(PackageDiffers, object.Dir()+"/"+f.Path, "it is not there, or not what the catalogue would write")
		}
	}
	for _, path := range object.Paths() {
		if !wanted[path] && !strings.HasPrefix(path, "provenance/") {
			l.tell(PackageDiffers, object.Dir()+"/"+path, "the catalogue knows of no such file")
		}
	}
	return nil
}

// restoredFrom reports whether a record is as it was read back from what a package says.
func restoredFrom(d *archive.Dossier, doc *packet.Document) bool {
	if len(d.Changes) == 0 {
		return false
	}
	last := d.Changes[len(d.Changes)-1]
	var from archive.RestoredDetail
	return last.Action == archive.ActionRestored && json.Unmarshal(last.Detail, &from) == nil && from.Log == doc.Log && from.Change == doc.Change
}

// sameDocument compares what two package.json say, but for work under way, and for events,
// which of a rebuilt catalogue stand in the package alone. Of a record with an asset that
// is not finished it compares nothing: that changes without an entry in the log.
func sameDocument(a, b *packet.Document) (bool, error) {
	plain := func(d *packet.Document) (packet.Document, bool) {
		out, finished := *d, true
		out.Events, out.Log, out.Change, out.Assets = 0, "", 0, slices.Clone(d.Assets)
		for i := range out.Assets {
			asset := &out.Assets[i]
			finished = finished && asset.State != archive.AssetReceived
			asset.Batch, asset.PublishBy, asset.PublishRevision = "", "", 0
		}
		return out, finished
	}
	left, known := plain(a)
	right, finished := plain(b)
	if !known || !finished {
		return true, nil
	}
	return sameJSON(left, right)
}

// packages looks at the storage root itself, and for packages that are of no record.
// That reads every inventory: a sample does it when it has come round.
func (c *Checker) packages(ctx context.Context, r *Report) error {
	if c.root == nil || r.Sample != nil && !r.Sample.Ends {
		return nil
	}
	if err := c.rootFiles(ctx, r); err != nil {
		return err
	}
	damaged := map[string]bool{} // folders of packages
	for report, err := range c.root.ValidateAll(ctx, ocfl.ValidateOptions{SkipContent: true, MostProblems: 20}) {
		if err != nil && report.Dir != "" { // about one package
			l := &packageLook{checker: c, id: report.Object}
			if err := l.fault(ctx, report.Dir, err); err != nil {
				return err
			}
			r.add(l.found...)
			continue
		}
		if err != nil {
			return err
		}
		if report.Dir == packagesPrefix { // the last of them
			c.rootProblems(r, report, damaged)
			continue
		}
		if !report.Valid() {
			damaged[report.Dir] = true
			// What is damaged need not say any more whose it is.
			if report.Object, err = c.root.IDAt(ctx, report.Dir); err != nil {
				return err
			}
		}
		if err := c.unknownPackage(ctx, r, report); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// rootProblems tells what is wrong with the storage root itself. That a package is not where
// its id leads is no fault of the root where the package is damaged, which has its own cure.
func (c *Checker) rootProblems(r *Report, report ocfl.Report, damaged map[string]bool) {
	for _, p := range report.Problems {
		key := strings.Trim(report.Dir+"/"+p.Path, "/")
		if !p.Warning() && !damaged[key] {
			r.add(Difference{Code: PackageRoot, Key: key, Why: fmt.Sprintf("%s (%s)", p.What, p.Code)})
		}
	}
}

// unknownPackage tells of a package that is of no record, and of faults of those that
// hold none.
func (c *Checker) unknownPackage(ctx context.Context, r *Report, report ocfl.Report) error {
	if report.Object == "" || strings.Contains(report.Object, ":") { // no record's
		state, err := c.parts.Notes.PackageState(ctx, report.Object)
		if err != nil || state.Due {
			return err
		}
		for _, p := range packageProblems(report.Problems) {
			r.add(Difference{Code: PackageDamaged, Key: strings.Trim(report.Dir+"/"+p.Path, "/"), Why: fmt.Sprintf("%s (%s)", p.What, p.Code)})
		}
		object, err := c.root.Object(ctx, report.Object)
		if err != nil {
			return nil //nolint:nilerr // it was told above
		}
		l := &packageLook{checker: c}
		err = l.content(ctx, object)
		r.add(l.found...)
		r.Looked.Packages++
		return err
	}
	if c.erased[report.Object] {
		left, err := c.leftPackage(ctx, report.Object)
		r.add(left)
		return err
	}
	state, err := c.parts.Notes.PackageState(ctx, report.Object)
	if err != nil || state.Known {
		return err
	}
	if _, err := c.parts.Archive.Record(ctx, report.Object); !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	r.add(Difference{Code: PackageUnknown, Record: report.Object, Key: report.Dir, Why: "a package of a record that the catalogue does not know"})
	return nil
}

// settlePackage mends what can be mended of a package, and has it written again.
func (c *Checker) settlePackage(ctx context.Context, d Difference) (says string, done bool, err error) {
	if c.root == nil {
		return "", false, nil
	}
	if d.Record == "" {
		return c.settleOwn(ctx, d)
	}
	if d.Code == PackageDamaged {
		if err := c.root.Settle(ctx, d.Record, ocfl.SettleOptions{}); err != nil {
			return "", false, err
		}
		again := &packageLook{checker: c, id: d.Record}
		if err := again.look(ctx); err != nil {
			return "", false, err
		}
		if slices.ContainsFunc(again.found, func(f Difference) bool { return f.Code == PackageDamaged }) {
			return notMended, false, nil
		}
		return settled, true, nil
	}
	return willBeWritten, true, c.parts.Notes.WantPackage(ctx, d.Record)
}

// settleOwn mends what can be mended of a package that is no record's.
func (c *Checker) settleOwn(ctx context.Context, d Difference) (says string, done bool, err error) {
	for _, id := range []string{archive.PackageErased, archive.PackageUsers, archive.PackageVocabularies} {
		dir, err := c.root.Path(ctx, id)
		if err != nil {
			return "", false, err
		}
		if d.Key != dir && !strings.HasPrefix(d.Key, dir+"/") {
			continue
		}
		if err := c.root.Settle(ctx, id, ocfl.SettleOptions{}); err != nil {
			return "", false, err
		}
		again, err := c.root.Validate(ctx, id, ocfl.ValidateOptions{MostProblems: 20})
		if err != nil {
			return "", false, err
		}
		if !again.Valid() {
			return notMended, false, nil
		}
		return settled, true, nil
	}
	return "", false, nil
}

// What became of a package that was damaged.
const (
	settled   = "the package was brought to rest, and is whole"
	notMended = "not mended: what is damaged is in no other place of the package"
)
