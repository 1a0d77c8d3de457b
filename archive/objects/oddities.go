package objects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// Oddity is what stands in the directory and is no object: an empty folder, a
// symbolic link, a device, a socket or a pipe; Mode says which.
type Oddity struct {
	Key  string
	Mode fs.FileMode
}

// Oddities yields what stands in the directory under a prefix, is no object and is
// not shown by List. Unfinished writes are not among them. An error ends the
// sequence.
func (d *Dir) Oddities(ctx context.Context, prefix string) iter.Seq2[Oddity, error] {
	return func(yield func(Oddity, error) bool) {
		// Folders above the prefix's last slash need not be looked at.
		start := path.Clean(path.Dir(prefix + "x"))
		if prefix != "" && CheckKey(strings.TrimSuffix(prefix, "/")) != nil {
			return // no object has such a key, nor has a folder
		}
		err := fs.WalkDir(d.root.FS(), start, func(name string, e fs.DirEntry, err error) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || name == "." || e.Type().IsRegular() {
				return err
			}
			if e.IsDir() {
				inside, err := fs.ReadDir(d.root.FS(), name)
				if err != nil || len(inside) > 0 {
					return ignoreNotExist(err)
				}
			}
			if strings.HasPrefix(name, prefix) && !yield(Oddity{Key: name, Mode: e.Type()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Oddity{}, fmt.Errorf("look for oddities in %s: %w", prefix, err))
		}
	}
}
