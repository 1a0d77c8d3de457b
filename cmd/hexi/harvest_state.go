package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hexi/archive"
	"hexi/ingest/harvest"
)

// harvestState is how far the harvests of one set of a repository came: a small file in
// DATA/harvest, which may be deleted, and then the next harvest asks for everything. It
// is beside the catalogue and not in it, because it says nothing of the archive. It is
// of no use with a catalogue that was put back to an earlier state, whose records it
// would take for harvested: it names the place in the log that it goes with.
type harvestState struct {
	path    string
	passing bool

	Source     string           `json:"source"`
	Set        string           `json:"set,omitempty"`
	Format     string           `json:"format,omitempty"` // that was asked for
	Collection string           `json:"collection"`
	Progress   harvest.Progress `json:"progress"`
	Log        archive.LogHead  `json:"log"`
}

// openHarvestState reads what is remembered, nothing where there is nothing or where it
// goes with another catalogue.
func openHarvestState(ctx context.Context, h *house, call harvestCall) (*harvestState, error) {
	s := &harvestState{Source: call.address, Set: call.plan.Set, Format: call.plan.Format, Collection: call.plan.Collection, passing: call.plan.From != ""}
	name, err := json.Marshal([]string{s.Source, s.Set, s.Format, s.Collection})
	if err != nil {
		return nil, fmt.Errorf("name the state of a harvest: %w", err)
	}
	sum := sha256.Sum256(name)
	s.path = filepath.Join(h.settings.Data, "harvest", hex.EncodeToString(sum[:12])+".json")
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the last harvest came: %w", err)
	}
	var was harvestState
	if err := json.Unmarshal(data, &was); err != nil {
		h.log.Warn("how far the last harvest came cannot be read; everything is asked for", "file", s.path, "error", err)
		return s, nil
	}
	same, err := h.hasLogged(ctx, was.Log)
	if err != nil {
		return nil, err
	}
	if !same {
		h.log.Info("the last harvest was of another state of the catalogue; everything is asked for", "file", s.path)
		return s, nil
	}
	s.Progress = was.Progress
	return s, nil
}

// hasLogged reports whether a place in the log is one of this catalogue.
func (h *house) hasLogged(ctx context.Context, at archive.LogHead) (bool, error) {
	if at.Seq == 0 {
		return true, nil
	}
	changes, err := h.archive.Changes(ctx, at.Seq-1, 1)
	if err != nil {
		return false, err
	}
	return len(changes) == 1 && changes[0].Seq == at.Seq && changes[0].Hash == at.Hash, nil
}

// save remembers how far the harvest came. One from a given date on says nothing of what
// was before it, and is not remembered.
func (s *harvestState) save(ctx context.Context, h *house, p harvest.Progress) (err error) {
	if s.passing {
		return nil
	}
	s.Progress = p
	if s.Log, err = h.archive.LogHead(ctx); err != nil {
		return err
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("remember how far the harvest came: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o750); err != nil {
		return fmt.Errorf("remember how far the harvest came: %w", err)
	}
	next := s.path + ".next"
	if err := os.WriteFile(next, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("remember how far the harvest came: %w", err)
	}
	if err := os.Rename(next, s.path); err != nil {
		return fmt.Errorf("remember how far the harvest came: %w", err)
	}
	return nil
}
