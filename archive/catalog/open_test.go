package catalog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// TestProcessesShareOneCatalogue: several processes make it at the same moment,
// then write at the same time.
func TestProcessesShareOneCatalogue(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := empty(t, kind)
			const processes, each = 3, 10
			wait := make(chan error)
			for i := range processes {
				process := child(t, "TestWriterProcess", address, "HEXI_CHILD_NUMBER="+strconv.Itoa(i), "HEXI_CHILD_SAVES="+strconv.Itoa(each))
				go func() { wait <- process.Run() }()
			}
			for range processes {
				if err := <-wait; err != nil {
					t.Error(err)
				}
			}
			c := open(t, address)
			changes, err := c.Changes(t.Context(), 0, 1000)
			if err != nil || len(changes) != processes*each {
				t.Fatalf("%d changes, %v", len(changes), err)
			}
			by := map[string]int{}
			for i, change := range changes {
				if change.Seq != int64(i+1) {
					t.Fatalf("change %d is number %d", i, change.Seq)
				}
				// Of each process, the log has the saves in their order.
				if want := fmt.Sprintf("%s-%03d", change.By, by[change.By]); change.Record != want {
					t.Fatalf("change %d is of %s, want %s", i, change.Record, want)
				}
				by[change.By]++
			}
		})
	}
}

// TestWriterProcess is one of the processes of TestProcessesShareOneCatalogue.
func TestWriterProcess(t *testing.T) {
	address := asChild(t)
	if address == "" {
		return
	}
	n, err := strconv.Atoi(os.Getenv("HEXI_CHILD_SAVES"))
	if err != nil {
		t.Fatal(err)
	}
	a, me := newArchive(open(t, address)), "p"+os.Getenv("HEXI_CHILD_NUMBER")
	for i := range n {
		if _, err := a.Save(t.Context(), me, archive.Draft{Record: record(fmt.Sprintf("%s-%03d", me, i))}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenAgain(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		id, err := c.ID(t.Context())
		if err != nil || id == "" {
			t.Fatalf("identity %q, %v", id, err)
		}
		start := time.Now()
		again := open(t, address)
		t.Logf("opened again in %s", time.Since(start))
		if _, err := again.Entry(t.Context(), "x", false); err != nil {
			t.Error(err)
		}
		if same, err := again.ID(t.Context()); same != id || err != nil {
			t.Errorf("identity %q, then %q, %v", id, same, err)
		}
	})
}

func TestIdentitiesDiffer(t *testing.T) {
	t.Parallel()
	var ids []string
	for range 2 {
		id, err := open(t, empty(t, "sqlite")).ID(t.Context())
		if err != nil || slices.Contains(ids, id) {
			t.Errorf("%q, %v", id, err)
		}
		ids = append(ids, id)
	}
}

// TestMigrationIsResumed: a process that is killed between the steps of a
// migration leaves whole steps, and the next one goes on.
func TestMigrationIsResumed(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		// As if the queue's part had not come yet.
		for _, table := range []string{"river_job", "river_leader", "river_queue", "river_notification", "river_migration", "river_client", "river_client_queue"} {
			cascade := " CASCADE"
			if c.dialect.name == sqliteDialect.name {
				cascade = ""
			}
			if _, err := c.others.ExecContext(t.Context(), "DROP TABLE IF EXISTS "+table+cascade); err != nil {
				t.Fatal(err)
			}
		}
		if c.dialect.name == postgresDialect.name {
			if _, err := c.others.ExecContext(t.Context(), "DROP TYPE IF EXISTS river_job_state CASCADE"); err != nil {
				t.Fatal(err)
			}
		}
		again := open(t, address)
		if _, err := again.Entry(t.Context(), "x", false); err != nil {
			t.Error(err)
		}
		addJob(t, again, archive.JobIdentify, "a", "b")
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		for _, newer := range []string{
			"INSERT INTO river_migration (line, version) VALUES ('main', 9999)",
			"INSERT INTO schema_versions (version_id, is_applied) VALUES (9999, true)",
		} {
			if _, err := c.others.ExecContext(t.Context(), newer); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), address, Options{}); err == nil || !strings.Contains(err.Error(), "a newer hexi has migrated it; use that one") {
				t.Errorf("a newer schema: %v", err)
			}
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"":                              "neither of the form sqlite:PATH nor postgres://",
		"hexi.db":                       "neither of the form",
		"mysql://li:hush@127.0.0.1/x":   "neither of the form",
		"sqlite:":                       "needs the path of a file",
		"sqlite::memory:":               "needs the path of a file",
		"sqlite:" + file:                "file is not a database",
		"sqlite:" + file + "/x/hexi.db": "not a directory",
		"postgres://li:hush@127.0.0.1:1/x?connect_timeout=1": "connect",
		"postgres://li:hush@%zz/x":                           "not of the form postgres://",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		c, err := Open(ctx, address, Options{})
		cancel()
		if err == nil {
			_ = c.Close()
			t.Errorf("%s was opened", address)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestEncodingIsChecked(t *testing.T) {
	t.Parallel()
	address := postgres(t, "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
	if _, err := Open(t.Context(), address, Options{}); err == nil || !strings.Contains(err.Error(), "ENCODING 'UTF8'") {
		t.Errorf("SQL_ASCII: %v", err)
	}
}

// Nobody else on the machine reads the catalogue or what SQLite keeps beside it.
func TestCatalogueFilesArePrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hexi.db")
	c := open(t, "sqlite:"+path)
	save(t, newArchive(c), archive.Draft{Record: record("x")})
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 && !strings.HasSuffix(file, "-lock") {
			t.Errorf("%s has the mode %v", filepath.Base(file), mode)
		}
	}
}
