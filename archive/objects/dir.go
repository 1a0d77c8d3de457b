package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hexi/archive"
)

// tempPrefix begins the names of unfinished writes; staleAfter is when such a
// write's process must be gone.
const (
	tempPrefix = ".hexi-tmp-"
	staleAfter = 24 * time.Hour
)

// Dir is a Store in a directory. A write goes to a temporary file in the
// object's own folder, is synced, and renamed; then the folder is synced. All
// paths are resolved inside the directory (os.Root), so that no key and no
// symbolic link leads out of it.
type Dir struct {
	path   string
	root   *os.Root
	top    *os.File // the directory itself, open
	device uint64   // the file system that it is on
	syncer syncer
}

// OpenDir opens a directory, making it if it does not exist. What the writes of
// crashed processes left behind is cleared away by Sweep.
func OpenDir(path string) (*Dir, error) {
	if path == "" {
		return nil, archive.Invalid("objects", "dir: needs a path, such as dir:/srv/hexi/objects")
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return nil, fmt.Errorf("make object directory: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	d := &Dir{path: path, root: root}
	if d.top, err = root.Open("."); err == nil {
		d.device, err = device(d.top)
	}
	if err != nil {
		return nil, fmt.Errorf("open object directory: %w", errors.Join(err, d.Close()))
	}
	return d, nil
}

// Close releases the directory.
func (d *Dir) Close() error {
	err := d.root.Close()
	if d.top != nil {
		err = errors.Join(err, d.top.Close())
	}
	return err
}

// String returns the directory's address.
func (d *Dir) String() string { return "dir:" + d.path }

// full names the directory in an error that says that there is no room left in it, and
// returns others as they are.
func (d *Dir) full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &archive.FullError{Place: "the objects in " + d.path, Err: err}
	}
	return err
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader, opts PutOptions) (Info, error) {
	if err := errors.Join(CheckKey(key), opts.check(key)); err != nil {
		return Info{}, err
	}
	info, err := d.put(ctx, key, r, opts)
	if err != nil {
		return Info{}, fmt.Errorf("put %s: %w", key, d.full(err))
	}
	return info, nil
}

func (d *Dir) put(ctx context.Context, key string, r io.Reader, opts PutOptions) (_ Info, err error) {
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	temp, f, err := d.createTemp(path.Dir(key))
	if err != nil {
		return Info{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreNotExist(d.root.Remove(temp)))
		}
	}()
	n, err := fill(ctx, f, r, opts.Size)
	if err == nil && opts.Size >= 0 && n != opts.Size {
		err = fmt.Errorf("%d bytes came, %d were promised: %w", n, opts.Size, io.ErrUnexpectedEOF)
	}
	if err == nil {
		err = f.Sync()
	}
	// Described before it has its name: from then on others may replace or delete it.
	var fi fs.FileInfo
	if err == nil {
		fi, err = f.Stat()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return Info{}, err
	}
	if err := d.place(ctx, temp, key, opts); err != nil {
		return Info{}, err
	}
	return infoOf(key, fi), nil
}

// place gives a finished temporary file its name. A hard link fails where the
// name is taken, which makes it the if-absent form of a rename.
func (d *Dir) place(ctx context.Context, temp, key string, opts PutOptions) error {
	var err error
	switch {
	case opts.IfAbsent:
		if err = d.root.Link(temp, key); errors.Is(err, fs.ErrExist) {
			return archive.ErrExists
		}
		if err == nil {
			err = d.root.Remove(temp)
		}
	case opts.IfMatch != "":
		err = d.replace(ctx, temp, key, opts.IfMatch)
	default:
		err = d.root.Rename(temp, key)
	}
	if err != nil {
		return err
	}
	return d.syncDir(path.Dir(key))
}

// createTemp makes a temporary file in a folder, which it makes too, syncing
// every folder that it added.
func (d *Dir) createTemp(folder string) (string, *os.File, error) {
	for range 20 { // folders may be removed as empty between any two steps
		err := d.makeFolders(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, err
		}
		name := path.Join(folder, tempPrefix+rand.Text())
		f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return name, f, err
		}
	}
	return "", nil, fmt.Errorf("folder %s: %w", folder, fs.ErrNotExist)
}

