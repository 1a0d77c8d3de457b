package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"

	"hexi/archive"
)

// Blob is a small object to put.
type Blob struct {
	Key  string
	Data []byte
	PutOptions
}

// PutAll puts small objects, one after the other: each is visible only when those
// before it are, and after one that fails none is put. It returns how many were put,
// and why the next one was not. Conditions are those of Put. When it returns, what
// was put is durable, with two waits for the disk for all of them and not for each:
// the bytes are, before the first name is given; the names are at the end, in
// between by the order that journaling file systems keep.
func (d *Dir) PutAll(ctx context.Context, blobs []Blob) (done int, err error) {
	for _, b := range blobs {
		if err := errors.Join(CheckKey(b.Key), b.check(b.Key)); err != nil {
			return 0, err
		}
	}
	for range 20 { // folders may be removed as empty between any two steps
		if err = d.putNew(ctx, blobs); err == nil {
			return len(blobs), nil
		}
		if errors.Is(err, errNotNew) {
			done, err = d.putAll(ctx, blobs)
		}
		if done > 0 || !errors.Is(err, errFolderGone) {
			break
		}
	}
	if err != nil && done < len(blobs) {
		err = fmt.Errorf("put %s: %w", blobs[done].Key, d.full(err))
	}
	return done, err
}

// errFolderGone says that a folder went away while something was put into it.
var errFolderGone = errors.New("a folder was removed meanwhile")

// batch is what a PutAll has under way, in the folder that all of its keys share.
type batch struct {
	dir   *Dir
	base  string
	root  *os.Root
	temps []string // by blob: relative to base, "" when placed
	files []*os.File
	known map[string]bool // folders that are there, relative to base
	dirty map[string]bool // folders to sync, from the store's own root
	apart bool            // something else is mounted below the directory
}

func (d *Dir) putAll(ctx context.Context, blobs []Blob) (done int, err error) {
	if err := ctx.Err(); err != nil || len(blobs) == 0 {
		return 0, err
	}
	b := &batch{dir: d, base: shared(blobs), known: map[string]bool{".": true}, dirty: map[string]bool{}}
	if err := b.open(); err != nil {
		return 0, gone(err)
	}
	defer func() { err = errors.Join(err, b.end()) }()
	for _, blob := range blobs {
		if err := b.write(blob); err != nil {
			return 0, gone(err)
		}
	}
	if err := b.sync(); err != nil {
		return 0, err
	}
	for i, blob := range blobs {
		if err = ctx.Err(); err == nil {
			err = b.place(ctx, i, blob)
		}
		if err != nil {
			break
		}
		done++
	}
	if done == 0 {
		return 0, gone(err)
	}
	// What has its name stays, whatever comes now, but is not reported as put before
	// the name is on the disk.
	if syncErr := b.syncFolders(); syncErr != nil {
		return 0, errors.Join(err, syncErr)
	}
	return done, err
}

// open makes the folder of the batch, and opens it.
func (b *batch) open() (err error) {
	if err := b.folders("."); err != nil {
		return err
	}
	if b.root, err = b.dir.root.OpenRoot(b.base); err != nil {
		return err
	}
	folder, err := b.root.Open(".")
	if err == nil {
		var at uint64
		at, err = device(folder)
		b.apart = at != b.dir.device
		err = errors.Join(err, folder.Close())
	}
	if err != nil {
		return errors.Join(err, b.root.Close())
	}
	return nil
}

func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(errFolderGone, err)
	}
	return err
}

// shared is the folder in which all keys are.
func shared(blobs []Blob) string {
	base := path.Dir(blobs[0].Key)
	for _, b := range blobs[1:] {
		for base != "." && !strings.HasPrefix(b.Key, base+"/") {
			base = path.Dir(base)
		}
	}
	return base
}

