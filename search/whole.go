package search

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/util"
	"go.etcd.io/bbolt"
)

// errDamaged says that the files of an index are not what was written.
var errDamaged = errors.New("the index is damaged")

// The files of an index, as the engine names them.
const (
	metaFile  = "index_meta.json"
	storeDir  = "store"
	tableFile = "root.bolt" // in storeDir: the table of contents
)

// sumFile holds, in an index that was closed in good order, the SHA-256 of its table of
// contents, which has no checksums of its own. It is removed before the index is opened.
const sumFile = "table.sha256"

// openWhole opens an index after all of its files were looked at: the engine reads them in
// places where a damaged one would end the process, and at times when nobody expects it.
// Damage is an errDamaged.
func openWhole(path string) (bleve.Index, error) {
	t, err := tableOf(path)
	if err != nil {
		return nil, err
	}
	if t.schema != schemaVersion && !slices.Contains(answering, t.schema) {
		return nil, &schemaError{t.schema} // it might not even open
	}
	for _, name := range t.segments {
		why, err := verifySegment(filepath.Join(path, storeDir, name))
		if err != nil {
			return nil, damage(err)
		}
		if why != "" {
			return nil, fmt.Errorf("%w: %s: %s", errDamaged, name, why)
		}
	}
	switch err := os.Remove(filepath.Join(path, sumFile)); {
	case errors.Is(err, fs.ErrNotExist):
		if err := renewTable(filepath.Join(path, storeDir, tableFile)); err != nil {
			return nil, damage(err)
		}
	case err != nil:
		return nil, fmt.Errorf("open index: %w", err)
	}
	b, err := openGuarded(path, map[string]any{"bolt_timeout": "2s"})
	if err != nil {
		return nil, damage(err)
	}
	return b, nil
}

// schemaError says that an index is of a schema that the present code does not open.
type schemaError struct{ schema string }

func (e *schemaError) Error() string {
	return fmt.Sprintf("it is of schema %s, and this hexi makes %s", clip(e.schema, 20), schemaVersion)
}

// table is what the table of contents of an index says of its latest state.
type table struct {
	schema   string
	segments []string // files in storeDir
}

// tableOf looks through the table of contents of a closed index, and returns its segments.
func tableOf(path string) (table, error) {
	return verifyTable(filepath.Join(path, storeDir, tableFile), filepath.Join(path, sumFile))
}

// damage calls an error damage, but for those of which the files are not the cause.
func damage(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open index: give the user that hexi runs as the right to read and write it, or name another directory: %w", err)
	case errors.Is(err, bbolt.ErrTimeout), //nolint:staticcheck // it is what Open returns
		errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("open index: %w", err)
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// guarded runs what reads files that may be damaged. What that cannot stand, be it an index
// out of range or a page beyond a file's end, is an error.
func guarded(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("open index: %v", caught)
		}
	}()
	return read()
}

// openGuarded opens an index; what the engine cannot stand of a damaged file is an error.
func openGuarded(path string, config map[string]any) (b bleve.Index, err error) {
	err = guarded(func() (err error) {
		b, err = bleve.OpenUsing(path, config)
		return err
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// verifyTable reads the table of contents to its last page, and holds it to the sum that
// was noted when it was closed, if it was. It returns what the latest state of the index is
// made of; the engine would fall back to an earlier state without a word, or to none, where
// a segment of it cannot be read.
func verifyTable(path, noted string) (t table, err error) {
	want, err := os.ReadFile(noted)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return t, fmt.Errorf("open index: %w", err)
	}
	if err == nil {
		_, got, err := sumOf(context.Background(), path)
		if err != nil {
			return t, damage(err)
		}
		if !bytes.Equal(want, []byte(got)) {
			return t, fmt.Errorf("%w: %s is not as it was when it was closed", errDamaged, tableFile)
		}
	}
	err = guarded(func() (err error) {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 2 * time.Second})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		return db.View(func(tx *bbolt.Tx) error {
			if size := tx.Size(); size > info.Size() {
				return fmt.Errorf("%s has %d bytes, and should have %d", tableFile, info.Size(), size)
			}
			if err := tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return readBucket(b, maxDepth) }); err != nil {
				return err
			}
			t, err = latestState(tx)
			return err
		})
	})
	if err != nil {
		return t, damage(err)
	}
	return t, nil
}

