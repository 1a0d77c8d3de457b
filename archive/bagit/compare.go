package bagit

import (
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Comparison tells whether a bag is there already that has exactly the given payload,
// without reading it: by its manifest, and by the sizes of its files.
type Comparison struct {
	dir  string
	sum  hash.Hash
	same bool
}

// Compare begins a comparison with what is in dir, which may be nothing.
func Compare(dir string) *Comparison {
	return &Comparison{dir: filepath.Clean(dir), sum: sha512.New(), same: IsBag(dir)}
}

// List tells of a file, in the order in which Writer.List would be.
func (c *Comparison) List(name string, size int64, sum string) {
	if !c.same {
		return
	}
	_, _ = io.WriteString(c.sum, ManifestLine(name, sum)) // a hash never fails to write
	info, err := os.Lstat(filepath.Join(c.dir, filepath.FromSlash(name)))
	c.same = err == nil && info.Mode().IsRegular() && info.Size() == size
}

// Same reports whether everything was as it was told.
func (c *Comparison) Same() bool {
	if !c.same {
		return false
	}
	f, err := os.Open(filepath.Join(c.dir, manifestFile))
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return false
	}
	return hex.EncodeToString(h.Sum(nil)) == hex.EncodeToString(c.sum.Sum(nil))
}

// Info reads what bag-info.txt of a bag says, and looks at nothing else. Its error is
// fs.ErrNotExist where dir holds nothing at all, or is not there.
func Info(dir string) ([]Field, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", dir, err)
	}
	if len(entries) == 0 {
		return nil, fs.ErrNotExist
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", dir, err)
	}
	defer root.Close() //nolint:errcheck // opened for reading only
	v := &validation{root: root, report: &Report{}}
	if !v.declaration() {
		return nil, errors.New("it is no bag")
	}
	v.info()
	return v.report.Info, nil
}
