package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type savedRow struct {
	bun.BaseModel `bun:"table:saved_searches,alias:s"`

	ID      string `bun:"id,pk"`
	Owner   string `bun:"owner"`
	Name    string `bun:"name"`
	Query   string `bun:"query"`
	Lang    string `bun:"lang"`
	Created int64  `bun:"created"`
	Seen    int64  `bun:"seen"`
	SeenAt  int64  `bun:"seen_at"`
	Feed    string `bun:"feed"`
	FeedAt  int64  `bun:"feed_at"`
}

type recentRow struct {
	bun.BaseModel `bun:"table:recent_searches,alias:s"`

	Owner  string `bun:"owner,pk"`
	Digest string `bun:"digest,pk"`
	Query  string `bun:"query"`
	At     int64  `bun:"at"`
}

func (row *savedRow) search() archive.SavedSearch {
	return archive.SavedSearch{
		ID: row.ID, Owner: row.Owner, Name: row.Name, Query: row.Query, Lang: row.Lang, Created: fromMicros(row.Created),
		Seen: row.Seen, SeenAt: fromMicros(row.SeenAt), FeedAt: fromMicros(row.FeedAt),
	}
}

// SavedSearches implements archive.SearchCatalog.
func (c *Catalog) SavedSearches(ctx context.Context, owner string) ([]archive.SavedSearch, error) {
	return c.read().savedSearches(ctx, owner)
}

// SavedSearches implements archive.SearchTx.
func (t *tx) SavedSearches(ctx context.Context, owner string) ([]archive.SavedSearch, error) {
	return t.q.savedSearches(ctx, owner)
}

func (q queries) savedSearches(ctx context.Context, owner string) ([]archive.SavedSearch, error) {
	if !plain(owner) {
		return nil, nil
	}
	var rows []savedRow
	if err := q.find(&rows).Where("owner = ?", owner).Order("name", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read saved searches: %w", err)
	}
	out := make([]archive.SavedSearch, len(rows))
	for i := range rows {
		out[i] = rows[i].search()
	}
	return out, nil
}

// SavedSearch implements archive.SearchCatalog.
func (c *Catalog) SavedSearch(ctx context.Context, id string) (*archive.SavedSearch, error) {
	return c.read().savedSearch(ctx, "id", id)
}

// SavedSearchByFeed implements archive.SearchCatalog.
func (c *Catalog) SavedSearchByFeed(ctx context.Context, sha256 string) (*archive.SavedSearch, error) {
	return c.read().savedSearch(ctx, "feed", sha256)
}

func (q queries) savedSearch(ctx context.Context, column, value string) (*archive.SavedSearch, error) {
	if value == "" || !plain(value) {
		return nil, archive.ErrNotFound
	}
	var row savedRow
	// Naming the condition of the index lets it be used.
	if err := q.find(&row).Where("? = ? AND ? <> ''", bun.Ident(column), value, bun.Ident(column)).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	s := row.search()
	return &s, nil
}

// PutSavedSearch implements archive.SearchTx.
func (t *tx) PutSavedSearch(ctx context.Context, s archive.SavedSearch) error {
	for field, value := range map[string]string{"name": s.Name, "query": s.Query} {
		if err := storable(field, value); err != nil {
			return err
		}
	}
	row := &savedRow{
		ID: s.ID, Owner: s.Owner, Name: s.Name, Query: s.Query, Lang: s.Lang, Created: micros(s.Created), Seen: s.Seen, SeenAt: micros(s.SeenAt),
	}
	_, err := t.q.insert(row).On("CONFLICT (id) DO UPDATE").
		Set("name = EXCLUDED.name, query = EXCLUDED.query, lang = EXCLUDED.lang, seen = EXCLUDED.seen, seen_at = EXCLUDED.seen_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write saved search: %w", err)
	}
	return nil
}

// PutFeed implements archive.SearchTx.
func (t *tx) PutFeed(ctx context.Context, id, sha256 string, at time.Time) error {
	row := &savedRow{ID: id, Feed: sha256, FeedAt: micros(at)}
	if _, err := t.q.update(row).Column("feed", "feed_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return nil
}

// DropSavedSearch implements archive.SearchTx.
func (t *tx) DropSavedSearch(ctx context.Context, id string) error {
	if _, err := t.q.delete(&savedRow{ID: id}).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("drop saved search: %w", err)
	}
	return nil
}

// SetForgetsSearches implements archive.SearchTx.
func (t *tx) SetForgetsSearches(ctx context.Context, user string, forgets bool) error {
	if _, err := t.q.user(ctx, user); err != nil {
		return fmt.Errorf("user %s: %w", user, err)
	}
	row := &userRow{Name: user, ForgetsSearches: forgets}
	if _, err := t.q.update(row).Column("forgets_searches").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	return nil
}

// RecentSearches implements archive.SearchCatalog.
func (c *Catalog) RecentSearches(ctx context.Context, owner string) ([]archive.RecentSearch, error) {
	if !plain(owner) {
		return nil, nil
	}
	var rows []recentRow
	if err := c.read().find(&rows).Where("owner = ?", owner).Order("at DESC", "digest").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read recent searches: %w", err)
	}
	out := make([]archive.RecentSearch, len(rows))
	for i, row := range rows {
		out[i] = archive.RecentSearch{Query: row.Query, At: fromMicros(row.At)}
	}
	return out, nil
}

// NoteSearch implements archive.SearchCatalog. No one waits for the journal here, and no
// copy has these rows: they are not worth it, and what someone clears is to be gone.
func (c *Catalog) NoteSearch(ctx context.Context, owner string, r archive.RecentSearch, keep int) error {
	if err := storable("query", r.Query); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(r.Query))
	row := &recentRow{Owner: owner, Digest: hex.EncodeToString(sum[:]), Query: r.Query, At: micros(r.At)}
	_, err := c.write().insert(row).On("CONFLICT (owner, digest) DO UPDATE").Set("at = EXCLUDED.at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write recent search: %w", c.full(err))
	}
	q := c.write()
	// Mostly there is none to drop, and no need to write again.
	n, err := c.read().find((*recentRow)(nil)).Where("owner = ?", owner).Count(ctx)
	if err != nil {
		return fmt.Errorf("count recent searches: %w", err)
	}
	if n <= int64(keep) {
		return nil
	}
	latest := q.from("recent_searches").Column("digest").Where("owner = ?", owner).Order("at DESC", "digest").Limit(int64(keep))
	if _, err := q.delete((*recentRow)(nil)).Where("owner = ?", owner).Where("digest NOT IN (?)", latest).Exec(ctx); err != nil {
		return fmt.Errorf("drop old recent searches: %w", c.full(err))
	}
	return nil
}

// ForgetSearches implements archive.SearchCatalog.
func (c *Catalog) ForgetSearches(ctx context.Context, owner string) error {
	if _, err := c.write().delete((*recentRow)(nil)).Where("owner = ?", owner).Exec(ctx); err != nil {
		return fmt.Errorf("drop recent searches: %w", c.full(err))
	}
	return nil
}
