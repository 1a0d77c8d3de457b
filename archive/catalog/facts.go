package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hexi/archive"
)

// factPrefix begins the names of facts, so that none is taken for what the catalogue
// itself keeps in the same table.
const factPrefix = "check-"

// Fact returns what was kept under a name by KeepFact, "" for nothing.
func (c *Catalog) Fact(ctx context.Context, name string) (string, error) {
	var row metaRow
	err := notFound(c.read().find(&row).Where("name = ?", name).Scan(ctx))
	if errors.Is(err, archive.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read fact %s: %w", name, err)
	}
	return row.Value, nil
}

// KeepFact keeps a text about the catalogue under a name, in place of what was there.
// It is for what processes tell each other, and no part of the archive: it has no
// entry in the log, and a rebuilt catalogue does without.
func (c *Catalog) KeepFact(ctx context.Context, name, value string) error {
	if !strings.HasPrefix(name, factPrefix) {
		return archive.Invalid("name", "%q does not begin with %s", name, factPrefix)
	}
	if err := storable("value", value); err != nil {
		return err
	}
	_, err := c.write().insert(&metaRow{Name: name, Value: value}).On("CONFLICT (name) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep fact %s: %w", name, err)
	}
	return nil
}

// ClaimFact is KeepFact if what is there still is before ("" for nothing), and reports
// whether it was: of several processes one has it.
func (c *Catalog) ClaimFact(ctx context.Context, name, before, value string) (bool, error) {
	if before == "" {
		result, err := c.write().insert(&metaRow{Name: name, Value: value}).On("CONFLICT (name) DO NOTHING").Returning("NULL").Exec(ctx)
		if err != nil {
			return false, fmt.Errorf("claim fact %s: %w", name, err)
		}
		n, err := result.RowsAffected()
		return n == 1, err
	}
	result, err := c.write().update(&metaRow{Name: name, Value: value}).Column("value").WherePK().Where("value = ?", before).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("claim fact %s: %w", name, err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// RecordIDs returns up to limit ids of records after one, in their order; those of
// drafts and withdrawn records among them.
func (c *Catalog) RecordIDs(ctx context.Context, after string, limit int) ([]string, error) {
	if !plain(after) {
		return nil, archive.Invalid("after", "%q is not an id", after)
	}
	var ids []string
	if err := c.read().from("records").Column("id").Where("id > ?", after).Where("kind <> ''").Order("id").Limit(int64(limit)).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("list records: %w", err)
	}
	return ids, nil
}

// CountRecords counts all records.
func (c *Catalog) CountRecords(ctx context.Context) (int, error) {
	return c.Count(ctx, archive.ListQuery{})
}

// PackageState says how the preservation package of a record stands.
func (c *Catalog) PackageState(ctx context.Context, id string) (archive.PackageState, error) {
	var row preservationRow
	err := notFound(c.read().find(&row).Where("package = ?", id).Scan(ctx))
	if errors.Is(err, archive.ErrNotFound) {
		return archive.PackageState{}, nil
	}
	if err != nil {
		return archive.PackageState{}, fmt.Errorf("look at package %s: %w", id, err)
	}
	return archive.PackageState{Known: true, Written: row.Head > 0, Due: row.Due > 0 || !row.Clean, Taken: row.Worker != "", Error: row.Error}, nil
}

// WantPackage has the preservation package of a record written again, by whoever works
// jobs.
func (c *Catalog) WantPackage(ctx context.Context, id string) error {
	now := micros(c.now())
	row := &preservationRow{Package: id, Due: now, Since: now}
	_, err := c.write().insert(row).On("CONFLICT (package) DO UPDATE").
		Set("due = CASE WHEN p.due > 0 AND p.due < EXCLUDED.due THEN p.due ELSE EXCLUDED.due END").
		Set("since = CASE WHEN p.due > 0 THEN p.since ELSE EXCLUDED.since END").Exec(ctx)
	if err != nil {
		return fmt.Errorf("want package %s: %w", id, err)
	}
	return nil
}
