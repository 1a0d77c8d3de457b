package bagit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// clear removes what lies in the bag and belongs to no listed file: left by an earlier
// run, for what has gone from the archive since.
func (w *Writer) clear() error {
	tops := []string{"data", manifestFile}
	entries, err := fs.ReadDir(w.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("look through bag: %w", err)
	}
	for _, entry := range entries {
		if !slices.Contains(tops, entry.Name()) {
			if err := w.root.RemoveAll(entry.Name()); err != nil {
				return fmt.Errorf("clear bag: %w", err)
			}
		}
	}
	var empty []string
	err = fs.WalkDir(w.root.FS(), "data", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			empty = append(empty, name)
			return nil
		case w.listed[name]:
			return nil
		}
		return w.root.Remove(name)
	})
	if err != nil {
		return fmt.Errorf("clear bag: %w", err)
	}
	slices.Reverse(empty) // what is within goes first
	for _, dir := range empty {
		if dir != "data" {
			_ = w.root.Remove(dir) // fails where something is in it, as it should
		}
	}
	return nil
}

// syncFolders makes the names of all files durable.
func (w *Writer) syncFolders() error {
	err := fs.WalkDir(w.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		d, err := w.root.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(d.Sync(), d.Close())
	})
	if err != nil {
		return fmt.Errorf("keep names in bag: %w", err)
	}
	return nil
}

// swap puts the finished bag into its place. Between the two renames the earlier one
// lies under another name; recoverSwap mends what a crash leaves there.
func (w *Writer) swap() error {
	old := w.dir + oldSuffix
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("put bag into its place: %w", err)
	}
	switch _, err := os.Lstat(w.dir); {
	case err == nil:
		if err := os.Rename(w.dir, old); err != nil {
			return fmt.Errorf("put bag into its place: %w", err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("put bag into its place: %w", err)
	}
	if err := os.Rename(w.part, w.dir); err != nil {
		return errors.Join(fmt.Errorf("put bag into its place: %w", err), recoverSwap(w.dir))
	}
	if err := syncFolder(filepath.Dir(w.dir)); err != nil {
		return err
	}
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("remove the earlier bag: %w", err)
	}
	return nil
}

// recoverSwap brings an earlier bag back if a crash came before the new one was in its
// place.
func recoverSwap(dir string) error {
	old := dir + oldSuffix
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.Rename(old, dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("bring back %s: %w", old, err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("keep names in %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("keep names in %s: %w", dir, err)
	}
	return nil
}
