package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type activityRow struct {
	bun.BaseModel `bun:"table:activities"`

	Number int64  `bun:"number,pk"`
	At     int64  `bun:"at"`
	Kind   string `bun:"kind"`
	Record string `bun:"record"`
}

// open reports whether the public sees the record at a moment.
func (row *recordRow) open(at int64) bool {
	return row != nil && row.Visible && row.Opened > 0 && row.Opened <= at
}

// moment is when this transaction shows, alters and takes away whatever it does. It is later
// than that of every transaction before, though clocks differ and run backwards: who has read
// up to a moment has missed nothing that comes with a later transaction.
func (t *tx) moment(ctx context.Context, at time.Time) (int64, error) {
	if t.now > 0 {
		return t.now, nil
	}
	var last []int64
	if err := t.q.from("records").ColumnExpr("stamp").Where("stamp <> 0").Order("stamp DESC").Limit(1).Scan(ctx, &last); err != nil {
		return 0, fmt.Errorf("read when something was last shown: %w", err)
	}
	t.now = micros(at)
	if len(last) > 0 {
		t.now = max(t.now, last[0]+1)
	}
	return t.now, nil
}

// show notes in a record's row, which it is to have next, what becomes of the public's view of it
// by that; before is the row that it had, or nil.
func (t *tx) show(ctx context.Context, before, row *recordRow, at time.Time) error {
	now, err := t.moment(ctx, at)
	if err != nil {
		return err
	}
	was, is := before.open(now), row.open(now)
	if !was && !is {
		return nil
	}
	row.Stamp = now
	if is {
		row.ShownCollection = row.PublicCollection
	} else {
		row.ShownCollection = before.PublicCollection
	}
	t.touch(row.ID, is)
	return nil
}

// touch notes that the public's view of a record changed, and whether it sees the record now.
func (t *tx) touch(record string, shown bool) {
	if _, again := t.touched[record]; !again {
		t.touches = append(t.touches, record)
	}
	t.touched[record] = shown
}

// altered notes that something about a record was changed that the public sees, if it does.
func (t *tx) altered(ctx context.Context, change archive.Change) error {
	switch change.Action {
	case archive.ActionAssetReady, archive.ActionAssetLayer, archive.ActionAssetSuperseded:
	default:
		return nil
	}
	known, err := t.record(ctx, change.Record)
	if err != nil || known == nil || !known.Visible {
		return err
	}
	row := *known
	if err := t.show(ctx, known, &row, change.At); err != nil {
		return err
	}
	if row.Stamp != known.Stamp {
		t.mark(&row)
	}
	return nil
}

// NoteOpened implements archive.Tx.
func (t *tx) NoteOpened(ctx context.Context, ids []string, at time.Time) error {
	now, err := t.moment(ctx, at)
	if err != nil {
		return err
	}
	for _, id := range ids {
		known, err := t.record(ctx, id)
		if err != nil {
			return err
		}
		if !known.open(now) || known.Opened <= known.Stamp {
			continue
		}
		row := *known
		row.Stamp, row.ShownCollection = now, row.PublicCollection
		t.touch(id, true)
		t.mark(&row)
	}
	return nil
}

// erased notes that a record goes which the public sees, or saw without being told of.
func (t *tx) erased(ctx context.Context, stone archive.Tombstone) error {
	now, err := t.moment(ctx, stone.At)
	if err != nil {
		return err
	}
	known, err := t.record(ctx, stone.Record)
	if err != nil || known == nil {
		return err
	}
	if !known.open(now) && (!stone.Public || known.Stamp > 0) {
		return nil
	}
	in := known.ShownCollection
	if known.open(now) {
		in = known.PublicCollection
	}
	t.touch(stone.Record, false)
	_, err = t.q.update((*recordRow)(nil)).Set("stamp = ?, shown_collection = ?", now, in).Where("id = ?", stone.Record).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note that it goes: %w", err)
	}
	return nil
}

