package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"

	"hexi/ingest/check"
	"hexi/search"
)

// patience is how long a server may take to begin comparing its index.
const patience = 30 * time.Second

// checkIndex compares the search index with the catalogue: where a server has it open,
// that does it.
func (h *house) checkIndex(ctx context.Context, repair bool, hear func(check.Difference), note func(string)) (int64, error) {
	files, err := search.VerifyFiles(ctx, h.settings.Index)
	if err != nil {
		return 0, err
	}
	if len(files) > 0 {
		return 0, h.checkDamagedIndex(ctx, files, repair, hear)
	}
	compared, err := h.compareIndex(ctx, repair)
	if err != nil {
		return 0, err
	}
	rebuild := false
	for _, f := range compared.Faults {
		rebuild = rebuild || f.Kind == search.FaultDamaged || f.Kind == search.FaultAhead
	}
	if rebuild {
		return compared.Documents, h.checkDamagedIndex(ctx, compared.Faults, repair, hear)
	}
	tellIndex(compared.Faults, "", hear)
	if compared.More > 0 {
		note(fmt.Sprintf("%d more records differ in the index: hexi reindex makes it anew", compared.More))
	}
	if compared.Note != "" {
		note(compared.Note)
	}
	return compared.Documents, nil
}

// compareIndex compares the index, by whoever has it open.
func (h *house) compareIndex(ctx context.Context, repair bool) (search.Comparison, error) {
	opts, err := h.indexOptions(ctx)
	if err != nil {
		return search.Comparison{}, err
	}
	for try := 1; ; try++ {
		compared, err := search.CompareClosed(ctx, h.settings.Index, opts, h.catalog)
		if err == nil && repair && len(compared.Faults) > 0 && !damaged(compared.Faults) {
			compared, err = h.mendIndex(ctx, opts)
		}
		if errors.Is(err, search.ErrInUse) {
			compared, err = search.AskToCompare(ctx, h.settings.Index, uuid.Must(uuid.NewV7()).String(), repair, patience)
		}
		if err == nil || ctx.Err() != nil || try == 3 { // else a server may just have ended or begun
			return compared, err
		}
	}
}

func damaged(faults []search.Fault) bool {
	for _, f := range faults {
		if f.Kind == search.FaultDamaged || f.Kind == search.FaultAhead {
			return true
		}
	}
	return false
}

// mendIndex opens the index as a server does, and brings it up to the catalogue.
func (h *house) mendIndex(ctx context.Context, opts search.Options) (compared search.Comparison, err error) {
	ix, err := search.Open(ctx, h.settings.Index, opts)
	if err != nil {
		return search.Comparison{}, err
	}
	defer func() { err = errors.Join(err, ix.Close()) }()
	return ix.Compare(ctx, h.catalog, true)
}

// checkDamagedIndex tells that the index as a whole is of no use, and with repair makes
// it anew.
func (h *house) checkDamagedIndex(ctx context.Context, faults []search.Fault, repair bool, hear func(check.Difference)) error {
	done := ""
	if repair {
		env := &environment{stderr: io.Discard, flags: settings{JSON: true}}
		if err := h.dropIndex(); err != nil {
			return err
		}
		outcome, err := env.reindex(ctx, h)
		if err != nil {
			return fmt.Errorf("make the index anew: %w", err)
		}
		done = "the index was made anew: " + outcome
	}
	tellIndex(faults, done, hear)
	return nil
}

// dropIndex takes a damaged index away that no process has open: opening it could end
// this one.
func (h *house) dropIndex() error {
	if search.InUse(h.settings.Index) {
		return nil
	}
	if err := os.RemoveAll(h.settings.Index); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove damaged index: %w", err)
	}
	return nil
}

// tellIndex puts faults of the index into the words of a check.
func tellIndex(faults []search.Fault, done string, hear func(check.Difference)) {
	codes := map[string]check.Code{
		search.FaultMissing: check.IndexMissing, search.FaultSurplus: check.IndexSurplus, search.FaultStale: check.IndexStale,
		search.FaultAhead: check.IndexAhead, search.FaultDamaged: check.IndexDamaged,
	}
	for _, f := range faults {
		d := check.Difference{Code: codes[f.Kind], Record: f.Record, Why: f.Why, Repaired: done, Mended: done != "" || f.Mended}
		if f.File != "" {
			d.Key = "index/" + f.File
		}
		if f.Mended {
			d.Repaired = "the index was brought up to it"
		}
		hear(d)
	}
}
