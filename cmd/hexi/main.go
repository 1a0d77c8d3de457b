// Command hexi is a digital archive server for cultural heritage, in one
// binary: it takes files and catalogue sheets in, keeps them safe, and serves
// search, IIIF, a public site, a workbench and kiosks.
//
// Run "hexi help" for the commands; docs/design.md tells how they work together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit statuses that scripts rely on (DESIGN §5).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitPart   = 3
)

// errPart says that a command did its work but for some items, which its
// report names.
var errPart = errors.New("some items failed; the report above says which and why")

// usageError is a wrong call: a flag, an argument or a setting.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitStatus(err, os.Stderr))
}

// run is the whole program: tests start it like main does.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	env := &environment{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}
	root := newRoot(env)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// exitStatus prints an error for a person and turns it into an exit status.
func exitStatus(err error, stderr io.Writer) int {
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errPart):
		fmt.Fprintln(stderr, "hexi:", err)
		return exitPart
	case errors.As(err, &wrong):
		fmt.Fprintln(stderr, "hexi:", err)
		fmt.Fprintln(stderr, `Run "hexi help" for the commands and their flags.`)
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "hexi: interrupted; what was accepted is safe, run the same command again to go on")
		return exitFailed
	}
	fmt.Fprintln(stderr, "hexi:", err)
	return exitFailed
}

// environment is what the outside gives to a command.
type environment struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	flags          settings // as set on the command line
}

func newRoot(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:           "hexi",
		Short:         "hexi (河西) — a digital archive for cultural heritage in one binary",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("there is no command %q", args[0])
			}
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	env.flags.register(root.PersistentFlags())
	root.AddCommand(
		newDemo(env), newServe(env), newWorker(env), newIngest(env), newHarvest(env), newExport(env), newCheck(env), newErase(env), newReindex(env), newRebuild(env), newDoctor(env),
		newUser(env), newSnapshot(env), newVersion(env), newDecode(),
	)
	for _, cmd := range root.Commands() {
		wrapArgs(cmd)
	}
	return root
}

// wrapArgs makes cobra's complaints about arguments usage errors.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%s is called as: %s", cmd.CommandPath(), cmd.UseLine())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		wrapArgs(sub)
	}
}
