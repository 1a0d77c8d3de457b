package snapshot

import (
	"bufio"
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strconv"
	"time"
)

// A journal keeps what each transaction of a catalogue wrote, so that a snapshot and
// the journal together are the catalogue as it was when the last write was
// acknowledged. It is made of segments, each written by one process:
//
//	{"hexi":"journal","format":1,"line":"…","after":"…","from":57,"at":"…"}
//	{"entry":57,"schema":9,"lines":2,"crc32c":"…"}      one transaction
//	["+records","dh-220-n",…]                            a row that was put
//	["-tokens",…]                                        a row that was taken out
//	…
//	{"segment":"closed","entries":1,"sha512":"…"}        of all before it
//
// Line is the identity of the catalogue, after that of the one that it was restored
// from, with the number of the last transaction that both share ("ABC 56"). The
// numbers of a segment rise; the same entry may stand in several segments. What is
// cut off at the end of a segment that is not closed was never acknowledged.

// Entry is what one transaction wrote. Body is its rows, a line each, the last one
// with its line break, too. Line is the identity of the catalogue: Read says it, and
// Append is told it for all of them.
type Entry struct {
	Line   string
	Number int64
	Schema int
	Body   []byte
}

// Line says which catalogue a segment is of.
type Line struct {
	ID    string // identity of the catalogue
	After string // identity of the one it was restored from, a space and a number; or ""
}

type segmentHead struct {
	Hexi   string    `json:"hexi"`
	Format int       `json:"format"`
	Line   string    `json:"line"`
	After  string    `json:"after,omitempty"`
	From   int64     `json:"from"`
	At     time.Time `json:"at"`
}

type entryHead struct {
	Entry  int64  `json:"entry"`
	Schema int    `json:"schema"`
	Lines  int    `json:"lines"`
	CRC32C string `json:"crc32c"`
}

