package bagit

import (
	"bufio"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// ErrInUse says that another process is writing the same bag.
var ErrInUse = errors.New("another process is writing this bag")

// Writer makes a bag. Until Finish it lies beside its place, in a folder of the same name
// with ".hexi-part" behind it; what an interrupted run left there is used again. Put is safe
// for use by many goroutines, the other methods are not.
type Writer struct {
	dir, part string
	root      *os.Root // of part
	lock      *os.File
	manifest  *os.File
	lines     *bufio.Writer
	sum       hash.Hash       // of the manifest
	listed    map[string]bool // paths in the manifest
	files     int
	bytes     int64
	reused    atomic.Int64
}

const (
	manifestFile = "manifest-sha512.txt"
	partSuffix   = ".hexi-part" // of a bag in the making
	oldSuffix    = ".hexi-old"  // of an earlier bag, while the new one takes its place
)

// Create begins a bag that will stand in dir, or goes on with one. Dir may hold an
// earlier bag, which stays as it is until the new one is whole. ErrInUse if another
// process is at it.
func Create(dir string) (_ *Writer, err error) {
	dir = filepath.Clean(dir)
	w := &Writer{dir: dir, part: dir + partSuffix, sum: sha512.New(), listed: map[string]bool{}}
	if err := recoverSwap(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // made to be handed on
		return nil, fmt.Errorf("make bag: %w", err)
	}
	if err := os.Mkdir(w.part, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // made to be handed on
		return nil, fmt.Errorf("make bag: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.lock, err = os.Open(w.part); err != nil {
		return nil, fmt.Errorf("make bag: %w", err)
	}
	if err := syscall.Flock(int(w.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, fmt.Errorf("bag %s: %w", dir, err)
	}
	if w.root, err = os.OpenRoot(w.part); err != nil {
		return nil, fmt.Errorf("make bag: %w", err)
	}
	if err := w.root.MkdirAll("data", 0o755); err != nil {
		return nil, fmt.Errorf("make bag: %w", err)
	}
	// Replaced, not written over: files may be linked to those of an earlier bag.
	if err := w.root.Remove(manifestFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make bag: %w", err)
	}
	if w.manifest, err = w.root.Create(manifestFile); err != nil {
		return nil, fmt.Errorf("make bag: %w", err)
	}
	w.lines = bufio.NewWriterSize(io.MultiWriter(w.manifest, w.sum), 64<<10)
	return w, nil
}

// Close ends the work on a bag. One that is not finished stays in its folder beside, for
// the next Create to go on with.
func (w *Writer) Close() error {
	var errs []error
	for _, f := range []*os.File{w.manifest, w.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if w.root != nil {
		errs = append(errs, w.root.Close())
	}
	w.manifest, w.lock, w.root = nil, nil, nil
	return errors.Join(errs...)
}

// Reused is how many bytes were there already and were only read again.
func (w *Writer) Reused() int64 { return w.reused.Load() }

// List writes a file of the payload into the manifest. The manifest has the order in
// which that is done. Each path is listed once, and Put or Write brings its bytes.
func (w *Writer) List(name string, size int64, sum string) error {
	if why := unsafeName(name); why != "" || !strings.HasPrefix(name, "data/") || cleanName(name) != name {
		return fmt.Errorf("%q cannot be the path of a payload file: %s", name, why)
	}
	if w.listed[name] {
		return fmt.Errorf("%s is in the bag already", name)
	}
	w.listed[name] = true
	w.files++
	w.bytes += size
	if _, err := w.lines.WriteString(ManifestLine(name, sum)); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

// ManifestLine is the line of a file in a manifest, with its line feed.
func ManifestLine(name, sum string) string { return sum + "  " + encodeName(name) + "\n" }

// Put brings the bytes of a listed file, and holds them to their size and SHA-512. Where
// an interrupted run, or the earlier bag in the same place, has them, they are read again
// and not copied.
func (w *Writer) Put(ctx context.Context, name string, size int64, sum string, open func() (io.ReadCloser, error)) error {
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make folder for %s: %w", name, err)
	}
	if w.holds(ctx, name, size, sum) || w.link(name) && w.holds(ctx, name, size, sum) {
		w.reused.Add(size)
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	got, n, err := w.write(ctx, name, func(out io.Writer) error {
		_, err := io.Copy(out, onlyReader{&counted{ctx: ctx, r: r}})
		return err
	})
	if err == nil && (n != size || got != sum) {
		err = errors.Join(&MismatchError{Size: n, SHA512: got, WantSize: size, WantSHA512: sum}, w.root.Remove(name))
	}
	return err
}

// MismatchError says that bytes that were to go into a bag are not the ones that were
// promised.
type MismatchError struct {
	Size, WantSize     int64
	SHA512, WantSHA512 string
}

// Error tells the sizes if they differ, else the digests.
func (e *MismatchError) Error() string {
	if e.Size != e.WantSize {
		return fmt.Sprintf("has %d bytes, not %d", e.Size, e.WantSize)
	}
	return fmt.Sprintf("its SHA-512 is %.16s…, not %.16s…", e.SHA512, e.WantSHA512)
}

// link takes a file over from the earlier bag in the same place, if it can.
func (w *Writer) link(name string) bool {
	old := filepath.Join(w.dir, filepath.FromSlash(name))
	if info, err := os.Lstat(old); err != nil || !info.Mode().IsRegular() {
		return false
	}
	_ = w.root.Remove(name)                                                     // what is there is not the right one
	return os.Link(old, filepath.Join(w.part, filepath.FromSlash(name))) == nil // else it is copied
}

// holds reports whether the file is there and has these bytes.
func (w *Writer) holds(ctx context.Context, name string, size int64, sum string) bool {
	info, err := w.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return false
	}
	f, err := w.root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	h := sha512.New()
	_, err = io.Copy(h, &counted{ctx: ctx, r: f})
	return err == nil && hex.EncodeToString(h.Sum(nil)) == sum
}

// Write makes a file of the payload and lists it. It returns its SHA-512.
func (w *Writer) Write(ctx context.Context, name string, write func(io.Writer) error) (sum string, err error) {
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return "", fmt.Errorf("make folder for %s: %w", name, err)
	}
	sum, size, err := w.write(ctx, name, write)
	if err != nil {
		return "", err
	}
	return sum, w.List(name, size, sum)
}

// write makes a file anew, durable.
func (w *Writer) write(ctx context.Context, name string, write func(io.Writer) error) (sum string, size int64, err error) {
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", 0, fmt.Errorf("make %s: %w", name, err)
	}
	f, err := w.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return "", 0, fmt.Errorf("make %s: %w", name, err)
	}
	h := sha512.New()
	err = write(io.MultiWriter(f, h))
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, fmt.Errorf("write %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// Finish writes the tag files, with Payload-Oxum and Bag-Size among the facts, clears away
// what belongs to no listed file, and puts the bag into its place. An earlier bag there
// is gone then.
func (w *Writer) Finish(ctx context.Context, info []Field) error {
	if err := errors.Join(w.lines.Flush(), w.manifest.Sync()); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := w.clear(); err != nil {
		return err
	}
	info = append(info, Field{"Payload-Oxum", fmt.Sprintf("%d.%d", w.bytes, w.files)}, Field{"Bag-Size", bagSize(w.bytes)})
	var facts strings.Builder
	for _, f := range info {
		facts.WriteString(f.Name + ": " + strings.Join(strings.Fields(f.Value), " ") + "\n")
	}
	tags := []struct{ name, text string }{
		{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
		{"bag-info.txt", facts.String()},
	}
	var list strings.Builder
	for _, tag := range tags {
		sum, _, err := w.write(ctx, tag.name, func(out io.Writer) error {
			_, err := io.WriteString(out, tag.text)
			return err
		})
		if err != nil {
			return err
		}
		list.WriteString(ManifestLine(tag.name, sum))
	}
	list.WriteString(ManifestLine(manifestFile, hex.EncodeToString(w.sum.Sum(nil))))
	if _, _, err := w.write(ctx, "tagmanifest-sha512.txt", func(out io.Writer) error {
		_, err := io.WriteString(out, list.String())
		return err
	}); err != nil {
		return err
	}
	if err := w.syncFolders(); err != nil {
		return err
	}
	return w.swap()
}

// bagSize says a size as people read it: "260 GB".
func bagSize(bytes int64) string {
	const units = "kMGTPE"
	if bytes < 1000 {
		return strconv.FormatInt(bytes, 10) + " B"
	}
	value, i := float64(bytes)/1000, 0
	for value >= 999.95 && i < len(units)-1 {
		value, i = value/1000, i+1
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + units[i:i+1] + "B"
}
