package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hexi/archive"
)

func newErase(env *environment) *cobra.Command {
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use: "erase ID... --reason TEXT", Args: cobra.MinimumNArgs(1),
		Short: "Erase records for ever, for legal reasons",
		Long: "Erase the content of a record for ever: what all its revisions say, its masters, access copies and its\n" +
			"preservation package. Its id, who erased it, when and why stay in the log; the id is never used again.\n" +
			"To take a record from the public, withdraw it instead. Copies made before (snapshots, backups, exports)\n" +
			"are not reached. The id is to be typed once more, unless --yes is given. Erasing a record again goes on\n" +
			"with what an erasure that was cut off has left. Of several records none is erased unless all are there; the\n" +
			"search index is made anew once for all of them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usage("--reason is missing: say why the record has to be erased; the log keeps it")
			}
			if err := env.somethingThere(cmd.Context()); err != nil {
				return err
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			return env.erase(cmd.Context(), h, args, strings.TrimSpace(reason), yes)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why it has to be erased; kept in the log for ever")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask to type the id")
	return cmd
}

// erase erases records, once it is known of all of them that they are meant.
func (env *environment) erase(ctx context.Context, h *house, ids []string, reason string, yes bool) error {
	var left, done []string
	var answers *bufio.Reader
	if env.stdin != nil {
		answers = bufio.NewReader(io.LimitReader(env.stdin, 4096*int64(len(ids))))
	}
	for _, id := range ids {
		e, err := h.archive.Record(ctx, id)
		var gone *archive.GoneError
		switch {
		case slices.Contains(left, id):
			continue
		case errors.As(err, &gone) && gone.Tombstone.Purged:
			fmt.Fprintf(env.stdout, "%s was erased already\n", id)
			continue
		case errors.As(err, &gone): // goes on below
		case errors.Is(err, archive.ErrNotFound):
			return fmt.Errorf("there is no record %s: nothing was erased", id)
		case err != nil:
			return err
		default:
			fmt.Fprintf(env.stderr, "%s: %s, %d revisions, %d files\n", id, e.Record.Titles.In("zh"), e.Revision, len(e.Assets))
			if !yes {
				if err := env.confirm(id, answers); err != nil {
					return err
				}
			}
		}
		left = append(left, id)
	}
	var failed error
	for _, id := range left {
		if failed = h.archive.Erase(ctx, env.operator(), id, reason); failed != nil {
			break
		}
		if failed = h.workErase(ctx, archive.Job{Kind: archive.JobErase, Record: id}); failed != nil {
			failed = fmt.Errorf("%w\nThe catalogue has forgotten the record %s; what is left in the object store is removed by a job, or by the same command", failed, id)
			break
		}
		done = append(done, id)
	}
	// Also where nothing is left to erase: a command before this one may have been cut off here.
	if err := h.eraseFromIndex(ctx); err != nil {
		return errors.Join(failed, fmt.Errorf("%w\nWhat is erased is not yet gone from the files of the search index: hexi reindex makes it anew", err))
	}
	for _, id := range done {
		fmt.Fprintf(env.stdout, "%s is erased\n", id)
	}
	return failed
}

// confirm asks to type an id.
func (env *environment) confirm(id string, answers *bufio.Reader) error {
	fmt.Fprintf(env.stderr, "It cannot be brought back. Type the id to erase it: ")
	const nobody = "nobody answers here; give --yes"
	if answers == nil {
		return usage(nobody)
	}
	line, err := answers.ReadString('\n')
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
