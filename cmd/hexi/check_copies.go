package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/snapshot"
	"hexi/ingest/check"
)

// Copies implements check.Copies: the snapshots in the object store, and the journal's
// segments, where this process keeps them and in the object store.
func (h *house) Copies(ctx context.Context) iter.Seq2[check.Copy, error] {
	return func(yield func(check.Copy, error) bool) {
		for info, err := range h.objects.List(ctx, snapshotPrefix) {
			if err != nil {
				yield(check.Copy{}, fmt.Errorf("look for snapshots: %w", err))
				return
			}
			if !yield(h.snapshotCopy(info.Key), nil) {
				return
			}
		}
		inStore := h.settings
		inStore.Journal = journalInStore
		journals := []settings{inStore}
		if h.settings.Journal != journalInStore {
			journals = append(journals, h.settings)
		}
		for _, s := range journals {
			j := openJournal(s, h.objects)
			if j == nil {
				continue
			}
			for name, err := range j.Segments(ctx) {
				if !yield(segmentCopy(j, s.Journal, name), err) || err != nil {
					return
				}
			}
		}
	}
}

func (h *house) snapshotCopy(key string) check.Copy {
	return check.Copy{
		Key: key, Code: check.SnapshotDamaged,
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			body, _, err := h.objects.Get(ctx, key)
			return body, err
		},
		Verify: func(r io.Reader) error {
			_, err := snapshot.Verify(r, &catalog.State{})
			return altered(err, snapshot.ErrDamaged)
		},
	}
}

func segmentCopy(j keptJournal, dir, name string) check.Copy {
	key := name
	if dir != journalInStore {
		key = filepath.Join(dir, name)
	}
	return check.Copy{
		Key: key, Code: check.JournalDamaged,
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			body, err := j.Open(ctx, name)
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w: %w", archive.ErrNotFound, err)
			}
			return body, err
		},
		Verify: func(r io.Reader) error { return altered(snapshot.VerifySegment(name, r), snapshot.ErrDamagedJournal) },
	}
}

// altered says in a check's word that a copy is damaged.
func altered(err, damaged error) error {
	if errors.Is(err, damaged) {
		return fmt.Errorf("%w: %w", err, check.ErrAltered)
	}
	return err
}
