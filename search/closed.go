package search

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// CompareClosed compares the index in a directory that no process has open with the
// catalogue, and changes nothing. One that is not there, or of another schema, is no
// fault: a server makes it. ErrInUse says that a process has it open: ask that one
// (AskToCompare).
func CompareClosed(ctx context.Context, dir string, opts Options, source Source) (out Comparison, err error) {
	out.Faults = []Fault{}
	path, err := currentPath(dir)
	if errors.Is(err, errDamaged) {
		out.Faults, err = verifyFiles(ctx, dir, false)
		return out, err
	}
	if errors.Is(err, fs.ErrNotExist) {
		out.Note = "there is no index in " + dir + "; a server makes one when it starts"
		return out, nil
	}
	if err != nil {
		return out, err
	}
	ix, err := newIndex(dir, opts)
	if err != nil {
		return out, err
	}
	if err := ix.takeLock(); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, ix.lock.Close()) }()
	if out.Faults, err = verifyFiles(ctx, dir, false); err != nil || len(out.Faults) > 0 {
		return out, err
	}
	t, err := tableOf(path)
	if err != nil {
		return out, err
	}
	if t.schema != schemaVersion {
		out.Note = "the index is of another schema; a server makes it anew when it starts"
		return out, nil
	}
	opened, openErr := openGuarded(path, map[string]any{"read_only": true, "bolt_timeout": "2s"})
	if openErr != nil {
		out.Faults = append(out.Faults, Fault{Kind: FaultDamaged, File: filepath.Base(path), Why: openErr.Error()})
		return out, nil
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	ix.bleve, ix.readOnly = opened, true
	return out, ix.compareClosed(ctx, source, &out)
}

func (ix *Index) compareClosed(ctx context.Context, source Source, out *Comparison) error {
	seq, seqErr := seqOf(ix.bleve)
	if seqErr != nil {
		out.Faults = append(out.Faults, Fault{Kind: FaultDamaged, Why: seqErr.Error()})
		return nil
	}
	last, err := source.LastChange(ctx)
	if err != nil {
		return fmt.Errorf("compare index: %w", err)
	}
	if out.Behind = max(0, last-seq); out.Behind > 0 {
		out.Note = fmt.Sprintf("the index is %d changes behind the log, with which a server catches up when it starts", out.Behind)
	}
	suspects, err := ix.suspects(ctx, source, ix.bleve, out)
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(suspects, batchSize) {
		if err := ix.settle(ctx, source, ix.bleve, ids, false, out); err != nil {
			return err
		}
	}
	return nil
}

// segmentTries is how often a segment is looked at that may still be being written.
const segmentTries = 5

// VerifyFiles reads the segments of the index in a directory and compares each with the
// checksum that it ends with. It may run while another process has the index open:
// segments are written once and never changed.
//
// Of one that no process has open, what its table of contents does not name is left out:
// a process that was killed may have begun to write it.
func VerifyFiles(ctx context.Context, dir string) ([]Fault, error) {
	return verifyFiles(ctx, dir, InUse(dir))
}

func verifyFiles(ctx context.Context, dir string, inUse bool) ([]Fault, error) {
	faults := []Fault{}
	path, err := currentPath(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return faults, nil
	case errors.Is(err, errDamaged):
		return append(faults, Fault{Kind: FaultDamaged, File: current, Why: err.Error()}), nil
	case err != nil:
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return append(faults, Fault{Kind: FaultDamaged, File: current, Why: "it names " + filepath.Base(path) + ", which there is not"}), nil
	}
	var named map[string]bool // nil: all are looked at
	var unread error
	if !inUse {
		var t table
		if t, unread = tableOf(path); unread == nil {
			named = map[string]bool{}
			for _, name := range t.segments {
				named[name] = true
			}
		}
	}
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			return nil // merged away
		case err != nil:
			return err
		case entry.IsDir() || filepath.Ext(name) != ".zap" || named != nil && !named[filepath.Base(name)]:
			return nil
		}
		why := ""
		for try := range segmentTries {
			if why, err = verifySegment(name); err != nil || why == "" {
				break
			}
			select { // it may be being written
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(try) * 200 * time.Millisecond):
			}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			why = err.Error()
		}
		if why != "" {
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				rel = filepath.Base(name)
			}
			faults = append(faults, Fault{Kind: FaultDamaged, File: filepath.ToSlash(rel), Why: why})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if _, err := os.Stat(filepath.Join(path, storeDir, name)); errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, Fault{Kind: FaultDamaged, File: filepath.ToSlash(filepath.Join(filepath.Base(path), storeDir, name)), Why: "it is not there"})
		}
	}
	if unread != nil && len(faults) == 0 {
		faults = append(faults, Fault{Kind: FaultDamaged, File: filepath.Base(path), Why: unread.Error()})
	}
	return faults, nil
}

// verifySegment compares a segment with its checksum, which is its last four bytes: the
// CRC-32 (IEEE) of all before it.
func verifySegment(name string) (why string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.Size() < 4 {
		return fmt.Sprintf("a segment of %d bytes", info.Size()), nil
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.LimitReader(f, info.Size()-4)); err != nil {
		return "", err
	}
	var end [4]byte
	if _, err := io.ReadFull(f, end[:]); err != nil {
		return "", err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(end[:]) {
		return "its bytes are not those that were written: the checksum at its end is of others", nil
	}
	return "", nil
}
