package readahead

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What comes out is what the reader gives, whatever the sizes of its answers, of the
// buffers and of the questions, and ends as the reader ends.
func TestReader(t *testing.T) {
	t.Parallel()
	content := []byte(strings.Repeat("飞天反弹琵琶", 100))
	boom := errors.New("the card reader was pulled out")
	for _, test := range []struct {
		end  error
		want error // as io.ReadAll tells it
	}{{io.EOF, nil}, {io.ErrUnexpectedEOF, io.ErrUnexpectedEOF}, {boom, boom}} {
		for _, size := range []int{1, 7, 1800, 4096} {
			for name, slow := range map[string]func(io.Reader) io.Reader{
				"whole": func(r io.Reader) io.Reader { return r }, "one byte": iotest.OneByteReader, "half": iotest.HalfReader, "data with the end": iotest.DataErrReader,
			} {
				a := New(slow(io.MultiReader(bytes.NewReader(content), iotest.ErrReader(test.end))), 3, size)
				got, err := io.ReadAll(a)
				if !bytes.Equal(got, content) || !errors.Is(err, test.want) {
					t.Errorf("%s, buffers of %d: %d of %d bytes, %v; want %v", name, size, len(got), len(content), err, test.want)
				}
				if n, again := a.Read(make([]byte, 1)); n != 0 || !errors.Is(again, test.end) {
					t.Errorf("%s, buffers of %d, after the end: %d, %v", name, size, n, again)
				}
				a.Close()
			}
		}
	}
}

// Closing ends the reading of what never ends, wherever it stands.
func TestClose(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 1, 100} {
		r := &endless{}
		a := New(r, 2, 8)
		if _, err := io.ReadFull(a, make([]byte, first)); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if r.read > first+3*8 {
			t.Errorf("%d bytes were read for %d", r.read, first)
		}
	}
}

type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	return len(b), nil
}
