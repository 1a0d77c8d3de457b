package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/raster"
	"hexi/archive/raster/sandbox"
	"hexi/ingest"
	"hexi/search"
)

const doNative = `install libvips (Debian: libvips-dev with pkg-config) and run "make build" again; it is faster and reads more formats`

// engine tells which image engine this is and what it reads and writes.
func (d *doctor) engine() {
	about, err := raster.New().About()
	if err != nil {
		d.fault("engine", "install the libvips that this program was built with, or build it anew", "%s does not start: %v", about.Engine, err)
		return
	}
	f := finding{Check: "engine", State: stateOK, Says: about.Engine, Facts: about}
	if len(about.Libraries) > 0 {
		f.Says += ", " + strings.Join(about.Libraries, ", ")
	} else {
		f.State, f.Do = stateWarning, doNative
	}
	d.note(f)
	f = finding{Check: "formats", State: stateOK, Says: "reads " + strings.Join(about.Reads, ", ") + "; writes " + strings.Join(about.Writes, ", ")}
	if len(about.Missing) > 0 {
		f.State = stateWarning
		f.Says += "; does not read " + strings.Join(about.Missing, ", ")
		f.Do = "masters of these formats will be refused; a libvips with these loaders reads them"
	}
	d.note(f)
}

// probe is a PNG of one pixel.
const probe = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

// decoder lets a decoding process make an access copy of a small picture.
func (d *doctor) decoder(ctx context.Context) {
	const do = "see what the system says of the process (memory, seccomp, /proc); masters cannot be taken in before this works"
	begun := time.Now()
	err := func() (err error) {
		picture, err := base64.StdEncoding.DecodeString(probe)
		if err != nil {
			return err
		}
		pool := sandbox.New(sandbox.Options{Command: decodeCommand(d.settings.images.quality), Scratch: d.scratch(), IdentifyTime: 20 * time.Second, DeriveTime: 20 * time.Second})
		defer func() { err = errors.Join(err, pool.Close()) }()
		master, length := bytes.NewReader(picture), int64(len(picture))
		info, err := pool.Identify(ctx, master, length)
		if err != nil {
			return err
		}
		out, err := os.CreateTemp(d.scratch(), "hexi-doctor-*")
		if err != nil {
			return fmt.Errorf("make scratch file: %w", err)
		}
		defer func() { err = errors.Join(err, out.Close()) }()
		if err := os.Remove(out.Name()); err != nil {
			return fmt.Errorf("unlink scratch file: %w", err)
		}
		_, err = pool.Derive(ctx, master, length, info, raster.Output{TIFF: out})
		return err
	}()
	if err != nil {
		d.fault("decoder", do, "the process that decodes images does not do its work: %s", oneLine(err))
		return
	}
	d.ok("decoder", "a decoding process starts, and made an access copy in %d ms", time.Since(begun).Milliseconds())
}

// scratch is the scratch directory if it is there, else what stands in for it.
func (d *doctor) scratch() string {
	if there, _ := existing(d.settings.Scratch); there == d.settings.Scratch {
		return there
	}
	return ""
}

// Below these, there is not enough space to go on for long, or at all.
const (
	littleSpace = 10 << 30
	noSpace     = 1 << 30
)

// disks looks at the directories that hexi writes to.
func (d *doctor) disks() {
	places := []struct{ check, dir string }{{"data", d.settings.Data}, {"scratch", either(d.settings.Scratch, os.TempDir())}, {"temp", os.TempDir()}}
	if path, ok := strings.CutPrefix(d.settings.Objects, "dir:"); ok {
		places = append(places, struct{ check, dir string }{"objects disk", path})
	}
	for _, p := range places {
		d.disk(p.check, p.dir)
	}
}

func (d *doctor) disk(check, dir string) {
	there, err := existing(dir)
	if err != nil {
		d.fault(check, "check the path and its permissions", "%s cannot be looked at: %v", dir, err)
		return
	}
	what := dir
	if there != dir {
		what = dir + " (not there yet; in " + there + ")"
	}
	if err := writable(there); err != nil {
		d.fault(check, cureOf(err, "give the user that hexi runs as the right to write there, or choose another directory"), "nothing can be written to %s: %v", what, err)
		return
	}
	free, err := ingest.FreeSpace(there)
	f := finding{Check: check, State: stateOK, Facts: map[string]any{"directory": dir, "free": free}}
	switch {
	case err != nil:
		f.State, f.Says = stateWarning, err.Error()
	case free < noSpace:
		f.State, f.Do = stateFault, "make room; a gigapixel needs about 0.7 GB while its access copy is made"
	case free < littleSpace:
		f.State, f.Do = stateWarning, "make room soon; a gigapixel needs about 0.7 GB while its access copy is made"
	}
	if err == nil {
		f.Says = fmt.Sprintf("%s free in %s", size(free), what)
	}
	d.note(f)
}

// existing is the nearest directory above a path, or itself, that is there.
func existing(dir string) (string, error) {
	dir = filepath.Clean(dir)
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return dir, fmt.Errorf("%s is no directory", dir)
		}
		if err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || parent == dir {
			return dir, err
		}
		dir = parent
	}
}

// writable writes a file and removes it.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".hexi-doctor-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString("hexi")
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

// leastRoom is less than a database can be opened with, in bytes.
const leastRoom = 64 << 10

