package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func entry(n int64) Entry {
	return Entry{Number: n, Schema: 9, Body: fmt.Appendf(nil, "[\"+records\",\"r%d\"]\n[\"-tokens\",\"药师\"]\n", n)}
}

func entries(from, to int64) (out []Entry) {
	for n := from; n <= to; n++ {
		out = append(out, entry(n))
	}
	return out
}

// shelf is segments in memory.
type shelf map[string][]byte

func (s shelf) Segments(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range slices.Sorted(maps.Keys(s)) {
			if !yield(name, nil) {
				return
			}
		}
	}
}

func (s shelf) Open(_ context.Context, name string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s[name])), nil
}

func read(t *testing.T, from Segments, line string, after, upTo int64) (numbers []int64, err error) {
	t.Helper()
	for e, err := range Read(t.Context(), from, Span{Line: line, After: after, UpTo: upTo}) {
		if err != nil {
			return numbers, err
		}
		if want := entry(e.Number); !bytes.Equal(e.Body, want.Body) || e.Schema != 9 {
			t.Errorf("entry %+v", e)
		}
		numbers = append(numbers, e.Number)
	}
	return numbers, nil
}

func numbers(from, to int64) (out []int64) {
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// written is the one segment that a process leaves that writes these entries and is
// closed, or killed.
func written(t *testing.T, line Line, killed bool, es ...Entry) []byte {
	t.Helper()
	dir := t.TempDir()
	j := OpenDirJournal(dir, time.Now)
	for _, e := range es {
		if err := j.Append(t.Context(), line, []Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
	if !killed {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDirJournal(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "with the first")
	now := time.Now()
	clock := func() time.Time { return now }
	a, b := OpenDirJournal(dir, clock), OpenDirJournal(dir, clock) // two processes
	line := Line{ID: "L"}
	for _, step := range []struct {
		j        *DirJournal
		from, to int64
	}{{a, 1, 3}, {b, 2, 5}, {a, 6, 6}, {b, 7, 7}, {a, 8, 9}} {
		now = now.Add(13 * time.Hour) // each second one begins a new segment
		if err := step.j.Append(t.Context(), line, entries(step.from, step.to)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := read(t, a, "L", 0, 0); err != nil || !cmp.Equal(got, numbers(1, 9)) {
		t.Errorf("while it is written: %v, %v", got, err)
	}
	if err := errors.Join(a.Close(), b.Close(), a.Close()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ after, upTo, from, to int64 }{{0, 0, 1, 9}, {4, 0, 5, 9}, {9, 0, 1, 0}, {0, 4, 1, 4}, {3, 7, 4, 7}} {
		if got, err := read(t, a, "L", test.after, test.upTo); err != nil || !cmp.Equal(got, numbers(test.from, test.to)) {
			t.Errorf("after %d up to %d: %v, %v", test.after, test.upTo, got, err)
		}
	}
	if got, err := read(t, a, "another", 0, 0); !errors.Is(err, ErrForeign) || got != nil {
		t.Errorf("of another catalogue: %v, %v", got, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) != 5 {
		t.Errorf("segments %v, %v", found, err)
	}
	for _, path := range found {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
}

// Of a segment whose process was killed in the middle of a write all is read that was
// whole, wherever it was cut off.
func TestTornSegment(t *testing.T) {
	t.Parallel()
	line := Line{ID: "L"}
	whole := written(t, line, true, entries(1, 3)...)
	two := len(written(t, line, true, entries(1, 2)...))
	for n := range whole {
		got, err := read(t, shelf{"a": whole[:n]}, "L", 0, 0)
		if err != nil || n >= two && len(got) != 2 && n < len(whole) {
			t.Errorf("cut after %d of %d bytes: %v, %v", n, len(whole), got, err)
		}
		// The file system kept the length, and not the bytes.
		zeroes := append(bytes.Clone(whole[:n]), make([]byte, len(whole)-n)...)
		if got, err := read(t, shelf{"a": zeroes}, "L", 0, 0); n > 200 && (err != nil || n >= two && len(got) != 2) {
			t.Errorf("zeroes after %d of %d bytes: %v, %v", n, len(whole), got, err)
		}
	}
}

// A closed segment in which any byte was altered is found out, unless the alteration
// leaves every entry as it was.
func TestAlteredSegment(t *testing.T) {
	t.Parallel()
	whole := written(t, Line{ID: "L"}, false, entries(1, 3)...)
	for n := range whole {
		altered := bytes.Clone(whole)
		altered[n] ^= 4
		got, err := read(t, shelf{"a": altered}, "L", 0, 0)
		if err == nil && !cmp.Equal(got, numbers(1, 3)) && !bytes.Contains(altered[:20], []byte("line")) && got != nil {
			t.Errorf("byte %d of %d (%q): %v", n, len(whole), whole[n], got)
		}
	}
}

func TestReadFaults(t *testing.T) {
	t.Parallel()
	line := Line{ID: "L"}
	other := entry(4)
	other.Body = []byte("[\"+records\",\"another\"]\n")
	for _, test := range []struct {
		name string
		from shelf
		upTo int64
		want []int64
		says string
	}{
		{"a segment is missing", shelf{"a": written(t, line, false, entries(1, 3)...), "c": written(t, line, false, entries(5, 6)...)}, 0, numbers(1, 3), "entry 4 is missing"},
		{"an entry is missing within one", shelf{"a": written(t, line, false, entry(1), entry(3))}, 0, numbers(1, 1), "entry 2 is missing"},
		{"but it is not wanted", shelf{"a": written(t, line, false, entry(1), entry(3))}, 1, numbers(1, 1), ""},
		{"the first is missing", shelf{"a": written(t, line, false, entry(2))}, 0, nil, "entry 1 is missing"},
		{"two that differ", shelf{"a": written(t, line, false, entries(1, 4)...), "b": written(t, line, false, other)}, 0, numbers(1, 3), "two entries 4 that differ"},
		{"no segment at all", shelf{"a": []byte("hello\n")}, 0, nil, "does not begin like"},
		{"a later format", shelf{"a": []byte(`{"hexi":"journal","format":2,"line":"L","from":1,"at":"2026-01-01T00:00:00Z"}` + "\n")}, 0, nil, "format 2"},
		{"more after the end", shelf{"a": append(written(t, line, false, entries(1, 2)...), "x\n"...)}, 0, numbers(1, 2), "after its end"},
		{"an empty file", shelf{"a": nil}, 0, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, test.from, "L", 0, test.upTo)
			if !cmp.Equal(got, test.want) || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, %v; want %v and something about %q", got, err, test.want, test.says)
			}
		})
	}
}

// A catalogue that was restored goes on in a line of its own, which is followed from
// where it left the old one.
func TestSuccessors(t *testing.T) {
	t.Parallel()
	all := shelf{
		"a": written(t, Line{ID: "A"}, false, entries(1, 9)...),
		"b": written(t, Line{ID: "B", After: "A 6"}, false, entries(7, 8)...),
		"c": written(t, Line{ID: "C", After: "B 8"}, true, entries(9, 12)...),
	}
	for _, test := range []struct {
		line        string
		after, upTo int64
		branch      string
		want        []int64
		lines       string
	}{
		{"A", 0, 0, "C", numbers(1, 12), "AAAAAABBCCCC"},
		{"A", 0, 0, "B", numbers(1, 12), "AAAAAABBCCCC"}, // which goes on in C alone
		{"A", 0, 0, "A", numbers(1, 9), "AAAAAAAAA"},
		{"A", 4, 7, "C", numbers(5, 7), "AAB"},
		{"A", 4, 6, "", numbers(5, 6), "AA"}, // before they part
		{"A", 4, 5, "", numbers(5, 5), "A"},
		{"A", 7, 0, "A", numbers(8, 9), "AA"},
		{"B", 7, 0, "", numbers(8, 12), "BCCCC"},
		{"C", 10, 0, "", numbers(11, 12), "CC"},
	} {
		var got []int64
		lines := ""
		for e, err := range Read(t.Context(), all, Span{test.line, test.after, test.upTo, test.branch}) {
			if err != nil {
				t.Fatal(err)
			}
			got, lines = append(got, e.Number), lines+e.Line
		}
		if !cmp.Equal(got, test.want) || lines != test.lines {
			t.Errorf("%s after %d up to %d: %v of %s, want %v of %s", test.line, test.after, test.upTo, got, lines, test.want, test.lines)
		}
	}
	loop := shelf{"a": written(t, Line{ID: "A", After: "B 1"}, false, entry(2)), "b": written(t, Line{ID: "B", After: "A 2"}, false, entry(3))}
	for _, err := range Read(t.Context(), loop, Span{Line: "A", After: 1}) {
		if err != nil {
			t.Log(err) // it ends, which is what matters
		}
	}
}

// Where a catalogue goes on in more than one way nothing is read before someone says
// which is wanted: each has writes that were acknowledged.
func TestForks(t *testing.T) {
	t.Parallel()
	a := written(t, Line{ID: "A"}, false, entries(1, 6)...)
	b := written(t, Line{ID: "B", After: "A 6"}, false, entries(7, 8)...)
	wrote := written(t, Line{ID: "A"}, false, entries(7, 9)...) // the old database, put back by hand
	d := written(t, Line{ID: "D", After: "A 4"}, false, entries(5, 7)...)
	for _, test := range []struct {
		name string
		from shelf
		span Span
		want []int64
		says []string
	}{
		{"one way", shelf{"a": a, "b": b}, Span{Line: "A"}, numbers(1, 8), nil},
		{"written on, too", shelf{"a": a, "b": b, "c": wrote}, Span{Line: "A"}, nil, []string{"line B (restored from it) has 2 entries after 6", "line A (itself written on) has 3 entries after 6"}},
		{"and the one is taken", shelf{"a": a, "b": b, "c": wrote}, Span{Line: "A", Branch: "B"}, numbers(1, 8), nil},
		{"and the other", shelf{"a": a, "b": b, "c": wrote}, Span{Line: "A", Branch: "A"}, numbers(1, 9), nil},
		{"restored twice", shelf{"a": a, "b": b, "d": d}, Span{Line: "A"}, nil, []string{"line B (restored from it) has 2 entries after 6", "line D (restored from it) has 3 entries after 4"}},
		{"and the earlier is taken", shelf{"a": a, "b": b, "d": d}, Span{Line: "A", Branch: "D"}, numbers(1, 7), nil},
		{"a snapshot beyond where they part", shelf{"a": a, "d": d}, Span{Line: "A", After: 5}, nil, []string{"line D", "line A"}},
		{"from which the other cannot be reached", shelf{"a": a, "d": d}, Span{Line: "A", After: 5, Branch: "D"}, nil, []string{"take an older snapshot"}},
		{"no such line", shelf{"a": a, "b": b}, Span{Line: "A", Branch: "X"}, nil, []string{"line X does not come after line A"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []int64
			var err error
			for e, fault := range Read(t.Context(), test.from, test.span) {
				if err = fault; err != nil {
					break
				}
				got = append(got, e.Number)
			}
			if !cmp.Equal(got, test.want) || (err == nil) != (test.says == nil) {
				t.Errorf("%v, %v", got, err)
			}
			for _, part := range test.says {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%v says nothing about %q", err, part)
				}
			}
		})
	}
}

// Only what nobody writes to and is old is cleared away.
func TestPrune(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := OpenDirJournal(dir, time.Now)
	if err := errors.Join(old.Append(t.Context(), Line{ID: "L"}, entries(1, 2)), old.Close()); err != nil {
		t.Fatal(err)
	}
	open := OpenDirJournal(dir, time.Now)
	if err := open.Append(t.Context(), Line{ID: "L"}, entries(3, 4)); err != nil {
		t.Fatal(err)
	}
	if n, err := open.Prune(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("of what is new: %d, %v", n, err)
	}
	if n, err := open.Prune(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("of what is old: %d, %v", n, err)
	}
	if err := open.Append(t.Context(), Line{ID: "L"}, entries(5, 5)); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, open, "L", 2, 0); err != nil || !cmp.Equal(got, numbers(3, 5)) {
		t.Errorf("%v, %v", got, err)
	}
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
}
