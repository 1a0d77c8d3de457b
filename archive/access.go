package archive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"unicode/utf8"
)

// AddUser adds someone who may sign in, or gives an existing user a new role,
// password hash and access. passwordHash is an argon2id hash in PHC form; it may
// be empty for users who will have tokens only.
func (a *Archive) AddUser(ctx context.Context, name string, role Role, passwordHash string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > 64 || !ValidID(name) {
		return Invalid("name", "%q is not a user name; use 1–64 letters A–Z a–z, digits, - and _", name)
	}
	if !role.AtLeast(RoleViewer) {
		return Invalid("role", "%q is not a role; use viewer, curator, editor or admin", role)
	}
	u := User{Name: name, Role: role, PasswordHash: passwordHash, Created: a.Now()}
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.PutUser(ctx, u) })
	if err != nil {
		return fmt.Errorf("add user %s: %w", name, err)
	}
	return nil
}

// AddToken makes a new API token for a user and returns it. Only its hash is
// kept: the token cannot be shown again.
func (a *Archive) AddToken(ctx context.Context, name string) (string, error) {
	if _, err := a.catalog.User(ctx, name); err != nil {
		return "", fmt.Errorf("user %s: %w", name, err)
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails
	token := "hexi_" + base64.RawURLEncoding.EncodeToString(secret[:])
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		return tx.PutToken(ctx, name, hashToken(token), a.Now())
	})
	if err != nil {
		return "", fmt.Errorf("add token of %s: %w", name, err)
	}
	return token, nil
}

// DisableUser ends a user's access, tokens included. The name stays in the
// history of what they did.
func (a *Archive) DisableUser(ctx context.Context, name string) error {
	u, err := a.catalog.User(ctx, name)
	if err != nil {
		return fmt.Errorf("user %s: %w", name, err)
	}
	u.Disabled = true
	err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.PutUser(ctx, *u) })
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
