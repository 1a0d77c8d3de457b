package objects

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFS makes durable all that was written to the file system of an open folder.
func syncFS(folder *os.File) error {
	for {
		if err := unix.Syncfs(int(folder.Fd())); err != unix.EINTR { //nolint:gosec // descriptors are small
			return err
		}
	}
}
