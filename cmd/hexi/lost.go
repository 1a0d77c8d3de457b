package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
)

// databaseFile is the file of an embedded database, "" where a server has it.
func (s settings) databaseFile() string {
	path, embedded := strings.CutPrefix(s.Database, "sqlite:")
	if !embedded {
		return ""
	}
	return path
}

// databaseMissing reports whether opening the database would make a file of it.
func (s settings) databaseMissing() bool {
	path := s.databaseFile()
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// somethingThere refuses to work on an archive that is not there, rather than to make an
// empty one: a folder that is not mounted is not to look like an archive in good order.
// An archive whose database was lost is told from none.
func (env *environment) somethingThere(ctx context.Context) error {
	s, err := env.flags.load(env.getenv)
	if err != nil {
		return err
	}
	if !s.databaseMissing() {
		return nil
	}
	if err := s.refuseTraces(ctx); err != nil {
		return err
	}
	return usage("there is no archive in %s; name its folder with --data", filepath.Dir(s.databaseFile()))
}

// refuseTraces is refuseLost for who has opened nothing yet, and makes nothing.
func (s settings) refuseTraces(ctx context.Context) error {
	if path, local := strings.CutPrefix(s.Objects, "dir:"); local {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if s.Journal == journalInStore || s.Journal == journalOff {
				return nil
			}
			return s.refuseLost(ctx, nil, openJournal(s, nil))
		}
	}
	store, err := objects.Open(ctx, s.Objects)
	if err != nil {
		return fmt.Errorf("open object store: %w", err)
	}
	if closer, ok := store.(io.Closer); ok {
		defer closer.Close() //nolint:errcheck // only read
	}
	return s.refuseLost(ctx, store, openJournal(s, store))
}

// refuseEmpty refuses a database in which nothing was ever saved where there are packages
// of an archive: its records would be saved anew, under the same ids, beside what the
// packages hold.
func (h *house) refuseEmpty(ctx context.Context) error {
	if last, err := h.archive.LastChange(ctx); err != nil || last > 0 {
		return err
	}
	held, err := holdsPackages(ctx, h.objects)
	if err != nil || !held {
		return err
	}
	// Another process may just have begun to write to it.
	if last, err := h.archive.LastChange(ctx); err != nil || last > 0 {
		return err
	}
	return wasLost("the database holds nothing, but %s holds preservation packages of an archive", h.settings.Objects)
}

// refuseLost is refuseEmpty before the database is made; a journal says, too, that there
// was one. The store is nil where it is not there either, and the journal where none is
// kept.
func (s settings) refuseLost(ctx context.Context, store objects.Store, journal keptJournal) error {
	if store != nil {
		held, err := holdsPackages(ctx, store)
		if err != nil {
			return err
		}
		if held {
			return wasLost("there is no database %s, but %s holds preservation packages of an archive", s.databaseFile(), s.Objects)
		}
	}
	if journal == nil {
		return nil
	}
	for name, err := range journal.Segments(ctx) {
		if err != nil {
			return fmt.Errorf("look for a journal: %w", err)
		}
		return wasLost("there is no database %s, but its journal is there (%s in %s)", s.databaseFile(), name, s.Journal)
	}
	return nil
}

func wasLost(format string, args ...any) error {
	return usage("%s: it was lost. Bring it back with hexi snapshot --restore FILE, or with hexi rebuild --from-packages; "+
		"for a new archive name other places (--data, --objects)", fmt.Sprintf(format, args...))
}

// holdsPackages looks whether there is a package of a record or of users; that of the
// vocabularies is written by a server in which nothing was ever saved, too.
func holdsPackages(ctx context.Context, store objects.Store) (bool, error) {
	root, err := ocfl.Open(ctx, packageStore{store}, packagesPrefix)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	own := ""
	if err == nil {
		own, err = root.Path(ctx, archive.PackageVocabularies)
	}
	if err != nil {
		return false, fmt.Errorf("look for preservation packages: %w", err)
	}
	for info, err := range store.List(ctx, packagesPrefix+"/") {
		if err != nil {
			return false, fmt.Errorf("look for preservation packages: %w", err)
		}
		rest := strings.TrimPrefix(info.Key, packagesPrefix+"/")
		if folder, _, inside := strings.Cut(rest, "/"); inside && folder != "extensions" && !strings.HasPrefix(info.Key, own+"/") {
			return true, nil
		}
	}
	return false, nil
}
