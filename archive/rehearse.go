package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rehearsal is an archive in which records are saved for show: what is saved in it is
// held to all that an archive holds records to, is seen by whoever asks it afterwards,
// and is nowhere else. It keeps the content of what it was given in memory, and is for
// one goroutine.
type Rehearsal struct {
	archive *Archive
	stage   *stage
}

// Rehearse begins a rehearsal upon what the archive holds. What others change in the
// meantime is seen as far as the rehearsal has not changed the same.
func (a *Archive) Rehearse() *Rehearsal {
	s := &stage{Catalog: a.catalog, saved: map[string]*staged{}, numbers: map[Accession][]string{}, parts: map[string][]string{}}
	return &Rehearsal{archive: &Archive{catalog: s, vocabulary: a.vocabulary, now: a.now, newID: a.newID}, stage: s}
}

// SaveAll says what Archive.SaveAll would do, had what was saved here been saved.
func (r *Rehearsal) SaveAll(ctx context.Context, by string, drafts []Draft) ([]Saved, error) {
	return r.archive.saveAll(ctx, by, drafts, func(ctx context.Context, fn func(context.Context, SaveTx) error) error {
		return fn(ctx, r.stage.tx())
	})
}

// Normalise is Archive.Normalise.
func (r *Rehearsal) Normalise(ctx context.Context, record Record) (Record, error) {
	return r.archive.Normalise(ctx, record)
}

// HasCollection is Archive.HasCollection.
func (r *Rehearsal) HasCollection(ctx context.Context, slug string) (string, error) {
	return r.archive.HasCollection(ctx, slug)
}

// FindAll is Archive.FindAll.
func (r *Rehearsal) FindAll(ctx context.Context, of []Accession) ([][]string, error) {
	return r.archive.FindAll(ctx, of)
}

// Record is Archive.Record.
func (r *Rehearsal) Record(ctx context.Context, id string) (*Entry, error) {
	return r.archive.Record(ctx, id)
}

// Records is Archive.Records.
func (r *Rehearsal) Records(ctx context.Context, ids []string) ([]*Entry, error) {
	return r.archive.Records(ctx, ids)
}

// errRehearsal is returned where a rehearsal is asked to do what it does not show.
var errRehearsal = errors.New("a rehearsal only saves records")

// stage is a catalogue with what was saved in a rehearsal laid over it.
type stage struct {
	Catalog
	saved   map[string]*staged
	numbers map[Accession][]string // ids of those that have these, of the saved ones
	parts   map[string][]string    // ids of those that are part of these, likewise
}

// staged is a record as a rehearsal left it. Its content is kept encoded, which takes a
// third of the memory.
type staged struct {
	entry  Entry // but for its record
	record []byte
	shown  []byte // the record at the revision that was published in the rehearsal, if one was
	number Accession
	partOf string
}

func (s *staged) read() (*Entry, error) {
	e := s.entry
	if err := json.Unmarshal(s.record, &e.Record); err != nil {
		return nil, fmt.Errorf("decode rehearsed record: %w", err)
	}
	return &e, nil
}

// Update implements Catalog: a rehearsal's own transactions are of another kind.
func (s *stage) Update(context.Context, func(context.Context, Tx) error) error { return errRehearsal }

// Entry implements Catalog.
func (s *stage) Entry(ctx context.Context, id string, published bool) (*Entry, error) {
	if one := s.saved[id]; one != nil && !published {
		return one.read()
	}
	return s.Catalog.Entry(ctx, id, published)
}

