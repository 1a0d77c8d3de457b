package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hexi/archive"
)

// stand notes since when the record has been there to be found, once it is as it is now;
// was is whether it was visible before. The entry of the log that publishes it comes next,
// and gives its number to it (appear).
func (row *recordRow) stand(was bool, at, opens time.Time) {
	if !row.Visible || !was {
		row.Appeared, row.Opened = 0, 0
	}
	if row.Visible {
		row.Opened = micros(archive.Opened(fromMicros(row.Opened), at, opens))
	}
}

// appear notes the entry that published a record which was not visible before.
func (t *tx) appear(ctx context.Context, change archive.Change) error {
	if change.Action != archive.ActionPublished {
		return nil
	}
	known, err := t.record(ctx, change.Record)
	if err != nil || known == nil || !known.Visible || known.Appeared != 0 {
		return err
	}
	row := *known
	row.Appeared = change.Seq
	t.mark(&row)
	return nil
}

// noteClosed corrects what the step of the schema took for open: records that are
// published, and closed to the public. It is part of the migration's transaction.
func (c *Catalog) noteClosed(ctx context.Context, q queries) error {
	var rows []struct {
		ID     string
		Opened int64
		Body   string
	}
	err := q.from("records AS r").ColumnExpr("r.id, r.opened, v.body").Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.published").
		Where("r.visible").Where("v.body LIKE ?", `%"tier":"%`).Order("r.id").Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read published records: %w", err)
	}
	for _, row := range rows {
		var r archive.Record
		if err := json.Unmarshal([]byte(row.Body), &r); err != nil {
			return fmt.Errorf("decode record %s: %w", row.ID, err)
		}
		opened := micros(r.Rights.Opens(fromMicros(row.Opened)))
		if opened == row.Opened {
			continue
		}
		if _, err := q.build.NewRaw("UPDATE records SET opened = ? WHERE id = ?", opened, row.ID).Conn(q.conn).Exec(ctx); err != nil {
			return fmt.Errorf("note since when record %s is public: %w", row.ID, err)
		}
	}
	return nil
}
