//go:build !linux

package objects

import (
	"errors"
	"os"
)

// syncFS is there on Linux only.
func syncFS(*os.File) error { return errors.ErrUnsupported }
