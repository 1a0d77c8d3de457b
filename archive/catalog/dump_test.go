package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// copied is a catalogue in memory: what a Sink was given, for a Source to give.
type copied struct {
	state  State
	tables []copiedTable

	at, row int // of reading: the table after the current one, and the next row
	fault   error
}

type copiedTable struct {
	Name           string
	Columns, Kinds []string
	Rows           [][]any
}

func (c *copied) Table(name string, columns, kinds []string) error {
	c.tables = append(c.tables, copiedTable{Name: name, Columns: columns, Kinds: kinds})
	return nil
}

func (c *copied) Row(values []any) error {
	t := &c.tables[len(c.tables)-1]
	t.Rows = append(t.Rows, slices.Clone(values))
	return nil
}

// reading is a copied catalogue as a Source.
type reading struct{ *copied }

func (r reading) Table() (name string, columns, kinds []string, err error) {
	if r.at == len(r.tables) {
		return "", nil, nil, io.EOF
	}
	t := r.tables[r.at]
	r.at, r.row = r.at+1, 0
	return t.Name, t.Columns, t.Kinds, nil
}

func (r reading) Row() ([]any, error) {
	t := r.tables[r.at-1]
	if r.row == len(t.Rows) {
		if r.fault != nil && r.at == len(r.tables) {
			return nil, r.fault
		}
		return nil, io.EOF
	}
	r.row++
	return t.Rows[r.row-1], nil
}

func dump(t testing.TB, c *Catalog) *copied {
	t.Helper()
	var out copied
	err := c.Dump(t.Context(), func(s State) (Sink, error) { out.state = s; return &out, nil })
	if err != nil {
		t.Fatal(err)
	}
	return &out
}

// without returns the tables but for the facts about the catalogue itself, which
// a restored one has of its own.
func (c *copied) without(names ...string) []copiedTable {
	return slices.DeleteFunc(slices.Clone(c.tables), func(t copiedTable) bool { return slices.Contains(names, t.Name) })
}

// furnish fills every table.
func furnish(t *testing.T, c *Catalog) {
	t.Helper()
	a := newArchive(c)
	ctx := t.Context()
	for i := range 5 {
		r := record(fmt.Sprint("r", i))
		r.Descriptions = archive.Text{"zh": "引号 \" 反斜 \\ 换行\n制表\t"}
		save(t, a, archive.Draft{Record: r, Publish: i%2 == 0, Message: "一"})
	}
	r := record("r0")
	r.Titles["en"] = "Another"
	save(t, a, archive.Draft{Record: r})
	if err := a.Withdraw(ctx, "li", "r2"); err != nil {
		t.Fatal(err)
	}
	for i, id := range []string{"a0", "a1", "a2"} {
		if _, err := a.Receive(ctx, "li", archive.Receipt{Asset: id, Record: "r1", Kind: archive.AssetImage, Filename: id + ".tif", Key: "incoming/" + id, Size: 5, SHA512: strings.Repeat(fmt.Sprint(i), 128), Batch: "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Identified(ctx, "a1", "tiff", archive.Image{Width: 10, Height: 20}); err != nil {
		t.Fatal(err)
	}
	if err := a.Refuse(ctx, "a2", archive.Failure{Code: "broken", Why: "why"}); err != nil {
		t.Fatal(err)
	}
	if err := a.AddUser(ctx, "root", "li", archive.RoleAdmin, "$argon2id$x"); err != nil {
		t.Fatal(err)
	}
	if err := a.AddUser(ctx, "root", "bo", archive.RoleCurator, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddToken(ctx, "root", "bo"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: "飞天", Query: "q=%E9%A3%9E", Lang: "zh", Seen: 3}); err != nil {
		t.Fatal(err)
	}
	if err := a.NoteSearch(ctx, &archive.User{Name: "li"}, "q=%E9%A3%9E"); err != nil {
		t.Fatal(err)
	}
	if err := a.DisableUser(ctx, "root", "bo"); err != nil {
		t.Fatal(err)
	}
	if err := c.Sessions().CommitCtx(ctx, "token", []byte("data"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// Every table of the schema is either kept or left out with a reason: one that a
// new migration makes has to be put into one of the lists.
func TestEveryTableHasItsPlace(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		rows, err := c.reader.QueryContext(t.Context(), c.dialect.tables)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close() //nolint:errcheck // read only
		found := map[string]bool{}
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			found[name] = true
			if _, left := passing[name]; left == slices.Contains(kept, name) {
				t.Errorf("table %s is to be either in kept or in passing: see tables.go", name)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for _, name := range kept {
			if !found[name] {
				t.Errorf("there is no table %s", name)
			}
		}
		tables, err := c.keptTables(t.Context(), c.reader)
		if err != nil || len(tables) != len(kept) {
			t.Errorf("%d tables, %v", len(tables), err)
		}
	})
}

// Both databases give the same tables, columns, kinds and keys.
func TestDescribe(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		got, err := c.describe(t.Context(), c.reader, "tokens")
		if err != nil {
			t.Fatal(err)
		}
		want := table{"tokens", []string{"sha256", "owner", "created"}, []string{kindText, kindText, kindInt}, []string{"sha256"}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(table{})); diff != "" {
			t.Error(diff)
		}
		got, err = c.describe(t.Context(), c.reader, "revisions")
		if err != nil || !cmp.Equal(got.key, []string{"record", "number"}) {
			t.Errorf("key %v, %v", got.key, err)
		}
	})
}

// A snapshot of each database is restored into each: all that is kept is there
// again, row for row, and the catalogue works.
func TestRestore(t *testing.T) {
	t.Parallel()
	for _, from := range kinds {
		for _, to := range kinds {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				c := open(t, fresh(t, from))
				furnish(t, c)
				was := dump(t, c)
				if was.state.Schema != len(migrations) || was.state.LastChange == 0 || was.state.Catalogue == "" || was.state.Database != from {
					t.Errorf("state %+v", was.state)
				}
				for _, table := range was.tables {
					if len(table.Rows) == 0 {
						t.Logf("table %s is empty", table.Name)
					}
				}
				address := empty(t, to)
				done, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{})
				if err != nil || done.LastChange != was.state.LastChange || done.Aside != "" {
					t.Fatalf("%+v, %v", done, err)
				}
				again := open(t, address)
				is := dump(t, again)
				if diff := cmp.Diff(was.without("meta"), is.without("meta")); diff != "" {
					t.Error(diff)
				}
				if is.state.Catalogue == was.state.Catalogue {
					t.Error("the restored catalogue has the identity of the old one")
				}
				worksOn(t, again)
			})
		}
	}
}

