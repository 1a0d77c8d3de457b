package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

var (
	columns = []string{"id", "n", "yes", "data"}
	kinds   = []string{Text, Int, Bool, Blob}
	rows    = [][]any{
		{"", int64(0), false, []byte{}},
		{"药师经变 \"<b>\" \\ \n\t\x7f\u2028 &", int64(math.MinInt64), true, []byte{0, 255, '"'}},
		{nil, nil, nil, nil},
		{strings.Repeat("敦煌", 200_000), int64(math.MaxInt64), true, bytes.Repeat([]byte{7}, 100_000)},
	}
)

type about struct{ Of string }

// sample is a snapshot of two tables; the second one is empty.
func sample(t testing.TB) (file []byte, sum Summary) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, about{"河西"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Table("things", columns, kinds); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Table("none", []string{"id"}, []string{Int}); err != nil {
		t.Fatal(err)
	}
	sum, err = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sum
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	file, wrote := sample(t)
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var of about
	if err := r.About(&of); err != nil || of.Of != "河西" {
		t.Errorf("about %+v, %v", of, err)
	}
	name, gotColumns, gotKinds, err := r.Table()
	if err != nil || name != "things" || !cmp.Equal(gotColumns, columns) || !cmp.Equal(gotKinds, kinds) {
		t.Fatalf("%s %v %v %v", name, gotColumns, gotKinds, err)
	}
	var got [][]any
	for {
		row, err := r.Row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
	if name, _, _, err := r.Table(); name != "none" || err != nil {
		t.Errorf("%s %v", name, err)
	}
	if _, _, _, err := r.Table(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last table: %v", err)
	}
	if diff := cmp.Diff(wrote, r.Summary()); diff != "" {
		t.Error(diff)
	}
	if sum, err := Verify(bytes.NewReader(file), &of); err != nil || sum.Rows != int64(len(rows)) {
		t.Errorf("%+v, %v", sum, err)
	}
}

// The same rows give the same file.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	a, _ := sample(t)
	b, _ := sample(t)
	if !bytes.Equal(a, b) {
		t.Error("two files of the same rows differ")
	}
}

