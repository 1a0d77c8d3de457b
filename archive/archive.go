package archive

import (
	"context"
	"fmt"
	"time"
)

// Archive is the archive's service and its only writer. It is safe for use by
// many goroutines, and several processes may have one over the same catalogue.
type Archive struct {
	catalog    Catalog
	vocabulary Vocabulary
	now        func() time.Time
	newID      func() string
}

// Options are the outside facts that an Archive depends on. Zero fields take
// the real clock and random ids.
type Options struct {
	Now   func() time.Time
	NewID func() string // makes the id of a record that has none and no natural key
}

// New returns the service over a catalogue and a vocabulary.
func New(catalog Catalog, vocabulary Vocabulary, opts Options) *Archive {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.NewID == nil {
		opts.NewID = randomID
	}
	return &Archive{catalog: catalog, vocabulary: vocabulary, now: opts.Now, newID: opts.NewID}
}

// Now returns the archive's clock in UTC.
func (a *Archive) Now() time.Time { return a.now().UTC() }

// Vocabulary returns the controlled vocabularies that records are held to.
func (a *Archive) Vocabulary() Vocabulary { return a.vocabulary }

// Find returns the id of the record that has the accession number and the
// holder of the given one; ErrNotFound if it lacks either or no record has them.
func (a *Archive) Find(ctx context.Context, r Record) (string, error) {
	accession, holder := r.Identifier("accession"), r.Holder()
	if accession == "" || holder == "" {
		return "", ErrNotFound
	}
	id, err := a.catalog.FindByAccession(ctx, accession, holder)
	if err != nil {
		return "", fmt.Errorf("look up accession %s of %s: %w", accession, holder, err)
	}
	return id, nil
}

// Accession is what a thing is known by: the number that it has in its holder's
// register, and the holder.
type Accession struct{ Number, Holder string }

// FindAll returns for each of these register numbers and holders, in their order, the
// ids of the records that have them: none where either is empty or no record has them,
// and the first and the last where several have, which should not be.
func (a *Archive) FindAll(ctx context.Context, of []Accession) ([][]string, error) {
	if len(of) == 0 {
		return nil, nil
	}
	ids, err := a.catalog.FindByAccessions(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("look up %d accession numbers: %w", len(of), err)
	}
	return ids, nil
}

// Records returns those of the ids that there are, as those who work in the archive see
// them, in the order given; each once. What was erased is not among them.
func (a *Archive) Records(ctx context.Context, ids []string) ([]*Entry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	entries, err := a.catalog.Entries(ctx, ids, false)
	if err != nil {
		return nil, fmt.Errorf("read %d records: %w", len(ids), err)
	}
	return entries, nil
}

// Record returns a record as those who work in the archive see it: its latest
// revision, drafts included. What was erased is a *GoneError.
func (a *Archive) Record(ctx context.Context, id string) (*Entry, error) {
	e, err := a.catalog.Entry(ctx, id, false)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", id, a.gone(ctx, id, true, err))
	}
	return e, nil
}

// PublicRecord returns a record as the public sees it: its published revision
// without what it says of records that are not public, and ErrNotFound for
// drafts and closed access tiers; a *GoneError, which is one too, for what it saw and
// sees no more.
func (a *Archive) PublicRecord(ctx context.Context, id string) (*Entry, error) {
	e, err := a.catalog.Entry(ctx, id, true)
	if err == nil && !e.Visible(a.Now()) {
		err = ErrNotFound
	}
	if err == nil {
		err = a.hide(ctx, []*Entry{e})
	}
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", id, a.gone(ctx, id, false, err))
	}
	return e, nil
}

// PublicRecords returns those of the ids that the public may see, in the order
// given.
func (a *Archive) PublicRecords(ctx context.Context, ids []string) ([]*Entry, error) {
	entries, err := a.catalog.Entries(ctx, ids, true)
	if err != nil {
		return nil, fmt.Errorf("read %d records: %w", len(ids), err)
	}
	now := a.Now()
	visible := entries[:0]
	for _, e := range entries {
		if e.Visible(now) {
			visible = append(visible, e)
		}
	}
	return visible, a.hide(ctx, visible)
}

