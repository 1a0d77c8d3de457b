package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// errNotNew says that objects do not make up a folder that is not there yet.
var errNotNew = errors.New("the folder is there already")

// putNew puts small objects that all lie in a folder which is not there yet: it is made
// beside its place, under a name of unfinished writes, and gets its own name with all
// that is in it. So all of them come at once, and each is one file to make where others
// are made, linked and unlinked. The error is errNotNew, and nothing was done, where the
// folder is there or one of the objects was to replace another.
func (d *Dir) putNew(ctx context.Context, blobs []Blob) (err error) {
	if len(blobs) < 2 {
		return errNotNew
	}
	base := shared(blobs)
	if base == "." {
		return errNotNew
	}
	for _, blob := range blobs {
		if blob.IfMatch != "" {
			return errNotNew
		}
	}
	// Asked first, as most versions are not the first of their object.
	if _, err := d.root.Lstat(base); err == nil {
		return errNotNew
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &batch{dir: d, base: path.Dir(base), known: map[string]bool{".": true}, dirty: map[string]bool{path.Dir(base): true}}
	if err := b.open(); err != nil {
		return gone(err)
	}
	defer func() { err = errors.Join(err, b.root.Close()) }()
	temp := tempPrefix + rand.Text()
	if err := b.root.Mkdir(temp, 0o750); err != nil {
		return gone(err)
	}
	placed := false
	defer func() {
		if !placed {
			err = errors.Join(err, b.root.RemoveAll(temp))
		}
	}()
	if err := b.fillFolder(temp, base, blobs); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch err := b.root.Rename(temp, path.Base(base)); {
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTEMPTY), errors.Is(err, syscall.ENOTDIR):
		return errNotNew // another writer was first
	case err != nil:
		return err
	}
	placed = true // it stays, whatever comes now
	return b.syncFolders()
}

// fillFolder writes objects into the folder temp, as they are to lie in the folder base,
// and returns when all of it is on the disk.
func (b *batch) fillFolder(temp, base string, blobs []Blob) (err error) {
	t := &tree{folders: map[string]*os.Root{}}
	defer func() { err = errors.Join(err, t.close()) }()
	if t.folders["."], err = b.root.OpenRoot(temp); err != nil {
		return err
	}
	for _, blob := range blobs {
		if err := t.write(blob.Key[len(base)+1:], blob.Data); err != nil {
			return err
		}
	}
	if len(blobs) > fewFiles {
		if err := b.syncAll(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return t.sync()
}

// tree is a folder in the making: those in it are held open, so that none is looked for
// twice.
type tree struct {
	folders map[string]*os.Root // by path, "." for the folder itself
	files   []*os.File
}

func (t *tree) write(rel string, data []byte) error {
	folder, err := t.folder(path.Dir(rel))
	if err != nil {
		return err
	}
	f, err := folder.OpenFile(path.Base(rel), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return errNotNew // the same key twice
	}
	if err != nil {
		return err
	}
	t.files = append(t.files, f)
	_, err = f.Write(data)
	return err
}

func (t *tree) folder(rel string) (*os.Root, error) {
	if folder := t.folders[rel]; folder != nil {
		return folder, nil
	}
	above, err := t.folder(path.Dir(rel))
	if err != nil {
		return nil, err
	}
	if err := above.Mkdir(path.Base(rel), 0o750); err != nil {
		return nil, err
	}
	folder, err := above.OpenRoot(path.Base(rel))
	if err != nil {
		return nil, err
	}
	t.folders[rel] = folder
	return folder, nil
}

// sync makes each file and each folder durable.
func (t *tree) sync() error {
	var errs []error
	for _, f := range t.files {
		errs = append(errs, f.Sync())
	}
	for _, folder := range t.folders {
		f, err := folder.Open(".")
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (t *tree) close() error {
	var errs []error
	for _, f := range t.files {
		errs = append(errs, f.Close())
	}
	for _, folder := range t.folders {
		errs = append(errs, folder.Close())
	}
	return errors.Join(errs...)
}