type segmentFoot struct {
	Segment string `json:"segment"`
	Entries int    `json:"entries"`
	SHA512  string `json:"sha512"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum of an entry: of its number, its schema and its body.
func (e Entry) sum() string {
	head := fmt.Appendf(nil, "%d %d\n", e.Number, e.Schema)
	return fmt.Sprintf("%08x", crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, e.Body))
}

// appendTo appends the entry as it stands in a segment.
func (e Entry) appendTo(dst []byte) []byte {
	head := entryHead{e.Number, e.Schema, bytes.Count(e.Body, []byte{'\n'}), e.sum()}
	return append(head.append(dst), e.Body...)
}

// append appends the first line of an entry.
func (h entryHead) append(dst []byte) []byte {
	dst = append(dst, `{"entry":`...)
	dst = strconv.AppendInt(dst, h.Entry, 10)
	dst = append(dst, `,"schema":`...)
	dst = strconv.AppendInt(dst, int64(h.Schema), 10)
	dst = append(dst, `,"lines":`...)
	dst = strconv.AppendInt(dst, int64(h.Lines), 10)
	dst = append(dst, `,"crc32c":"`...)
	dst = append(dst, h.CRC32C...)
	return append(dst, "\"}\n"...)
}

func appendHead(dst []byte, line Line, from int64, at time.Time) ([]byte, error) {
	b, err := json.Marshal(segmentHead{Hexi: "journal", Format: Format, Line: line.ID, After: line.After, From: from, At: at.UTC()})
	if err != nil {
		return nil, fmt.Errorf("begin segment: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}

func appendFoot(dst []byte, entries int, sum hash.Hash) ([]byte, error) {
	b, err := json.Marshal(segmentFoot{Segment: "closed", Entries: entries, SHA512: hex.EncodeToString(sum.Sum(nil))})
	if err != nil {
		return nil, fmt.Errorf("close segment: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}

// segment reads one segment.
type segment struct {
	name    string
	in      *bufio.Reader
	head    segmentHead
	hash    hash.Hash
	entries int
	last    int64
	closed  bool
}

// errTorn says that a segment ends within a line: its process ended, too.
var errTorn = errors.New("the segment is cut off")

func (s *segment) damaged(format string, args ...any) error {
	return fmt.Errorf("segment %s, after entry %d: %s: %w", s.name, s.last, fmt.Sprintf(format, args...), ErrDamagedJournal)
}

// ErrDamagedJournal says that a segment of a journal was altered.
var ErrDamagedJournal = errors.New("the journal is damaged")

// openSegment reads the head. One that is cut off in it has no entry: errTorn.
func openSegment(name string, r io.Reader) (*segment, error) {
	s := &segment{name: name, in: bufio.NewReaderSize(r, 64<<10), hash: sha512.New()}
	line, err := s.line()
	if err != nil {
		return nil, err
	}
	if err := strict(line, &s.head); err != nil || s.head.Hexi != "journal" || s.head.Line == "" {
		return nil, s.damaged("it does not begin like a segment of a journal")
	}
	if s.head.Format != Format {
		return nil, fmt.Errorf("segment %s has format %d, and this hexi reads format %d only: use a newer one", name, s.head.Format, Format)
	}
	if written, err := appendHead(nil, Line{s.head.Line, s.head.After}, s.head.From, s.head.At); err != nil || !bytes.Equal(written, line) {
		return nil, s.damaged("its first line is not in the form in which it was written")
	}
	s.hash.Write(line)
	return s, nil
}

// line reads one line with its break; what there is of one without, with errTorn.
func (s *segment) line() ([]byte, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return line, errTorn
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("read segment %s: %w", s.name, err)
		case len(line) > maxLine:
			return nil, s.damaged("a line is longer than %d MB", maxLine>>20)
		}
	}
}

// next reads an entry; io.EOF after the last. What is cut off is no entry.
func (s *segment) next() (Entry, error) {
	line, err := s.line()
	if errors.Is(err, errTorn) && !s.closed {
		var f segmentFoot
		if strict(line[:len(line)-1], &f) == nil && f.Segment != "" {
			return Entry{}, s.damaged("its last line does not end as it was written")
		}
		return Entry{}, io.EOF
	}
	if errors.Is(err, io.EOF) {
		return Entry{}, io.EOF
	}
	if err != nil {
		return Entry{}, err
	}
	if s.closed {
		return Entry{}, s.damaged("something comes after its end")
	}
	if bytes.HasPrefix(line, []byte(`{"segment"`)) {
		want, err := appendFoot(nil, s.entries, s.hash)
		if err != nil {
			return Entry{}, err
		}
		if !bytes.Equal(line, want) {
			return Entry{}, s.damaged("its SHA-512 or its count of entries is wrong")
		}
		s.closed = true
		return s.next()
	}
	var h entryHead
	if err := strict(line, &h); err != nil || h.Entry <= s.last || h.Lines < 0 {
		if s.torn(line) {
			return Entry{}, io.EOF
		}
		return Entry{}, s.damaged("an entry was to begin here")
	}
	if !bytes.Equal(line, h.append(nil)) {
		return Entry{}, s.damaged("the head of entry %d is not in the form in which it was written", h.Entry)
	}
	s.hash.Write(line)
	e := Entry{Line: s.head.Line, Number: h.Entry, Schema: h.Schema}
	for range h.Lines {
		line, err := s.line()
		if errors.Is(err, io.EOF) || errors.Is(err, errTorn) {
			if h.altered(append(e.Body, line...)) {
				return Entry{}, s.damaged("the checksum of entry %d is wrong", h.Entry)
			}
			return Entry{}, io.EOF // never acknowledged
		}
		if err != nil {
			return Entry{}, err
		}
		if line[0] != '[' && line[0] != 0 {
			return Entry{}, s.damaged("entry %d has fewer rows than it says", h.Entry)
		}
		if e.Body = append(e.Body, line...); len(e.Body) > maxEntry {
			return Entry{}, s.damaged("an entry is longer than %d MB", maxEntry>>20)
		}
	}
	if e.sum() != h.CRC32C {
		if !h.altered(e.Body) && s.torn(e.Body) {
			return Entry{}, io.EOF
		}
		return Entry{}, s.damaged("the checksum of entry %d is wrong", h.Entry)
	}
	s.hash.Write(e.Body)
	s.entries++
	s.last = e.Number
	return e, nil
}

// torn reports whether what was read last is what a file system can leave of a write
// that a power cut broke off: it holds zeroes, which no line does, and nothing else
// comes after it. Nothing of it was acknowledged.
func (s *segment) torn(read []byte) bool {
	if bytes.IndexByte(read, 0) < 0 {
		return false
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := s.in.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return false
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// maxEntry is how long an entry may be, in bytes: a transaction gathers a few
// hundred records.
const maxEntry = 512 << 20
