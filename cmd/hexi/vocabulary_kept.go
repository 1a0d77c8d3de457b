package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/archive/vocab"
	"hexi/ingest"
)

// preserveVocabularies brings the archive's own vocabularies and profiles into their
// package. Where they are not, nothing is preserved and nothing taken back.
func (h *house) preserveVocabularies(ctx context.Context) error {
	files, err := ownVocabularies(h.settings.Vocab)
	if err != nil {
		return err
	}
	return h.pipeline.PreserveVocabularies(ctx, files)
}

// vocabulariesAgain is how long it takes until preserving the vocabularies is tried again.
const vocabulariesAgain = 30 * time.Second

// keepPreservingVocabularies tries until it is done, or ctx ends.
func (h *house) keepPreservingVocabularies(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(vocabulariesAgain):
		}
		if err := h.preserveVocabularies(ctx); err == nil {
			return
		} else if ctx.Err() == nil {
			h.log.Warn("vocabularies are not preserved yet", "error", err)
		}
	}
}

// ownVocabularies reads the files of a directory of vocabularies; none where it is not.
func ownVocabularies(dir string) (map[string][]byte, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	files, err := vocab.Files(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("read vocabularies of %s: %w", dir, err)
	}
	return files, nil
}

// restoredVocabularies says what became of the archive's own vocabularies in a rebuild.
type restoredVocabularies struct {
	Files   int    `json:"files"` // that were put back
	Differs string `json:"differs,omitempty"`
}

// restoreVocabularies puts the archive's own vocabularies and profiles back from their
// package. A directory that holds any is left as it is: curators may have brought theirs.
func (env *environment) restoreVocabularies(ctx context.Context) (out restoredVocabularies, err error) {
	s, err := env.flags.load(env.getenv)
	if err != nil {
		return out, err
	}
	store, err := objects.Open(ctx, s.Objects)
	if err != nil {
		return out, fmt.Errorf("open object store: %w", err)
	}
	if closer, ok := store.(io.Closer); ok {
		defer closer.Close() //nolint:errcheck // it was read
	}
	root, err := ocfl.Open(ctx, packageStore{store}, packagesPrefix)
	if errors.Is(err, archive.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("open preservation packages: %w", err)
	}
	preserved, err := ingest.PreservedVocabularies(ctx, root)
	if err != nil || len(preserved) == 0 {
		return out, err
	}
	there, err := ownVocabularies(s.Vocab)
	if err != nil {
		return out, err
	}
	if len(there) > 0 {
		if !maps.EqualFunc(there, preserved, bytes.Equal) {
			out.Differs = fmt.Sprintf("%s is not what is preserved, and was left as it is: %s", s.Vocab, strings.Join(unlike(there, preserved), ", "))
		}
		return out, nil
	}
	if err := placeVocabularies(s.Vocab, preserved); err != nil {
		return out, fmt.Errorf("put vocabularies back into %s: %w", s.Vocab, err)
	}
	out.Files = len(preserved)
	return out, nil
}

// unlike names the files in which two directories differ.
func unlike(a, b map[string][]byte) []string {
	all := map[string]bool{}
	for _, files := range []map[string][]byte{a, b} {
		for path := range files {
			all[path] = true
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(path string) bool {
		left, inLeft := a[path]
		right, inRight := b[path]
		return inLeft && inRight && bytes.Equal(left, right)
	})
}

// placeVocabularies makes a directory of files at once: beside it, held to what
// vocabularies have to be, then by one rename.
func placeVocabularies(dir string, files map[string][]byte) (err error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o750); err != nil {
		return err
	}
	made, err := os.MkdirTemp(parent, ".vocab-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }() // nothing, once it has its name
	if err := writeFiles(made, files); err != nil {
		return err
	}
	if _, err := vocab.Load(os.DirFS(made)); err != nil {
		return fmt.Errorf("what is preserved is not valid: %w", err)
	}
	if err := os.Chmod(made, 0o750); err != nil { //nolint:gosec // a folder, read by those who may
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("it holds what is no vocabulary; move it away: %w", err)
	}
	return os.Rename(made, dir)
}

// writeFiles writes files below a directory that nobody else knows, durably.
func writeFiles(dir string, files map[string][]byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // each file is synced
	for path, data := range files {
		if in := filepath.Dir(path); in != "." {
			if err := root.Mkdir(in, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		f, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		if err == nil {
			err = f.Sync()
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
