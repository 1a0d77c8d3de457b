package harvest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// How much is gathered before the pipeline takes it in: so little that an interrupted
// harvest loses minutes, so much that the records of a large source share their
// transactions.
const (
	batchRecords = 500
	batchBytes   = 512 << 20
)

// Batch is a sheet of lines and a folder of their files, as the pipeline takes them.
type Batch struct {
	dir   string
	lines [][]byte
	place map[string]int // of the line of each record
	bytes int64
}

// NewBatch makes an empty batch in a folder of its own.
func NewBatch(dir string) (*Batch, error) {
	b := &Batch{dir: dir}
	return b, b.Clear()
}

// Files is the folder that the files of records are to be put in.
func (b *Batch) Files() string { return filepath.Join(b.dir, "files") }

// Add adds a record. One that is there already, because its source gave it twice, is
// replaced.
func (b *Batch) Add(_ context.Context, f *Found) error {
	line, err := f.Line().Append(nil)
	if err != nil {
		return err
	}
	if at, ok := b.place[f.Record.ID]; ok {
		b.lines[at] = line
	} else {
		b.place[f.Record.ID] = len(b.lines)
		b.lines = append(b.lines, line)
	}
	for _, file := range f.Files {
		if file.Path != "" {
			b.bytes += file.Master.Size
		}
	}
	return nil
}

// Full reports whether it is time to take the batch in.
func (b *Batch) Full() bool { return len(b.lines) >= batchRecords || b.bytes >= batchBytes }

// Empty reports whether there is nothing to take in.
func (b *Batch) Empty() bool { return len(b.lines) == 0 }

// Paths writes the sheet and returns what the pipeline is to be given.
func (b *Batch) Paths() ([]string, error) {
	sheet := filepath.Join(b.dir, "harvest.jsonl")
	if err := os.WriteFile(sheet, bytes.Join(b.lines, nil), 0o600); err != nil {
		return nil, fmt.Errorf("write the harvest: %w", err)
	}
	return []string{sheet, b.Files()}, nil
}

// Clear empties the batch and its folder.
func (b *Batch) Clear() error {
	b.lines, b.place, b.bytes = nil, map[string]int{}, 0
	if err := os.RemoveAll(b.Files()); err != nil {
		return fmt.Errorf("clear the harvest: %w", err)
	}
	if err := os.MkdirAll(b.Files(), 0o750); err != nil {
		return fmt.Errorf("make a place for the harvest: %w", err)
	}
	return nil
}
