package archive

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SavedSearch is a search that someone keeps under a name: to ask it again, to see what
// it finds that was not there when they last looked, and to follow that in a feed.
type SavedSearch struct {
	ID      string
	Owner   string // a user's name
	Name    string
	Query   string // what is asked for, as parameters of an address: "kind=mural&q=飞天", escaped
	Lang    string // the language in which its owner reads: zh or en
	Created time.Time
	Seen    int64 // the log's entry up to which its owner has seen what it finds
	SeenAt  time.Time
	FeedAt  time.Time // since when it has its feed, zero for none
}

// RecentSearch is what someone searched for.
type RecentSearch struct {
	Query string // as in SavedSearch
	At    time.Time
}

// The bounds of what is kept for a user.
const (
	MaxSavedSearches  = 200
	MaxRecentSearches = 20
	MaxSearchName     = 100  // characters
	MaxSearchQuery    = 4000 // bytes
)

// SearchCatalog is what saved and recent searches need of the place where they are kept.
type SearchCatalog interface {
	// SavedSearches lists those of a user by their names.
	SavedSearches(ctx context.Context, owner string) ([]SavedSearch, error)
	// SavedSearch returns one, whoever's it is.
	SavedSearch(ctx context.Context, id string) (*SavedSearch, error)
	// SavedSearchByFeed returns the one whose feed has the token with that SHA-256, in
	// hexadecimal.
	SavedSearchByFeed(ctx context.Context, sha256 string) (*SavedSearch, error)
	// RecentSearches returns what a user searched for, the latest first.
	RecentSearches(ctx context.Context, owner string) ([]RecentSearch, error)
	// NoteSearch keeps what a user searched for at a time, in the place of the same search
	// before, and drops all but the latest so many.
	NoteSearch(ctx context.Context, owner string, r RecentSearch, keep int) error
	// ForgetSearches drops what a user searched for.
	ForgetSearches(ctx context.Context, owner string) error
}

// SearchTx is what saved searches need of a transaction.
type SearchTx interface {
	// SavedSearches is SearchCatalog.SavedSearches as this transaction sees it.
	SavedSearches(ctx context.Context, owner string) ([]SavedSearch, error)
	// PutSavedSearch adds a search or replaces what is stored under its id, but for its
	// feed.
	PutSavedSearch(ctx context.Context, s SavedSearch) error
	// PutFeed gives a search the feed with the token of that SHA-256, in hexadecimal,
	// in the place of the one before; "" and the zero time for none.
	PutFeed(ctx context.Context, id, sha256 string, at time.Time) error
	// DropSavedSearch drops a search.
	DropSavedSearch(ctx context.Context, id string) error
	// SetForgetsSearches notes whether a user wants no recent searches kept.
	SetForgetsSearches(ctx context.Context, user string, forgets bool) error
}

// SaveSearch keeps a search for its owner. Of s the name, the query, the language and Seen
// count; seen is what was there when its owner looked.
func (a *Archive) SaveSearch(ctx context.Context, s SavedSearch) (*SavedSearch, error) {
	var err error
	if s.Name, err = checkSearchName(s.Name); err != nil {
		return nil, err
	}
	if len(s.Query) > MaxSearchQuery {
		return nil, Invalid("query", "has %d bytes; a search that is saved has at most %d: leave some of its conditions out", len(s.Query), MaxSearchQuery)
	}
	if s.Lang != "zh" && s.Lang != "en" {
		return nil, Invalid("lang", "%q is neither zh nor en", s.Lang)
	}
	s.ID, s.Created, s.FeedAt = strings.ToLower(rand.Text()), a.Now(), time.Time{}
	s.SeenAt = s.Created
	err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		mine, err := tx.SavedSearches(ctx, s.Owner)
		if err != nil {
			return err
		}
		if len(mine) >= MaxSavedSearches {
			return Invalid("searches", "there are %d saved searches, and more are not kept; delete one that is not needed any more", len(mine))
		}
		if err := otherName(mine, &s); err != nil {
			return err
		}
		return tx.PutSavedSearch(ctx, s)
	})
	if err != nil {
		return nil, fmt.Errorf("save search of %s: %w", s.Owner, err)
	}
	return &s, nil
}

// checkSearchName returns a name as it is kept.
func checkSearchName(name string) (string, error) {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return "", Invalid("name", "has characters that are no text; type it anew")
	}
	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", Invalid("name", "is missing; give the search a name to find it by")
	case n > MaxSearchName:
		return "", Invalid("name", "has %d characters; at most %d are kept", n, MaxSearchName)
	}
	return name, nil
}

// otherName refuses a name that another search of the same owner has.
func otherName(mine []SavedSearch, s *SavedSearch) error {
	if slices.ContainsFunc(mine, func(o SavedSearch) bool { return o.ID != s.ID && o.Name == s.Name }) {
		return Invalid("name", "%q is the name of another saved search; choose another one", s.Name)
	}
	return nil
}

// SavedSearches lists a user's saved searches by their names.
func (a *Archive) SavedSearches(ctx context.Context, owner string) ([]SavedSearch, error) {
	list, err := a.catalog.SavedSearches(ctx, owner)
	if err != nil {
		return nil, fmt.Errorf("saved searches of %s: %w", owner, err)
	}
	return list, nil
}

