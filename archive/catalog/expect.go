package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// expected is a record as it was read before it was asked for.
type expected struct {
	row    *entryRow // nil: there is none
	assets []archive.Asset
}

// Expect implements archive.Tx. Two statements read what would take two for each record.
// An answer is dropped where the record or its assets are written, and so is never older
// than the transaction's own doings.
func (t *tx) Expect(ctx context.Context, ids []string) error {
	wanted := make([]string, 0, len(ids))
	for _, id := range ids {
		if archive.ValidID(id) && !t.dirty[id] {
			wanted = append(wanted, id)
		}
	}
	for some := range slices.Chunk(wanted, maxIn) {
		var rows []entryRow
		err := t.q.find(&rows).ColumnExpr("r.*").ColumnExpr("v.body").
			Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.revision").
			Where("r.id IN (?)", bun.List(some)).Scan(ctx)
		if err != nil {
			return fmt.Errorf("read records: %w", err)
		}
		for _, id := range some {
			t.ahead[id] = expected{}
		}
		there := make([]string, len(rows))
		for i := range rows {
			there[i] = rows[i].ID
			t.ahead[rows[i].ID] = expected{row: &rows[i]}
		}
		assets, err := t.q.assetsOf(ctx, there)
		if err != nil {
			return err
		}
		for _, a := range assets {
			e := t.ahead[a.Record]
			e.assets = append(e.assets, a)
			t.ahead[a.Record] = e
		}
	}
	return nil
}

// forgetAssets drops what was read ahead, since assets are written.
func (t *tx) forgetAssets() { clear(t.ahead) }