// worksOn tries a restored catalogue: the jobs come back, and it can be written.
func worksOn(t *testing.T, c *Catalog) {
	t.Helper()
	a := newArchive(c)
	if n, err := a.ResumeAll(t.Context(), "again"); n != 2 || err != nil {
		t.Errorf("%d assets are worked on again, %v", n, err)
	}
	if n, err := a.ResumeAll(t.Context(), "again"); n != 2 || err != nil {
		t.Errorf("and once more: %d, %v", n, err)
	}
	jobs, err := c.Jobs(t.Context(), archive.JobQuery{})
	if err != nil || len(jobs) != 2 || jobs[1].Kind != archive.JobIdentify || jobs[0].Kind != archive.JobDerive || jobs[0].Batch != "again" {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
	last, err := c.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	save(t, a, archive.Draft{Record: record("new")})
	if now, err := c.LastChange(t.Context()); now != last+1 || err != nil {
		t.Errorf("change %d after %d, %v", now, last, err)
	}
	if u, err := c.User(t.Context(), "bo"); err != nil || !u.Disabled {
		t.Errorf("user %+v, %v", u, err)
	}
}

// What is there is not written over.
func TestRestoreRefuses(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		was := dump(t, c)
		save(t, newArchive(c), archive.Draft{Record: record("kept")})
		if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("into one that holds something: %v", err)
		}
		later := was.state
		later.Schema = len(migrations) + 1
		if _, err := Restore(t.Context(), address, later, reading{was}, RestoreOptions{}); err == nil || !strings.Contains(err.Error(), "newer hexi") {
			t.Errorf("of a later schema: %v", err)
		}
		if c.dialect.name == "postgres" {
			var invalid *archive.InvalidError
			if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{Replace: true}); !errors.As(err, &invalid) {
				t.Errorf("replacing: %v", err)
			}
		} else if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{Replace: true}); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("replacing what is open: %v", err)
		}
		if _, err := c.Entry(t.Context(), "kept", false); err != nil {
			t.Errorf("what was there: %v", err)
		}
	})
}

