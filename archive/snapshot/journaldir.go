package snapshot

import (
	"context"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	segmentSuffix = ".jsonl"
	// A segment is closed when it is as large or as old as this, and another begun.
	maxSegment    = 64 << 20
	maxSegmentAge = 24 * time.Hour
)

// DirJournal keeps a journal in a directory. It is safe for use by many goroutines,
// and several processes may keep theirs in the same directory.
type DirJournal struct {
	Codec

	dir string
	now func() time.Time

	mu   sync.Mutex
	open *openSegmentFile
}

type openSegmentFile struct {
	file    *os.File
	line    Line
	began   time.Time
	size    int64 // of what is whole in it
	entries int
	hash    hash.Hash
}

// OpenDirJournal returns the journal in a directory, which is made with the first
// entry.
func OpenDirJournal(dir string, now func() time.Time) *DirJournal {
	return &DirJournal{dir: dir, now: now}
}

// Append writes entries, whose numbers rise, and returns when they are on the disk.
// After an error none of them counts as written, and the next call goes on in a new
// segment.
func (j *DirJournal) Append(_ context.Context, line Line, entries []Entry) (err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(entries) == 0 {
		return nil
	}
	if s := j.open; s != nil && (s.line != line || s.size > maxSegment || j.now().Sub(s.began) > maxSegmentAge) {
		if err := j.end(); err != nil {
			return err
		}
	}
	if j.open == nil {
		if err := j.begin(line, entries[0].Number); err != nil {
			return fmt.Errorf("begin a segment of the journal in %s: %w", j.dir, err)
		}
	}
	var buf []byte
	for _, e := range entries {
		buf = e.appendTo(buf)
	}
	if err := j.write(buf); err != nil {
		return fmt.Errorf("write journal %s: %w", j.open.file.Name(), errors.Join(err, j.abandon()))
	}
	j.open.entries += len(entries)
	return nil
}

// write appends bytes and sees to it that they are on the disk.
func (j *DirJournal) write(b []byte) error {
	s := j.open
	if _, err := s.file.WriteAt(b, s.size); err != nil {
		return err
	}
	if err := syscall.Fdatasync(int(s.file.Fd())); err != nil {
		return err
	}
	s.hash.Write(b)
	s.size += int64(len(b))
	return nil
}

// begin makes a segment. Whoever clears old ones away sees by the lock that this one
// is in use.
func (j *DirJournal) begin(line Line, from int64) (err error) {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return err
	}
	now := j.now().UTC()
	name := filepath.Join(j.dir, fmt.Sprintf("%s-%019d-%s%s", line.ID, from, strings.ToLower(rand.Text()[:10]), segmentSuffix))
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	j.open = &openSegmentFile{file: file, line: line, began: now, hash: sha512.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(name))
			j.open = nil
		}
	}()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	head, err := appendHead(nil, line, from, now)
	if err != nil {
		return err
	}
	if err := j.write(head); err != nil {
		return err
	}
	return syncDir(j.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// abandon leaves a segment that could not be written to: what is whole in it stays.
func (j *DirJournal) abandon() error {
	s := j.open
	j.open = nil
	// Where even this fails the reader finds what is cut off by its checksum.
	err := errors.Join(s.file.Truncate(s.size), s.file.Close())
	if s.entries == 0 {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

// end closes the segment that is open.
func (j *DirJournal) end() error {
	s := j.open
	foot, err := appendFoot(nil, s.entries, s.hash)
	if err == nil {
		err = j.write(foot)
	}
	if err != nil {
		return errors.Join(err, j.abandon())
	}
	j.open = nil
	return s.file.Close()
}

// Close closes the segment that is open.
func (j *DirJournal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.open == nil {
		return nil
	}
	return j.end()
}

// Segments implements Segments.
func (j *DirJournal) Segments(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		found, err := os.ReadDir(j.dir)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield("", fmt.Errorf("look for the journal: %w", err))
			return
		}
		for _, f := range found {
			if strings.HasSuffix(f.Name(), segmentSuffix) && !yield(f.Name(), nil) {
				return
			}
		}
	}
}

// Open implements Segments.
func (j *DirJournal) Open(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(j.dir, name))
}

// Prune removes the segments that nobody writes to and nothing was written to since a
// time, and returns how many. All that they hold has to be in a snapshot that is kept.
func (j *DirJournal) Prune(ctx context.Context, before time.Time) (n int, err error) {
	for name, err := range j.Segments(ctx) {
		if err != nil {
			return n, err
		}
		removed, err := pruneFile(filepath.Join(j.dir, name), before)
		if err != nil {
			return n, fmt.Errorf("clear the journal: %w", err)
		}
		if removed {
			n++
		}
	}
	return n, nil
}

func pruneFile(path string, before time.Time) (removed bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return false, nil // it is in use
	}
	info, err := f.Stat()
	if err != nil || !info.ModTime().Before(before) {
		return false, err
	}
	return true, os.Remove(path)
}
