package catalog

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`

	Token  string `bun:"token,pk"`
	Data   string `bun:"data"`
	Expiry int64  `bun:"expiry"`
}

// Sessions keeps the sessions of signed-in people; it has the methods of
// scs.Store and scs.CtxStore.
type Sessions struct{ catalog *Catalog }

// Sessions returns the store of sessions.
func (c *Catalog) Sessions() *Sessions { return &Sessions{c} }

// FindCtx returns a session's data, and whether there is one that has not ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var row sessionRow
	err = s.catalog.read.NewSelect().Model(&row).Where("token = ?", token).Where("expiry > ?", micros(s.catalog.now())).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err == nil {
		data, err = base64.StdEncoding.DecodeString(row.Data)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return data, true, nil
}

// CommitCtx keeps a session, and forgets those that have ended.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := &sessionRow{Token: token, Data: base64.StdEncoding.EncodeToString(data), Expiry: micros(expiry)}
	_, err := s.catalog.write.NewInsert().Model(row).On("CONFLICT (token) DO UPDATE").
		Set("data = EXCLUDED.data, expiry = EXCLUDED.expiry").Exec(ctx)
	if err == nil {
		_, err = s.catalog.write.NewDelete().Model((*sessionRow)(nil)).Where("expiry < ?", micros(s.catalog.now())).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.catalog.write.NewDelete().Model(&sessionRow{Token: token}).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
