package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hexi/archive"
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
func (env *environment) somethingThere() error {
	s, err := env.flags.load(env.getenv)
	if err != nil {
		return err
	}
	if s.databaseMissing() {
		return usage("there is no archive in %s; name its folder with --data", filepath.Dir(s.databaseFile()))
	}
	return nil
}

// refuseEmpty refuses a database in which nothing was ever saved where there are packages
// of an archive: its records would be saved anew, under the same ids, beside what the
// packages hold.
func (h *house) refuseEmpty(ctx context.Context) error {
	if last, err := h.archive.LastChange(ctx); err != nil || last > 0 {
		return err
	}
	held, err := h.holdsPackages(ctx)
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
// was one.
func (h *house) refuseLost(ctx context.Context) error {
	held, err := h.holdsPackages(ctx)
	if err != nil {
		return err
	}
	if held {
		return wasLost("there is no database %s, but %s holds preservation packages of an archive", h.settings.databaseFile(), h.settings.Objects)
	}
	if h.journal == nil {
		return nil
	}
	for name, err := range h.journal.Segments(ctx) {
		if err != nil {
			return fmt.Errorf("look for a journal: %w", err)
		}
		return wasLost("there is no database %s, but its journal is there (%s in %s)", h.settings.databaseFile(), name, h.settings.Journal)
	}
	return nil
}

func wasLost(format string, args ...any) error {
	return usage("%s: it was lost. Bring it back with hexi snapshot --restore FILE, or with hexi rebuild --from-packages; "+
		"for a new archive name other places (--data, --objects)", fmt.Sprintf(format, args...))
}

// holdsPackages looks whether there is a package of a record or of users; that of the
// vocabularies is written by a server in which nothing was ever saved, too.
func (h *house) holdsPackages(ctx context.Context) (bool, error) {
	own, err := h.packages.Path(ctx, archive.PackageVocabularies)
	if err != nil {
		return false, fmt.Errorf("look for preservation packages: %w", err)
	}
	for info, err := range h.objects.List(ctx, packagesPrefix+"/") {
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
