package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// verifyPage is how many rows are read at a time.
const verifyPage = 500

// verifiedRow is a record with all that its row is made from.
type verifiedRow struct {
	recordRow `bun:",extend"`

	Body       *string `bun:"body"`        // of its latest revision
	PublicBody *string `bun:"public_body"` // of the one that the public sees
	Erasure    *int64  `bun:"erasure"`     // the log's entry of it that its tombstone names
}

// history is what the revisions of a record come to.
type history struct {
	Record  string
	N       int
	Lowest  int
	Highest int
	First   int64
	Latest  int64
}

// records compares each record's row with its revisions, which it was made from.
func (v *verifier) records(ctx context.Context) error {
	for after := ""; ; {
		var rows []verifiedRow
		err := v.q.find(&rows).ColumnExpr("r.*").ColumnExpr("v.body AS body").ColumnExpr("p.body AS public_body").ColumnExpr("t.erased AS erasure").
			Join("LEFT JOIN revisions AS v ON v.record = r.id AND v.number = r.revision").
			Join("LEFT JOIN revisions AS p ON p.record = r.id AND p.number = r.published").
			Join("LEFT JOIN tombstones AS t ON t.record = r.id").
			Where("r.id > ?", after).Order("r.id").Limit(verifyPage).Scan(ctx)
		if err != nil {
			return fmt.Errorf("read records: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
		}
		var histories []history
		err = v.q.from("revisions").ColumnExpr("record, count(*) AS n, min(number) AS lowest, max(number) AS highest, min(at) AS first, max(at) AS latest").
			Where("record IN (?)", bun.List(ids)).Group("record").Scan(ctx, &histories)
		if err != nil {
			return fmt.Errorf("read revisions: %w", err)
		}
		of := make(map[string]history, len(histories))
		for _, h := range histories {
			of[h.Record] = h
			v.rows += int64(h.N)
		}
		for i := range rows {
			v.rows++
			v.record(&rows[i], of[rows[i].ID])
		}
		after = ids[len(ids)-1]
	}
}

func (v *verifier) record(row *verifiedRow, h history) {
	fault := func(kind, format string, args ...any) {
		v.fault(Fault{Kind: kind, Record: row.ID, Row: "records/" + row.ID, Why: fmt.Sprintf(format, args...)})
	}
	if !archive.ValidID(row.ID) {
		fault(FaultUnreadable, "%q is no id of a record", row.ID)
	}
	switch {
	case row.Revision < 1 || row.Body == nil:
		fault(FaultInconsistent, "its latest revision is number %d, which there is not", row.Revision)
		return
	case h.N != row.Revision || h.Lowest != 1 || h.Highest != row.Revision:
		fault(FaultInconsistent, "it is at revision %d, and there are %d, from %d to %d", row.Revision, h.N, h.Lowest, h.Highest)
	case row.Published < 0 || row.Published > 0 && row.PublicBody == nil:
		fault(FaultInconsistent, "the public sees its revision %d, which there is not", row.Published)
		return
	}
	if erased(*row.Body) {
		if row.Erasure == nil || *row.Erasure == 0 {
			fault(FaultInconsistent, "its revisions were erased, and no tombstone says so")
		}
		return
	}
	record, err := decodeRecord(*row.Body)
	if err != nil {
		fault(FaultUnreadable, "its revision %d is no record: %v", row.Revision, err)
		return
	}
	if record.ID != row.ID {
		fault(FaultInconsistent, "its revision %d is of the record %q", row.Revision, record.ID)
	}
	want := row.recordRow
	want.describe(record)
	want.Visible = want.Published > 0 && !want.Withdrawn
	want.PublicCollection, want.PublicKind, want.PublicPartOf = "", "", ""
	if row.PublicBody != nil {
		public, err := decodeRecord(*row.PublicBody)
		if err != nil {
			fault(FaultUnreadable, "its revision %d is no record: %v", row.Published, err)
			return
		}
		want.PublicCollection, want.PublicKind, want.PublicPartOf = public.Collection, string(public.Kind), public.PartOf
	}
	want.Created = h.First
	if want.Updated < h.Latest {
		want.Updated = h.Latest
	}
	if row.Published == 0 {
		want.PublishedAt = 0
	} else if want.PublishedAt == 0 {
		want.PublishedAt = -1 // there must be one
	}
	if differs := differing(row.recordRow, want); differs != "" {
		fault(FaultInconsistent, "%s is not what its revisions say", differs)
	}
}

// differing names the columns in which two rows of a record differ.
func differing(a, b recordRow) string {
	var out []string
	for _, c := range []struct {
		name string
		same bool
	}{
		{"collection", a.Collection == b.Collection}, {"kind", a.Kind == b.Kind}, {"part_of", a.PartOf == b.PartOf},
		{"accession", a.Accession == b.Accession}, {"holder", a.Holder == b.Holder}, {"accession_key", a.AccessionKey == b.AccessionKey},
		{"visible", a.Visible == b.Visible}, {"public_collection", a.PublicCollection == b.PublicCollection}, {"public_kind", a.PublicKind == b.PublicKind},
		{"public_part_of", a.PublicPartOf == b.PublicPartOf}, {"created", a.Created == b.Created}, {"updated", a.Updated == b.Updated},
		{"published_at", a.PublishedAt == b.PublishedAt},
	} {
		if !c.same {
			out = append(out, c.name)
		}
	}
	return strings.Join(out, ", ")
}

// erased reports whether a revision's body is what stands for one that was erased.
func erased(body string) bool { return strings.HasPrefix(body, `{"erased":`) }

// decodeRecord reads a body strictly: what hexi wrote has no field that it does not know.
func decodeRecord(body string) (r archive.Record, err error) {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	return r, dec.Decode(&r)
}

// assets looks at each asset's row.
func (v *verifier) assets(ctx context.Context) error {
	for after := ""; ; {
		var rows []assetRow
		if err := v.q.find(&rows).Where("id > ?", after).Order("id").Limit(verifyPage).Scan(ctx); err != nil {
			return fmt.Errorf("read assets: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		for i := range rows {
			v.rows++
			v.asset(&rows[i])
		}
		after = rows[len(rows)-1].ID
	}
}

func (v *verifier) asset(row *assetRow) {
	fault := func(kind, format string, args ...any) {
		v.fault(Fault{Kind: kind, Record: row.Record, Asset: row.ID, Row: "assets/" + row.ID, Why: fmt.Sprintf(format, args...)})
	}
	a, err := row.asset()
	if err != nil {
		fault(FaultUnreadable, "%v", err)
		return
	}
	if a.State == archive.AssetErased {
		return // nothing of it is left to be compared
	}
	if want := archive.AssetID(a.Record, a.Master.SHA512); a.ID != want {
		fault(FaultInconsistent, "an asset of record %s with the master %s… has the id %s", a.Record, a.Master.SHA512[:min(12, len(a.Master.SHA512))], want)
	}
	switch {
	case a.Master.Size < 1, a.Master.Filename == "", a.Master.Key == "", a.Position < 1:
		fault(FaultInconsistent, "its master has %d bytes, the name %q and the key %q, its place is %d", a.Master.Size, a.Master.Filename, a.Master.Key, a.Position)
	case a.State == archive.AssetReceived, a.State == archive.AssetSuperseded:
	case a.State == archive.AssetIdentified && (a.Image != nil || a.Kind == archive.AssetText):
	case a.State == archive.AssetReady && (a.Image != nil || a.Kind == archive.AssetText) && a.Access != nil:
	case a.State == archive.AssetRefused && a.Failure != nil:
	default:
		fault(FaultInconsistent, "it is in the state %q, and what belongs to that is not there", a.State)
	}
	if (a.PublishBy == "") != (a.PublishRevision == 0) {
		fault(FaultInconsistent, "revision %d is to be published by %q with it", a.PublishRevision, a.PublishBy)
	}
	same, err := newAssetRow(*a)
	if err == nil && [5]int64{row.Look, int64(row.Look1), int64(row.Look2), int64(row.Look3), int64(row.Look4)} !=
		[5]int64{same.Look, int64(same.Look1), int64(same.Look2), int64(same.Look3), int64(same.Look4)} {
		fault(FaultInconsistent, "what it is compared by is not what its image looks like")
	}
}

// changes looks whether a number of the log is missing.
func (v *verifier) changes(ctx context.Context) error {
	var sum struct {
		N               int64
		Lowest, Highest int64
	}
	err := v.q.from("changes").ColumnExpr("count(*) AS n, coalesce(min(seq), 1) AS lowest, coalesce(max(seq), 0) AS highest").Scan(ctx, &sum)
	if err != nil {
		return fmt.Errorf("count changes: %w", err)
	}
	v.rows += sum.N
	if sum.Lowest != 1 || sum.Highest != sum.N {
		v.fault(Fault{Kind: FaultInconsistent, Row: "changes", Why: fmt.Sprintf("the log has %d entries, numbered from %d to %d", sum.N, sum.Lowest, sum.Highest)})
	}
	return nil
}