// flushActivities adds to the list what became of the records that were touched: those that the public sees
// and that have an image to be looked at are there, all others are not.
func (t *tx) flushActivities(ctx context.Context) error {
	if len(t.touches) == 0 {
		return nil
	}
	last, err := t.q.lastActivity(ctx)
	if err != nil {
		return err
	}
	var rows []activityRow
	for some := range slices.Chunk(t.touches, maxRows) {
		pictured, err := t.q.pictured(ctx, some)
		if err != nil {
			return err
		}
		stood, err := t.q.listed(ctx, some)
		if err != nil {
			return err
		}
		for _, id := range some {
			var kind archive.ActivityKind
			switch is := t.touched[id] && pictured[id]; {
			case is && stood[id]:
				kind = archive.ActivityUpdate
			case is:
				kind = archive.ActivityCreate
			case stood[id]:
				kind = archive.ActivityDelete
			default:
				continue
			}
			last++
			rows = append(rows, activityRow{Number: last, At: t.now, Kind: string(kind), Record: id})
		}
	}
	for some := range slices.Chunk(rows, maxRows) {
		if _, err := t.q.insert(&some).Exec(ctx); err != nil {
			return fmt.Errorf("write activities: %w", err)
		}
	}
	t.touches = t.touches[:0]
	clear(t.touched)
	return nil
}

// hasPicture is what an asset is that can be looked at, and stands in its place.
const hasPicture = "a.kind = 'image' AND a.state = 'ready' AND a.replaced_at = 0"

// pictured returns those of some records that have an image that can be looked at.
func (q queries) pictured(ctx context.Context, of []string) (map[string]bool, error) {
	var ids []string
	err := q.from("assets AS a").ColumnExpr("DISTINCT a.record").Where("a.record IN (?)", bun.List(of)).Where(hasPicture).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("look which records have images: %w", err)
	}
	return among(ids), nil
}

// listed returns those of some records that the list of activities, as far as it goes, leaves standing.
func (q queries) listed(ctx context.Context, of []string) (map[string]bool, error) {
	var ids []string
	latest := q.from("activities").ColumnExpr("max(number)").Where("record IN (?)", bun.List(of)).Group("record")
	err := q.from("activities").ColumnExpr("record").Where("number IN (?)", latest).Where("kind <> ?", archive.ActivityDelete).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("look which records are listed: %w", err)
	}
	return among(ids), nil
}

func among(ids []string) map[string]bool {
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// shownRow is what of a record's row says what was shown of it.
type shownRow struct {
	ID              string
	Stamp           int64
	ShownCollection string
	Gone            bool
}

func (row *shownRow) shown() archive.Shown {
	return archive.Shown{ID: row.ID, At: fromMicros(row.Stamp), Collection: row.ShownCollection, Gone: row.Gone}
}

// selectShown begins a query for what was shown. A record is not gone if it is open by what was noted
// last: the end of an embargo counts once it is noted.
func (q queries) selectShown() *bun.SelectQuery {
	return q.from("records AS r").
		ColumnExpr("r.id, r.stamp, r.shown_collection, NOT (r.visible AND r.opened > 0 AND r.opened <= r.stamp) AS gone").Where("r.stamp <> 0")
}

func (q queries) listShown(ask archive.ShownQuery) *bun.SelectQuery {
	s := q.selectShown().Order("r.stamp", "r.id")
	if ask.Collection != "" {
		s = s.Where("r.shown_collection = ?", ask.Collection)
	}
	if !ask.Before.IsZero() {
		s = s.Where("r.stamp < ?", micros(ask.Before))
	}
	// One beginning alone, so that the database cannot choose the wrong one to begin from; the condition of
	// the indexes is none for that reason.
	if after := micros(ask.After.At); after > 0 && after >= micros(ask.From) {
		return s.Where("(r.stamp, r.id) > (?, ?)", after, ask.After.ID)
	}
	return s.Where("r.stamp >= ?", max(1, micros(ask.From)))
}

// Shown implements archive.Catalog.
func (c *Catalog) Shown(ctx context.Context, ask archive.ShownQuery) ([]archive.Shown, error) {
	if !plain(ask.Collection) || !plain(ask.After.ID) {
		return nil, nil
	}
	if ask.Limit <= 0 {
		ask.Limit = 100
	}
	var rows []shownRow
	if err := c.read().listShown(ask).Limit(int64(ask.Limit)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read what was shown: %w", err)
	}
	out := make([]archive.Shown, len(rows))
	for i := range rows {
		out[i] = rows[i].shown()
	}
	return out, nil
}

// ShownRecord implements archive.Catalog.
func (c *Catalog) ShownRecord(ctx context.Context, id string) (*archive.Shown, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	var rows []shownRow
	if err := c.read().selectShown().Where("r.id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read what was shown: %w", err)
	}
	if len(rows) == 0 {
		return nil, archive.ErrNotFound
	}
	s := rows[0].shown()
	return &s, nil
}

