package snapshot

import (
	"bufio"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
)

// Writer writes one snapshot. It is for one goroutine.
type Writer struct {
	gz    *gzip.Writer
	buf   *bufio.Writer
	hash  hash.Hash
	line  []byte
	table string
	width int
	rows  int64 // of the table
	sum   Summary
}

// NewWriter begins a snapshot of what about describes, which is written as JSON.
func NewWriter(w io.Writer, about any) (*Writer, error) {
	gz, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("begin snapshot: %w", err)
	}
	s := &Writer{gz: gz, hash: sha512.New(), sum: Summary{Tables: map[string]int64{}}}
	s.buf = bufio.NewWriterSize(gz, 256<<10)
	return s, s.json(head{Hexi: "snapshot", Format: Format, About: about})
}

// Table begins a table, and ends the one before. Kinds are those of the columns.
func (s *Writer) Table(name string, columns, kinds []string) error {
	if err := s.endTable(); err != nil {
		return err
	}
	head := tableHead{Table: name, Columns: columns, Kinds: kinds}
	if err := head.check(); err != nil {
		return err
	}
	if _, twice := s.sum.Tables[name]; twice {
		return fmt.Errorf("table %s is written twice", name)
	}
	s.table, s.width, s.rows = name, len(columns), 0
	return s.json(head)
}

// Row writes one row of the table: a value (see AppendRow) for each column.
func (s *Writer) Row(values []any) error {
	if s.table == "" || len(values) != s.width {
		return fmt.Errorf("a row of %d values does not fit into a table of %d columns", len(values), s.width)
	}
	var err error
	if s.line, err = AppendRow(s.line[:0], values); err != nil {
		return fmt.Errorf("row %d of table %s: %w", s.rows+1, s.table, err)
	}
	s.rows++
	return s.write(append(s.line, '\n'))
}

// Close ends the snapshot. What it is written to is the caller's to close.
func (s *Writer) Close() (Summary, error) {
	if err := s.endTable(); err != nil {
		return Summary{}, err
	}
	s.sum.SHA512 = hex.EncodeToString(s.hash.Sum(nil))
	if err := s.json(foot{Snapshot: "complete", Tables: len(s.sum.Tables), Rows: s.sum.Rows, SHA512: s.sum.SHA512}); err != nil {
		return Summary{}, err
	}
	if err := s.buf.Flush(); err != nil {
		return Summary{}, fmt.Errorf("write snapshot: %w", err)
	}
	if err := s.gz.Close(); err != nil {
		return Summary{}, fmt.Errorf("write snapshot: %w", err)
	}
	return s.sum, nil
}

func (s *Writer) endTable() error {
	if s.table == "" {
		return nil
	}
	s.sum.Tables[s.table] = s.rows
	s.sum.Rows += s.rows
	end := tableEnd{End: s.table, Rows: s.rows}
	s.table, s.width = "", 0
	return s.json(end)
}

func (s *Writer) json(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return s.write(append(b, '\n'))
}

func (s *Writer) write(line []byte) error {
	if len(line) > maxLine {
		return fmt.Errorf("row %d of table %s has %d MB; at most %d fit into a snapshot", s.rows, s.table, len(line)>>20, maxLine>>20)
	}
	s.line = line[:0]
	s.hash.Write(line) // never fails
	s.sum.Bytes += int64(len(line))
	if _, err := s.buf.Write(line); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

func (h tableHead) check() error {
	if len(h.Columns) == 0 || len(h.Columns) > maxColumns || len(h.Kinds) != len(h.Columns) {
		return fmt.Errorf("table %.40q has %d columns of %d kinds", h.Table, len(h.Columns), len(h.Kinds))
	}
	seen := map[string]bool{}
	for i, name := range append([]string{h.Table}, h.Columns...) {
		if !plainName(name) {
			return fmt.Errorf("%.40q is not a name of a table or column", name)
		}
		if i > 0 && seen[name] {
			return fmt.Errorf("table %s has the column %s twice", h.Table, name)
		}
		seen[name] = i > 0
	}
	for _, kind := range h.Kinds {
		if kind != Text && kind != Int && kind != Bool && kind != Blob {
			return fmt.Errorf("table %s: %.40q is not a kind of value", h.Table, kind)
		}
	}
	return nil
}

// plainName reports whether a name is made of small letters, digits and "_", so
// that it can stand in a statement as it is.
func plainName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
