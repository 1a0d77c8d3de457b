package packet

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"hexi/archive"
)

// File is one file of a package: with Data, a small file; with From, what the store has
// under that key; with neither, what the package has already. SHA512 is that of the
// latter two, in lower-case hexadecimal.
type File struct {
	Path   string
	Data   []byte
	From   string
	SHA512 string
	Size   int64 // of what From names, in bytes
}

// Base is the package as it is before a new version of it. The zero value is none.
type Base struct {
	Document *Document
	Digests  map[string]string // SHA-512 of its files, by their paths
	Events   []byte            // the last file of events, if that is not full
}

// ForkedError says that a package has a revision that the catalogue does not have.
type ForkedError struct {
	Record   string
	Revision int
	Log      string // the catalogue that wrote it
}

// Error says what to do, where that catalogue was not meant to be given up.
func (e *ForkedError) Error() string {
	return fmt.Sprintf("package: of record %s has a revision %d that this catalogue does not have: another catalogue wrote it (%s). The package stays as it is. "+
		"Where that catalogue was lost, hexi rebuild --from-packages brings it back, into an empty database", e.Record, e.Revision, e.Log)
}

// Anew is a base of which the next version takes nothing over but bytes: it says what the
// catalogue says, and what went before stands in the versions before.
func (b Base) Anew() Base { return Base{Digests: b.Digests} }

// NeedsEvents returns which file of events is to be read into Base.Events; "" for none.
func (b Base) NeedsEvents() string {
	if b.Document == nil || b.Document.Events%perFile == 0 {
		return ""
	}
	return ProvenancePath(b.Document.Events/perFile + 1)
}

// Query asks for what the package does not hold yet, or holds in a file that is to be
// written again.
func (b Base) Query() archive.DossierQuery {
	if b.Document == nil {
		return archive.DossierQuery{}
	}
	before := b.revisionFiles()
	return archive.DossierQuery{
		FromRevision: before[len(before)-1],
		Log:          b.Document.Log, AfterChange: b.Document.Change,
	}
}

// revisionFiles are the revisions with which the files of revisions begin that the package
// has. The last of them is written again: also one that is full, so that it is seen
// whether it says the same.
func (b Base) revisionFiles() []int {
	if b.Document == nil || b.Document.Revision == 0 {
		return []int{1}
	}
	return b.Document.revisionFiles()
}

// Build returns the files of the next version of a package, sorted by path, from a
// dossier that was read by base.Query. Masters whose bytes the package has are not
// stored again.
func Build(d *archive.Dossier, base Base) ([]File, *Document, error) {
	id := d.Entry.Record.ID
	doc := &Document{
		Schema: Schema, Record: id, Status: d.Entry.Status(), Revision: d.Entry.Revision, Published: d.Entry.Published,
		Withdrawn: d.Entry.Withdrawn, Created: d.Entry.Created, Updated: d.Entry.Updated, PublishedAt: d.Published,
		Log: d.Log, Change: d.Seq, Assets: []Asset{},
	}
	if d.Entry.Published == 0 {
		doc.PublishedAt = zeroTime
	}
	if t := d.Tombstone; t != nil {
		doc.Tombstone = &Tombstone{At: t.At, By: t.By, Reason: t.Reason, Title: t.Title}
	}
	files := map[string]File{}
	held := map[string]bool{} // digests
	for _, digest := range base.Digests {
		held[digest] = true
	}
	for _, a := range d.Entry.Assets {
		asset := newAsset(a)
		doc.Assets = append(doc.Assets, asset)
		f := File{Path: asset.Path, SHA512: a.Master.SHA512, Size: a.Master.Size}
		if !held[f.SHA512] {
			f.From = a.Master.Key
		}
		files[f.Path] = f
	}
	if err := addRevisions(files, doc, d, base); err != nil {
		return nil, nil, err
	}
	if err := addEvents(files, doc, d, base); err != nil {
		return nil, nil, err
	}
	for path, v := range map[string]any{MetadataPath: d.Entry.Record, DocumentPath: doc} {
		data, err := indented(v)
		if err != nil {
			return nil, nil, fmt.Errorf("encode %s of record %s: %w", path, id, err)
		}
		files[path] = File{Path: path, Data: data}
	}
	return slices.SortedFunc(maps.Values(files), func(a, b File) int { return bytes.Compare([]byte(a.Path), []byte(b.Path)) }), doc, nil
}

// keep takes a file over that the package has.
func (b Base) keep(files map[string]File, path string) error {
	digest, ok := b.Digests[path]
	if !ok {
		return archive.Invalid("package", "of record %s has lost %s", b.Document.Record, path)
	}
	files[path] = File{Path: path, SHA512: digest}
	return nil
}

