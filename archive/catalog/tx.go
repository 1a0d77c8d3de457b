package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"hexi/archive"
)

// tx is one writing transaction. Records, revisions and changes are gathered
// and sent many at a time: at the end, or before a read that would miss them.
type tx struct {
	catalog *Catalog
	sql     *sql.Tx
	q       queries
	lookups lookups

	ahead     map[string]expected   // by id: what Expect read
	records   map[string]*recordRow // as this transaction knows them; nil: there is none
	dirty     map[string]bool       // ids of those that are to be written
	order     []string              // the same, in the order of their first change
	keys      map[string]bool       // accession keys that they have or had
	revisions []revisionRow
	changes   []changeRow
	jobs      []archive.Job
	wanted    map[string]*preservationRow // packages that do not hold the changes yet

	now     int64           // what moment returns, once asked for
	touched map[string]bool // by record whose public view changed: whether it is shown now
	touches []string        // the same, in their order

	chain   archive.Chain // of the log, once begun
	begun   bool
	changed bool
	digests map[revisionKey]string // of the revisions that were put
}

// Entry implements archive.Tx.
func (t *tx) Entry(ctx context.Context, id string) (*archive.Entry, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	if t.dirty[id] {
		if err := t.flush(ctx); err != nil {
			return nil, err
		}
	}
	have, ahead := t.ahead[id]
	if !ahead {
		var err error
		if have.row, err = t.entryRow(ctx, id); err != nil {
			return nil, err
		}
	}
	if have.row == nil {
		t.records[id] = nil
		return nil, archive.ErrNotFound
	}
	if _, erased := archive.ErasedBy([]byte(have.row.Body)); erased {
		return nil, fmt.Errorf("record %s %w", id, archive.ErrErased)
	}
	t.records[id] = &have.row.recordRow
	e, err := have.row.entry(false)
	if err != nil {
		return nil, err
	}
	if !ahead {
		if have.assets, err = t.q.assetsOf(ctx, []string{id}); err != nil {
			return nil, err
		}
	}
	for _, a := range have.assets {
		addAsset(e, a)
	}
	return e, nil
}

// record returns a record's row as it stands in this transaction, or nil.
func (t *tx) record(ctx context.Context, id string) (*recordRow, error) {
	if row, ok := t.records[id]; ok {
		return row, nil
	}
	found, err := t.entryRow(ctx, id)
	if err != nil {
		return nil, err
	}
	var row *recordRow
	if found != nil {
		row = &found.recordRow
	}
	t.records[id] = row
	return row, nil
}

// mark notes that a record's row is to be written.
func (t *tx) mark(row *recordRow) {
	if !t.dirty[row.ID] {
		t.dirty[row.ID] = true
		t.order = append(t.order, row.ID)
	}
	t.keys[row.AccessionKey] = true
	t.records[row.ID] = row
	delete(t.ahead, row.ID)
}

// FindByAccession implements archive.Tx.
func (t *tx) FindByAccession(ctx context.Context, accession, holder string) (string, error) {
	if t.keys[accessionKey(accession, holder)] {
		if err := t.flush(ctx); err != nil {
			return "", err
		}
	}
	return t.findByAccession(ctx, accession, holder)
}

// Parts implements archive.Tx.
func (t *tx) Parts(ctx context.Context, of []string) ([]archive.Member, error) {
	if len(t.dirty) > 0 {
		if err := t.flush(ctx); err != nil {
			return nil, err
		}
	}
	wanted := slices.DeleteFunc(slices.Clone(of), func(id string) bool { return !archive.ValidID(id) })
	return t.q.partsOf(ctx, wanted)
}

