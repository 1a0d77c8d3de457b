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
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Reader reads one snapshot. It is for one goroutine.
type Reader struct {
	raw    *bufio.Reader // compressed
	in     *bufio.Reader
	hash   hash.Hash
	line   []byte
	number int64 // of the line, from 1
	about  json.RawMessage
	table  tableHead
	rows   int64 // of the table
	ended  bool
	sum    Summary
}

// ErrDamaged says that a file is no whole snapshot.
var ErrDamaged = errors.New("this is not a whole snapshot")

func (s *Reader) damaged(format string, args ...any) error {
	return fmt.Errorf("line %d: %s: %w", s.number, fmt.Sprintf(format, args...), ErrDamaged)
}

// NewReader begins to read a snapshot. Every fault of it is an ErrDamaged, but
// for those of r.
func NewReader(r io.Reader) (*Reader, error) {
	s := &Reader{raw: bufio.NewReaderSize(r, 256<<10), hash: sha512.New(), sum: Summary{Tables: map[string]int64{}}}
	gz, err := gzip.NewReader(s.raw)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("the file is empty or cut off: %w", ErrDamaged)
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return nil, fmt.Errorf("the file is not compressed as a snapshot is: %w", ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	gz.Multistream(false)
	s.in = bufio.NewReaderSize(gz, 256<<10)
	line, err := s.next()
	if err != nil {
		return nil, err
	}
	var h struct {
		Hexi   string          `json:"hexi"`
		Format int             `json:"format"`
		About  json.RawMessage `json:"about"`
	}
	if err := json.Unmarshal(line, &h); err != nil || h.Hexi != "snapshot" || h.Format < 1 {
		return nil, s.damaged("it does not begin like a snapshot of hexi")
	}
	if h.Format != Format {
		return nil, fmt.Errorf("the snapshot has format %d, and this hexi reads format %d only: use the hexi that made it, or a newer one", h.Format, Format)
	}
	s.about = bytes.Clone(h.About)
	return s, nil
}

// About decodes what the snapshot says it is of.
func (s *Reader) About(into any) error {
	if err := json.Unmarshal(s.about, into); err != nil {
		return s.damaged("what it is of cannot be read (%v)", err)
	}
	return nil
}

// Table goes to the next table, passing over what is left of the one before.
// After the last one it is io.EOF, and the snapshot was whole.
func (s *Reader) Table() (name string, columns, kinds []string, err error) {
	for s.table.Table != "" {
		if _, err := s.Row(); err != nil && !errors.Is(err, io.EOF) {
			return "", nil, nil, err
		}
	}
	if s.ended {
		return "", nil, nil, io.EOF
	}
	before := s.hash.Sum(nil)
	line, err := s.next()
	if err != nil {
		return "", nil, nil, err
	}
	if bytes.HasPrefix(line, []byte(`{"snapshot":`)) {
		if err := s.finish(line, hex.EncodeToString(before)); err != nil {
			return "", nil, nil, err
		}
		return "", nil, nil, io.EOF
	}
	var h tableHead
	if err := strict(line, &h); err != nil {
		return "", nil, nil, s.damaged("a table was to begin here")
	}
	if err := h.check(); err != nil {
		return "", nil, nil, s.damaged("%v", err)
	}
	if _, twice := s.sum.Tables[h.Table]; twice || len(s.sum.Tables) == maxTables {
		return "", nil, nil, s.damaged("table %s comes twice, or there are more than %d", h.Table, maxTables)
	}
	s.table, s.rows = h, 0
	s.sum.Tables[h.Table] = 0
	return h.Table, h.Columns, h.Kinds, nil
}

// Row returns the next row of the table: string, int64, bool, []byte or nil for
// each column. After the last one it is io.EOF.
func (s *Reader) Row() ([]any, error) {
	if s.table.Table == "" {
		return nil, io.EOF
	}
	line, err := s.next()
	if err != nil {
		return nil, err
	}
	if line[0] == '[' {
		values, err := ParseRow(line, s.table.Kinds)
		if err != nil {
			return nil, s.damaged("a row of table %s: %v", s.table.Table, err)
		}
		s.rows++
		return values, nil
	}
	var end tableEnd
	if err := strict(line, &end); err != nil || end.End != s.table.Table || end.Rows != s.rows {
		return nil, s.damaged("table %s does not end as it should after %d rows", s.table.Table, s.rows)
	}
	s.sum.Tables[s.table.Table] = s.rows
	s.sum.Rows += s.rows
	s.table = tableHead{}
	return nil, io.EOF
}

// finish checks the last line against what was read before it.
func (s *Reader) finish(line []byte, digest string) error {
	var f foot
	if err := strict(line, &f); err != nil || f.Snapshot != "complete" || f.Tables != len(s.sum.Tables) || f.Rows != s.sum.Rows {
		return s.damaged("its end does not tell of the %d tables and %d rows that it has", len(s.sum.Tables), s.sum.Rows)
	}
	if f.SHA512 != digest {
		return s.damaged("its SHA-512 is %s…, and it says %.16s…: it was altered", digest[:16], f.SHA512)
	}
	s.sum.SHA512 = digest
	// The end of the compressed stream has a checksum, too.
	if n, err := io.Copy(io.Discard, s.in); err != nil || n > 0 {
		return s.damaged("something comes after its end, or its checksum is wrong")
	}
	if _, err := s.raw.ReadByte(); !errors.Is(err, io.EOF) {
		return s.damaged("something comes after its end")
	}
	s.ended = true
	return nil
}

// Summary is what was read; it is whole once Table has returned io.EOF.
func (s *Reader) Summary() Summary { return s.sum }

// next reads a line, and takes it into the digest.
func (s *Reader) next() ([]byte, error) {
	s.number++
	s.line = s.line[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		s.line = append(s.line, part...)
		if len(s.line) > maxLine {
			return nil, s.damaged("it is longer than %d MB", maxLine>>20)
		}
		switch {
		case err == nil:
			s.hash.Write(s.line)
			s.sum.Bytes += int64(len(s.line))
			if s.line = s.line[:len(s.line)-1]; len(s.line) == 0 {
				return nil, s.damaged("it is empty")
			}
			return s.line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, s.damaged("the file ends here: it was cut off")
		case isCorrupt(err):
			return nil, s.damaged("what is compressed here is damaged (%v)", err)
		default:
			return nil, fmt.Errorf("read snapshot: %w", err)
		}
	}
}

// isCorrupt tells faults of the compressed bytes from those of reading them.
func isCorrupt(err error) bool {
	return errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || strings.HasPrefix(err.Error(), "flate:")
}

// strict decodes a line that holds what v knows and nothing else.
func strict(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one value")
	}
	return nil
}

// Verify reads a snapshot to its end and returns what it holds; about is decoded
// into into. Nothing of what it reads is kept.
func Verify(r io.Reader, into any) (Summary, error) {
	s, err := NewReader(r)
	if err != nil {
		return Summary{}, err
	}
	if err := s.About(into); err != nil {
		return Summary{}, err
	}
	for {
		if _, _, _, err := s.Table(); errors.Is(err, io.EOF) {
			return s.Summary(), nil
		} else if err != nil {
			return Summary{}, err
		}
	}
}
