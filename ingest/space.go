package ingest

import (
	"fmt"
	"syscall"
)

// FreeSpace returns how many bytes a process of this user may still write to the
// file system of a directory.
func FreeSpace(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, fmt.Errorf("look at the free space of %s: %w", dir, err)
	}
	const most = 1<<63 - 1
	blocks, size := uint64(fs.Bavail), uint64(fs.Bsize) //nolint:gosec,unconvert // not negative; of other types elsewhere
	if size > 0 && blocks > most/size {
		return most, nil
	}
	return int64(blocks * size), nil //nolint:gosec // bounded above
}
