package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A command asks the process that has the index open to compare it with the catalogue
// through a file of this prefix, and hears of the outcome through one of the other.
const (
	askPrefix    = "COMPARE-"
	answerPrefix = "COMPARED-"
)

type compareRequest struct {
	Repair bool `json:"repair"`
}

type compareAnswer struct {
	Comparison

	Error string `json:"error,omitempty"`
	Going bool   `json:"going,omitempty"` // it was taken up, and is not finished
}

// AskToCompare asks the process that has the index in dir open to compare it, and waits
// for its answer. The id makes the request one's own. patience is how long that process
// may take to begin: one that never does serves nobody, or is older than this program.
func AskToCompare(ctx context.Context, dir, id string, repair bool, patience time.Duration) (Comparison, error) {
	request, answer := filepath.Join(dir, askPrefix+id), filepath.Join(dir, answerPrefix+id)
	if err := writeWhole(request, compareRequest{Repair: repair}); err != nil {
		return Comparison{}, fmt.Errorf("ask to compare the index: %w", err)
	}
	defer os.Remove(request)
	defer os.Remove(answer)
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	begun := false
	for asked := time.Now(); ; {
		select {
		case <-ctx.Done():
			return Comparison{}, ctx.Err()
		case <-ticker.C:
		}
		b, err := os.ReadFile(answer)
		if errors.Is(err, os.ErrNotExist) && (begun || time.Since(asked) > patience) {
			return Comparison{}, fmt.Errorf("compare index: the process that has %s open does not answer, or has ended meanwhile; try again", dir)
		}
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return Comparison{}, fmt.Errorf("compare index: %w", err)
		}
		var got compareAnswer
		if err := json.Unmarshal(b, &got); err != nil {
			return Comparison{}, fmt.Errorf("compare index: %w", err)
		}
		switch {
		case !got.Going && got.Error != "":
			return got.Comparison, errors.New(got.Error)
		case !got.Going:
			return got.Comparison, nil
		case !InUse(dir):
			return Comparison{}, fmt.Errorf("compare index: the process that had %s open has ended meanwhile; try again", dir)
		}
		begun = true
	}
}

// serveCompare compares the index for those who have asked for it.
func (ix *Index) serveCompare(ctx context.Context, source Source) error {
	requests, err := filepath.Glob(filepath.Join(ix.dir, askPrefix+"*"))
	if err != nil {
		return fmt.Errorf("look for requests: %w", err)
	}
	var errs []error
	for _, request := range requests {
		if strings.HasSuffix(request, newSuffix) {
			continue
		}
		id := strings.TrimPrefix(filepath.Base(request), askPrefix)
		answer := filepath.Join(ix.dir, answerPrefix+id)
		var asked compareRequest
		b, err := os.ReadFile(request)
		if errors.Is(err, os.ErrNotExist) {
			continue // it was given up
		}
		if err == nil {
			err = json.Unmarshal(b, &asked)
		}
		if err == nil {
			err = writeWhole(answer, compareAnswer{Going: true})
		}
		if err = errors.Join(err, os.Remove(request)); err != nil {
			errs = append(errs, fmt.Errorf("take request: %w", err))
			continue
		}
		var got compareAnswer
		if got.Comparison, err = ix.Compare(ctx, source, asked.Repair); err != nil {
			got.Error = err.Error()
			errs = append(errs, err)
		}
		if err := writeWhole(answer, got); err != nil {
			errs = append(errs, fmt.Errorf("answer: %w", err))
		}
	}
	return errors.Join(errs...)
}

// forgetAnswers removes what an earlier process left unanswered.
func (ix *Index) forgetAnswers() {
	answers, err := filepath.Glob(filepath.Join(ix.dir, answerPrefix+"*"))
	if err != nil {
		return // the pattern is well-formed
	}
	for _, answer := range answers {
		os.Remove(answer)
	}
	os.Remove(filepath.Join(ix.dir, progressFile))
}

const newSuffix = ".new"

// writeWhole writes a file so that who reads it finds all of it or nothing.
func writeWhole(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeBytes(path, b)
}

// writeBytes is writeWhole for what is written as it is.
func writeBytes(path string, b []byte) error {
	err := os.WriteFile(path+newSuffix, b, 0o640)
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err != nil {
		os.Remove(path + newSuffix)
	}
	return err
}
