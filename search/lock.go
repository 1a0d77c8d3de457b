package search

import (
	"errors"
	"fmt"
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
