package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/snapshot"
)

// snapshotPrefix is where copies of the catalogue lie in the object store (DESIGN §5).
const snapshotPrefix = "snapshots/catalogue/"

// snapshotSuffix ends the names of copies that hexi names itself.
const snapshotSuffix = ".jsonl.gz"

// place is where a copy of the catalogue lies or is to lie: a file, or an object.
type place struct {
	name  string        // as people call it
	path  string        // of the file; "" in a store
	store objects.Store // nil for a file
	key   string        // in the store; "" for the latest, or a new one
}

func openPlace(ctx context.Context, s settings, name string) (*place, error) {
	key, inStore := strings.CutPrefix(name, "store:")
	if !inStore {
		return &place{name: name, path: name}, nil
	}
	if key != "" && !strings.HasPrefix(key, snapshotPrefix) {
		return nil, usage("%s: copies of the catalogue lie under %s", name, snapshotPrefix)
	}
	store, err := objects.Open(ctx, s.Objects)
	if err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	return &place{name: name, store: store, key: key}, nil
}

// Close closes the store, if it is one that can be closed.
func (p *place) Close() error {
	if closer, ok := p.store.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// create makes the copy with what write writes: whole, durable and only then
// under its name. One that is there is not written over.
func (p *place) create(ctx context.Context, now time.Time, write func(io.Writer) error) (name string, err error) {
	if p.store == nil {
		return p.path, p.createFile(write)
	}
	key := either(p.key, snapshotPrefix+now.UTC().Format("20060102T150405.000Z")+snapshotSuffix)
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(write(w))
	}()
	_, err = p.store.Put(ctx, key, r, objects.PutOptions{Size: -1, ContentType: "application/gzip", IfAbsent: true})
	r.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // whoever still writes is told
	<-done
	if errors.Is(err, archive.ErrExists) {
		return "", fmt.Errorf("%s is there already: name another", key)
	}
	return "store:" + key, err
}

func (p *place) createFile(write func(io.Writer) error) (err error) {
	if _, err := os.Stat(p.path); err == nil {
		return fmt.Errorf("%s is there already: name another file, such as one with the date in its name", p.path)
	}
	dir := filepath.Dir(p.path)
	f, err := os.CreateTemp(dir, ".hexi-snapshot-*")
	if err != nil {
		return fmt.Errorf("make a file beside %s: %w", p.path, err)
	}
	defer func() {
		if e := f.Close(); err == nil && !errors.Is(e, fs.ErrClosed) {
			err = e
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := rename(f.Name(), p.path, os.Link); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// rename gives a whole file its name, unless there is a file of that name: by a link, and
// not by a rename, so that of two who come at once none is written over. Disks that know
// no links (FAT, exFAT, some network shares) have the name taken first, by an empty file
// that only one can make, and which the whole one then replaces.
func rename(from, to string, link func(from, to string) error) error {
	err := link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if !objects.NoLinks(err) {
		return err
	}
	taken, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("take the name of the copy: %w", err)
	}
	if err := taken.Close(); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	if err := os.Rename(from, to); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// open opens the copy for reading: of a store, the latest where none is named.
func (p *place) open(ctx context.Context) (io.ReadCloser, error) {
	if p.store == nil {
		f, err := os.Open(p.path)
		if err != nil {
			return nil, fmt.Errorf("open snapshot: %w", err)
		}
		return f, nil
	}
	if p.key == "" {
		for info, err := range p.store.List(ctx, snapshotPrefix) {
			if err != nil {
				return nil, fmt.Errorf("look for snapshots: %w", err)
			}
			if strings.HasSuffix(info.Key, snapshotSuffix) && info.Key > p.key {
				p.key = info.Key // names begin with the time
			}
		}
		if p.key == "" {
			return nil, fmt.Errorf("the object store holds no copy of the catalogue under %s", snapshotPrefix)
		}
		p.name = "store:" + p.key
	}
	body, _, err := p.store.Get(ctx, p.key)
	if err != nil {
		return nil, fmt.Errorf("open snapshot %s: %w", p.key, err)
	}
	return body, nil
}

// verify reads the copy to its end.
func (p *place) verify(ctx context.Context) (report snapshotReport, err error) {
	body, err := p.open(ctx)
	if err != nil {
		return report, err
	}
	defer body.Close() //nolint:errcheck // only read
	report.Snapshot = p.name
	report.Holds, err = snapshot.Verify(body, &report.Of)
	if err == nil && (report.Of.Schema < 1 || report.Of == (catalog.State{})) {
		err = fmt.Errorf("it does not say what it is of: %w", snapshot.ErrDamaged)
	}
	if err != nil {
		return report, fmt.Errorf("%s: %w", p.name, err)
	}
	return report, nil
}