// Entries implements Catalog.
func (s *stage) Entries(ctx context.Context, ids []string, published bool) ([]*Entry, error) {
	found, err := s.Catalog.Entries(ctx, ids, published)
	if err != nil || published {
		return found, err
	}
	stored := make(map[string]*Entry, len(found))
	for _, e := range found {
		stored[e.Record.ID] = e
	}
	var out []*Entry
	for _, id := range ids {
		e := stored[id]
		if one := s.saved[id]; one != nil {
			if e, err = one.read(); err != nil {
				return nil, err
			}
		}
		if e != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// FindByAccession implements Catalog.
func (s *stage) FindByAccession(ctx context.Context, accession, holder string) (string, error) {
	found, err := s.FindByAccessions(ctx, []Accession{{accession, holder}})
	if err != nil {
		return "", err
	}
	if len(found[0]) == 0 {
		return "", ErrNotFound
	}
	return found[0][0], nil
}

// FindByAccessions implements Catalog.
func (s *stage) FindByAccessions(ctx context.Context, of []Accession) ([][]string, error) {
	found, err := s.Catalog.FindByAccessions(ctx, of)
	if err != nil {
		return nil, err
	}
	for i, number := range of {
		if number.Number == "" || number.Holder == "" {
			continue
		}
		ids := slices.DeleteFunc(slices.Clone(found[i]), func(id string) bool {
			one := s.saved[id]
			return one != nil && one.number != number
		})
		ids = slices.Compact(slices.Sorted(slices.Values(append(ids, s.numbers[number]...))))
		if len(ids) > 2 {
			ids = []string{ids[0], ids[len(ids)-1]}
		}
		found[i] = ids
	}
	return found, nil
}

// Parts implements Catalog.
func (s *stage) Parts(ctx context.Context, of []string) ([]Member, error) {
	found, err := s.Catalog.Parts(ctx, of)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(part Member) bool { return s.saved[part.ID] != nil })
	for _, id := range of {
		for _, part := range s.parts[id] {
			found = append(found, Member{part, id})
		}
	}
	slices.SortFunc(found, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// tx returns a transaction of the rehearsal. It is never taken back: saving refuses a
// record before it writes any of it, and what fails otherwise ends the rehearsal.
func (s *stage) tx() SaveTx {
	return &stageTx{stage: s, ahead: map[string]*Entry{}, absent: map[string]bool{}}
}

type stageTx struct {
	*stage
	ahead  map[string]*Entry // what Expect read of the catalogue; nil for none
	absent map[string]bool   // what is known to be neither there nor erased
}

// Expect implements SaveTx.
func (t *stageTx) Expect(ctx context.Context, ids []string) error {
	var stored []string
	for _, id := range ids {
		if ValidID(id) && t.saved[id] == nil {
			stored = append(stored, id)
			t.ahead[id] = nil
		}
	}
	found, err := t.Catalog.Entries(ctx, stored, false)
	if err != nil {
		return err
	}
	for _, e := range found {
		t.ahead[e.Record.ID] = e
	}
	return nil
}

// Entry implements SaveTx.
func (t *stageTx) Entry(ctx context.Context, id string) (*Entry, error) {
	if one := t.saved[id]; one != nil {
		return one.read()
	}
	if t.absent[id] {
		return nil, ErrNotFound
	}
	e, ahead := t.ahead[id]
	if !ahead {
		found, err := t.Catalog.Entries(ctx, []string{id}, false)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			e = found[0]
		}
	}
	if e != nil {
		return e, nil
	}
	// Not there, or erased: the catalogue tells which.
	stone, err := t.Catalog.Tombstone(ctx, id)
	switch {
	case err == nil && stone.Erased != 0:
		return nil, fmt.Errorf("record %s %w", id, ErrErased)
	case err != nil && !errors.Is(err, ErrNotFound):
		return nil, err
	}
	t.absent[id] = true
	return nil, ErrNotFound
}

// PutRevision implements SaveTx.
func (t *stageTx) PutRevision(ctx context.Context, rev Revision) error {
	id := rev.Record.ID
	if !ValidID(id) {
		return Invalid("id", "%q is not an id", id)
	}
	e, err := t.Entry(ctx, id)
	if errors.Is(err, ErrNotFound) {
		e, err = &Entry{Created: rev.At}, nil
	}
	if err != nil {
		return err
	}
	if rev.Number != e.Revision+1 {
		return fmt.Errorf("record %s is at revision %d, so that %d is not its next: %w", id, e.Revision, rev.Number, ErrConflict)
	}
	next := *e
	next.Record, next.Revision, next.Updated = rev.Record, rev.Number, rev.At
	return t.put(&next)
}

// SetPublished implements SaveTx.
func (t *stageTx) SetPublished(ctx context.Context, id string, revision int, withdrawn bool, at, _ time.Time) error {
	e, err := t.Entry(ctx, id)
	if err != nil {
		return err
	}
	next := *e
	next.Published, next.Withdrawn, next.Updated = revision, withdrawn, at
	if err := t.put(&next); err != nil {
		return err
	}
	if one := t.saved[id]; revision == one.entry.Revision {
		one.shown = one.record
	}
	return nil
}

// Revision implements SaveTx, for those that saving asks for: the latest and the
// published one.
func (t *stageTx) Revision(ctx context.Context, id string, number int) (*Revision, error) {
	one := t.saved[id]
	var record []byte
	switch {
	case one != nil && number == one.entry.Revision:
		record = one.record
	case one != nil && number == one.entry.Published && one.shown != nil:
		record = one.shown
	default:
		return t.Catalog.Revision(ctx, id, number)
	}
	rev := &Revision{Number: number}
	if err := json.Unmarshal(record, &rev.Record); err != nil {
		return nil, fmt.Errorf("decode rehearsed record: %w", err)
	}
	return rev, nil
}

// put keeps a record as it is now.
func (t *stageTx) put(e *Entry) (err error) {
	id := e.Record.ID
	one := &staged{entry: *e, number: Accession{e.Record.Identifier("accession"), e.Record.Holder()}, partOf: e.Record.PartOf}
	one.entry.Record = Record{}
	if one.record, err = json.Marshal(e.Record); err != nil {
		return fmt.Errorf("encode record %s: %w", id, err)
	}
	isID := func(other string) bool { return other == id }
	if before := t.saved[id]; before != nil {
		one.shown = before.shown
		t.numbers[before.number] = slices.DeleteFunc(t.numbers[before.number], isID)
		t.parts[before.partOf] = slices.DeleteFunc(t.parts[before.partOf], isID)
	}
	t.saved[id] = one
	if one.number.Number != "" && one.number.Holder != "" {
		t.numbers[one.number] = append(t.numbers[one.number], id)
	}
	if one.partOf != "" {
		t.parts[one.partOf] = append(t.parts[one.partOf], id)
	}
	return nil
}

// DropTombstone implements SaveTx.
func (t *stageTx) DropTombstone(context.Context, string) error { return nil }

// AddChange implements SaveTx. Nothing is logged.
func (t *stageTx) AddChange(context.Context, Change) (int64, error) { return 0, nil }
