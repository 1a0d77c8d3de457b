package ingest

import (
	"context"

	"hexi/ingest/sheet"
)

// untilDone is a file that cannot be read any more once a context is done, with its
// error. One row or one part of a sheet may unpack to gigabytes: an interrupt must not
// wait for its end.
type untilDone struct {
	ctx  context.Context //nolint:containedctx // what Read and ReadAt have no argument for
	file sheet.File
}

// Read implements sheet.File.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.file.Read(p)
}

// ReadAt implements sheet.File.
func (u untilDone) ReadAt(p []byte, at int64) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.file.ReadAt(p, at)
}

// Seek implements sheet.File.
func (u untilDone) Seek(offset int64, whence int) (int64, error) {
	return u.file.Seek(offset, whence)
}
