package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newDoctor(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check what hexi stands on: engine, disks, database, object store, index", Args: cobra.NoArgs,
		Long: "Check what hexi stands on: the image engine and its formats, the process that decodes images, free disk\n" +
			"space, the vocabularies and profiles, the database, how far the preservation packages are behind, the\n" +
			"object store with the guarantees that hexi relies on, and the search index. Each line says ok, warning or\n" +
			"fault, and what to do. Nothing is made or changed but objects under a prefix of their own in the\n" +
			"object store, which are removed again. It may run beside a server.\n\n" +
			"Exit status: 0 all is well, 3 there are warnings, 1 there are faults.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := env.flags.load(env.getenv)
			if err != nil {
				return err
			}
			d := &doctor{settings: s, hear: func(finding) {}}
			if !env.flags.JSON {
				d.hear = func(f finding) { f.print(env.stdout) }
			}
			d.examine(cmd.Context())
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if env.flags.JSON {
				err = printJSON(env.stdout, map[string]any{"state": d.worst(), "version": versionString(), "checks": d.findings})
			}
			return errors.Join(err, d.verdict())
		},
	}
}

// The states of a finding, from good to bad.
const (
	stateOK      = "ok"
	stateWarning = "warning"
	stateFault   = "fault"
)

// finding is what one check found. Do says what to do about it; Facts are for
// machines.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"`
	Facts any    `json:"facts,omitempty"`
}

func (f finding) print(w io.Writer) {
	fmt.Fprintf(w, "%-8s %-15s %s\n", f.State, f.Check, f.Says)
	if f.Do != "" {
		fmt.Fprintf(w, "%-24s → %s\n", "", f.Do)
	}
}

// doctor examines what hexi stands on.
type doctor struct {
	settings settings
	findings []finding
	hear     func(finding) // hears each at once

	lastChange int64 // of the catalogue; -1 where it is not known
}

func (d *doctor) note(f finding) {
	d.findings = append(d.findings, f)
	d.hear(f)
}

func (d *doctor) ok(check, format string, args ...any) {
	d.note(finding{Check: check, State: stateOK, Says: fmt.Sprintf(format, args...)})
}

func (d *doctor) warn(check, do, format string, args ...any) {
	d.note(finding{Check: check, State: stateWarning, Says: fmt.Sprintf(format, args...), Do: do})
}

func (d *doctor) fault(check, do, format string, args ...any) {
	d.note(finding{Check: check, State: stateFault, Says: fmt.Sprintf(format, args...), Do: do})
}

// examine makes all checks; one that fails does not keep the others from being made.
func (d *doctor) examine(ctx context.Context) {
	d.lastChange = -1
	d.engine()
	d.decoder(ctx)
	d.disks()
	d.vocabulary()
	d.database(ctx)
	d.objects(ctx)
	d.index()
}

func (d *doctor) count(state string) (n int) {
	for _, f := range d.findings {
		if f.State == state {
			n++
		}
	}
	return n
}

func (d *doctor) worst() string {
	for _, state := range []string{stateFault, stateWarning} {
		if d.count(state) > 0 {
			return state
		}
	}
	return stateOK
}

// warnedError ends a command that did its work and has something to say.
type warnedError struct{ text string }

func (e *warnedError) Error() string { return e.text }
func (e *warnedError) Unwrap() error { return errPart }

// verdict is the error whose exit status is that of the worst finding.
func (d *doctor) verdict() error {
	faults, warnings := d.count(stateFault), d.count(stateWarning)
	switch {
	case faults > 0:
		return fmt.Errorf("%s: hexi cannot work here as it should", counted(faults, "fault"))
	case warnings > 0:
		return &warnedError{counted(warnings, "warning") + ", and no fault"}
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// size is a number of bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= 10<<30:
		return fmt.Sprintf("%d GB", bytes>>30)
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// oneLine keeps an error from taking several.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
