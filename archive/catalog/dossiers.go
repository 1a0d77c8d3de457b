package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// maxWhole is the latest revision of records whose dossiers are read together, whole;
// those with a longer history are read one by one, and only from where their packages
// end. So are the few that are withdrawn, which have a tombstone.
const maxWhole = 20

// Dossiers implements archive.PackageCatalog.
func (c *Catalog) Dossiers(ctx context.Context, ids []string) (map[string]*archive.Dossier, error) {
	out := make(map[string]*archive.Dossier, len(ids))
	err := c.snapshot(ctx, func(q queries) error { return q.dossiers(ctx, ids, out) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (q queries) dossiers(ctx context.Context, ids []string, out map[string]*archive.Dossier) error {
	if len(ids) == 0 {
		return nil
	}
	log, before, err := q.lineage(ctx)
	if err != nil {
		return err
	}
	var entries []entryRow
	if err := q.selectEntries(&entries, false).Where("r.id IN (?)", bun.List(ids)).Where("r.revision <= ?", maxWhole).Where("NOT r.withdrawn").Scan(ctx); err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	ids = ids[:0:0]
	for i := range entries {
		entry, err := entries[i].entry(false)
		if err != nil {
			return err
		}
		ids = append(ids, entries[i].ID)
		out[entries[i].ID] = &archive.Dossier{Log: log, Before: before, Entry: *entry, Published: fromMicros(entries[i].PublishedAt)}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []assetRow
	if err := q.find(&rows).Where("record IN (?)", bun.List(ids)).Order("record", "position", "id").Scan(ctx); err != nil {
		return fmt.Errorf("read assets: %w", err)
	}
	assets, err := assetsFrom(rows)
	if err != nil {
		return err
	}
	for _, a := range assets {
		d := out[a.Record]
		d.Entry.Assets = append(d.Entry.Assets, a)
	}
	var revisions []revisionRow
	if err := q.find(&revisions).Where("record IN (?)", bun.List(ids)).Order("record", "number").Scan(ctx); err != nil {
		return fmt.Errorf("read revisions: %w", err)
	}
	for i := range revisions {
		rev, err := revisions[i].revision()
		if err != nil {
			return err
		}
		d := out[revisions[i].Record]
		d.Revisions = append(d.Revisions, *rev)
	}
	var changes []changeRow
	if err := q.find(&changes).Where("record IN (?)", bun.List(ids)).Order("record", "seq").Scan(ctx); err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	for i := range changes {
		d := out[changes[i].Record]
		d.Changes, d.Seq = append(d.Changes, changes[i].change()), changes[i].Seq
	}
	return nil
}

// lineage is the catalogue's own name, and those of the catalogues that it was put back
// from.
func (q queries) lineage(ctx context.Context) (name string, before []string, err error) {
	var rows []metaRow
	if err := q.find(&rows).Where("name IN (?)", bun.List([]string{metaID, metaAncestors})).Scan(ctx); err != nil {
		return "", nil, fmt.Errorf("read the catalogue's identity: %w", err)
	}
	for _, row := range rows {
		if row.Name == metaID {
			name = row.Value
		} else {
			before = strings.Fields(row.Value)
		}
	}
	if name == "" {
		return "", nil, fmt.Errorf("read the catalogue's identity: %w", archive.ErrNotFound)
	}
	return name, before, nil
}
