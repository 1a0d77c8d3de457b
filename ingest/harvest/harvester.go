package harvest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hexi/archive"
)

// Archive is what a harvest asks of the archive, to which it writes nothing.
type Archive interface {
	Record(ctx context.Context, id string) (*archive.Entry, error)
	Normalise(ctx context.Context, r archive.Record) (archive.Record, error)
	HasCollection(ctx context.Context, slug string) (string, error)
	Vocabulary() archive.Vocabulary
}

// Plan says what is wanted.
type Plan struct {
	Collection string       // of records that name none that is here
	Kind       archive.Kind // of records that do not say it; "" is relic, and document for a book
	// Dir is a folder of the harvest's own, in which images are put.
	Dir string
	// NoImages leaves images where they are.
	NoImages bool
	// Again fetches images that are here and unchanged as far as can be told, too.
	Again bool
	// MaxImage bounds one image, in bytes; 0 is 4 GB.
	MaxImage int64

	// Of OAI-PMH: the set, the format (oai_dc, lido; "" for the best that there is), and
	// from when on.
	Set, Format, From string

	Now func() time.Time // nil for the real clock
}

// Sink is where a harvest puts what it finds. Its methods are called one at a time.
type Sink interface {
	// Take gets a record with its files. An error ends the harvest.
	Take(ctx context.Context, f *Found) error
	// Refuse hears of what was not taken, and of which record, "" for none.
	Refuse(record string, why *RefusedError)
	// Gone hears of a record that its source deleted. It stays in the archive.
	Gone(record, identifier string)
}

// Found is a record from elsewhere, ready for the pipeline.
type Found struct {
	Record archive.Record
	Source string // its address
	Files  []File
	Notes  []string // what to know of it: an image that came smaller than it is
	Images int      // that the source has, taken or not
}

// File is an image of a record: one that came, or one that is here already and stayed.
type File struct {
	Path   string // "" for one that is here
	Master archive.LineMaster
	Layer  *archive.Layer
}

// Line is the record as a line of a sheet that the pipeline takes in with the files.
func (f *Found) Line() archive.Line {
	l := archive.Line{Record: f.Record}
	layered := false
	for _, file := range f.Files {
		l.Masters = append(l.Masters, file.Master)
		l.Files = append(l.Files, file.Master.Filename)
		l.Layers = append(l.Layers, file.Layer)
		layered = layered || file.Layer != nil
	}
	if !layered {
		l.Layers = nil
	}
	return l
}

// Harvester brings records from elsewhere.
type Harvester struct {
	client  *Client
	archive Archive
	plan    Plan
	seen    map[string]bool   // documents, by their addresses
	given   map[string]string // ids that records of this harvest got, and from which source
}

// New returns a harvester; one is for one harvest.
func New(client *Client, a Archive, plan Plan) *Harvester {
	if plan.MaxImage == 0 {
		plan.MaxImage = 4 << 30
	}
	if plan.Now == nil {
		plan.Now = time.Now
	}
	return &Harvester{client: client, archive: a, plan: plan, seen: map[string]bool{}, given: map[string]string{}}
}

// identity finds what the archive has of a source, under the id that the record brings
// where that is free or is of this source already, and else under one made of the
// source's address: nothing from elsewhere takes the place of what is here.
func (h *Harvester) identity(ctx context.Context, brought, source string) (id string, known *archive.Entry, err error) {
	if given := h.given[brought]; archive.ValidID(brought) && (given == "" || given == source) {
		known, err := h.known(ctx, brought)
		if err != nil {
			return "", nil, err
		}
		free := known == nil
		if !free {
			p, ok := provenance(&known.Record)
			free = ok && p.Source == source
		}
		if free {
			h.given[brought] = source
			return brought, known, nil
		}
	}
	id = archive.DerivedID("harvest", source)
	known, err = h.known(ctx, id)
	return id, known, err
}

func (h *Harvester) known(ctx context.Context, id string) (*archive.Entry, error) {
	known, err := h.archive.Record(ctx, id)
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrErased) {
		return nil, nil // saving says that it was erased
	}
	return known, err
}

// settle fills in what a record must say, and brings it into the form that the archive
// keeps. Fields that the archive does not take as they came are put beside the others
// into extra; a record that is not taken at all is a *RefusedError.
func (h *Harvester) settle(ctx context.Context, source string, r archive.Record) (_ archive.Record, err error) {
	if r.Kind == "" {
		r.Kind = h.plan.Kind
	}
	if r.Kind == "" {
		r.Kind = archive.KindRelic
	}
	r.Collection, err = h.collectionOf(ctx, source, &r)
	if err != nil {
		return r, err
	}
	delete(r.Extra, Key) // what another archive remembers is not what this one does
	normal, err := h.archive.Normalise(ctx, r)
	if err != nil && isInvalid(err) {
		if r, err = setAside(r, err); err == nil {
			normal, err = h.archive.Normalise(ctx, r)
		}
	}
	if err != nil && isInvalid(err) {
		return r, refuse(source, "invalid", "", "is no record that the archive takes: %v", err)
	}
	return normal, err
}

// collectionOf is the collection that a record is to be in: its own, if there is one of
// that name here, else the one that is wanted.
func (h *Harvester) collectionOf(ctx context.Context, source string, r *archive.Record) (string, error) {
	if r.Kind == archive.KindCollection {
		return r.Collection, nil
	}
	if r.Collection != "" {
		slug, err := h.archive.HasCollection(ctx, r.Collection)
		if err == nil || !isInvalid(err) {
			return slug, err
		}
	}
	if h.plan.Collection == "" {
		return "", refuse(source, "collection", "run the same command again with --collection SLUG", "names no collection that is here")
	}
	return h.plan.Collection, nil
}

func isInvalid(err error) bool {
	var invalid *archive.InvalidError
	return errors.As(err, &invalid)
}

// setAside moves the fields that faults are about into extra.
func setAside(r archive.Record, faults error) (archive.Record, error) {
	var all archive.InvalidErrors
	if !errors.As(faults, &all) {
		return r, faults
	}
	values, err := flatten(&r)
	if err != nil {
		return r, err
	}
	for _, fault := range all {
		top := fault.Field
		if at := strings.IndexAny(top, ".["); at >= 0 {
			top = top[:at]
		}
		for path, value := range values {
			name, _, _ := strings.Cut(path, ".")
			if name != top || name == "titles" || name == "kind" || name == "collection" || name == "extra" {
				continue
			}
			delete(values, path)
			values["extra.harvested-"+strings.ReplaceAll(path, ".", "-")] = value
		}
	}
	return unflatten(r.ID, values)
}

// finish gives a found record its memory.
func (h *Harvester) finish(f *Found, p Provenance) error {
	p.At = h.plan.Now().UTC().Truncate(time.Second)
	if err := remember(&f.Record, p); err != nil {
		return fmt.Errorf("record %s: %w", f.Record.ID, err)
	}
	if raw := f.Record.Extra[Key]; len(raw) > archive.MaxTextLength { // many images: what they are is dropped before what the fields were
		p.Images = nil
		delete(f.Record.Extra, Key)
		return remember(&f.Record, p)
	}
	return nil
}