// PutRevision implements archive.Tx. A number that is not the latest plus one
// is an archive.ErrConflict.
func (t *tx) PutRevision(ctx context.Context, rev archive.Revision) error {
	id := rev.Record.ID
	if !archive.ValidID(id) {
		return archive.Invalid("id", "%q is not an id", id)
	}
	if err := storable("message", rev.Message); err != nil {
		return err
	}
	if err := storable("by", rev.By); err != nil {
		return err
	}
	known, err := t.record(ctx, id)
	if err != nil {
		return err
	}
	// A copy, so that a revision that is refused below leaves no trace.
	row := &recordRow{ID: id, Created: micros(rev.At)}
	if known != nil {
		*row = *known
	}
	if rev.Number != row.Revision+1 {
		return fmt.Errorf("record %s is at revision %d, so that %d is not its next: %w", id, row.Revision, rev.Number, archive.ErrConflict)
	}
	body, err := encodeRecord(rev.Record)
	if err != nil {
		return err
	}
	oldKey := row.AccessionKey
	row.describe(rev.Record)
	for field, value := range map[string]string{"accession": row.Accession, "rights.holder": row.Holder} {
		if err := storable(field, value); err != nil {
			return err
		}
	}
	row.Revision, row.Updated = rev.Number, micros(rev.At)
	t.mark(row)
	t.keys[oldKey] = true // it is no longer found under this one
	t.digests[revisionKey{id, rev.Number}] = archive.RevisionDigest([]byte(body), rev.Message)
	t.revisions = append(t.revisions, revisionRow{
		Record: id, Number: rev.Number, Body: body, Author: rev.By, Message: rev.Message, At: micros(rev.At),
	})
	return t.flushLarge(ctx)
}

// Revision implements archive.Tx.
func (t *tx) Revision(ctx context.Context, id string, number int) (*archive.Revision, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	if t.dirty[id] {
		if err := t.flush(ctx); err != nil {
			return nil, err
		}
	}
	return t.q.revision(ctx, id, number)
}

// SetPublished implements archive.Tx. A revision that does not exist is an
// archive.ErrNotFound.
func (t *tx) SetPublished(ctx context.Context, id string, revision int, withdrawn bool, at, opens time.Time) error {
	known, err := t.record(ctx, id)
	if err != nil {
		return err
	}
	if known == nil || revision < 0 || revision > known.Revision {
		return fmt.Errorf("revision %d of record %s: %w", revision, id, archive.ErrNotFound)
	}
	row := new(recordRow)
	*row = *known
	if revision != row.Published || row.Withdrawn && !withdrawn {
		row.PublishedAt = micros(at)
	}
	row.Published, row.Withdrawn, row.Updated = revision, withdrawn, micros(at)
	row.Visible = revision > 0 && !withdrawn
	row.stand(known.Visible, at, opens)
	switch {
	case revision == 0:
		row.PublicCollection, row.PublicKind, row.PublicPartOf, row.PublishedAt = "", "", "", 0
	case revision == row.Revision:
		row.PublicCollection, row.PublicKind, row.PublicPartOf = row.Collection, row.Kind, row.PartOf
	default: // an earlier one
		if err := t.flush(ctx); err != nil {
			return err
		}
		earlier, err := t.q.revision(ctx, id, revision)
		if err != nil {
			return fmt.Errorf("revision %d of record %s: %w", revision, id, err)
		}
		r := earlier.Record
		row.PublicCollection, row.PublicKind, row.PublicPartOf = r.Collection, string(r.Kind), r.PartOf
	}
	if err := t.show(ctx, known, row, at); err != nil {
		return err
	}
	t.mark(row)
	return nil
}

// Asset implements archive.Tx.
func (t *tx) Asset(ctx context.Context, id string) (*archive.Asset, error) { return t.q.asset(ctx, id) }