// folders makes a folder, relative to base, and those above it.
func (b *batch) folders(rel string) error {
	if rel == "." {
		return b.above(b.base)
	}
	if b.known[rel] {
		return nil
	}
	if err := b.folders(path.Dir(rel)); err != nil {
		return err
	}
	switch err := b.root.Mkdir(rel, 0o750); {
	case err == nil:
		b.dirty[path.Join(b.base, path.Dir(rel))] = true
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	b.known[rel] = true
	return nil
}

// above makes base itself; once there is a root in it, it is there.
func (b *batch) above(folder string) error {
	if folder == "." || b.root != nil {
		return nil
	}
	switch err := b.dir.root.Mkdir(folder, 0o750); {
	case err == nil:
		b.dirty[path.Dir(folder)] = true
		return nil
	case errors.Is(err, fs.ErrExist):
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := b.above(path.Dir(folder)); err != nil {
		return err
	}
	b.dirty[path.Dir(folder)] = true
	if err := b.dir.root.Mkdir(folder, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (b *batch) rel(key string) string {
	if b.base == "." {
		return key
	}
	return strings.TrimPrefix(key, b.base+"/")
}

// write puts the bytes of a blob into a temporary file beside its place.
func (b *batch) write(blob Blob) error {
	folder := path.Dir(b.rel(blob.Key))
	if err := b.folders(folder); err != nil {
		return err
	}
	name := path.Join(folder, tempPrefix+rand.Text())
	f, err := b.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	b.temps, b.files = append(b.temps, name), append(b.files, f)
	_, err = f.Write(blob.Data)
	return err
}

// place gives a blob its name.
func (b *batch) place(ctx context.Context, i int, blob Blob) error {
	rel := b.rel(blob.Key)
	b.dirty[path.Dir(blob.Key)] = true
	var err error
	switch {
	case blob.IfAbsent:
		if err = b.root.Link(b.temps[i], rel); errors.Is(err, fs.ErrExist) {
			return archive.ErrExists
		}
		if err == nil {
			err = b.root.Remove(b.temps[i])
		}
	case blob.IfMatch != "":
		err = b.dir.replace(ctx, path.Join(b.base, b.temps[i]), blob.Key, blob.IfMatch)
	default:
		err = b.root.Rename(b.temps[i], rel)
	}
	if err == nil {
		b.temps[i] = ""
	}
	return err
}

// fewFiles are synced one by one: what others write to the same file system is not
// waited for.
const fewFiles = 3

// sync makes the bytes durable.
func (b *batch) sync() error {
	if len(b.files) > fewFiles {
		if err := b.syncAll(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return b.each(len(b.files), func(i int) error { return b.files[i].Sync() })
}

// syncAll syncs the whole file system, with others who wait for the same; the error
// is errors.ErrUnsupported where that cannot be done.
func (b *batch) syncAll() error {
	if b.apart {
		return errors.ErrUnsupported
	}
	err := b.dir.syncer.wait(b.dir.top)
	if errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EINVAL) {
		return errors.ErrUnsupported
	}
	return err
}

// syncFolders makes the names durable.
func (b *batch) syncFolders() error {
	if len(b.dirty) > fewFiles {
		if err := b.syncAll(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	folders := make([]string, 0, len(b.dirty))
	for folder := range b.dirty {
		folders = append(folders, folder)
	}
	return b.each(len(folders), func(i int) error {
		if rel := b.rel(folders[i]); b.base != "." && rel != folders[i] {
			f, err := b.root.Open(rel)
			if err != nil {
				return ignoreNotExist(err)
			}
			return errors.Join(f.Sync(), f.Close())
		}
		return ignoreNotExist(b.dir.syncDir(folders[i]))
	})
}

// each does n things at once: those who wait for the disk together wait once.
func (b *batch) each(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// end closes what is open and removes what was not placed.
func (b *batch) end() error {
	var errs []error
	for i, f := range b.files {
		errs = append(errs, f.Close())
		if b.temps[i] != "" {
			errs = append(errs, ignoreNotExist(b.root.Remove(b.temps[i])))
		}
	}
	return errors.Join(append(errs, b.root.Close())...)
}
