package objects

import (
	"os"
	"syscall"
)

// syncFileRangeWrite is SYNC_FILE_RANGE_WRITE of sync_file_range(2): begin to write
// the pages that are not being written yet.
const syncFileRangeWrite = 2

// beginWriteback asks the kernel to write a part of a file, without waiting. It is
// a hint: what cannot be begun now is written when the file is synced.
func beginWriteback(f *os.File, off, n int64) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) {
		_ = syscall.SyncFileRange(int(fd), off, n, syncFileRangeWrite) //nolint:gosec // descriptors are small
	})
}
