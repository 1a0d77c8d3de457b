package archive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// AddUser adds someone who may sign in, or gives an existing user a new role,
// password hash and access. passwordHash is an argon2id hash in PHC form; it may
// be empty for users who will have tokens only.
func (a *Archive) AddUser(ctx context.Context, by, name string, role Role, passwordHash string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > 64 || !ValidID(name) {
		return Invalid("name", "%q is not a user name; use 1–64 letters A–Z a–z, digits, - and _", name)
	}
	if !role.AtLeast(RoleViewer) {
		return Invalid("role", "%q is not a role; use viewer, curator, editor or admin", role)
	}
	u := User{Name: name, Role: role, PasswordHash: passwordHash, Created: a.Now()}
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		known, err := tx.User(ctx, name)
		action := ActionUserChanged
		switch {
		case errors.Is(err, ErrNotFound):
			action = ActionUserAdded
		case err != nil:
			return err
		case known.Role == role && known.PasswordHash == passwordHash && !known.Disabled:
			return nil
		}
		return a.putUser(ctx, tx, by, action, u)
	})
	if err != nil {
		return fmt.Errorf("add user %s: %w", name, err)
	}
	return nil
}

// putUser writes a user and its entry in the log.
func (a *Archive) putUser(ctx context.Context, tx Tx, by string, action Action, u User) error {
	if err := tx.PutUser(ctx, u); err != nil {
		return err
	}
	return a.logUser(ctx, tx, by, action, u, PasswordDigest(u.PasswordHash))
}

func (a *Archive) logUser(ctx context.Context, tx Tx, by string, action Action, u User, digest string) error {
	change, err := UserChange(a.Now(), by, action, u, digest)
	if err != nil {
		return err
	}
	if _, err := tx.AddChange(ctx, change); err != nil {
		return fmt.Errorf("log %s of %s: %w", action, u.Name, err)
	}
	return nil
}

// UserChange is the entry of the log for what was done to a user, who stands as given
// after it; digest is that of the password hash (PasswordDigest) or of the token.
func UserChange(at time.Time, by string, action Action, u User, digest string) (Change, error) {
	what, err := detail(UserDetail{User: u.Name, Role: u.Role, Disabled: u.Disabled})
	return Change{At: at, By: by, Action: action, Detail: what, Digest: digest}, err
}

// PasswordDigest is what the log keeps of a password hash: its SHA-256 in lower-case
// hexadecimal, "" for none.
func PasswordDigest(passwordHash string) string {
	if passwordHash == "" {
		return ""
	}
	return hashToken(passwordHash)
}

// AddToken makes a new API token for a user and returns it. Only its hash is
// kept: the token cannot be shown again.
func (a *Archive) AddToken(ctx context.Context, by, name string) (string, error) {
	if _, err := a.catalog.User(ctx, name); err != nil {
		return "", fmt.Errorf("user %s: %w", name, err)
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails
	token := "hexi_" + base64.RawURLEncoding.EncodeToString(secret[:])
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		u, err := tx.User(ctx, name)
		if err != nil {
			return err
		}
		if err := tx.PutToken(ctx, name, hashToken(token), a.Now()); err != nil {
			return err
		}
		return a.logUser(ctx, tx, by, ActionTokenAdded, *u, hashToken(token))
	})
	if err != nil {
		return "", fmt.Errorf("add token of %s: %w", name, err)
	}
	return token, nil
}

// DisableUser ends a user's access, tokens included. The name stays in the
// history of what they did. To disable who is disabled changes nothing.
func (a *Archive) DisableUser(ctx context.Context, by, name string) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		u, err := tx.User(ctx, name)
		if err != nil || u.Disabled {
			return err
		}
		u.Disabled = true
		return a.putUser(ctx, tx, by, ActionUserDisabled, *u)
	})
	if err == nil {
		err = a.catalog.ForgetSearches(ctx, name) // what they searched for concerns nobody else
	}
	if err != nil {
		return fmt.Errorf("disable user %s: %w", name, err)
	}
	return nil
}

// User returns a user by name, disabled ones included.
func (a *Archive) User(ctx context.Context, name string) (*User, error) {
	u, err := a.catalog.User(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", name, err)
	}
	return u, nil
}

// UserByToken returns the user to whom an API token belongs; ErrUnauthorized if
// there is none, or the user is disabled.
func (a *Archive) UserByToken(ctx context.Context, token string) (*User, error) {
	u, err := a.catalog.UserByToken(ctx, hashToken(token))
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	if u.Disabled {
		return nil, fmt.Errorf("user %s is disabled: %w", u.Name, ErrUnauthorized)
	}
	return u, nil
}

// Users lists all users by name.
func (a *Archive) Users(ctx context.Context) ([]User, error) {
	users, err := a.catalog.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
