package search

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Inspection is what is found of an index without changing anything in it.
type Inspection struct {
	Exists   bool      `json:"exists"`
	InUse    bool      `json:"inUse"`    // a server has it open; Seq and Records are then not known, nor those of an outdated one
	Outdated bool      `json:"outdated"` // of another schema: it will be made anew
	Written  time.Time `json:"written"`  // when it was last written to
	Seq      int64     `json:"seq"`      // the change up to which it has come
	Records  uint64    `json:"records"`
}

// Inspect looks at the index in a directory.
func Inspect(dir string) (_ Inspection, err error) {
	var in Inspection
	path, err := currentPath(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return in, nil
	}
	if err != nil {
		return in, err
	}
	in.Exists = true
	if in.Written, err = lastWritten(path); err != nil {
		return in, err
	}
	lock, err := os.Open(filepath.Join(dir, "LOCK"))
	if err == nil {
		defer lock.Close() //nolint:errcheck // opened for reading only
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
			in.InUse = true
			return in, nil
		}
	}
	t, err := tableOf(path)
	if err != nil {
		return in, err
	}
	if in.Outdated = t.schema != schemaVersion; in.Outdated {
		return in, nil
	}
	b, err := openGuarded(path, map[string]any{"read_only": true, "bolt_timeout": "2s"})
	if err != nil {
		return in, fmt.Errorf("open index: %w", err)
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if in.Seq, err = seqOf(b); err != nil {
		return in, err
	}
	if in.Records, err = b.DocCount(); err != nil {
		return in, fmt.Errorf("count index: %w", err)
	}
	return in, nil
}
