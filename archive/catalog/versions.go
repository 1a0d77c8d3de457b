package catalog

import (
	"context"
	"fmt"

	"hexi/archive"
)

// Replaced implements archive.Catalog.
func (c *Catalog) Replaced(ctx context.Context) (map[string]archive.Replacement, error) {
	var rows []assetRow
	err := c.read().find(&rows).Column("id", "record", "replaced_by", "replaced_at", "was_public").Where("replaced_by <> ''").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read replaced assets: %w", err)
	}
	out := make(map[string]archive.Replacement, len(rows))
	for _, row := range rows {
		out[row.ID] = archive.Replacement{Record: row.Record, By: row.ReplacedBy, At: fromMicros(row.ReplacedAt), Public: row.WasPublic}
	}
	return out, nil
}

// versions looks whether what assets say of each other names assets of their record, and
// fits together.
func (v *verifier) versions(ctx context.Context) error {
	const others = "EXISTS (SELECT 1 FROM assets AS o WHERE o.record = a.record AND o.id <> a.id AND o.id = a."
	for column, says := range map[string]string{
		"place": "stands in the place of", "replacing": "is to take the place of", "replaces": "took the place of", "replaced_by": "was replaced by",
	} {
		var rows []assetRow
		err := v.q.find(&rows).Where("a." + column + " <> ''").Where("NOT " + others + column + ")").Order("a.id").Limit(maxTold).Scan(ctx)
		if err != nil {
			return fmt.Errorf("read assets that were replaced: %w", err)
		}
		for _, row := range rows {
			other := map[string]string{"place": row.Place, "replacing": row.Replacing, "replaces": row.Replaces, "replaced_by": row.ReplacedBy}[column]
			v.fault(Fault{
				Kind: FaultInconsistent, Record: row.Record, Asset: row.ID, Row: "assets/" + row.ID,
				Why: fmt.Sprintf("it %s %q, which is no other asset of its record", says, other),
			})
		}
	}
	var rows []assetRow
	err := v.q.find(&rows).Where("(a.replaced_by = '' AND (a.replaced_at <> 0 OR a.was_public)) OR (a.replaced_by <> '' AND a.replaced_at = 0) OR (a.replacing <> '' AND a.replaces <> '')").
		Order("a.id").Limit(maxTold).Scan(ctx)
	if err != nil {
		return fmt.Errorf("read assets that were replaced: %w", err)
	}
	for _, row := range rows {
		v.fault(Fault{
			Kind: FaultInconsistent, Record: row.Record, Asset: row.ID, Row: "assets/" + row.ID,
			Why: "what it says of how it was replaced, or is to replace another, contradicts itself",
		})
	}
	return nil
}

// makeVersions notes who sent each master, and which asset took the place of those that
// were superseded before that was kept. It is part of the migration's transaction.
func (c *Catalog) makeVersions(ctx context.Context, q queries) error {
	_, err := q.build.NewRaw("UPDATE assets SET received_by = coalesce((SELECT c.author FROM changes AS c WHERE c.record = assets.record"+
		" AND c.asset = assets.id AND c.action = ? ORDER BY c.seq DESC LIMIT 1), '') WHERE state <> ?", archive.ActionAssetAdded, archive.AssetErased).
		Conn(q.conn).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note who sent the masters: %w", err)
	}
	var records []string
	err = q.from("assets").ColumnExpr("DISTINCT record").Where("state = ?", archive.AssetSuperseded).Order("record").Scan(ctx, &records)
	if err != nil {
		return fmt.Errorf("read superseded assets: %w", err)
	}
	for _, record := range records {
		if err := q.fillVersions(ctx, record); err != nil {
			return fmt.Errorf("versions of the assets of record %s: %w", record, err)
		}
	}
	return nil
}

func (q queries) fillVersions(ctx context.Context, record string) error {
	var rows []assetRow
	// Only what there is at this step of the schema.
	err := q.find(&rows).Column("id", "record", "position", "state", "filename", "image", "access", "received", "received_by", "replaces", "replaced_by", "replaced_at").
		Where("record = ?", record).Order("position", "received", "id").Scan(ctx)
	if err != nil {
		return err
	}
	var changes []changeRow
	if err := q.find(&changes).Where("record = ?", record).Where("asset <> ''").Order("seq").Scan(ctx); err != nil {
		return err
	}
	assets, err := assetsFrom(rows)
	if err != nil {
		return err
	}
	log := make([]archive.Change, len(changes))
	for i := range changes {
		log[i] = changes[i].change()
	}
	archive.FillVersions(assets, log)
	for _, a := range assets {
		row := assetRow{ID: a.ID, State: string(a.State), Replaces: a.Replaces, ReplacedBy: a.ReplacedBy, ReplacedAt: micros(a.ReplacedAt)}
		if _, err := q.update(&row).Column("state", "replaces", "replaced_by", "replaced_at").WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
