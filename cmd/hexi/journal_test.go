package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// TestKilledJournal kills processes that write, again and again; now and then, at a
// random moment, the catalogue is copied; then the database is deleted and put back
// from the copy and the journal. Every write that was acknowledged is there, and the
// log of changes is whole.
func TestKilledJournal(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := os.Getenv("HEXI_TEST_POSTGRES")
			if kind == "postgres" && server == "" {
				t.Skip("HEXI_TEST_POSTGRES is not set")
			}
			k := &killing{dir: t.TempDir(), seed: rand.New(rand.NewPCG(7, 11)), server: server}
			if kind == "postgres" {
				k.newDatabase(t)
			} else {
				k.database = "sqlite:" + filepath.Join(k.dir, "hexi.db")
			}
			for round := range 25 {
				k.write(t, round)
				if round%5 == 4 {
					k.restore(t)
				}
			}
			t.Logf("%d writes were acknowledged", len(k.acknowledged))
		})
	}
}

// killing is an archive whose processes are killed.
type killing struct {
	dir, database, server string
	databases             int
	seed                  *rand.Rand
	acknowledged          []string // ids of records
	snapshot              string
}

func (k *killing) args(more ...string) []string {
	return append(more, "--data", k.dir, "--database", k.database)
}

func (k *killing) newDatabase(t *testing.T) {
	t.Helper()
	k.databases++
	k.database = freshDatabase(t, k.server, fmt.Sprintf("hexi_journal_%d_%d", os.Getpid(), k.databases))
}

// write lets two processes write, and kills both somewhere in between. Before, while
// or after they do so, the catalogue is copied.
func (k *killing) write(t *testing.T, round int) {
	t.Helper()
	copyAt := k.seed.IntN(8) // after so many writes; beyond the last one not at all
	lines := make(chan string)
	done := make(chan error, 2)
	var stop []func() error
	for w := range 2 {
		cmd := process(t, "-test.run=^TestJournalWriter$")
		cmd.Env = append(os.Environ(), "HEXI_CHILD_DATA="+k.dir, "HEXI_CHILD_DATABASE="+k.database, fmt.Sprintf("HEXI_CHILD_NAME=r%d-%d", round, w))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop = append(stop, cmd.Process.Kill)
		go func() {
			scan := bufio.NewScanner(out)
			for scan.Scan() {
				if id, ok := strings.CutPrefix(scan.Text(), "saved "); ok {
					lines <- id
				}
			}
			_ = cmd.Wait() // it was killed
			done <- scan.Err()
		}()
	}
	limit := 1 + k.seed.IntN(12)
	deadline := time.After(time.Minute)
	for n, ended := 0, 0; ended < 2; {
		select {
		case id := <-lines:
			k.acknowledged = append(k.acknowledged, id)
			if n++; n == copyAt || round == 0 && n == 1 {
				k.copy(t, round)
			}
			if n == limit {
				time.Sleep(time.Duration(k.seed.IntN(3000)) * time.Microsecond)
				for _, kill := range stop {
					if err := kill(); err != nil {
						t.Error(err)
					}
				}
			}
		case <-done:
			ended++
		case <-deadline:
			t.Fatal("the writers do not write")
		}
	}
}

func (k *killing) copy(t *testing.T, round int) {
	t.Helper()
	k.snapshot = filepath.Join(k.dir, fmt.Sprint("snapshot-", round, "-", len(k.acknowledged), ".gz"))
	if o := hexi(t, k.args("snapshot", "--to", k.snapshot)...); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
}

func (k *killing) restore(t *testing.T) {
	t.Helper()
	if k.server != "" && strings.HasPrefix(k.database, "postgres") {
		k.newDatabase(t)
	} else {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(strings.TrimPrefix(k.database, "sqlite:") + end); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
	}
	o := hexi(t, k.args("snapshot", "--restore", k.snapshot)...)
	if o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	h, err := openHouse(t.Context(), &environment{getenv: func(string) string { return "" }, stderr: os.Stderr, flags: settings{Data: k.dir, Database: k.database}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close() //nolint:errcheck // only read
	for _, id := range k.acknowledged {
		if e, err := h.archive.Record(t.Context(), id); err != nil || e.Revision != 2 || e.Published != 2 {
			t.Errorf("%s was acknowledged, and is lost: %+v, %v\n%s", id, e, err, o.stdout)
		}
	}
	if _, err := h.archive.VerifyLog(t.Context(), archive.VerifyOptions{}, func(b archive.Break) error {
		t.Errorf("the log of changes is not whole: %+v", b)
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestJournalWriter is the process that TestKilledJournal kills.
func TestJournalWriter(t *testing.T) {
	t.Parallel()
	data, name := os.Getenv("HEXI_CHILD_DATA"), os.Getenv("HEXI_CHILD_NAME")
	if data == "" {
		return
	}
	h, err := openHouse(t.Context(), &environment{getenv: func(string) string { return "" }, stderr: os.Stderr, flags: settings{Data: data, Database: os.Getenv("HEXI_CHILD_DATABASE")}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100000 {
		r := archive.Record{ID: name + "-" + strconv.Itoa(i), Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "药师经变"}}
		if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: r}); err != nil {
			t.Fatal(err)
		}
		r.Titles["en"] = "Medicine Buddha"
		if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: r, Publish: true}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("saved " + r.ID)
	}
}