// PutAsset implements archive.Tx. An asset of no record is an archive.ErrNotFound.
func (t *tx) PutAsset(ctx context.Context, a archive.Asset) error {
	if !archive.ValidID(a.ID) {
		return archive.Invalid("asset", "%q is not an id", a.ID)
	}
	for field, value := range map[string]string{
		"filename": a.Master.Filename, "batch": a.Batch, "format": a.Master.Format, "key": a.Master.Key, "sha512": a.Master.SHA512, "by": a.PublishBy,
		"receivedBy": a.ReceivedBy, "place": a.Place, "replacing": a.Replacing, "replaces": a.Replaces, "replacedBy": a.ReplacedBy,
	} {
		if err := storable(field, value); err != nil {
			return err
		}
	}
	t.forgetAssets()
	of, err := t.record(ctx, a.Record)
	if err != nil {
		return err
	}
	if of == nil {
		return fmt.Errorf("record %s of asset %s: %w", a.Record, a.ID, archive.ErrNotFound)
	}
	if t.dirty[a.Record] {
		if err := t.flush(ctx); err != nil {
			return err
		}
	}
	row, err := newAssetRow(a)
	if err != nil {
		return err
	}
	if row.Position == 0 {
		err := t.q.from("assets").ColumnExpr("coalesce(max(position), 0) + 1").Where("record = ?", a.Record).Scan(ctx, &row.Position)
		if err != nil {
			return fmt.Errorf("place asset: %w", err)
		}
	}
	_, err = t.q.insert(row).On("CONFLICT (id) DO UPDATE").
		Set("record = EXCLUDED.record, position = EXCLUDED.position, kind = EXCLUDED.kind, state = EXCLUDED.state").
		Set("batch = EXCLUDED.batch, filename = EXCLUDED.filename, master_key = EXCLUDED.master_key, size = EXCLUDED.size").
		Set("sha512 = EXCLUDED.sha512, format = EXCLUDED.format, image = EXCLUDED.image, access = EXCLUDED.access").
		Set("failure = EXCLUDED.failure, layer = EXCLUDED.layer, received = EXCLUDED.received").
		Set("publish_by = EXCLUDED.publish_by, publish_revision = EXCLUDED.publish_revision").
		Set("received_by = EXCLUDED.received_by, place = EXCLUDED.place, replacing = EXCLUDED.replacing, replaces = EXCLUDED.replaces").
		Set("replaced_by = EXCLUDED.replaced_by, replaced_at = EXCLUDED.replaced_at, was_public = EXCLUDED.was_public").
		Set("look = EXCLUDED.look, look1 = EXCLUDED.look1, look2 = EXCLUDED.look2, look3 = EXCLUDED.look3, look4 = EXCLUDED.look4").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("write asset: %w", err)
	}
	return nil
}

// AddChange implements archive.Tx.
func (t *tx) AddChange(ctx context.Context, change archive.Change) (int64, error) {
	for _, text := range [...]struct{ field, value string }{
		{"by", change.By}, {"action", string(change.Action)}, {"record", change.Record}, {"asset", change.Asset},
		{"detail", string(change.Detail)}, {"digest", change.Digest},
	} {
		if err := storable(text.field, text.value); err != nil {
			return 0, err
		}
	}
	if change.Vouches() {
		var err error
		if change.Digest, err = t.revisionDigest(ctx, change.Record, change.Revision); err != nil {
			return 0, err
		}
	}
	if !t.begun {
		// No one else can add any until this transaction ends.
		if err := t.begin(ctx); err != nil {
			return 0, err
		}
	}
	t.chain.Add(&change)
	t.changed = true
	t.changes = append(t.changes, newChangeRow(change))
	if err := t.appear(ctx, change); err != nil {
		return 0, err
	}
	if err := t.altered(ctx, change); err != nil {
		return 0, err
	}
	if pkg := change.Package(); pkg != "" {
		t.want(pkg, change.Seq, change.At, change.Action.Rest())
	}
	return change.Seq, nil
}

// User implements archive.Tx.
func (t *tx) User(ctx context.Context, name string) (*archive.User, error) {
	return t.q.user(ctx, name)
}

// PutUser implements archive.Tx. The time at which a user was first added stays.
func (t *tx) PutUser(ctx context.Context, u archive.User) error {
	if err := storable("name", u.Name); err != nil {
		return err
	}
	row := &userRow{Name: u.Name, Role: string(u.Role), PasswordHash: u.PasswordHash, Disabled: u.Disabled, Created: micros(u.Created)}
	_, err := t.q.insert(row).On("CONFLICT (name) DO UPDATE").
		Set("role = EXCLUDED.role, password_hash = EXCLUDED.password_hash, disabled = EXCLUDED.disabled").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	return nil
}

// PutToken implements archive.Tx. A token of no user is an archive.ErrNotFound.
func (t *tx) PutToken(ctx context.Context, user, sha256 string, created time.Time) error {
	if !plain(user) {
		return fmt.Errorf("user %q: %w", user, archive.ErrNotFound)
	}
	known, err := t.q.find((*userRow)(nil)).Where("name = ?", user).Exists(ctx)
	if err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	if !known {
		return fmt.Errorf("user %s: %w", user, archive.ErrNotFound)
	}
	row := &tokenRow{SHA256: sha256, Owner: user, Created: micros(created)}
	if _, err := t.q.insert(row).Exec(ctx); err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	return nil
}

// storable refuses a text that PostgreSQL cannot keep as it is; SQLite could,
// but what is in one catalogue must fit into the other.
func storable(field, value string) error {
	if plain(value) {
		return nil
	}
	return archive.Invalid(field, "%q is not UTF-8 text without NUL", value)
}
