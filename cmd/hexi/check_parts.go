package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/ingest/check"
)

// checkParts are the parts of the archive in the form in which a check asks for them.
func (h *house) checkParts() check.Parts {
	return check.Parts{
		Archive: h.archive, Catalogue: h.catalog, Objects: checkedStore{storeAdapter{h.objects, h.settings.Scratch}},
		Database: h.checkDatabase, Log: h.checkLog(nil), Index: h.checkIndex,
		Packages: h.checkPackages, Notes: h.catalog, Copies: h, Vocabularies: h.checkVocabularies,
	}
}

func (h *house) checkDatabase(ctx context.Context, hear func(check.Difference)) (int64, error) {
	return h.catalog.Verify(ctx, func(f catalog.Fault) {
		hear(check.Difference{Code: check.Code(f.Kind), Record: f.Record, Asset: f.Asset, Key: f.Row, Why: f.Why})
	})
}

func (h *house) checkVocabularies() (dir string, files map[string][]byte, err error) {
	files, err = ownVocabularies(h.settings.Vocab)
	return h.settings.Vocab, files, err
}

// checkPackages opens the preservation packages for a check, whose reading it paces.
func (h *house) checkPackages(ctx context.Context, wrap func(context.Context, io.Reader) io.Reader) (*ocfl.Root, error) {
	root, err := ocfl.Open(ctx, pacedPackages{packageStore{h.objects}, wrap}, packagesPrefix)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	return root, err
}

// pacedPackages reads the packages' files through what keeps the pace.
type pacedPackages struct {
	packageStore
	wrap func(context.Context, io.Reader) io.Reader
}

// Get implements ocfl.Store.
func (s pacedPackages) Get(ctx context.Context, key string) (io.ReadCloser, ocfl.Info, error) {
	body, info, err := s.packageStore.Get(ctx, key)
	if err != nil {
		return nil, info, err
	}
	return struct {
		io.Reader
		io.Closer
	}{s.wrap(ctx, body), body}, info, nil
}

// checkLog proves the log, also against heads of it that were noted down elsewhere.
func (h *house) checkLog(witnesses []archive.LogHead) check.Log {
	return func(ctx context.Context, hear func(check.Difference)) (int64, error) {
		proof, err := h.archive.VerifyLog(ctx, archive.VerifyOptions{Witnesses: witnesses}, func(b archive.Break) error {
			d := check.Difference{Code: check.LogBroken, Record: b.Record, Asset: b.Asset, Why: b.Why, Key: fmt.Sprintf("changes/%d", b.Seq)}
			switch {
			case b.Seq == 0 && b.User != "":
				d.Key = "users/" + b.User
			case b.Seq == 0 && b.Revision > 0:
				d.Key = fmt.Sprintf("revisions/%s/%d", b.Record, b.Revision)
			case b.Seq == 0:
				d.Key = "changes"
			}
			hear(d)
			return nil
		})
		return proof.Entries, err
	}
}

// checkedStore is the object store as a check reads it.
type checkedStore struct{ storeAdapter }

// Get implements check.Objects.
func (s checkedStore) Get(ctx context.Context, key string) (io.ReadCloser, check.Info, error) {
	body, info, err := s.store.Get(ctx, key)
	return body, checkInfo(info), err
}

// Stat implements check.Objects.
func (s checkedStore) Stat(ctx context.Context, key string) (check.Info, error) {
	info, err := s.store.Stat(ctx, key)
	return checkInfo(info), err
}

// Put implements check.Objects.
func (s checkedStore) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	_, err := s.store.Put(ctx, key, r, objects.PutOptions{Size: size, ContentType: "application/octet-stream"})
	return err
}

// List implements check.Objects.
func (s checkedStore) List(ctx context.Context, prefix string) iter.Seq2[check.Info, error] {
	return func(yield func(check.Info, error) bool) {
		for info, err := range s.store.List(ctx, prefix) {
			if !yield(checkInfo(info), err) {
				return
			}
		}
	}
}

func checkInfo(info objects.Info) check.Info {
	return check.Info{Key: info.Key, Size: info.Size, Modified: info.Modified}
}