// Of a source that fails half-way nothing is left, and the next restore goes through.
func TestRestoreThatFails(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := open(t, fresh(t, kind))
			furnish(t, c)
			was := dump(t, c)
			address := empty(t, kind)
			gone := errors.New("the disk is gone")
			was.fault = gone
			if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); !errors.Is(err, gone) {
				t.Fatalf("got %v", err)
			}
			if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
				left, err := filepath.Glob(filepath.Join(strings.NewReplacer(`[`, `\[`, `?`, `\?`, `*`, `\*`).Replace(filepath.Dir(path)), "*"))
				if err != nil || len(left) != 1 || filepath.Base(left[0]) != "hexi.db-lock" {
					t.Errorf("left are %v, %v", left, err)
				}
			} else if _, err := Open(t.Context(), address, Options{}); err == nil || !strings.Contains(err.Error(), "run it again") {
				t.Errorf("a half restored catalogue is opened: %v", err)
			}
			was.fault, was.at = nil, 0
			if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(was.without("meta"), dump(t, open(t, address)).without("meta")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was in the place of the restored catalogue lies beside it, whole.
func TestRestoreReplaces(t *testing.T) {
	t.Parallel()
	address := fresh(t, "sqlite")
	path := strings.TrimPrefix(address, "sqlite:")
	c, err := Open(t.Context(), address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	furnish(t, c)
	was := dump(t, c)
	save(t, newArchive(c), archive.Draft{Record: record("later")})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, address).Entry(t.Context(), "later", false); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("what came after the snapshot: %v", err)
	}
	if _, err := open(t, "sqlite:"+done.Aside).Entry(t.Context(), "later", false); err != nil {
		t.Errorf("in the one that was moved aside: %v", err)
	}

	// A file that is no database is replaced as well, and its log does not get
	// into the new one.
	other := filepath.Join(t.TempDir(), "hexi.db")
	for _, name := range []string{other, other + "-wal", other + "-shm"} {
		if err := os.WriteFile(name, []byte(strings.Repeat("this is no database", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	was.at = 0
	if _, err := Restore(t.Context(), "sqlite:"+other, was.state, reading{was}, RestoreOptions{}); !errors.Is(err, ErrNotEmpty) || path == other {
		t.Errorf("into a damaged one: %v", err)
	}
	was.at = 0
	if _, err := Restore(t.Context(), "sqlite:"+other, was.state, reading{was}, RestoreOptions{Replace: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was.without("meta"), dump(t, open(t, "sqlite:"+other)).without("meta")); diff != "" {
		t.Error(diff)
	}
}

// A source with other tables or columns than its schema has is refused.
func TestRestoreForeignTables(t *testing.T) {
	t.Parallel()
	c := open(t, fresh(t, "sqlite"))
	furnish(t, c)
	for name, alter := range map[string]func(*copied){
		"another table":  func(c *copied) { c.tables[0].Name = "river_job" },
		"another column": func(c *copied) { c.tables[0].Columns[0] = "x" },
		"another kind":   func(c *copied) { c.tables[0].Kinds[0] = kindInt },
		"one column":     func(c *copied) { c.tables[0].Columns = c.tables[0].Columns[:1] },
	} {
		was := dump(t, c)
		alter(was)
		if _, err := Restore(t.Context(), empty(t, "sqlite"), was.state, reading{was}, RestoreOptions{}); err == nil || !strings.Contains(err.Error(), "not made by hexi") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A snapshot of an older schema is put into that schema, which is then migrated.
func TestRestoreOlderSchema(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for version := 1; version < len(migrations); version++ {
			if kind == "postgres" && version > 1 && version < len(migrations)-1 {
				continue // each takes seconds, and the steps are the same
			}
			t.Run(fmt.Sprint(kind, " ", version), func(t *testing.T) {
				t.Parallel()
				old := &restorer{was: State{Schema: version}}
				c, err := old.open(t.Context(), empty(t, kind))
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close() //nolint:errcheck // the test is over
				for _, statement := range []string{
					`INSERT INTO records (id, collection, kind, part_of, accession, holder, accession_key, revision, published, withdrawn, visible,
						public_collection, public_kind, public_part_of, created, updated, published_at) VALUES ('r1', 'dunhuang', 'mural', '', '', '', '', 1, 0, FALSE, FALSE, '', '', '', 1, 1, 0)`,
					`INSERT INTO revisions (record, number, body, author, message, at) VALUES ('r1', 1, '{"id":"r1","collection":"dunhuang","kind":"mural","titles":{"zh":"一"}}', 'li', '', 1)`,
					`INSERT INTO changes (seq, at, author, action, record, revision, asset) VALUES (1, 1, 'li', 'created', 'r1', 1, '')`,
				} {
					if _, err := c.writer.ExecContext(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
				was := dump(t, c)
				if was.state.Schema != version {
					t.Fatalf("schema %d", was.state.Schema)
				}
				address := fresh(t, kind) // it has empty tables of the newest schema
				if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); err != nil {
					t.Fatal(err)
				}
				again := open(t, address)
				if e, err := again.Entry(t.Context(), "r1", false); err != nil || e.Record.Titles["zh"] != "一" {
					t.Errorf("%+v, %v", e, err)
				}
				save(t, newArchive(again), archive.Draft{Record: record("new")})
			})
		}
	}
}

// A dump that is taken while others write is of one moment.
func TestDumpWhileWriting(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := newArchive(open(t, address))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			for i := 0; ; i++ {
				if _, err := a.Save(ctx, "li", archive.Draft{Record: record(fmt.Sprint("w", i)), Publish: true}); err != nil {
					ended <- err
					return
				}
			}
		}()
		for range 20 {
			got := dump(t, c)
			counts := map[string]int{}
			for _, table := range got.tables {
				counts[table.Name] = len(table.Rows)
			}
			n := counts["records"]
			if counts["revisions"] != n || counts["changes"] != 2*n || got.state.LastChange != int64(2*n) {
				t.Errorf("%v at change %d", counts, got.state.LastChange)
			}
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