// SavedSearch returns one of a user's saved searches; ErrNotFound for anyone else's.
func (a *Archive) SavedSearch(ctx context.Context, owner, id string) (*SavedSearch, error) {
	s, err := a.catalog.SavedSearch(ctx, id)
	if err == nil && s.Owner != owner {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("saved search %s: %w", id, err)
	}
	return s, nil
}

// SearchChange is what is to be changed of a saved search; nil stays as it is.
type SearchChange struct {
	Name *string
	// Seen is the log's entry up to which its owner has seen what it finds now. A lower
	// one than is noted changes nothing.
	Seen *int64
}

// ChangeSearch changes one of a user's saved searches, and returns it as it is then.
func (a *Archive) ChangeSearch(ctx context.Context, owner, id string, change SearchChange) (*SavedSearch, error) {
	return a.onSearch(ctx, owner, id, func(ctx context.Context, tx Tx, mine []SavedSearch, s *SavedSearch) error {
		if change.Name != nil {
			var err error
			if s.Name, err = checkSearchName(*change.Name); err != nil {
				return err
			}
			if err := otherName(mine, s); err != nil {
				return err
			}
		}
		if change.Seen != nil {
			if *change.Seen < 0 {
				return Invalid("seen", "%d is no number of an entry of the log", *change.Seen)
			}
			s.Seen, s.SeenAt = max(s.Seen, *change.Seen), a.Now()
		}
		return tx.PutSavedSearch(ctx, *s)
	})
}

// onSearch does something to one of a user's saved searches in a transaction.
func (a *Archive) onSearch(ctx context.Context, owner, id string, do func(ctx context.Context, tx Tx, mine []SavedSearch, s *SavedSearch) error) (*SavedSearch, error) {
	var out *SavedSearch
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		mine, err := tx.SavedSearches(ctx, owner)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(mine, func(s SavedSearch) bool { return s.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		one := mine[i]
		out = &one
		return do(ctx, tx, mine, out)
	})
	if err != nil {
		return nil, fmt.Errorf("saved search %s: %w", id, err)
	}
	return out, nil
}

// DeleteSearch deletes one of a user's saved searches, and its feed.
func (a *Archive) DeleteSearch(ctx context.Context, owner, id string) error {
	_, err := a.onSearch(ctx, owner, id, func(ctx context.Context, tx Tx, _ []SavedSearch, s *SavedSearch) error {
		return tx.DropSavedSearch(ctx, s.ID)
	})
	return err
}

// RenewFeed gives one of a user's saved searches a feed under a new token, which it
// returns; the one before is not valid any more. Only the token's hash is kept: it cannot
// be shown again.
func (a *Archive) RenewFeed(ctx context.Context, owner, id string) (token string, s *SavedSearch, err error) {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	s, err = a.onSearch(ctx, owner, id, func(ctx context.Context, tx Tx, _ []SavedSearch, s *SavedSearch) error {
		s.FeedAt = a.Now()
		return tx.PutFeed(ctx, s.ID, hashToken(token), s.FeedAt)
	})
	if err != nil {
		return "", nil, err
	}
	return token, s, nil
}

// StopFeed ends the feed of one of a user's saved searches.
func (a *Archive) StopFeed(ctx context.Context, owner, id string) (*SavedSearch, error) {
	return a.onSearch(ctx, owner, id, func(ctx context.Context, tx Tx, _ []SavedSearch, s *SavedSearch) error {
		s.FeedAt = time.Time{}
		return tx.PutFeed(ctx, s.ID, "", s.FeedAt)
	})
}

// SearchByFeed returns the saved search to whose feed a token belongs; ErrNotFound if
// there is none, or its owner is disabled.
func (a *Archive) SearchByFeed(ctx context.Context, token string) (*SavedSearch, error) {
	s, err := a.catalog.SavedSearchByFeed(ctx, hashToken(token))
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	owner, err := a.catalog.User(ctx, s.Owner)
	if err == nil && owner.Disabled {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("feed of %s: %w", s.Owner, err)
	}
	return s, nil
}

// NoteSearch keeps what a user searched for among the latest, unless they want none kept.
func (a *Archive) NoteSearch(ctx context.Context, user *User, query string) error {
	if user.ForgetsSearches || query == "" || len(query) > MaxSearchQuery {
		return nil
	}
	err := a.catalog.NoteSearch(ctx, user.Name, RecentSearch{Query: query, At: a.Now()}, MaxRecentSearches)
	if err != nil {
		return fmt.Errorf("note what %s searches for: %w", user.Name, err)
	}
	return nil
}

// RecentSearches returns the different searches that a user made last, the latest first.
func (a *Archive) RecentSearches(ctx context.Context, user string) ([]RecentSearch, error) {
	list, err := a.catalog.RecentSearches(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("recent searches of %s: %w", user, err)
	}
	return list, nil
}

// ClearRecentSearches drops what a user searched for.
func (a *Archive) ClearRecentSearches(ctx context.Context, user string) error {
	if err := a.catalog.ForgetSearches(ctx, user); err != nil {
		return fmt.Errorf("clear recent searches of %s: %w", user, err)
	}
	return nil
}

// KeepRecentSearches says whether what a user searches for is kept. Where it is not, what
// was kept is dropped.
func (a *Archive) KeepRecentSearches(ctx context.Context, user string, keep bool) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.SetForgetsSearches(ctx, user, !keep) })
	if err == nil && !keep {
		err = a.catalog.ForgetSearches(ctx, user)
	}
	if err != nil {
		return fmt.Errorf("recent searches of %s: %w", user, err)
	}
	return nil
}
