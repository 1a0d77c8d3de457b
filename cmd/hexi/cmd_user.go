package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"hexi/archive"
)

const minPassword = 10 // characters

func newUser(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "user", Short: "Keep the users of the workbench and the API", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newUserAdd(env), newUserList(env), newUserDisable(env))
	return cmd
}

func newUserAdd(env *environment) *cobra.Command {
	var role string
	var token bool
	cmd := &cobra.Command{
		Use: "add NAME --role ROLE [--token]", Args: cobra.ExactArgs(1),
		Short: "Add a user, or give one a new role and password",
		Long: "Add a user, or give one a new role and password. The password is asked for on a terminal, else read\n" +
			"as the first line of the standard input. With --token no password is set; a new API token is printed\n" +
			"alone on the last line, and cannot be shown again.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !archive.Role(role).AtLeast(archive.RoleViewer) {
				if role == "" {
					return usage("--role is missing; use viewer, curator, editor or admin")
				}
				return usage("--role: %q is not a role; use viewer, curator, editor or admin", role)
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			hash := ""
			if known, err := h.archive.User(cmd.Context(), args[0]); err == nil {
				hash = known.PasswordHash // a token beside a password leaves the password
			} else if !errors.Is(err, archive.ErrNotFound) {
				return err
			}
			if !token {
				if hash, err = env.newPasswordHash(); err != nil {
					return err
				}
			}
			if err := h.archive.AddUser(cmd.Context(), env.operator(), args[0], archive.Role(role), hash); err != nil {
				return err
			}
			if !token {
				fmt.Fprintf(env.stdout, "%s may sign in as %s\n", args[0], role)
				return nil
			}
			secret, err := h.archive.AddToken(cmd.Context(), env.operator(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(env.stderr, "%s (%s) has a new token; it is shown only now:\n", args[0], role)
			fmt.Fprintln(env.stdout, secret)
			return nil
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "viewer, curator, editor or admin")
	cmd.Flags().BoolVar(&token, "token", false, "make an API token instead of a password")
	return cmd
}

// newPasswordHash asks for a password twice on a terminal, or reads it once
// from what is not one.
func (env *environment) newPasswordHash() (string, error) {
	password, err := env.readPassword()
	if err != nil {
		return "", err
	}
	if n := utf8.RuneCountInString(password); n < minPassword {
		return "", fmt.Errorf("the password is too short: it has %d of at least %d characters", n, minPassword)
	}
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

func (env *environment) readPassword() (string, error) {
	if f, ok := env.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var both [2]string
		for i, prompt := range []string{"Password: ", "Once more: "} {
			fmt.Fprint(env.stderr, prompt)
			line, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(env.stderr)
			if err != nil {
				return "", fmt.Errorf("read password: %w", err)
			}
			both[i] = string(line)
		}
		if both[0] != both[1] {
			return "", usage("the two passwords differ")
		}
		return both[0], nil
	}
	if env.stdin == nil {
		return "", usage("no password: give it as the first line of the standard input")
	}
	line, err := bufio.NewReader(io.LimitReader(env.stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func newUserList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the users", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // only read
			users, err := h.archive.Users(cmd.Context())
			if err != nil {
				return err
			}
			type row struct {
				Name     string    `json:"name"`
				Role     string    `json:"role"`
				Password bool      `json:"password"`
				Disabled bool      `json:"disabled"`
				Created  time.Time `json:"created"`
			}
			rows := make([]row, len(users))
			for i, u := range users {
				rows[i] = row{u.Name, string(u.Role), u.PasswordHash != "", u.Disabled, u.Created}
			}
			if env.flags.JSON {
				return printJSON(env.stdout, rows)
			}
			w := tabwriter.NewWriter(env.stdout, 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tROLE\tSINCE\tSTATE")
			for _, u := range rows {
				state := "may sign in"
				switch {
				case u.Disabled:
					state = "disabled"
				case !u.Password:
					state = "token only"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Name, u.Role, u.Created.Format(time.DateOnly), state)
			}
			return w.Flush()
		},
	}
}

func newUserDisable(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "disable NAME", Short: "End a user's access, tokens included", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			if err := h.archive.DisableUser(cmd.Context(), env.operator(), args[0]); err != nil {
				if errors.Is(err, archive.ErrNotFound) {
					return fmt.Errorf("there is no user %s", args[0])
				}
				return err
			}
			fmt.Fprintf(env.stdout, "%s may not sign in any more\n", args[0])
			return nil
		},
	}
}