func (d *Dir) makeFolders(folder string) error {
	if folder == "." {
		return nil
	}
	if info, err := d.root.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	parent := path.Dir(folder)
	if err := d.makeFolders(parent); err != nil {
		return err
	}
	if err := d.root.Mkdir(folder, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.syncDir(parent)
}

func (d *Dir) syncDir(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Stat implements Store.
func (d *Dir) Stat(ctx context.Context, key string) (Info, error) {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return Info{}, err
	}
	info, err := d.stat(key)
	if err != nil {
		return Info{}, fmt.Errorf("stat %s: %w", key, err)
	}
	return info, nil
}

func (d *Dir) stat(key string) (Info, error) {
	fi, err := d.root.Stat(key)
	if err != nil {
		return Info{}, notFound(err)
	}
	if !fi.Mode().IsRegular() {
		return Info{}, archive.ErrNotFound
	}
	return infoOf(key, fi), nil
}

// infoOf makes the ETag from size, time of change and inode: a rename brings
// another inode, a write in place another time.
func infoOf(key string, fi fs.FileInfo) Info {
	etag := strconv.FormatInt(fi.Size(), 36) + "-" + strconv.FormatInt(fi.ModTime().UnixNano(), 36)
	if sys, ok := fi.Sys().(*syscall.Stat_t); ok {
		etag += "-" + strconv.FormatUint(sys.Ino, 36)
	}
	return Info{Key: key, Size: fi.Size(), ETag: etag, Modified: fi.ModTime().UTC()}
}

// OpenFile opens the object's file itself, for callers that hand it to the
// kernel (sendfile). The caller closes it.
func (d *Dir) OpenFile(key string) (*os.File, Info, error) {
	if err := CheckKey(key); err != nil {
		return nil, Info{}, err
	}
	f, err := d.root.Open(key)
	if err != nil {
		return nil, Info{}, fmt.Errorf("open %s: %w", key, notFound(err))
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = archive.ErrNotFound
	}
	if err != nil {
		return nil, Info{}, errors.Join(fmt.Errorf("open %s: %w", key, err), f.Close())
	}
	return f, infoOf(key, fi), nil
}

// Get implements Store.
func (d *Dir) Get(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := ctx.Err(); err != nil {
		return nil, Info{}, err
	}
	f, info, err := d.OpenFile(key)
	if err != nil {
		return nil, Info{}, err
	}
	return &readCloser{Reader: &contextReader{ctx, f}, Closer: f}, info, nil
}

// Range implements Store.
func (d *Dir) Range(ctx context.Context, key string, off, n int64, ifMatch string) (io.ReadCloser, Info, error) {
	if err := errors.Join(checkRange(key, off, n), ctx.Err()); err != nil {
		return nil, Info{}, err
	}
	f, info, err := d.OpenFile(key)
	if err != nil {
		return nil, Info{}, err
	}
	switch {
	case ifMatch != "" && ifMatch != info.ETag:
		err = fmt.Errorf("read %s: %w", key, archive.ErrConflict)
	case off >= info.Size:
		err = errPastEnd(key, off)
	}
	if err != nil {
		return nil, Info{}, errors.Join(err, f.Close())
	}
	return &readCloser{Reader: &contextReader{ctx, io.NewSectionReader(f, off, n)}, Closer: f}, info, nil
}

// Copy implements Store.
func (d *Dir) Copy(ctx context.Context, from, to string) error {
	r, info, err := d.Get(ctx, from)
	if err != nil {
		return fmt.Errorf("copy to %s: %w", to, err)
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	_, err = d.Put(ctx, to, r, PutOptions{Size: info.Size})
	return err
}

// Move implements Store.
func (d *Dir) Move(ctx context.Context, from, to string) error {
	if err := errors.Join(CheckKey(from), CheckKey(to), ctx.Err()); err != nil {
		return err
	}
	if err := d.makeFolders(path.Dir(to)); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, d.full(err))
	}
	if err := d.root.Rename(from, to); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, notFound(err))
	}
	if err := errors.Join(d.syncDir(path.Dir(to)), d.syncDir(path.Dir(from))); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, err)
	}
	return nil
}

// Delete implements Store. Folders that become empty are removed too.
func (d *Dir) Delete(ctx context.Context, key string) error {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return err
	}
	if fi, err := d.root.Lstat(key); err == nil && fi.IsDir() {
		return nil // a folder is no object
	}
	if err := ignoreNotExist(d.root.Remove(key)); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	d.removeEmpty(path.Dir(key))
	return nil
}

// removeEmpty removes a folder and those above it, up to one that holds more.
func (d *Dir) removeEmpty(folder string) {
	for folder != "." && d.root.Remove(folder) == nil {
		folder = path.Dir(folder)
	}
}

// List implements Store.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		d.list(ctx, ".", prefix, yield)
	}
}

// list walks one folder. The order of keys is that of their bytes, in which a
// folder "a" stands as "a/": after "a-b", before "a0".
func (d *Dir) list(ctx context.Context, folder, prefix string, yield func(Info, error) bool) bool {
	entries, err := fs.ReadDir(d.root.FS(), folder)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || yield(Info{}, fmt.Errorf("list %s: %w", folder, err))
	}
	name := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	sort.Slice(entries, func(i, j int) bool { return name(entries[i]) < name(entries[j]) })
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			yield(Info{}, err)
			return false
		}
		key := path.Join(folder, e.Name())
		switch {
		case e.IsDir() && strings.HasPrefix(e.Name(), tempPrefix):
		case e.IsDir():
			inside := key + "/"
			if strings.HasPrefix(inside, prefix) || strings.HasPrefix(prefix, inside) {
				if !d.list(ctx, key, prefix, yield) {
					return false
				}
			}
		case !e.Type().IsRegular() || strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasPrefix(key, prefix):
		default:
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted meanwhile
			}
			if err != nil {
				yield(Info{}, fmt.Errorf("list %s: %w", key, err))
				return false
			}
			if !yield(infoOf(key, fi), nil) {
				return false
			}
		}
	}
	return true
}

// Sweep removes what the writes of crashed processes left behind more than a
// day before now, files and whole folders, with folders that then hold nothing, and
// returns how many that were.
func (d *Dir) Sweep(ctx context.Context, now time.Time) (int, error) {
	removed := 0
	err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !strings.HasPrefix(filepath.Base(name), tempPrefix) || name == lockName {
			return ignoreNotExist(err)
		}
		fi, err := e.Info()
		if err == nil && now.Sub(fi.ModTime()) >= staleAfter {
			removed++
			if err = d.root.RemoveAll(name); err == nil {
				d.removeEmpty(path.Dir(name)) // made for what was never finished
			}
		}
		if err == nil && e.IsDir() {
			return fs.SkipDir
		}
		return ignoreNotExist(err)
	})
	if err != nil {
		return removed, fmt.Errorf("sweep object directory: %w", err)
	}
	return removed, nil
}

func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return archive.ErrNotFound
	}
	return err
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// contextReader ends a long reading when the caller gives up.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// readCloser joins a reader with the closer of what it reads from.
type readCloser struct {
	io.Reader
	io.Closer
}
