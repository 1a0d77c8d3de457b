package catalog

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// notebook is a journal that keeps its entries in memory, for as long as it is not
// told to fail.
type notebook struct {
	mu      sync.Mutex
	entries map[int64]JournalEntry
	after   string
	appends int
	fault   error
	slow    time.Duration
}

func (n *notebook) AppendRow(dst []byte, values []any) ([]byte, error) {
	line, err := json.Marshal(values)
	return append(dst, line...), err
}

// parseRow reads what AppendRow wrote.
func parseRow(line []byte, kinds []string) ([]any, error) {
	var values []any
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&values); err != nil || len(values) != len(kinds) {
		return nil, fmt.Errorf("%d values instead of %d: %w", len(values), len(kinds), err)
	}
	for i, v := range values {
		switch v := v.(type) {
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, err
			}
			values[i] = n
		case string:
			if kinds[i] == kindBlob {
				blob, err := base64.StdEncoding.DecodeString(v)
				if err != nil {
					return nil, err
				}
				values[i] = blob
			}
		}
	}
	return values, nil
}

func (n *notebook) Append(_ context.Context, line, after string, entries []JournalEntry) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	time.Sleep(n.slow)
	if n.fault != nil {
		return n.fault
	}
	if n.entries == nil {
		n.entries = map[int64]JournalEntry{}
	}
	n.appends++
	n.after = after
	for i, e := range entries {
		if i > 0 && e.Number <= entries[i-1].Number {
			return fmt.Errorf("entry %d after %d", e.Number, entries[i-1].Number)
		}
		e.Line = line
		if old, ok := n.entries[e.Number]; ok && !bytes.Equal(old.Body, e.Body) {
			return fmt.Errorf("entry %d differs from what it was", e.Number)
		}
		n.entries[e.Number] = e
	}
	return nil
}

// all yields the entries after a number; a gap ends the test.
func (n *notebook) all(t *testing.T, after int64) func(yield func(JournalEntry, error) bool) {
	return func(yield func(JournalEntry, error) bool) {
		seen := 0
		for number := after + 1; ; number++ {
			e, ok := n.entries[number]
			if !ok {
				break
			}
			seen++
			if !yield(e, nil) {
				return
			}
		}
		for number := range n.entries {
			if number > after+int64(seen) {
				t.Errorf("entry %d is there, and not %d", number, after+int64(seen)+1)
			}
		}
	}
}

func openWith(t *testing.T, address string, j Journal) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), address, Options{Journal: j})
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

// A snapshot of an empty catalogue and the journal of all that was done in it are
// that catalogue, on the same database and on the other.
func TestJournalHoldsEverything(t *testing.T) {
	t.Parallel()
	for _, from := range kinds {
		for _, to := range kinds {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				book := &notebook{}
				c := openWith(t, fresh(t, from), book)
				before := dump(t, c)
				furnish(t, c)
				middle := dump(t, c)
				save(t, newArchive(c), archive.Draft{Record: record("late"), Publish: true})
				was := dump(t, c)
				for _, snapshot := range []*copied{before, middle, was} {
					address := empty(t, to)
					done, err := Restore(t.Context(), address, snapshot.state, reading{snapshot}, RestoreOptions{
						Journal: book.all(t, snapshot.state.Journal), ParseRow: parseRow,
					})
					if err != nil || done.Replayed != was.state.Journal-snapshot.state.Journal || done.LastChange != was.state.LastChange {
						t.Fatalf("%+v, %v; the catalogue was %+v", done, err, was.state)
					}
					again := open(t, address)
					is := dump(t, again)
					if diff := cmp.Diff(was.without("meta"), is.without("meta")); diff != "" {
						t.Error(diff)
					}
					if is.state.Journal != was.state.Journal {
						t.Errorf("entries go on after %d, and were at %d", is.state.Journal, was.state.Journal)
					}
					if snapshot == before {
						worksOn(t, again)
					}
				}
			})
		}
	}
}

// Entries of a catalogue that was restored say from where.
func TestJournalAfterARestore(t *testing.T) {
	t.Parallel()
	book := &notebook{}
	c := openWith(t, fresh(t, "sqlite"), book)
	save(t, newArchive(c), archive.Draft{Record: record("r1")})
	was := dump(t, c)
	address := empty(t, "sqlite")
	if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	second := &notebook{}
	again := openWith(t, address, second)
	save(t, newArchive(again), archive.Draft{Record: record("r2")})
	if want := fmt.Sprintf("%s %d", was.state.Catalogue, was.state.Journal); second.after != want {
		t.Errorf("after %q, want %q", second.after, want)
	}
	e, ok := second.entries[was.state.Journal+1]
	if id, err := again.ID(t.Context()); !ok || err != nil || e.Line != id || id == was.state.Catalogue {
		t.Errorf("entry %+v of %s, %v", e, id, err)
	}
}

