package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hexi/archive"
	"hexi/ingest"
)

func newRebuild(env *environment) *cobra.Command {
	var fromPackages bool
	cmd := &cobra.Command{
		Use: "rebuild --from-packages", Short: "Restore the catalogue and the index from the preservation packages alone", Args: cobra.NoArgs,
		Long: "Restore the catalogue and the search index from the preservation packages in the object store, when the\n" +
			"database is lost: records with all their revisions, what is published and withdrawn, images and their\n" +
			"layers, exhibitions, routes and collections, the vocabularies and profiles of your own, the names and roles\n" +
			"of users, and what was logged of each, with its old times, in a log with new numbers and hashes (docs/operations.md).\n" +
			"What was erased stays erased.\n" +
			"Masters stay where they are in their packages. Access copies that are still there are used as they are;\n" +
			"a server or worker makes the others.\n\n" +
			"Users have no passwords and tokens afterwards: give them new ones with hexi user add.\n\n" +
			"The database must be empty. Interrupted, the same command goes on. Packages that are damaged are left out\n" +
			"and named, with exit status 3; once they are mended, the same command puts them back, too.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !fromPackages {
				return usage("say from what: hexi rebuild --from-packages")
			}
			vocabularies, err := env.restoreVocabularies(cmd.Context())
			if err != nil {
				return err
			}
			h, err := openArchive(cmd.Context(), env, true)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			report, err := h.pipeline.Rebuild(cmd.Context(), env.operator(), h.packages, func(done int) {
				if !env.flags.JSON {
					fmt.Fprintf(env.stderr, "%d records restored\n", done)
				}
			})
			if errors.Is(err, archive.ErrExists) {
				return &usageError{err}
			}
			if err != nil {
				return err
			}
			indexed, err := env.reindex(cmd.Context(), h)
			if err != nil {
				return fmt.Errorf("the catalogue is restored, but not the index (hexi reindex makes it): %w", err)
			}
			head, err := h.catalog.LogHead(cmd.Context())
			if err != nil {
				return err
			}
			return env.printRebuilding(report, vocabularies, indexed, fmt.Sprintf("%d:%s", head.Seq, head.Hash))
		},
	}
	cmd.Flags().BoolVar(&fromPackages, "from-packages", false, "read the preservation packages in the object store")
	return cmd
}

func (env *environment) printRebuilding(r *ingest.Rebuilding, vocabularies restoredVocabularies, indexed, head string) error {
	if env.flags.JSON {
		err := printJSON(env.stdout, struct {
			*ingest.Rebuilding
			Vocabularies restoredVocabularies `json:"vocabularies"`
			Index        string               `json:"index"`
			Head         string               `json:"head"` // of the log, as hexi check --head takes it
		}{r, vocabularies, indexed, head})
		if err != nil {
			return err
		}
	} else {
		w := env.stdout
		for _, item := range r.Damaged {
			fmt.Fprintf(w, "damaged  %s: %s\n         → %s\n", item.Where(), item.Why, item.Do)
		}
		for _, item := range r.Notes {
			fmt.Fprintf(w, "note     %s: %s\n", item.Where(), item.Why)
		}
		fmt.Fprintf(w, "packages: %d found, %d damaged\n", r.Packages, len(r.Damaged))
		fmt.Fprintf(w, "records: %d restored, %d there already\n", r.Records, r.Known)
		fmt.Fprintf(w, "images: %d restored, of which %d can be shown; the others wait for a server or worker\n", r.Assets, r.Ready)
		fmt.Fprintf(w, "users: %d restored, without passwords and tokens (hexi user add gives new ones)\n", r.Users)
		if vocabularies.Files > 0 {
			fmt.Fprintf(w, "vocabularies: %s restored\n", counted(vocabularies.Files, "file"))
		}
		if vocabularies.Differs != "" {
			fmt.Fprintf(w, "vocabularies: %s\n", vocabularies.Differs)
		}
		if r.Erased > 0 {
			fmt.Fprintf(w, "erased: %d records stay erased\n", r.Erased)
		}
		fmt.Fprintf(w, "index: %s\n", indexed)
		fmt.Fprintf(w, "log: begun anew with numbers and hashes of its own, its head is %s: note that one down; those noted before are in the packages\n", head)
	}
	if len(r.Damaged) > 0 {
		return errPart
	}
	return nil
}