// renewTable writes a table of contents anew that was not closed in good order: what can be
// read of it is right, but which of its pages are free is not to be trusted. One that is both
// in use and free has the engine fail when it next writes, and hold its locks for ever.
func renewTable(path string) error {
	const mostAtOnce = 1 << 20 // bytes of a transaction
	renewed := path + newSuffix
	if err := os.Remove(renewed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := guarded(func() (err error) {
		from, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 2 * time.Second})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.Close()) }()
		to, err := bbolt.Open(renewed, 0o600, &bbolt.Options{Timeout: 2 * time.Second})
		if err != nil {
			return err
		}
		return errors.Join(bbolt.Compact(to, from, mostAtOnce), to.Close())
	})
	if err != nil {
		return err
	}
	return os.Rename(renewed, path)
}

// latestState is the state that was written last.
func latestState(tx *bbolt.Tx) (t table, err error) {
	states := tx.Bucket(util.BoltSnapshotsBucket)
	if states == nil {
		return t, errors.New("nothing was written to it")
	}
	key, _ := states.Cursor().Last()
	if key == nil || states.Bucket(key) == nil {
		return t, errors.New("nothing was written to it")
	}
	latest := states.Bucket(key)
	if kept := latest.Bucket(util.BoltInternalKey); kept != nil {
		t.schema = string(kept.Get([]byte(schemaKey)))
		if seq := kept.Get([]byte(seqKey)); seq != nil {
			if _, err := strconv.ParseInt(string(seq), 10, 64); err != nil {
				return t, fmt.Errorf("read index position: %w", err)
			}
		}
	}
	if t.schema == "" {
		return t, errors.New("it does not say of what schema it is")
	}
	err = latest.ForEachBucket(func(k []byte) error {
		if bytes.Equal(k, util.BoltInternalKey) || bytes.Equal(k, util.BoltMetaDataKey) {
			return nil
		}
		name := string(latest.Bucket(k).Get(util.BoltPathKey))
		if !segmentName.MatchString(name) {
			return fmt.Errorf("it names a segment %q", clip(name, 40))
		}
		t.segments = append(t.segments, name)
		return nil
	})
	return t, err
}

// segmentName is what the engine calls segments.
var segmentName = regexp.MustCompile(`^[0-9a-f]{1,32}\.zap$`) //nolint:gochecknoglobals // never changed

// maxDepth is more than how deep buckets lie in each other.
const maxDepth = 16

func readBucket(b *bbolt.Bucket, depth int) error {
	if depth == 0 {
		return errors.New("its table of contents goes in circles")
	}
	return b.ForEach(func(k, v []byte) error {
		if v != nil {
			return nil
		}
		inner := b.Bucket(k)
		if inner == nil {
			return errors.New("its table of contents has a hole")
		}
		return readBucket(inner, depth-1)
	})
}

// noteSum notes the sum of the table of contents of an index that was closed.
func noteSum(path string) error {
	_, sum, err := sumOf(context.Background(), filepath.Join(path, storeDir, tableFile))
	if err == nil {
		err = writeBytes(filepath.Join(path, sumFile), []byte(sum))
	}
	if err != nil {
		return fmt.Errorf("note the sum of the index: %w", err)
	}
	return nil
}

// sumOf returns how long a file is, and its SHA-256 in hexadecimal.
func sumOf(ctx context.Context, path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	hash := sha256.New()
	if size, err = io.Copy(hash, &stopping{ctx, f}); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}
