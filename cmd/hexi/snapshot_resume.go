package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/archive/vocab"
	"hexi/ingest"
)

// erasedSince reads from the preservation packages which records were erased for ever: a
// snapshot from before an erasure still has the record.
func erasedSince(ctx context.Context, store objects.Store) ([]archive.Tombstone, error) {
	root, err := ocfl.Open(ctx, packageStore{store}, packagesPrefix)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open preservation packages: %w", err)
	}
	return ingest.PreservedErasures(ctx, root)
}

// resume erases in a restored catalogue what was erased after the snapshot, and makes the
// jobs of what is left.
func (env *environment) resume(ctx context.Context, database string, opts catalog.Options, stones []archive.Tombstone, report *snapshotReport) (err error) {
	c, err := catalog.Open(ctx, database, opts)
	if err != nil {
		return fmt.Errorf("open the restored catalogue: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	words, err := vocab.Load()
	if err != nil {
		return fmt.Errorf("load vocabularies: %w", err)
	}
	a := archive.New(c, words, archive.Options{})
	if report.Erased, err = a.RebuildErased(ctx, env.operator(), stones); err != nil {
		return fmt.Errorf("the catalogue is restored, but what was erased since is in it; restore it once more: %w", err)
	}
	report.Resumed, err = a.ResumeAll(ctx, "restore-"+strings.ReplaceAll(uuid.Must(uuid.NewV7()).String(), "-", ""))
	return err
}

// countedWere is a number of things of which something is said: "1 record was".
func countedWere(n int, thing string) string {
	if n == 1 {
		return counted(n, thing) + " was"
	}
	return counted(n, thing) + " were"
}
