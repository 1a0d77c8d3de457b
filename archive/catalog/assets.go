package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type assetRow struct {
	bun.BaseModel `bun:"table:assets,alias:a"`

	ID        string `bun:"id,pk"`
	Record    string `bun:"record"`
	Position  int    `bun:"position"`
	Kind      string `bun:"kind"`
	State     string `bun:"state"`
	Batch     string `bun:"batch"`
	Filename  string `bun:"filename"`
	MasterKey string `bun:"master_key"`
	Size      int64  `bun:"size"`
	SHA512    string `bun:"sha512"`
	Format    string `bun:"format"`
	Image     string `bun:"image"`
	Access    string `bun:"access"`
	Failure   string `bun:"failure"`
	Layer     string `bun:"layer"`
	Received  int64  `bun:"received"`

	PublishBy       string `bun:"publish_by"`
	PublishRevision int    `bun:"publish_revision"`

	ReceivedBy string `bun:"received_by"`
	Place      string `bun:"place"`
	Replacing  string `bun:"replacing"`
	Replaces   string `bun:"replaces"`
	ReplacedBy string `bun:"replaced_by"`
	ReplacedAt int64  `bun:"replaced_at"`
	WasPublic  bool   `bun:"was_public"`

	// What the image looks like, and the four bands of it that are looked up by;
	// all 0 for what cannot be shown, or is not to be compared.
	Look  int64 `bun:"look"`
	Look1 int   `bun:"look1"`
	Look2 int   `bun:"look2"`
	Look3 int   `bun:"look3"`
	Look4 int   `bun:"look4"`
}

// toJSON encodes an optional part of an asset; "" for none.
func toJSON[T any](v *T) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func fromJSON[T any](s string) (*T, error) {
	if s == "" {
		return nil, nil
	}
	v := new(T)
	return v, json.Unmarshal([]byte(s), v)
}

func newAssetRow(a archive.Asset) (*assetRow, error) {
	row := &assetRow{
		ID: a.ID, Record: a.Record, Position: a.Position, Kind: string(a.Kind), State: string(a.State), Batch: a.Batch,
		Filename: a.Master.Filename, MasterKey: a.Master.Key, Size: a.Master.Size, SHA512: a.Master.SHA512, Format: a.Master.Format,
		Received: micros(a.Received), PublishBy: a.PublishBy, PublishRevision: a.PublishRevision,
		ReceivedBy: a.ReceivedBy, Place: a.Place, Replacing: a.Replacing, Replaces: a.Replaces,
		ReplacedBy: a.ReplacedBy, ReplacedAt: micros(a.ReplacedAt), WasPublic: a.WasPublic,
	}
	var err error
	if row.Image, err = toJSON(a.Image); err == nil {
		if row.Access, err = toJSON(a.Access); err == nil {
			if row.Failure, err = toJSON(a.Failure); err == nil {
				row.Layer, err = toJSON(a.Layer)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	if a.Servable() && !a.Replaced() && a.Access.Look.Telling() {
		row.setLook(a.Access.Look)
	}
	return row, nil
}

func (row *assetRow) asset() (*archive.Asset, error) {
	a := &archive.Asset{
		ID: row.ID, Record: row.Record, Position: row.Position, Kind: archive.AssetKind(row.Kind),
		State: archive.AssetState(row.State), Batch: row.Batch, Received: fromMicros(row.Received),
		PublishBy: row.PublishBy, PublishRevision: row.PublishRevision,
		ReceivedBy: row.ReceivedBy, Place: row.Place, Replacing: row.Replacing, Replaces: row.Replaces,
		ReplacedBy: row.ReplacedBy, ReplacedAt: fromMicros(row.ReplacedAt), WasPublic: row.WasPublic,
		Master: archive.Master{Filename: row.Filename, Key: row.MasterKey, Size: row.Size, SHA512: row.SHA512, Format: row.Format},
	}
	var err error
	if a.Image, err = fromJSON[archive.Image](row.Image); err == nil {
		if a.Access, err = fromJSON[archive.Access](row.Access); err == nil {
			if a.Failure, err = fromJSON[archive.Failure](row.Failure); err == nil {
				a.Layer, err = fromJSON[archive.Layer](row.Layer)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("decode asset %s: %w", row.ID, err)
	}
	return a, nil
}

// Asset implements archive.Catalog.
func (c *Catalog) Asset(ctx context.Context, id string) (*archive.Asset, error) {
	return c.read().asset(ctx, id)
}

func (q queries) asset(ctx context.Context, id string) (*archive.Asset, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	var row assetRow
	if err := q.find(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	return row.asset()
}

// Assets implements archive.Catalog. A limit of 0 means 100.
func (c *Catalog) Assets(ctx context.Context, query archive.AssetQuery) ([]*archive.Asset, error) {
	if !plain(query.Record + query.Batch + string(query.State) + query.SHA512 + strings.Join(query.IDs, "") + query.Filename + query.After) {
		return nil, nil
	}
	if query.Limit <= 0 {
		query.Limit = 100
	}
	var rows []assetRow
	q := c.read().find(&rows).Order("id").Limit(int64(query.Limit))
	for _, w := range []struct{ condition, value string }{
		{"record = ?", query.Record}, {"batch = ?", query.Batch}, {"state = ?", string(query.State)},
		{"sha512 = ?", query.SHA512}, {"id > ?", query.After},
	} {
		if w.value != "" {
			q = q.Where(w.condition, w.value)
		}
	}
	if query.State == "" && len(query.IDs) == 0 {
		q = q.Where("state <> ?", archive.AssetErased)
	}
	if len(query.IDs) > 0 {
		q = q.Where("id IN (?)", bun.List(query.IDs))
	}
	if query.Filename != "" {
		q = q.Where("filename = ? AND size = ?", query.Filename, query.Size)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	out := make([]*archive.Asset, len(rows))
	for i := range rows {
		var err error
		if out[i], err = rows[i].asset(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AssetCounts implements archive.Catalog. States in which there is none are
// left out.
func (c *Catalog) AssetCounts(ctx context.Context, batch string) (map[archive.AssetState]int, error) {
	out := map[archive.AssetState]int{}
	if !plain(batch) {
		return out, nil
	}
	var rows []struct {
		State string
		N     int
	}
	q := c.read().from("assets").Column("state").ColumnExpr("count(*) AS n").Group("state")
	if batch != "" {
		q = q.Where("batch = ?", batch)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count assets: %w", err)
	}
	for _, row := range rows {
		out[archive.AssetState(row.State)] = row.N
	}
	return out, nil
}