// cureOf is what to do about an error: where it says that a disk is full that is to make
// room, else do.
func cureOf(err error, do string) string {
	var full *archive.FullError
	if errors.As(err, &full) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return "make room there; docs/operations.md, \"When a disk is full\", says what may be removed"
	}
	return do
}

const doMigrate = "nothing: the next start of hexi brings the tables up to date; make a copy before"

// database looks at the catalogue.
func (d *doctor) database(ctx context.Context) {
	const check = "database"
	address := mask(d.settings.Database)
	in, err := catalog.Inspect(ctx, d.settings.Database)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		if d.settings.databaseMissing() {
			if err := d.settings.refuseTraces(ctx); err != nil {
				d.fault(check, `bring it back with "hexi snapshot --restore" or "hexi rebuild --from-packages"`, "%s", oneLine(err))
				return
			}
		}
		d.warn(check, `nothing: the first "hexi ingest", "hexi serve" or "hexi demo" makes it`, "there is no catalogue at %s yet", address)
		return
	case err != nil:
		if file := d.settings.databaseFile(); file != "" { // SQLite does not say it of all that it lacks room for
			if free, lookErr := ingest.FreeSpace(filepath.Dir(file)); lookErr == nil && free < leastRoom {
				err = &archive.FullError{Place: "the database " + file, Err: err}
			}
		}
		d.fault(check, cureOf(err, "start the database, or mend --database"), "the catalogue at %s cannot be read: %s", address, oneLine(err))
		return
	}
	d.lastChange = in.LastChange
	f := finding{Check: check, State: stateOK, Facts: in}
	f.Says = fmt.Sprintf("%s %s, schema %d of %d, job queue %d of %d, %d changes", in.Kind, in.Version, in.Schema, in.Known, in.Jobs, in.KnownJobs, in.LastChange)
	switch {
	case in.ReadOnly != "":
		f.State, f.Do = stateFault, "give the user the right to write, or name the primary server"
		f.Says += "; it cannot be written to: " + in.ReadOnly
	case in.Schema > in.Known || in.Jobs > in.KnownJobs:
		f.State, f.Do = stateFault, "use the newer hexi that has migrated it, or restore an older copy"
	case in.Schema < in.Known || in.Jobs < in.KnownJobs:
		f.State, f.Do = stateWarning, doMigrate
	}
	d.note(f)
	if in.Packages != nil {
		d.packages(*in.Packages)
	}
}

// waitsLong is for how long a package may wait to be written before that is worth a
// warning.
const waitsLong = 10 * time.Minute

// packages tells how far the preservation packages are behind the catalogue.
func (d *doctor) packages(p archive.Preservation) {
	f := finding{Check: "packages", State: stateOK, Facts: p, Says: counted(p.Packages, "preservation package")}
	if p.Waiting+p.Resting == 0 {
		f.Says += ", none behind the catalogue"
		d.note(f)
		return
	}
	f.Says += fmt.Sprintf("; of these %d wait to be written", p.Waiting)
	if p.Resting > 0 {
		f.Says += fmt.Sprintf(" and %d changed lately and rest", p.Resting)
	}
	waits := time.Duration(0)
	if !p.Oldest.IsZero() {
		waits = time.Since(p.Oldest).Round(time.Second)
		f.Says += fmt.Sprintf("; the longest waits for %s", waits)
	}
	switch {
	case p.Failing > 0:
		f.State, f.Do = stateWarning, "mend what is said; then they are written by themselves"
		f.Says += fmt.Sprintf("; %d could not be written: %s", p.Failing, strings.ReplaceAll(p.Error, "\n", "; "))
	case waits > waitsLong:
		f.State, f.Do = stateWarning, `start "hexi serve" or "hexi worker", which write them`
	}
	d.note(f)
}

// index looks at the search index.
func (d *doctor) index() {
	const check = "search index"
	dir := d.settings.Index
	in, err := search.Inspect(dir)
	age := time.Since(in.Written).Round(time.Second)
	f := finding{Check: check, State: stateOK, Facts: in}
	switch {
	case err != nil:
		f.State, f.Says, f.Do = stateFault, fmt.Sprintf("the index in %s cannot be read: %s", dir, oneLine(err)), `run "hexi reindex"`
	case !in.Exists:
		f.State, f.Says, f.Do = stateWarning, "there is no index in "+dir+" yet", `nothing: the next "hexi serve" makes it`
	case in.InUse:
		f.Says = fmt.Sprintf("a server has it open; last written %s ago", age)
	case in.Outdated:
		f.State, f.Says, f.Do = stateWarning, "the index in "+dir+" is of another version of hexi", `nothing: the next "hexi serve" makes it anew`
	default:
		f.Says = fmt.Sprintf("%d records up to change %d, last written %s ago", in.Records, in.Seq, age)
		if d.lastChange > in.Seq {
			f.State, f.Do = stateWarning, "start a server, which brings it up to date"
			f.Says += fmt.Sprintf(", %d changes behind", d.lastChange-in.Seq)
		} else if d.lastChange >= 0 && d.lastChange < in.Seq {
			f.State, f.Do = stateFault, `it is of another catalogue: run "hexi reindex", or mend --index`
			f.Says += fmt.Sprintf(", ahead of the catalogue's last change %d", d.lastChange)
		}
	}
	d.note(f)
}