// has reports whether the package has these bytes under a path.
func (b Base) has(path string, data []byte) bool {
	digest, ok := b.Digests[path]
	if !ok {
		return false
	}
	sum := sha512.Sum512(data)
	return digest == hex.EncodeToString(sum[:])
}

// addRevisions adds the files of revisions, those that the package has but for the last as
// they are.
func addRevisions(files map[string]File, doc *Document, d *archive.Dossier, base Base) error {
	begins := slices.Clone(base.revisionFiles())
	for n := 1; n < len(begins); n++ {
		if err := base.keep(files, RevisionsPath(n)); err != nil {
			return err
		}
	}
	last := RevisionsPath(len(begins)) // of the package
	known := base.Document == nil || base.Document.Revision == 0
	sum := sha512.New() // of what the package should have in its last file
	want, lines := begins[len(begins)-1], 0
	var b bytes.Buffer
	flush := func() {
		path := RevisionsPath(len(begins))
		files[path] = File{Path: path, Data: b.Bytes()}
		if base.has(path, b.Bytes()) {
			files[path] = File{Path: path, SHA512: base.Digests[path]}
		}
	}
	for _, rev := range d.Revisions {
		if rev.Number != want {
			return fmt.Errorf("record %s has no revision %d where it has %d", d.Entry.Record.ID, want, rev.Number)
		}
		if lines == perFile || b.Len() >= fullBytes {
			flush()
			b = bytes.Buffer{} // its bytes are the file's now
			begins, lines = append(begins, want), 0
		}
		before := b.Len()
		if err := line(&b, revisionLine{rev.Number, rev.At, rev.By, rev.Message, rev.Record}); err != nil {
			return fmt.Errorf("encode revision %d of record %s: %w", rev.Number, d.Entry.Record.ID, err)
		}
		want, lines = want+1, lines+1
		if !known {
			sum.Write(b.Bytes()[before:])
			if rev.Number == base.Document.Revision {
				known = base.Digests[last] == hex.EncodeToString(sum.Sum(nil))
				if !known {
					break
				}
			}
		}
	}
	if !known {
		return &ForkedError{Record: d.Entry.Record.ID, Revision: base.Document.Revision, Log: base.Document.Log}
	}
	if lines > 0 {
		flush()
	}
	if !slices.Equal(begins, evenly(doc.Revision)) {
		doc.RevisionFiles = begins
	}
	return nil
}

// since are the changes that a package lacks which a catalogue wrote that this one was made
// from: from packages, then what it logged of the time before stands in this one; or from a
// snapshot, then its changes have the numbers that they had.
func since(changes []archive.Change, before *Document) []archive.Change {
	restored := slices.IndexFunc(changes, func(c archive.Change) bool {
		var from archive.RestoredDetail
		return c.Action == archive.ActionRestored && json.Unmarshal(c.Detail, &from) == nil && from.Log == before.Log
	})
	if restored >= 0 {
		return changes[restored:]
	}
	next := slices.IndexFunc(changes, func(c archive.Change) bool { return c.Seq > before.Change })
	if next < 0 {
		return nil
	}
	return changes[next:]
}

func addEvents(files map[string]File, doc *Document, d *archive.Dossier, base Base) error {
	var b bytes.Buffer
	changes := d.Changes
	if before := base.Document; before != nil {
		doc.Events = before.Events
		for n := range before.Events / perFile {
			if err := base.keep(files, ProvenancePath(n+1)); err != nil {
				return err
			}
		}
		if bytes.Count(base.Events, []byte("\n")) != before.Events%perFile {
			return archive.Invalid("package", "of record %s says that it holds %d events, and %s does not hold the last of them", doc.Record, before.Events, base.NeedsEvents())
		}
		b.Write(base.Events)
		if before.Log != d.Log {
			changes = since(changes, before)
		}
	}
	paths := map[string]string{}
	for _, a := range doc.Assets {
		paths[a.ID] = a.Path
	}
	for _, c := range changes {
		if err := line(&b, newEvent(d.Log, c, paths)); err != nil {
			return fmt.Errorf("encode event %d of record %s: %w", c.Seq, doc.Record, err)
		}
		if doc.Events++; doc.Events%perFile == 0 {
			path := ProvenancePath(doc.Events / perFile)
			files[path] = File{Path: path, Data: bytes.Clone(b.Bytes())}
			b.Reset()
		}
	}
	if b.Len() > 0 {
		path := ProvenancePath(doc.Events/perFile + 1)
		files[path] = File{Path: path, Data: b.Bytes()}
	}
	return nil
}
