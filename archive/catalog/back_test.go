package catalog

import "testing"

// undo takes a step of the schema back, by its number; what none is for is undone by
// dropping what the steps before it made.
var undo = map[int][]string{
	3: {
		"DROP INDEX assets_by_look1", "DROP INDEX assets_by_look2", "DROP INDEX assets_by_look3", "DROP INDEX assets_by_look4",
		"ALTER TABLE assets DROP COLUMN look", "ALTER TABLE assets DROP COLUMN look1", "ALTER TABLE assets DROP COLUMN look2",
		"ALTER TABLE assets DROP COLUMN look3", "ALTER TABLE assets DROP COLUMN look4",
	},
	4: {"DROP INDEX assets_by_file"},
	5: {"ALTER TABLE assets DROP COLUMN layer"},
	6: {
		"ALTER TABLE changes DROP COLUMN detail", "ALTER TABLE changes DROP COLUMN digest", "ALTER TABLE changes DROP COLUMN hash",
		"DELETE FROM meta WHERE name = 'log_head'",
	},
	7: {"DROP TABLE preservation"},
	8: {"DROP TABLE journal"},
	9: {"DROP TABLE tombstones"},
	10: {
		"DROP INDEX assets_replaced", "ALTER TABLE assets DROP COLUMN received_by", "ALTER TABLE assets DROP COLUMN place",
		"ALTER TABLE assets DROP COLUMN replacing", "ALTER TABLE assets DROP COLUMN replaces", "ALTER TABLE assets DROP COLUMN replaced_by",
		"ALTER TABLE assets DROP COLUMN replaced_at", "ALTER TABLE assets DROP COLUMN was_public",
	},
	11: {
		"DROP INDEX preservation_taken", "DROP INDEX preservation_due",
		"CREATE INDEX preservation_due ON preservation (due) WHERE due > 0",
	},
	12: {
		"DROP INDEX records_by_part", "CREATE INDEX records_by_part ON records (part_of, id)",
		"DROP INDEX records_visible_by_part", "CREATE INDEX records_visible_by_part ON records (public_part_of, id) WHERE visible",
	},
	13: {
		"DROP TABLE saved_searches", "DROP TABLE recent_searches", "ALTER TABLE users DROP COLUMN forgets_searches",
		"ALTER TABLE records DROP COLUMN appeared", "ALTER TABLE records DROP COLUMN opened",
	},
	14: {
		"DROP TABLE activities", "DROP INDEX records_shown", "DROP INDEX records_shown_by_collection", "DROP INDEX records_to_open",
		"ALTER TABLE records DROP COLUMN stamp", "ALTER TABLE records DROP COLUMN shown_collection",
	},
}

// backTo makes a catalogue one of an older schema, as far as that can be undone.
func backTo(t *testing.T, c *Catalog, version int) {
	t.Helper()
	for step := len(migrations); step > version; step-- {
		statements, ok := undo[step]
		if !ok {
			t.Fatalf("nothing takes step %d back", step)
		}
		for _, statement := range statements {
			if _, err := c.others.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	if _, err := c.others.ExecContext(t.Context(), "DELETE FROM schema_versions WHERE version_id > $1", version); err != nil {
		t.Fatal(err)
	}
}