// What another process committed and did not live to append is appended by the next
// one that writes, before its own.
func TestJournalOfADeadProcess(t *testing.T) {
	both(t, func(t *testing.T, _ *Catalog, address string) {
		book := &notebook{fault: errors.New("the disk is full")}
		dead := openWith(t, address, book)
		long := record("r1") // which is compressed in the table
		long.Descriptions = archive.Text{"zh": strings.Repeat("敦煌莫高窟", 5000)}
		if _, err := newArchive(dead).Save(t.Context(), "li", archive.Draft{Record: long}); !errors.Is(err, ErrUnconfirmed) {
			t.Fatalf("got %v", err)
		}
		var stored []byte
		if err := dead.reader.QueryRowContext(t.Context(), "SELECT entry FROM journal ORDER BY number DESC LIMIT 1").Scan(&stored); err != nil || len(stored) == 0 || len(stored) > 10_000 {
			t.Errorf("the table holds %d bytes for it, %v", len(stored), err)
		}
		book.mu.Lock()
		book.fault = nil
		book.mu.Unlock()
		c := openWith(t, address, book)
		save(t, newArchive(c), archive.Draft{Record: record("r2")})
		if len(book.entries) != 2 || book.appends != 1 {
			t.Errorf("%d entries in %d goes", len(book.entries), book.appends)
		}
		if body := string(book.entries[1].Body); strings.Count(body, "莫高窟") != 5000 || !strings.HasPrefix(body, `["+`) {
			t.Errorf("the entry of the dead process is not what it wrote: %d bytes, %.100s", len(body), body)
		}
	})
}

// While the journal cannot be written nothing more is, and it goes on by itself.
func TestJournalFails(t *testing.T) {
	both(t, func(t *testing.T, _ *Catalog, address string) {
		gone := errors.New("the disk is full")
		book := &notebook{fault: gone}
		c := openWith(t, address, book)
		a := newArchive(c)
		if _, err := a.Save(t.Context(), "li", archive.Draft{Record: record("r1")}); !errors.Is(err, ErrUnconfirmed) || !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		if _, err := a.Save(t.Context(), "li", archive.Draft{Record: record("r2")}); !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		if _, err := c.Entry(t.Context(), "r2", false); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("the second one was written: %v", err)
		}
		book.mu.Lock()
		book.fault = nil
		book.mu.Unlock()
		save(t, a, archive.Draft{Record: record("r2")})
		if len(book.entries) != 2 {
			t.Errorf("entries %v", book.entries)
		}
	})
}

// What is written with the journal off has a number and no entry, so that whoever
// reads the journal finds the gap.
func TestJournalOff(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("r1")})
		book := &notebook{}
		save(t, newArchive(openWith(t, address, book)), archive.Draft{Record: record("r2")})
		if _, ok := book.entries[2]; len(book.entries) != 1 || !ok {
			t.Errorf("entries %v", book.entries)
		}
		// What writes nothing takes no number.
		save(t, newArchive(c), archive.Draft{Record: record("r2")})
		if s := dump(t, c).state; s.Journal != 2 {
			t.Errorf("at %d", s.Journal)
		}
		var rows int
		if err := c.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM journal").Scan(&rows); err != nil || rows > 2 {
			t.Errorf("%d rows are left in the table, %v", rows, err)
		}
	})
}

// Many who write at the same time, in two processes, share the appending; all that is
// acknowledged is in the journal.
func TestJournalOfMany(t *testing.T) {
	both(t, func(t *testing.T, _ *Catalog, address string) {
		book := &notebook{slow: 3 * time.Millisecond}
		archives := []*archive.Archive{newArchive(openWith(t, address, book)), newArchive(openWith(t, address, book))}
		var wg sync.WaitGroup
		const writers, each = 8, 12
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					id := fmt.Sprintf("r%d-%d", w, i)
					if _, err := archives[w%2].Save(t.Context(), "li", archive.Draft{Record: record(id)}); err != nil {
						t.Error(err)
						return
					}
					book.mu.Lock()
					found := slices.ContainsFunc(slices.Collect(values(book.entries)), func(e JournalEntry) bool { return bytes.Contains(e.Body, []byte(`"`+id+`"`)) })
					book.mu.Unlock()
					if !found {
						t.Errorf("%s is acknowledged and not in the journal", id)
					}
				}
			})
		}
		wg.Wait()
		if n := len(book.entries); n != writers*each {
			t.Errorf("%d entries of %d writes", n, writers*each)
		}
		t.Logf("%d writes in %d goes", writers*each, book.appends)
	})
}

func values(m map[int64]JournalEntry) func(func(JournalEntry) bool) {
	return func(yield func(JournalEntry) bool) {
		for _, e := range m {
			if !yield(e) {
				return
			}
		}
	}
}

// Hostile entries are refused, and nothing of them stays.
func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	was := dump(t, open(t, fresh(t, "sqlite")))
	for name, body := range map[string]string{
		"no JSON":         "hello\n",
		"a foreign table": `["+river_job",1]` + "\n",
		"a name of SQL":   `["+meta; DROP TABLE users","a","b"]` + "\n",
		"too few values":  `["+meta","a"]` + "\n",
		"a wrong type":    `["+tokens","a","b","c"]` + "\n",
		"no such record":  `["+revisions","none",1,"{}","","",1]` + "\n",
	} {
		was.at = 0
		address := empty(t, "sqlite")
		_, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{ParseRow: parseRow, Journal: func(yield func(JournalEntry, error) bool) {
			yield(JournalEntry{Number: was.state.Journal + 1, Schema: len(migrations), Body: []byte(body)}, nil)
		}})
		if err == nil {
			t.Errorf("%s: taken", name)
		}
		was.at = 0
		if _, err := Restore(t.Context(), address, was.state, reading{was}, RestoreOptions{}); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
	was.at = 0
	_, err := Restore(t.Context(), empty(t, "sqlite"), was.state, reading{was}, RestoreOptions{ParseRow: parseRow, Journal: func(yield func(JournalEntry, error) bool) {
		yield(JournalEntry{Number: 1, Schema: len(migrations) + 1}, nil)
	}})
	if err == nil {
		t.Error("an entry of a later schema is taken")
	}
}