// small is a snapshot of a few lines, for those who try every byte of it.
func small(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, about{"x"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if err := w.Table(fmt.Sprint("t", i), columns, kinds); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := w.Row(rows[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that was cut anywhere is no snapshot.
func TestCutOff(t *testing.T) {
	t.Parallel()
	file := small(t)
	for n := range file {
		if _, err := Verify(bytes.NewReader(file[:n]), new(about)); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut after %d of %d bytes: %v", n, len(file), err)
		}
	}
}

// A file in which any byte was altered is no snapshot, unless all that it says is
// the same. The header of the compressed stream holds bytes that say nothing (RFC
// 1952: time, system), and its last byte may hold bits that do.
func TestAltered(t *testing.T) {
	t.Parallel()
	file := small(t)
	says := unzip(t, file)
	for n := 10; n < len(file); n++ {
		for _, bit := range []byte{1, 0x80} {
			altered := bytes.Clone(file)
			altered[n] ^= bit
			_, err := Verify(bytes.NewReader(altered), new(about))
			later := err != nil && strings.Contains(err.Error(), "reads format 1 only")
			if err == nil && !bytes.Equal(says, unzip(t, altered)) || err != nil && !errors.Is(err, ErrDamaged) && !later {
				t.Errorf("byte %d of %d: %v", n, len(file), err)
			}
		}
	}
}

func unzip(t *testing.T, file []byte) []byte {
	t.Helper()
	gz, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestFaultOfTheReader(t *testing.T) {
	t.Parallel()
	file, _ := sample(t)
	broken := errors.New("the disk is gone")
	for _, n := range []int{0, 5, 40, len(file) / 2} {
		_, err := Verify(io.MultiReader(bytes.NewReader(file[:n]), errReader{broken}), new(about))
		if !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestHostile(t *testing.T) {
	t.Parallel()
	const begin = `{"hexi":"snapshot","format":1,"about":{}}` + "\n"
	const table = `{"table":"t","columns":["a"],"kinds":["int"]}` + "\n"
	for _, test := range []struct{ name, lines, says string }{
		{"another kind of file", "PNG\n", "does not begin like"},
		{"JSON of something else", `{"a":1}` + "\n", "does not begin like"},
		{"a later format", `{"hexi":"snapshot","format":2,"about":{}}` + "\n", "format 2"},
		{"no end", begin, "cut off"},
		{"an empty line", begin + "\n", "empty"},
		{"a line of 65 MB", begin + strings.Repeat(" ", 65<<20), "longer than 64 MB"},
		{"a wrong digest", begin + `{"snapshot":"complete","tables":0,"rows":0,"sha512":"00"}` + "\n", "SHA-512"},
		{"counts that lie", begin + table + "[1]\n" + `{"end":"t","rows":2}` + "\n", "does not end as it should"},
		{"the end of another table", begin + table + `{"end":"u","rows":0}` + "\n", "does not end as it should"},
		{"a table twice", begin + table + `{"end":"t","rows":0}` + "\n" + table, "twice"},
		{"a column twice", begin + `{"table":"t","columns":["a","a"],"kinds":["int","int"]}` + "\n", "twice"},
		{"a name that is no name", begin + `{"table":"t; DROP TABLE t","columns":["a"],"kinds":["int"]}` + "\n", "not a name"},
		{"a column that is no name", begin + `{"table":"t","columns":["a\""],"kinds":["int"]}` + "\n", "not a name"},
		{"a kind that is none", begin + `{"table":"t","columns":["a"],"kinds":["date"]}` + "\n", "not a kind"},
		{"no columns", begin + `{"table":"t","columns":[],"kinds":[]}` + "\n", "0 columns"},
		{"fewer kinds", begin + `{"table":"t","columns":["a"],"kinds":[]}` + "\n", "0 kinds"},
		{"an unknown key", begin + `{"table":"t","columns":["a"],"kinds":["int"],"x":1}` + "\n", "a table was to begin"},
		{"two values for one column", begin + table + "[1,2]\n", "does not end after its 1 values"},
		{"no value", begin + table + "[]\n", "missing"},
		{"a number with a fraction", begin + table + "[1.5]\n", "whole number"},
		{"a number of 65 bits", begin + table + "[9223372036854775808]\n", "whole number"},
		{"a text for a number", begin + table + "[\"1\"]\n", "whole number"},
		{"values after a row", begin + table + "[1] [2]\n", "does not end after"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			gz := gzip.NewWriter(&b)
			if _, err := io.WriteString(gz, test.lines); err != nil {
				t.Fatal(err)
			}
			if err := gz.Close(); err != nil {
				t.Fatal(err)
			}
			_, err := Verify(&b, new(about))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want something about %q", err, test.says)
			}
		})
	}
}

func TestTrailing(t *testing.T) {
	t.Parallel()
	file, _ := sample(t)
	for name, more := range map[string][]byte{"a byte": {0}, "another snapshot": file} {
		if _, err := Verify(bytes.NewReader(append(bytes.Clone(file), more...)), new(about)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
}

// What could not be read back is not written.
func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(io.Discard, about{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row([]any{int64(1)}); err == nil {
		t.Error("a row without a table is taken")
	}
	if err := w.Table("T", []string{"a"}, []string{Int}); err == nil {
		t.Error("a name that cannot be read back is taken")
	}
	if err := w.Table("t", []string{"a"}, []string{Text}); err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]any{{}, {"a", "b"}, {1.5}, {"\xff"}, {strings.Repeat("x", maxLine)}} {
		if err := w.Row(row); err == nil {
			t.Errorf("a row of %d values is taken", len(row))
		}
	}
	if err := w.Table("t", []string{"a"}, []string{Text}); err == nil {
		t.Error("a table is taken twice")
	}
}

func FuzzParseRow(f *testing.F) {
	for _, row := range rows[:3] {
		line, err := AppendRow(nil, row)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(line))
	}
	f.Add(`["\ud800",1,true,"AA=="]`)
	f.Add(`["\`)
	f.Fuzz(func(t *testing.T, line string) {
		got, err := ParseRow([]byte(line), kinds)
		if err != nil {
			return
		}
		again, err := AppendRow(nil, got)
		if err != nil {
			t.Fatalf("%q was read, and cannot be written: %v", line, err)
		}
		same, err := ParseRow(again, kinds)
		if err != nil || !cmp.Equal(got, same) {
			t.Errorf("%q is read as %v, and that as %v, %v", line, got, same, err)
		}
	})
}
