package catalog

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// lookBands cuts a look into four bands of 16 bits. Each takes every fourth place,
// so that it sees the whole picture: a band of neighbours would be the same for
// every photograph with an even sky or an even ground.
func lookBands(l archive.Look) (bands [4]int) {
	for place := range 64 {
		bands[place%4] |= int(l>>place&1) << (place / 4)
	}
	return bands
}

func (row *assetRow) setLook(l archive.Look) {
	bands := lookBands(l)
	row.Look, row.Look1, row.Look2, row.Look3, row.Look4 = int64(l), bands[0], bands[1], bands[2], bands[3] //nolint:gosec // the same 64 bits
}

type lookRow struct {
	ID   string
	Look int64
}

// sameBand finds those whose look has the same n-th band, from 0.
func (q queries) sameBand(l archive.Look, n int) *bun.SelectQuery {
	column := [...]string{"look1", "look2", "look3", "look4"}[n]
	// Naming the index' condition lets it be used.
	return q.from("assets").Column("id", "look").Where("look <> 0").Where("? = ?", bun.Ident(column), lookBands(l)[n])
}

// LooksNear implements archive.Catalog.
func (c *Catalog) LooksNear(ctx context.Context, l archive.Look) ([]archive.LookMatch, error) {
	if !l.Telling() {
		return nil, nil
	}
	var out []archive.LookMatch
	seen := map[string]bool{}
	for n := range 4 {
		var rows []lookRow
		if err := c.read().sameBand(l, n).Scan(ctx, &rows); err != nil {
			return nil, fmt.Errorf("find similar images: %w", err)
		}
		for _, row := range rows {
			d := l.Distance(archive.Look(row.Look)) //nolint:gosec // the same 64 bits
			if d <= archive.NearLook && !seen[row.ID] {
				seen[row.ID] = true
				out = append(out, archive.LookMatch{Asset: row.ID, Distance: d})
			}
		}
	}
	return out, nil
}
