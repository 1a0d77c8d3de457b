package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"hexi/archive/vocab"
)

// loadVocabulary loads the vocabularies and profiles that hexi comes with, and those of
// the archive's own directory where it is there.
func (s settings) loadVocabulary() (*vocab.Vocabulary, error) {
	var own []fs.FS
	info, err := os.Stat(s.Vocab)
	switch {
	case err == nil && !info.IsDir():
		return nil, usage("vocab: %s is not a directory", s.Vocab)
	case err == nil:
		own = append(own, os.DirFS(s.Vocab))
	case s.vocabAsked:
		return nil, usage("vocab: %w", err)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("look for vocabularies: %w", err)
	}
	v, err := vocab.Load(own...)
	if err != nil && len(own) > 0 {
		return nil, fmt.Errorf("load vocabularies of %s: %w", s.Vocab, err)
	}
	if err != nil {
		return nil, fmt.Errorf("load vocabularies: %w", err)
	}
	return v, nil
}

// vocabulary tells what was loaded.
func (d *doctor) vocabulary() {
	const check = "vocabularies"
	v, err := d.settings.loadVocabulary()
	if err != nil {
		d.fault(check, "mend the file that is named, or take it out of the directory", "%s", oneLine(err))
		return
	}
	type facts struct {
		Directory   string   `json:"directory"`
		Schemes     int      `json:"schemes"`
		Terms       int      `json:"terms"`
		Profiles    int      `json:"profiles"`
		OwnTerms    int      `json:"ownTerms"`
		OwnSchemes  []string `json:"ownSchemes,omitempty"`
		OwnProfiles []string `json:"ownProfiles,omitempty"`
	}
	f := facts{Directory: d.settings.Vocab, Profiles: len(v.Profiles()), OwnProfiles: v.OwnProfiles()}
	for _, s := range v.Schemes() {
		f.Schemes++
		f.Terms += s.Terms
		f.OwnTerms += s.OwnTerms
		if s.Own {
			f.OwnSchemes = append(f.OwnSchemes, string(s.Code))
		}
	}
	says := fmt.Sprintf("%d schemes with %d terms, %d profiles", f.Schemes, f.Terms, f.Profiles)
	if f.OwnTerms > 0 || len(f.OwnProfiles) > 0 {
		says += fmt.Sprintf("; of %s: %s", d.settings.Vocab, counted(f.OwnTerms, "term"))
		if len(f.OwnSchemes) > 0 {
			says += ", the schemes " + strings.Join(f.OwnSchemes, ", ")
		}
		if len(f.OwnProfiles) > 0 {
			says += ", the profiles " + strings.Join(f.OwnProfiles, ", ")
		}
	}
	d.note(finding{Check: check, State: stateOK, Says: says, Facts: f})
}
