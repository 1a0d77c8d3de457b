package packet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"hexi/archive"
)

var zeroTime time.Time

// What is read of one package at most, in bytes: what a hostile one says of itself is
// believed no further.
const (
	maxDocument = 64 << 20
	maxLine     = 64 << 20
	maxPackage  = 4 << 30 // of all its files but the masters
	maxFiles    = 100_000
)

// Source is an opened package. Package archive/ocfl has one.
type Source interface {
	// Open opens a file, held to its digest; archive.ErrNotFound if there is none.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
	// Digest is the SHA-512 of a file, in hexadecimal.
	Digest(path string) (string, error)
}

// Package is what a package says, checked against itself.
type Package struct {
	Document  *Document
	Revisions []archive.Revision // ascending, all of them
	Events    []Event            // in the order in which they happened
}

// reader reads the files of one package, within bounds.
type reader struct {
	src  Source
	id   string
	left int64
}

// Damaged says what is wrong with a package.
func (r *reader) damaged(format string, args ...any) error {
	of := "of record " + r.id
	if !archive.ValidID(r.id) { // hexi's own
		of = r.id
	}
	return archive.Invalid("package", "%s: %s", of, fmt.Sprintf(format, args...))
}

// Read reads the package of a record. Whatever does not fit together is an
// *archive.InvalidError.
func Read(ctx context.Context, src Source, id string) (*Package, error) {
	r := &reader{src, id, maxPackage}
	doc, err := r.document(ctx)
	if err != nil {
		return nil, err
	}
	p := &Package{Document: doc}
	begins := append(slices.Clone(doc.revisionFiles()), doc.Revision+1)
	for n := 1; n < len(begins); n++ {
		err := r.lines(ctx, RevisionsPath(n), func(raw []byte) error {
			var l revisionLine
			if err := strictly(raw, &l); err != nil {
				return err
			}
			if len(p.Revisions) >= begins[n]-1+perFile {
				return errors.New("is more than a file holds")
			}
			if l.Number != len(p.Revisions)+1 || l.Record.ID != id || l.At.IsZero() {
				return fmt.Errorf("is not revision %d of the record", len(p.Revisions)+1)
			}
			p.Revisions = append(p.Revisions, archive.Revision{Record: l.Record, Number: l.Number, At: l.At, By: l.By, Message: l.Message})
			return nil
		})
		if err != nil {
			return nil, err
		}
		if got := len(p.Revisions) + 1; got != begins[n] {
			return nil, r.damaged("%s holds %d revisions, which is not what belongs there", RevisionsPath(n), got-begins[n-1])
		}
	}
	for n := 1; len(p.Events) < doc.Events; n++ {
		before := len(p.Events)
		err := r.lines(ctx, ProvenancePath(n), func(raw []byte) error {
			var e Event
			if err := strictly(raw, &e); err != nil {
				return err
			}
			if e.Record != id {
				return errors.New("is about another record")
			}
			p.Events = append(p.Events, e)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if got := len(p.Events); got > doc.Events || got-before != min(perFile, doc.Events-before) {
			return nil, r.damaged("%s holds %d events, which is not what belongs there", ProvenancePath(n), got-before)
		}
	}
	if err := r.vouched(p); err != nil {
		return nil, err
	}
	if err := r.metadata(ctx, p); err != nil {
		return nil, err
	}
	return p, nil
}

// vouched compares revisions with what was logged of them when they were saved.
func (r *reader) vouched(p *Package) error {
	for i := range p.Events {
		c := &p.Events[i].Change
		if !c.Vouches() || c.Digest == "" {
			continue
		}
		if c.Revision < 1 || c.Revision > len(p.Revisions) {
			return r.damaged("an event tells of revision %d, which is not there", c.Revision)
		}
		rev := p.Revisions[c.Revision-1]
		var b bytes.Buffer
		if err := line(&b, rev.Record); err != nil {
			return r.damaged("its revision %d cannot be encoded: %v", rev.Number, err)
		}
		if archive.RevisionDigest(bytes.TrimSpace(b.Bytes()), rev.Message) != c.Digest {
			return r.damaged("its revision %d is not the one that was saved", rev.Number)
		}
	}
	return nil
}

// ReadBase reads what is to be known of a package before it gets a new version.
func ReadBase(ctx context.Context, src Source, id string, digests map[string]string) (Base, error) {
	r := &reader{src, id, maxPackage}
	doc, err := r.document(ctx)
	if err != nil {
		return Base{}, err
	}
	base := Base{Document: doc, Digests: digests}
	if path := base.NeedsEvents(); path != "" {
		if base.Events, err = r.file(ctx, path, maxPackage); err != nil {
			return Base{}, err
		}
	}
	return base, nil
}

// document reads package.json.
func (r *reader) document(ctx context.Context) (*Document, error) {
	data, err := r.file(ctx, DocumentPath, maxDocument)
	if err != nil {
		return nil, err
	}
	var shape struct{ Schema int }
	if err := json.Unmarshal(data, &shape); err != nil {
		return nil, r.damaged("%s is not valid: %v", DocumentPath, err)
	}
	if shape.Schema != Schema {
		return nil, r.damaged("it has the shape %d, and this hexi reads %d: a newer hexi wrote it; use that one", shape.Schema, Schema)
	}
	doc := new(Document)
	if err := strictly(data, doc); err != nil {
		return nil, r.damaged("%s is not valid: %v", DocumentPath, err)
	}
	return doc, r.check(doc)
}

func (r *reader) check(doc *Document) error {
	switch {
	case doc.Record != r.id || !archive.ValidID(r.id):
		return r.damaged("%s is about record %.140q", DocumentPath, doc.Record)
	case doc.Revision < 1 || doc.Published < 0 || doc.Published > doc.Revision || doc.Events < 0:
		return r.damaged("%s counts %d revisions, of which %d is published, and %d events", DocumentPath, doc.Revision, doc.Published, doc.Events)
	case doc.Tombstone != nil && (!doc.Withdrawn || doc.Published == 0 || doc.Tombstone.At.IsZero()):
		return r.damaged("%s has a tombstone, and the record was not withdrawn from the public", DocumentPath)
	case doc.Created.IsZero() || doc.Updated.IsZero():
		return r.damaged("%s says not when the record was made or changed", DocumentPath)
	case len(doc.Assets) > maxFiles || doc.Revision/perFile > maxFiles || len(doc.RevisionFiles) > maxFiles || doc.Events/perFile > maxFiles:
		return r.damaged("it has more than %d files", maxFiles)
	}
	for i, n := range doc.RevisionFiles {
		next := doc.Revision + 1
		if i+1 < len(doc.RevisionFiles) {
			next = doc.RevisionFiles[i+1]
		}
		if i == 0 && n != 1 || next <= n || next > n+perFile {
			return r.damaged("%s says that files of revisions begin with %d and %d, which cannot be", DocumentPath, n, next)
		}
	}
	seen := map[string]bool{}
	for i := range doc.Assets {
		a := &doc.Assets[i]
		switch {
		case !archive.ValidID(a.ID) || a.Record != r.id || seen[a.ID]:
			return r.damaged("asset %.140q has no valid id, or stands there twice, or is another record's", a.ID)
		case a.Path != MasterPath(a.ID, a.Master.Filename):
			return r.damaged("the master of asset %s is not where it belongs, at %.300q", a.ID, a.Path)
		case !known(a.State) || a.State == archive.AssetIdentified && a.Image == nil && a.Kind != archive.AssetText:
			return r.damaged("asset %s is %.40q, which does not fit what is said of it", a.ID, a.State)
		}
		seen[a.ID] = true
		if digest, err := r.src.Digest(a.Path); err != nil || digest != a.Master.SHA512 {
			return r.damaged("its master %s is missing, or is not the one that was received", a.Path)
		}
		a.Asset.PublishBy, a.Asset.PublishRevision = a.PublishBy, a.PublishRevision
	}
	return nil
}

func known(s archive.AssetState) bool {
	switch s {
	case archive.AssetReceived, archive.AssetIdentified, archive.AssetRefused, archive.AssetSuperseded:
		return true
	}
	return false
}

// metadata compares metadata.json with the latest revision.
func (r *reader) metadata(ctx context.Context, p *Package) error {
	data, err := r.file(ctx, MetadataPath, maxLine)
	if err != nil {
		return err
	}
	want, err := indented(p.Revisions[len(p.Revisions)-1].Record)
	if err != nil {
		return r.damaged("its latest revision cannot be encoded: %v", err)
	}
	if !bytes.Equal(data, want) {
		return r.damaged("%s is not the latest revision", MetadataPath)
	}
	return nil
}

// file reads a whole file of at most so many bytes.
func (r *reader) file(ctx context.Context, path string, limit int64) ([]byte, error) {
	body, err := r.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer body.Close() //nolint:errcheck // read to its end
	limit = min(limit, r.left)
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, r.unread(path, err)
	}
	if int64(len(data)) > limit {
		return nil, r.damaged("%s has more than the %d bytes that are read of a package", path, limit)
	}
	r.left -= int64(len(data))
	return data, nil
}

func (r *reader) open(ctx context.Context, path string) (io.ReadCloser, error) {
	body, err := r.src.Open(ctx, path)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, r.damaged("%s is missing", path)
	}
	if err != nil {
		return nil, fmt.Errorf("package of record %s: %w", r.id, err)
	}
	return body, nil
}

func (r *reader) unread(path string, err error) error {
	return fmt.Errorf("read %s of record %s: %w", path, r.id, err)
}

// lines reads a file line by line.
func (r *reader) lines(ctx context.Context, path string, each func([]byte) error) error {
	body, err := r.open(ctx, path)
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // read to its end
	s := bufio.NewScanner(body)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; s.Scan(); n++ {
		if r.left -= int64(len(s.Bytes())) + 1; r.left < 0 {
			return r.damaged("it has more than the %d bytes that are read of a package", int64(maxPackage))
		}
		if err := each(s.Bytes()); err != nil {
			return r.damaged("%s line %d %v", path, n, err)
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return r.damaged("%s has a line of more than %d bytes", path, maxLine)
	}
	if err := s.Err(); err != nil {
		return r.unread(path, err)
	}
	return nil
}

// strictly decodes JSON that may hold nothing else: what is not known here would be
// lost.
func strictly(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("is not valid: %w", err)
	}
	if dec.More() {
		return errors.New("has more behind its end")
	}
	return nil
}
