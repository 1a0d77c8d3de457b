package objects

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"hexi/archive"
)

// lockName is the file whose lock orders those who replace on a condition. It
// begins like an unfinished write, so that no key is called that and no listing
// shows it; Sweep leaves it.
const lockName = tempPrefix + "lock"

// replace gives a temporary file the name of an object whose ETag is etag. File
// systems have no such step, so a lock makes one of comparing and renaming, for all
// processes on this machine (and on others, where the file system passes locks on).
// It is held for these two calls only: the bytes are on the disk before.
func (d *Dir) replace(ctx context.Context, temp, key, etag string) error {
	unlock, err := d.lock(ctx)
	if err != nil {
		return fmt.Errorf("lock the object directory: %w", err)
	}
	defer unlock()
	info, err := d.stat(key)
	if errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("%w: it is gone", archive.ErrConflict)
	}
	if err != nil {
		return err
	}
	if info.ETag != etag {
		return archive.ErrConflict
	}
	return d.root.Rename(temp, key)
}

// lock waits for the lock. The system releases it with the process, however that
// ends; the file stays.
func (d *Dir) lock(ctx context.Context) (unlock func(), err error) {
	f, err := d.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	for wait := 50 * time.Microsecond; ; wait = min(2*wait, 5*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) //nolint:gosec // descriptors are small
		if err == nil {
			return func() { _ = f.Close() }, nil // nothing was written
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(wait):
		}
	}
}
