package catalog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// sweepEvery is how often ended sessions are forgotten.
const sweepEvery = 5 * time.Minute

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`

	Token  string `bun:"token,pk"`
	Data   []byte `bun:"data"`
	Expiry int64  `bun:"expiry"`
}

// Sessions keeps the sessions of signed-in people; it has the methods of
// scs.Store and scs.CtxStore (github.com/alexedwards/scs/v2). Of a token only
// its SHA-256 is kept: who reads the database cannot take a session over.
type Sessions struct{ catalog *Catalog }

// Sessions returns the store of sessions.
func (c *Catalog) Sessions() *Sessions { return &Sessions{c} }

func sessionKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx returns a session's data, and whether there is one that has not ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var row sessionRow
	err = s.catalog.read().find(&row).Where("token = ?", sessionKey(token)).
		Where("expiry > ?", micros(s.catalog.now())).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return row.Data, true, nil
}

// CommitCtx keeps a session until expiry, in place of what was there. Now and
// then it forgets those that have ended.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if data == nil {
		data = []byte{}
	}
	row := &sessionRow{Token: sessionKey(token), Data: data, Expiry: micros(expiry)}
	_, err := s.catalog.write().insert(row).On("CONFLICT (token) DO UPDATE").
		Set("data = EXCLUDED.data, expiry = EXCLUDED.expiry").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write session: %w", s.catalog.full(err))
	}
	return s.sweep(ctx)
}

func (s *Sessions) sweep(ctx context.Context) error {
	c, now := s.catalog, s.catalog.now()
	c.mu.Lock()
	due := now.Sub(c.swept) >= sweepEvery
	if due {
		c.swept = now
	}
	c.mu.Unlock()
	if !due {
		return nil
	}
	if _, err := c.write().delete((*sessionRow)(nil)).Where("expiry <= ?", micros(now)).Exec(ctx); err != nil {
		return fmt.Errorf("forget ended sessions: %w", err)
	}
	return nil
}

// DeleteCtx ends a session. One that is not there is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.catalog.write().delete(&sessionRow{Token: sessionKey(token)}).WherePK().Exec(ctx); err != nil {
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
