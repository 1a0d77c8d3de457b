package catalog

import (
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// TestQueriesUseTheirIndexes holds the queries that a big archive asks often to
// their indexes: none may look through a whole table or sort what it finds.
// SQLite says what it will do without regard to how much there is.
func TestQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	c := open(t, fresh(t, "sqlite"))
	entries := func(q archive.ListQuery) *bun.SelectQuery {
		var rows []entryRow
		return choose(c.read().selectEntries(&rows, q.Published), q).Where("r.id > ?", "x").Order("r.id").Limit(10)
	}
	when := time.UnixMicro(1762156806123456)
	for name, test := range map[string]struct {
		query *bun.SelectQuery
		index string
	}{
		"all":                   {entries(archive.ListQuery{}), "sqlite_autoindex_records_1"},
		"by collection":         {entries(archive.ListQuery{Collection: "a"}), "records_by_collection"},
		"by kind":               {entries(archive.ListQuery{Kind: "a"}), "records_by_kind"},
		"by part":               {entries(archive.ListQuery{PartOf: "a"}), "records_by_part"},
		"public":                {entries(archive.ListQuery{Published: true}), "records_visible"},
		"public by collection":  {entries(archive.ListQuery{Published: true, Collection: "a"}), "records_visible_by_collection"},
		"public by kind":        {entries(archive.ListQuery{Published: true, Kind: "a"}), "records_visible_by_kind"},
		"public by part":        {entries(archive.ListQuery{Published: true, PartOf: "a"}), "records_visible_by_part"},
		"parts of some":         {c.read().findParts([]string{"a", "b"}), "records_by_part"},
		"accession numbers":     {c.read().findAccessions([]string{"a", "b"}), "records_by_accession"},
		"assets of a record":    {c.read().from("assets").ColumnExpr("*").Where("record = 'a'").Order("record", "position"), "assets_by_record"},
		"assets of a batch":     {c.read().from("assets").ColumnExpr("*").Where("batch = 'a'").Where("id > 'x'").Order("id"), "assets_by_batch"},
		"assets in a state":     {c.read().from("assets").ColumnExpr("*").Where("state = 'a'").Order("id"), "assets_by_state"},
		"assets by hash":        {c.read().from("assets").ColumnExpr("*").Where("sha512 = 'a'"), "assets_by_hash"},
		"assets by file":        {c.read().from("assets").ColumnExpr("*").Where("filename = 'a' AND size = 7").Order("id").Limit(1), "assets_by_file"},
		"looks":                 {c.read().sameBand(0x1234567890, 2), "assets_by_look3"},
		"changes":               {c.read().from("changes").ColumnExpr("*").Where("seq > 7").Order("seq"), "sqlite_autoindex_changes_1"},
		"shown":                 {c.read().listShown(archive.ShownQuery{}).Limit(9), "records_shown"},
		"shown since":           {c.read().listShown(archive.ShownQuery{From: when, Before: when}).Limit(9), "records_shown"},
		"shown after":           {c.read().listShown(archive.ShownQuery{From: when, Before: when, After: archive.ShownKey{At: when, ID: "x"}}).Limit(9), "records_shown ((stamp,id)>(?,?)"},
		"shown by collection":   {c.read().listShown(archive.ShownQuery{Collection: "a", Before: when, After: archive.ShownKey{At: when, ID: "x"}}).Limit(9), "records_shown_by_collection (shown_collection=? AND (stamp,id)>(?,?)"},
		"embargoes that ended":  {c.read().toOpen(when).Limit(9), "records_to_open"},
		"activities":            {c.read().from("activities").ColumnExpr("*").Where("number > 7").Order("number").Limit(9), "sqlite_autoindex_activities_1"},
		"packages that are due": {c.read().dueBy(7).ColumnExpr("p.package"), "preservation_due"},
		"packages taken":        {c.read().takenBy("w").ColumnExpr("p.package"), "preservation_taken"},
		"jobs of a batch":       {c.read().from("jobs AS j").ColumnExpr("*").Join("JOIN river_job AS q ON q.id = j.id").Where("j.batch = 'a'").Order("j.id DESC"), "jobs_by_batch"},
	} {
		all := plan(t, c, test.query)
		if !strings.Contains(all, "INDEX "+test.index+" ") || strings.Contains(all, "TEMP B-TREE") || strings.Contains(all, "SCAN") {
			t.Errorf("%s: %s", name, all)
		}
	}
}

// plan returns what SQLite says that it will do for a query.
func plan(t *testing.T, c *Catalog, query *bun.SelectQuery) string {
	t.Helper()
	rows, err := c.reader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // read to its end below
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "; ")
}

// TestShownUsesItsIndexesInPostgres: PostgreSQL, where it may not look through the table and not sort, goes by the
// indexes for what was shown from its first row on.
func TestShownUsesItsIndexesInPostgres(t *testing.T) {
	t.Parallel()
	c := open(t, fresh(t, "postgres"))
	conn, err := c.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the database goes after the test
	for _, statement := range []string{"SET enable_seqscan = off", "SET enable_bitmapscan = off", "SET enable_sort = off"} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	when := time.UnixMicro(1762156806123456)
	after := archive.ShownKey{At: when, ID: "x"}
	for index, q := range map[string]*bun.SelectQuery{
		"records_shown":               c.read().listShown(archive.ShownQuery{After: after, Before: when}).Limit(9),
		"records_shown_by_collection": c.read().listShown(archive.ShownQuery{Collection: "a", After: after}).Limit(9),
		"records_to_open":             c.read().toOpen(when).Limit(9),
	} {
		all := explained(t, conn, q)
		if !strings.Contains(all, "using "+index+" on") || strings.Contains(all, "Sort") || strings.Contains(all, "Filter") && index == "records_shown_by_collection" {
			t.Errorf("%s: %s", index, all)
		}
	}
}

// explained returns what PostgreSQL says that it will do for a query.
func explained(t *testing.T, conn querier, query *bun.SelectQuery) string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), "EXPLAIN "+query.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // read to its end below
	var steps []string
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "; ")
}
