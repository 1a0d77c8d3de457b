package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"hexi/archive"
)

func newErase(env *environment) *cobra.Command {
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use: "erase ID --reason TEXT", Args: cobra.ExactArgs(1),
		Short: "Erase a record for ever, for legal reasons",
		Long: "Erase the content of a record for ever: what all its revisions say, its masters, access copies and its\n" +
			"preservation package. Its id, who erased it, when and why stay in the log; the id is never used again.\n" +
			"To take a record from the public, withdraw it instead. Copies made before (snapshots, backups, exports)\n" +
			"are not reached. The id is to be typed once more, unless --yes is given. Erasing a record again goes on\n" +
			"with what an erasure that was cut off has left.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usage("--reason is missing: say why the record has to be erased; the log keeps it")
			}
			id := args[0]
			if err := env.somethingThere(cmd.Context()); err != nil {
				return err
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			ctx := cmd.Context()
			e, err := h.archive.Record(ctx, id)
			var gone *archive.GoneError
			switch {
			case errors.As(err, &gone) && gone.Tombstone.Purged:
				fmt.Fprintf(env.stdout, "%s was erased already\n", id)
				return nil
			case errors.As(err, &gone): // goes on below
			case errors.Is(err, archive.ErrNotFound):
				return fmt.Errorf("there is no record %s", id)
			case err != nil:
				return err
			default:
				fmt.Fprintf(env.stderr, "%s: %s, %d revisions, %d files\n", id, e.Record.Titles.In("zh"), e.Revision, len(e.Assets))
				if !yes {
					if err := env.confirm(id); err != nil {
						return err
					}
				}
			}
			if err := h.archive.Erase(ctx, env.operator(), id, strings.TrimSpace(reason)); err != nil {
				return err
			}
			if err := h.workErase(ctx, archive.Job{Kind: archive.JobErase, Record: id}); err != nil {
				return fmt.Errorf("%w\nThe catalogue has forgotten the record; what is left in the object store is removed by a job, or by the same command", err)
			}
			if err := h.eraseFromIndex(ctx); err != nil {
				return fmt.Errorf("%w\nThe record is erased, but not yet from the files of the search index: hexi reindex makes it anew", err)
			}
			fmt.Fprintf(env.stdout, "%s is erased\n", id)
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why it has to be erased; kept in the log for ever")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask to type the id")
	return cmd
}

// confirm asks to type an id.
func (env *environment) confirm(id string) error {
	fmt.Fprintf(env.stderr, "It cannot be brought back. Type the id to erase it: ")
	const nobody = "nobody answers here; give --yes"
	if env.stdin == nil {
		return usage(nobody)
	}
	line, err := bufio.NewReader(io.LimitReader(env.stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the id: %w", err)
	}
	if line == "" { // the end of the input
		return usage(nobody)
	}
	if strings.TrimSpace(line) != id {
		return fmt.Errorf("nothing was erased: %q is not %s", strings.TrimSpace(line), id)
	}
	return nil
}
