package catalog

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	Name         string `bun:"name,pk"`
	Role         string `bun:"role"`
	PasswordHash string `bun:"password_hash"`
	Disabled     bool   `bun:"disabled"`
	Created      int64  `bun:"created"`

	ForgetsSearches bool `bun:"forgets_searches"`
}

type tokenRow struct {
	bun.BaseModel `bun:"table:tokens"`

	SHA256  string `bun:"sha256,pk"`
	Owner   string `bun:"owner"`
	Created int64  `bun:"created"`
}

func (row *userRow) user() *archive.User {
	return &archive.User{
		Name: row.Name, Role: archive.Role(row.Role), PasswordHash: row.PasswordHash,
		Disabled: row.Disabled, Created: fromMicros(row.Created), ForgetsSearches: row.ForgetsSearches,
	}
}

// User implements archive.Catalog.
func (c *Catalog) User(ctx context.Context, name string) (*archive.User, error) {
	return c.read().user(ctx, name)
}

func (q queries) user(ctx context.Context, name string) (*archive.User, error) {
	if !plain(name) {
		return nil, archive.ErrNotFound
	}
	var row userRow
	if err := q.find(&row).Where("name = ?", name).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	return row.user(), nil
}

// UserByToken implements archive.Catalog.
func (c *Catalog) UserByToken(ctx context.Context, sha256 string) (*archive.User, error) {
	if !plain(sha256) {
		return nil, archive.ErrNotFound
	}
	var row userRow
	err := c.read().find(&row).Join("JOIN tokens AS t ON t.owner = u.name").
		Where("t.sha256 = ?", sha256).Where("NOT u.disabled").Scan(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	return row.user(), nil
}

// Users implements archive.Catalog.
func (c *Catalog) Users(ctx context.Context) ([]archive.User, error) {
	var rows []userRow
	if err := c.read().find(&rows).Order("name").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	out := make([]archive.User, len(rows))
	for i := range rows {
		out[i] = *rows[i].user()
	}
	return out, nil
}
