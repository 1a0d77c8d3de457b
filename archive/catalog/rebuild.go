package catalog

import (
	"context"
	"errors"
	"fmt"

	"hexi/archive"
)

// metaRebuild is the name under which the state of a rebuild is kept.
const metaRebuild = "rebuild"

// RebuildState implements archive.PackageCatalog.
func (c *Catalog) RebuildState(ctx context.Context) (string, error) {
	var row metaRow
	err := notFound(c.read().find(&row).Where("name = ?", metaRebuild).Scan(ctx))
	if errors.Is(err, archive.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read state of rebuild: %w", err)
	}
	return row.Value, nil
}

// NoteRebuild implements archive.PackageTx.
func (t *tx) NoteRebuild(ctx context.Context, state string) error {
	_, err := t.q.insert(&metaRow{Name: metaRebuild, Value: state}).On("CONFLICT (name) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write state of rebuild: %w", err)
	}
	return nil
}

// Rebuild implements archive.PackageTx.
func (t *tx) Rebuild(ctx context.Context, r archive.Rebuilt) error {
	e := &r.Entry
	known, err := t.record(ctx, e.Record.ID)
	if err != nil {
		return err
	}
	if known == nil || known.Revision != e.Revision || e.Published < 0 || e.Published > len(r.Revisions) {
		return fmt.Errorf("revision %d of record %s: %w", e.Published, e.Record.ID, archive.ErrNotFound)
	}
	row := new(recordRow)
	*row = *known
	row.Created, row.Updated, row.PublishedAt = micros(e.Created), micros(e.Updated), micros(r.Published)
	row.Published, row.Withdrawn, row.Visible = e.Published, e.Withdrawn, e.Published > 0 && !e.Withdrawn
	if e.Published > 0 {
		public := r.Revisions[e.Published-1].Record
		row.PublicCollection, row.PublicKind, row.PublicPartOf = public.Collection, string(public.Kind), public.PartOf
	}
	if row.Visible {
		row.Opened = micros(r.Opened)
	}
	if err := t.showAgain(ctx, row, r.Seen); err != nil {
		return err
	}
	t.mark(row)
	return nil
}

// showAgain notes what the public sees of a record that was read back: as of now, since nobody
// knows what was shown between the package and the loss of the catalogue.
func (t *tx) showAgain(ctx context.Context, row *recordRow, seen bool) error {
	if err := t.show(ctx, nil, row, t.catalog.now()); err != nil || !seen || row.Stamp > 0 {
		return err
	}
	row.Stamp, row.ShownCollection = t.now, row.PublicCollection // gone, and no news to those who look at pictures
	return nil
}

// HasPackage implements archive.PackageTx.
func (t *tx) HasPackage(ctx context.Context, p archive.Preserved) error {
	row := t.wanted[p.Package]
	if row == nil {
		row = &preservationRow{Package: p.Package}
		t.wanted[p.Package] = row
	}
	row.Wanted, row.Written, row.Head, row.Clean, row.Due = p.Seq, p.Seq, p.Head, p.Clean, 0
	return nil
}
