package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hexi/archive"
	"hexi/archive/bagit"
	"hexi/archive/objects"
	"hexi/export"
)

// exportFlags are what "hexi export" is asked for.
type exportFlags struct {
	to, as, collection, per string
	published, noFiles      bool
}

func newExport(env *environment) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export --to DIR|FILE [ID...]",
		Short: "Give records out again, in forms that hexi ingest takes in",
		Long: "Give records out again: all of them, those of a collection, or those named by their ids. The form is told\n" +
			"by the target's ending, or by --as:\n\n" +
			"  xlsx     a workbook: a table a kind of record under the headings of its official sheet, and the museum's\n" +
			"           general register; it can be edited and taken in again\n" +
			"  jsonl    one record a line; --to - writes to the standard output\n" +
			"  bagit    a BagIt bag (RFC 8493): the folder holds the records as lines, and their masters. With --per\n" +
			"           collection or --per record the folder holds a bag of each. What an interrupted run copied is\n" +
			"           used again; a bag that holds just this already is left as it is\n\n" +
			"Every record is given at its latest revision, drafts and withdrawn ones too; --published gives what the\n" +
			"public sees instead. What hexi ingest makes of an export is the same when it is exported again. A target\n" +
			"that is there already is replaced when the new one is whole.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.settle(); err != nil {
				return err
			}
			if err := env.somethingThere(cmd.Context()); err != nil {
				return err
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // only read
			return env.export(cmd.Context(), h, f, args)
		},
	}
	cmd.Flags().StringVar(&f.to, "to", "", "the file or folder to write; - is the standard output")
	cmd.Flags().StringVar(&f.as, "as", "", "jsonl, xlsx, bagit")
	cmd.Flags().StringVar(&f.per, "per", "", "one bag for all (export), or one a collection, or one a record")
	cmd.Flags().StringVar(&f.collection, "collection", "", "only the records of this collection")
	cmd.Flags().BoolVar(&f.published, "published", false, "only what the public sees, as the public sees it")
	cmd.Flags().BoolVar(&f.noFiles, "no-files", false, "say nothing of the records' files")
	return cmd
}

// settle fills in what follows from the target's name, and refuses what does not fit.
func (f *exportFlags) settle() error {
	if f.to == "" {
		return usage("say where the export goes: --to FILE.jsonl")
	}
	ending := strings.ToLower(filepath.Ext(f.to))
	info, err := os.Stat(f.to)
	folder := strings.HasSuffix(f.to, "/") || err == nil && info.IsDir()
	if f.as == "" {
		switch {
		case f.to == "-" || ending == ".jsonl" && !folder:
			f.as = "jsonl"
		case ending == ".xlsx" && !folder:
			f.as = "xlsx"
		case folder || ending == "" || f.per != "":
			f.as = "bagit"
		default:
			return usage("%s does not tell the form of the export; say --as jsonl, xlsx or bagit", f.to)
		}
	}
	switch f.as {
	case "jsonl", "xlsx":
		if f.per != "" {
			return usage("--per is about bags; say --as bagit")
		}
		if folder {
			f.to = filepath.Join(f.to, filepath.Base(either(f.collection, "records"))+"."+f.as)
		}
		return nil
	case "bagit":
		return f.settleBags(err == nil && !info.IsDir())
	}
	return usage("%q is no form of an export; use jsonl, xlsx or bagit", f.as)
}

func (f *exportFlags) settleBags(file bool) error {
	switch export.Per(f.per) {
	case "", export.PerExport, export.PerCollection, export.PerRecord:
	default:
		return usage("--per %q is not known; use export, collection or record", f.per)
	}
	switch {
	case f.to == "-":
		return usage("bags are folders; name one with --to")
	case file:
		return usage("%s is a file; bags are folders", f.to)
	case f.noFiles:
		return usage("bags hold the files; for records alone say --as jsonl")
	}
	return nil
}

// export writes what was asked for and tells what it holds.
func (env *environment) export(ctx context.Context, h *house, f exportFlags, ids []string) error {
	choice := export.Choice{IDs: ids, Published: f.published, Files: !f.noFiles}
	if f.collection != "" {
		var err error
		if choice.Collection, err = h.archive.HasCollection(ctx, f.collection); err != nil {
			return wrongChoice(err)
		}
	}
	x := export.New(h.archive, masterSource{h.objects})
	if f.as == "bagit" {
		return env.exportBags(ctx, x, f, choice)
	}
	var s export.Summary
	write := func(w io.Writer) (err error) {
		if f.as == "xlsx" {
			s, err = x.XLSX(ctx, w, choice, h.vocabulary)
		} else {
			s, err = x.JSONL(ctx, w, choice)
		}
		return err
	}
	var err error
	if f.to == "-" {
		err = write(env.stdout)
	} else {
		err = export.WriteFile(f.to, write)
	}
	if err != nil {
		return wrongChoice(err)
	}
	s.To = f.to
	return env.printExport(s)
}

// exportBags writes bags.
func (env *environment) exportBags(ctx context.Context, x *export.Exporter, f exportFlags, choice export.Choice) error {
	name := choice.Collection
	if name == "" {
		name = filepath.Base(filepath.Clean(f.to))
	}
	s, err := x.Bags(ctx, f.to, choice, export.BagOptions{Per: export.Per(f.per), Software: versionString(), Date: time.Now(), Name: name})
	if errors.Is(err, bagit.ErrInUse) {
		return fmt.Errorf("%w; wait for it to end", err)
	}
	if err != nil {
		return wrongChoice(err)
	}
	return env.printExport(s)
}

// wrongChoice makes an error about what was asked for one of the call.
func wrongChoice(err error) error {
	var invalid *archive.InvalidError
	if errors.As(err, &invalid) {
		return &usageError{err}
	}
	return err
}

// printExport tells what an export holds: beside it, where it went to the standard
// output.
func (env *environment) printExport(s export.Summary) error {
	w := env.stdout
	if s.To == "-" {
		w = env.stderr
	}
	if env.flags.JSON {
		if err := printJSON(w, s); err != nil {
			return err
		}
	} else {
		env.printExportText(w, s)
	}
	if len(s.Failed) > 0 {
		return errPart
	}
	return nil
}

func (env *environment) printExportText(w io.Writer, s export.Summary) {
	for _, item := range s.Failed {
		fmt.Fprintf(w, "lacking  record %s, asset %s: %s\n         → %s\n", item.Record, item.Asset, item.Why, item.Do)
	}
	fmt.Fprintf(w, "%s: %d records, %d files", s.To, s.Records, s.Files)
	if s.Bags > 0 {
		fmt.Fprintf(w, " (%.1f MB) in %d bags, of which %d were whole already", float64(s.Bytes)/1e6, s.Bags, s.Left)
	}
	fmt.Fprintln(w)
}

// masterSource gives an exporter the bytes of masters.
type masterSource struct{ store objects.Store }

func (m masterSource) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	body, _, err := m.store.Get(ctx, key)
	return body, err
}
