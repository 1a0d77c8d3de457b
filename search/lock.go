package search

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// takeLock makes the directory this process's. The system releases the lock
// with the process, however that ends.
func (ix *Index) takeLock() error {
	f, err := os.OpenFile(filepath.Join(ix.dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return fmt.Errorf("lock index: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return errors.Join(fmt.Errorf("lock index %s: %w", ix.dir, err), f.Close())
	}
	ix.lock = f
	return nil
}

// InUse reports whether a process has the index in a directory open.
func InUse(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "LOCK"))
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// Exists reports whether there is an index in a directory.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, current))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the search index: %w", err)
	}
	return true, nil
}