// FirstShown implements archive.Catalog.
func (c *Catalog) FirstShown(ctx context.Context) (time.Time, error) {
	first, err := c.Shown(ctx, archive.ShownQuery{Limit: 1})
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return first[0].At, nil
}

func (q queries) toOpen(by time.Time) *bun.SelectQuery {
	return q.from("records AS r").ColumnExpr("r.id").Where("r.opened > r.stamp").Where("r.opened <= ?", micros(by)).Order("r.opened")
}

// ToOpen implements archive.Catalog.
func (c *Catalog) ToOpen(ctx context.Context, by time.Time, limit int) (ids []string, err error) {
	if err := c.read().toOpen(by).Limit(int64(limit)).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("read ends of embargoes: %w", err)
	}
	return ids, nil
}

// Activities implements archive.Catalog.
func (c *Catalog) Activities(ctx context.Context, after int64, limit int) ([]archive.Activity, error) {
	var rows []activityRow
	if err := c.read().find(&rows).Where("number > ?", after).Order("number").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read activities: %w", err)
	}
	out := make([]archive.Activity, len(rows))
	for i, row := range rows {
		out[i] = archive.Activity{Number: row.Number, At: fromMicros(row.At), Kind: archive.ActivityKind(row.Kind), Record: row.Record}
	}
	return out, nil
}

// LastActivity implements archive.Catalog.
func (c *Catalog) LastActivity(ctx context.Context) (int64, error) { return c.read().lastActivity(ctx) }

func (q queries) lastActivity(ctx context.Context) (last int64, err error) {
	if err := q.from("activities").ColumnExpr("coalesce(max(number), 0)").Scan(ctx, &last); err != nil {
		return 0, fmt.Errorf("read last activity: %w", err)
	}
	return last, nil
}

// noteShown completes what the step of the schema noted, by what only the content of revisions says: records
// that were closed to the public by a revision after one that was open. It begins the list of
// activities with one for each record that can be looked at. It is part of the migration's transaction.
func (c *Catalog) noteShown(ctx context.Context, q queries) error {
	var rows []struct {
		Record string
		At     int64
		Body   string
	}
	err := q.from("changes AS c").ColumnExpr("c.record, c.at, v.body").
		Join("JOIN records AS r ON r.id = c.record").Join("JOIN revisions AS v ON v.record = c.record AND v.number = c.revision").
		Where("c.action = ?", archive.ActionWithdrawn).Where("r.visible AND r.stamp = 0").Order("c.seq").Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read what was closed: %w", err)
	}
	for _, row := range rows {
		var r archive.Record
		if err := json.Unmarshal([]byte(row.Body), &r); err != nil {
			return fmt.Errorf("decode record %s: %w", row.Record, err)
		}
		if !r.Rights.Open(fromMicros(row.At)) {
			continue
		}
		_, err := q.build.NewRaw("UPDATE records SET stamp = ?, shown_collection = ? WHERE id = ?", row.At, r.Collection, row.Record).Conn(q.conn).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note that record %s was closed: %w", row.Record, err)
		}
	}
	_, err = q.build.NewRaw(`INSERT INTO activities (number, at, kind, record)
		SELECT row_number() OVER (ORDER BY r.stamp, r.id), r.stamp, ?, r.id FROM records AS r
		WHERE r.visible AND r.opened > 0 AND r.opened <= r.stamp AND EXISTS (SELECT 1 FROM assets AS a WHERE a.record = r.id AND `+hasPicture+`)`,
		archive.ActivityCreate).Conn(q.conn).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin the list of activities: %w", err)
	}
	return nil
}
