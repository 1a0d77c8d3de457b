package catalog

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// templates are an empty catalogue of each kind, made once: copying one is
// quicker than the steps of the migration, which have tests of their own.
type templates struct{ sqlite, postgres string }

var made templates

func TestMain(m *testing.M) {
	if os.Getenv("HEXI_CHILD_DATABASE") != "" {
		m.Run()
		return
	}
	dir, err := os.MkdirTemp("", "hexi-catalog-*")
	if err != nil {
		panic(err)
	}
	made.sqlite = filepath.Join(dir, "hexi.db")
	makeTemplate("sqlite:" + made.sqlite)
	if server := os.Getenv("HEXI_TEST_POSTGRES"); server != "" {
		made.postgres = newName()
		administer(server, "CREATE DATABASE "+made.postgres)
		makeTemplate(database(server, made.postgres))
	}
	m.Run() // its status is the process's, when TestMain returns
	if made.postgres != "" {
		administer(os.Getenv("HEXI_TEST_POSTGRES"), "DROP DATABASE "+made.postgres+" WITH (FORCE)")
	}
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
}

func makeTemplate(address string) {
	c, err := Open(context.Background(), address, Options{})
	if err != nil {
		panic(err)
	}
	if err := c.Close(); err != nil {
		panic(err)
	}
}

// administer runs a statement on the server itself.
func administer(server, statement string) {
	db, err := sql.Open("pgx", server)
	if err != nil {
		panic(err)
	}
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		panic(err)
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
}

func newName() string { return "hexi_test_" + strings.ToLower(rand.Text()) }

// database returns the address of a database of the server.
func database(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

// kinds are the kinds of databases that every promise is held to.
var kinds = []string{"sqlite", "postgres"}

// empty returns the address of a database of that kind with nothing in it, not
// even tables.
func empty(t testing.TB, kind string) string {
	t.Helper()
	if kind == "sqlite" {
		return "sqlite:" + filepath.Join(t.TempDir(), "50% a b#?甘肃", "hexi.db")
	}
	return postgres(t, "")
}

// fresh returns the address of an empty catalogue of that kind.
func fresh(t testing.TB, kind string) string {
	t.Helper()
	if kind == "postgres" {
		return postgres(t, "TEMPLATE "+made.postgres)
	}
	address := empty(t, kind)
	path := strings.TrimPrefix(address, "sqlite:")
	data, err := os.ReadFile(made.sqlite)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return address
}

// postgres makes a database that goes when the test ends.
func postgres(t testing.TB, options string) string {
	t.Helper()
	server := os.Getenv("HEXI_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_POSTGRES is not set, and in CI nothing may be skipped")
		}
		t.Skip("HEXI_TEST_POSTGRES is not set; make test starts a PostgreSQL")
	}
	name := newName()
	administer(server, "CREATE DATABASE "+name+" "+options)
	t.Cleanup(func() { administer(server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return database(server, name)
}

func open(t testing.TB, address string) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// both runs a test on every kind of database.
func both(t *testing.T, test func(t *testing.T, c *Catalog, address string)) {
	t.Helper()
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := fresh(t, kind)
			test(t, open(t, address), address)
		})
	}
}

// words is a small vocabulary: fixed data for these tests.
type words struct{}

func (words) Term(scheme archive.Scheme, s string) (archive.Term, bool) {
	if scheme == archive.SchemeLayer {
		code := map[string]string{"visible": "visible", "infrared": "infrared", "红外": "infrared"}[s]
		return archive.Term{Code: code}, code != ""
	}
	return archive.Term{Code: s}, s == "dunhuang" || s == "folk" || s == "mural" || s == "cave"
}
func (words) Terms(archive.Scheme) ([]archive.Term, bool) { return nil, false }

func (words) Nearest(archive.Scheme, string, func(archive.Term) bool) []archive.Term { return nil }
func (words) Within(archive.Scheme, string) []archive.Term                           { return nil }
func (words) PeriodYears(string, string) (from, to int, ok bool)                     { return 0, 0, false }
func (words) Period(string, string) (archive.Dating, bool)                           { return archive.Dating{}, false }
func (words) ProfileOf(*archive.Record) (archive.Profile, bool)                      { return archive.Profile{}, false }

func newArchive(c *Catalog) *archive.Archive { return archive.New(c, words{}, archive.Options{}) }

func record(id string) archive.Record {
	return archive.Record{
		ID: id, Collection: "dunhuang", Kind: archive.KindMural, PartOf: "cave-1",
		Titles: archive.Text{"zh": "药师经变 & <飞天> " + id, "en": "Medicine Buddha"},
	}
}

func save(t *testing.T, a *archive.Archive, d archive.Draft) archive.Saved {
	t.Helper()
	saved, err := a.Save(t.Context(), "li", d)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// update runs a transaction that has to succeed.
func update(t testing.TB, c *Catalog, fn func(ctx context.Context, tx archive.Tx) error) {
	t.Helper()
	if err := c.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// addJob adds one job in a transaction of its own.
func addJob(t testing.TB, c *Catalog, kind archive.JobKind, asset, batch string) {
	t.Helper()
	update(t, c, func(ctx context.Context, tx archive.Tx) error {
		return tx.AddJob(ctx, archive.Job{Kind: kind, Asset: asset, Batch: batch})
	})
}

type handlers = map[archive.JobKind]func(context.Context, archive.Job) error

// startRunner makes and starts a runner; stopRunner stops it.
func startRunner(t testing.TB, c *Catalog, opts RunnerOptions) *Runner {
	t.Helper()
	r, err := c.NewRunner(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func stopRunner(t testing.TB, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func jobCounts(t testing.TB, c *Catalog, batch string) map[archive.JobState]int {
	t.Helper()
	counts, err := c.JobCounts(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func waitFor(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}

// child prepares this test binary as another process that runs one test, which
// finds the address in HEXI_CHILD_DATABASE.
func child(t *testing.T, test, address string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$", "-test.count=1")
	cmd.Env = append(append(os.Environ(), "HEXI_CHILD_DATABASE="+address), env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// asChild returns the address that child gave; a test that is not run as a
// child has nothing to do.
func asChild(t *testing.T) string {
	t.Helper()
	return os.Getenv("HEXI_CHILD_DATABASE")
}
