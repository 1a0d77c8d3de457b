package search

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
)

// damagedSuffix ends the name of an index that was set aside.
const damagedSuffix = ".damaged"

// copyPrefix begins the names of copies in the making.
const copyPrefix = "copy-"

// indexName is what an index is called in its directory. What CURRENT names otherwise is
// no index of ours, and is not followed out of the directory.
var indexName = regexp.MustCompile(`^index-[0-9]{1,12}$`) //nolint:gochecknoglobals // never changed

// currentPath is the directory of the index that is in use.
func currentPath(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, current))
	if err != nil {
		return "", fmt.Errorf("look at index: %w", err)
	}
	name := strings.TrimSpace(string(b))
	if !indexName.MatchString(name) {
		return "", fmt.Errorf("look at index: %s names %q, which is no index: %w", current, clip(name, 40), errDamaged)
	}
	return filepath.Join(dir, name), nil
}

// openCurrent opens the index that CURRENT names. Where there is none that can be used, an
// empty one takes its place, and ix.why says why.
func (ix *Index) openCurrent() (bleve.Index, error) {
	path, err := currentPath(ix.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ix.createNext("there was none")
	case errors.Is(err, errDamaged):
		ix.log.Warn("the search index is damaged and is made anew", "error", err)
		return ix.createNext("it was damaged")
	case err != nil:
		return nil, err
	}
	opened, err := openWhole(path)
	if errors.Is(err, errDamaged) {
		ix.log.Warn("the search index is damaged; it is set aside and made anew", "path", path+damagedSuffix, "error", err)
		if err := ix.setAside(path); err != nil {
			return nil, err
		}
		return ix.createNext("it was damaged")
	}
	var other *schemaError
	if errors.As(err, &other) {
		ix.log.Info("the search index is made anew", "path", path, "why", err)
		return ix.createNext(err.Error())
	}
	if err != nil {
		return nil, err
	}
	why, err := ix.judge(opened)
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	if why == "" || ix.old {
		ix.why = why
		return opened, nil
	}
	ix.log.Info("the search index is made anew", "path", path, "why", why)
	if err := opened.Close(); err != nil {
		ix.log.Warn("close old index", "error", err)
	}
	return ix.createNext(why)
}

// judge says why an index that is whole has to be made anew; "" where it need not. Of an
// older schema it may be good enough to answer from meanwhile: then ix.old is set.
func (ix *Index) judge(b bleve.Index) (why string, err error) {
	of, err := b.GetInternal([]byte(archiveKey))
	if err != nil {
		return "", fmt.Errorf("read whose index it is: %w", err)
	}
	if ix.archive != "" && len(of) > 0 && string(of) != ix.archive {
		return "it is of another archive, or of a state of this one that was replaced", nil
	}
	schema, err := b.GetInternal([]byte(schemaKey))
	if err != nil {
		return "", fmt.Errorf("read schema of index: %w", err)
	}
	if string(schema) == schemaVersion {
		return "", ix.stampArchive(b) // one that was made before it was noted whose it is
	}
	if ix.old, err = answers(string(schema), b); err != nil {
		return "", err
	}
	return (&schemaError{string(schema)}).Error(), nil
}

// setAside keeps a damaged index for whoever wants to know why, and removes the one that
// was kept before.
func (ix *Index) setAside(path string) error {
	if err := DropSetAside(ix.dir); err != nil {
		return err
	}
	if err := os.Rename(path, path+damagedSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set damaged index aside: %w", err)
	}
	return nil
}

// SetAside returns when a damaged index that was set aside in a directory was last written
// to; the zero time where there is none.
func SetAside(dir string) (time.Time, error) {
	aside, err := setAside(dir)
	if err != nil || len(aside) == 0 {
		return time.Time{}, err
	}
	return lastWritten(aside[0])
}

// DropSetAside removes what was set aside.
func DropSetAside(dir string) error {
	aside, err := setAside(dir)
	if err != nil {
		return err
	}
	for _, path := range aside {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove damaged index: %w", err)
		}
	}
	return nil
}

func setAside(dir string) ([]string, error) {
	aside, err := filepath.Glob(filepath.Join(dir, "index-*"+damagedSuffix))
	if err != nil {
		return nil, fmt.Errorf("look for damaged indexes: %w", err)
	}
	return aside, nil
}

// lastWritten is when any file of an index was last written to.
func lastWritten(path string) (last time.Time, err error) {
	err = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := entry.Info(); err == nil && info.ModTime().After(last) {
			last = info.ModTime() // a file that is being removed has none
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return last, fmt.Errorf("look at index: %w", err)
	}
	return last, nil
}

// clear removes all indexes but the one of a name, and one that was set aside; and what a
// copy that was cut off has left, but not one that is being packed.
func (ix *Index) clear(but string) {
	entries, err := ix.copies.list(ix.dir)
	if err != nil {
		ix.log.Warn("clear old indexes away", "error", err)
		return
	}
	for _, e := range entries {
		name := e.Name()
		old := strings.HasPrefix(name, "index-") && name != but && !strings.HasSuffix(name, damagedSuffix)
		if !old && !strings.HasPrefix(name, copyPrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(ix.dir, name)); err != nil {
			ix.log.Warn("clear old index away", "name", name, "error", err)
		}
	}
}
