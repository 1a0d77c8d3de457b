package main

import (
	"github.com/spf13/cobra"
)

func newWorker(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "worker", Short: "Work jobs only, without serving", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the jobs stopped
			h.settings.describe(env.stderr)
			stop, err := h.startWorkers(cmd.Context())
			if err != nil {
				return err
			}
			h.log.Info("working jobs; end with ctrl-C")
			<-cmd.Context().Done()
			stop()
			return nil
		},
	}
	env.flags.images.registerJobs(cmd.Flags())
	return cmd
}
