package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"syscall"
)

// CopyByLink makes to another name of the object from, replacing what is there: no
// byte is copied, and with the deletion of from it has become a move that nothing
// could interrupt half-way. Objects are replaced and never changed, so that neither
// name can alter what the other one has. Where the file system has no such links it
// is Copy.
func (d *Dir) CopyByLink(ctx context.Context, from, to string) error {
	if err := errors.Join(CheckKey(from), CheckKey(to), ctx.Err()); err != nil {
		return err
	}
	err := d.link(from, to)
	if NoLinks(err) {
		return d.Copy(ctx, from, to)
	}
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, d.full(err))
	}
	return nil
}

// NoLinks reports whether an error of a hard link says that there can be none between the
// two places: the file system knows no links, or no more of that file, or there are two.
func NoLinks(err error) bool {
	for _, unable := range []error{syscall.EXDEV, syscall.EPERM, syscall.EMLINK, syscall.ENOTSUP, syscall.ENOSYS} {
		if errors.Is(err, unable) {
			return true
		}
	}
	return false
}

func (d *Dir) link(from, to string) error {
	if _, err := d.stat(from); err != nil {
		return err // a folder, or nothing
	}
	folder := path.Dir(to)
	temp := path.Join(folder, tempPrefix+rand.Text())
	err := d.makeFolders(folder)
	if err == nil {
		err = d.root.Link(from, temp)
	}
	if err != nil {
		return notFound(err)
	}
	err = d.root.Rename(temp, to)
	// Of two names of the same file, renaming one to the other leaves both.
	if err := errors.Join(err, ignoreNotExist(d.root.Remove(temp))); err != nil {
		return err
	}
	return d.syncDir(folder)
}