// List returns a page of records in the order of their ids; the caller goes on
// after the returned cursor until it is "". A query for what is published leaves
// out closed access tiers, and its cursor, an id, never names such a record.
func (a *Archive) List(ctx context.Context, q ListQuery) (page []*Entry, next string, err error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	now := a.Now()
	for {
		entries, err := a.catalog.List(ctx, q)
		if err != nil {
			return nil, "", fmt.Errorf("list records: %w", err)
		}
		for i, e := range entries {
			if q.Published && !e.Visible(now) {
				continue
			}
			page = append(page, e)
			if len(page) == q.Limit && (i+1 < len(entries) || len(entries) == q.Limit) {
				next = e.Record.ID
				break
			}
		}
		if len(page) == q.Limit || len(entries) < q.Limit {
			break
		}
		q.After = entries[len(entries)-1].Record.ID
	}
	if q.Published {
		err = a.hide(ctx, page)
	}
	return page, next, err
}

// PublicMarks returns every so-many-th id of the records that the public sees, in their
// order: where pages of that many begin and end.
func (a *Archive) PublicMarks(ctx context.Context, every int) ([]string, error) {
	marks, err := a.catalog.OpenMarks(ctx, every, a.Now())
	if err != nil {
		return nil, fmt.Errorf("list every %d-th public record: %w", every, err)
	}
	return marks, nil
}

// Revisions lists a record's revisions, the latest first, without content.
func (a *Archive) Revisions(ctx context.Context, id string) ([]Revision, error) {
	revs, err := a.catalog.Revisions(ctx, id, true)
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, err)
	}
	return revs, nil
}

// Revision returns one revision whole.
func (a *Archive) Revision(ctx context.Context, id string, number int) (*Revision, error) {
	rev, err := a.catalog.Revision(ctx, id, number)
	if err != nil {
		return nil, fmt.Errorf("revision %d of %s: %w", number, id, err)
	}
	return rev, nil
}

// Changes returns up to limit entries of the change log after since.
func (a *Archive) Changes(ctx context.Context, since int64, limit int) ([]Change, error) {
	changes, err := a.catalog.Changes(ctx, since, limit)
	if err != nil {
		return nil, fmt.Errorf("changes after %d: %w", since, err)
	}
	return changes, nil
}

// Asset returns one asset.
func (a *Archive) Asset(ctx context.Context, id string) (*Asset, error) {
	asset, err := a.catalog.Asset(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("asset %s: %w", id, err)
	}
	return asset, nil
}

// Jobs lists jobs, the newest first.
func (a *Archive) Jobs(ctx context.Context, q JobQuery) ([]JobStatus, error) {
	jobs, err := a.catalog.Jobs(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return jobs, nil
}

// JobCounts counts jobs by state: those of a batch, or all for "".
func (a *Archive) JobCounts(ctx context.Context, batch string) (map[JobState]int, error) {
	counts, err := a.catalog.JobCounts(ctx, batch)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

// AssetCounts counts assets by state: those of a batch, or all for "".
func (a *Archive) AssetCounts(ctx context.Context, batch string) (map[AssetState]int, error) {
	counts, err := a.catalog.AssetCounts(ctx, batch)
	if err != nil {
		return nil, fmt.Errorf("count assets: %w", err)
	}
	return counts, nil
}

// HasFile reports whether there is a master of that name and size in bytes,
// superseded ones among them.
func (a *Archive) HasFile(ctx context.Context, filename string, size int64) (bool, error) {
	found, err := a.Assets(ctx, AssetQuery{Filename: filename, Size: size, Limit: 1})
	return len(found) > 0, err
}

// Assets returns a page of assets in the order of their ids.
func (a *Archive) Assets(ctx context.Context, q AssetQuery) ([]*Asset, error) {
	assets, err := a.catalog.Assets(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	return assets, nil
}

// LastChange returns the sequence number of the latest change, or 0.
func (a *Archive) LastChange(ctx context.Context) (int64, error) {
	seq, err := a.catalog.LastChange(ctx)
	if err != nil {
		return 0, fmt.Errorf("latest change: %w", err)
	}
	return seq, nil
}
