package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// withUsers adds those who search.
func withUsers(t *testing.T, a *archive.Archive) {
	t.Helper()
	for _, name := range []string{"li", "bo"} {
		if err := a.AddUser(t.Context(), "root", name, archive.RoleViewer, ""); err != nil {
			t.Fatal(err)
		}
	}
}

func field(t *testing.T, err error) string {
	t.Helper()
	var invalid *archive.InvalidError
	if !errors.As(err, &invalid) || invalid.Why == "" {
		t.Fatalf("%v names no field", err)
	}
	return invalid.Field
}

func TestSavedSearches(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		ctx := t.Context()
		a := newArchive(c)
		withUsers(t, a)
		saved, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: "  飞天\n 壁画 ", Query: "kind=mural&q=%E9%A3%9E%E5%A4%A9", Lang: "zh", Seen: 7})
		if err != nil || saved.Name != "飞天 壁画" || len(saved.ID) < 20 {
			t.Fatalf("%+v, %v", saved, err)
		}
		if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "bo", Name: "飞天 壁画", Query: "", Lang: "en"}); err != nil {
			t.Errorf("another person's of the same name: %v", err)
		}
		for want, s := range map[string]archive.SavedSearch{
			"name":  {Owner: "li", Name: " \t", Lang: "zh"},
			"query": {Owner: "li", Name: "x", Lang: "zh", Query: strings.Repeat("q", archive.MaxSearchQuery+1)},
			"lang":  {Owner: "li", Name: "x", Lang: "fr"},
		} {
			if _, err := a.SaveSearch(ctx, s); field(t, err) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		for _, name := range []string{"飞天 壁画", "a\x00b", "\xff", strings.Repeat("长", 101)} {
			if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: name, Lang: "zh"}); field(t, err) != "name" {
				t.Errorf("%q: %v", name, err)
			}
		}
		if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: strings.Repeat("长", 100), Lang: "zh"}); err != nil {
			t.Errorf("a name of 100 characters: %v", err)
		}
		// What another process reads is the same.
		again := newArchive(open(t, address))
		list, err := again.SavedSearches(ctx, "li")
		if err != nil || len(list) != 2 || list[0].Query != "kind=mural&q=%E9%A3%9E%E5%A4%A9" && list[1].Query != "kind=mural&q=%E9%A3%9E%E5%A4%A9" {
			t.Errorf("%+v, %v", list, err)
		}
		// Nobody else's.
		if _, err := a.SavedSearch(ctx, "bo", saved.ID); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("bo reads it: %v", err)
		}
		name, seen := "新名", int64(9)
		for what, err := range map[string]error{
			"change": second(a.ChangeSearch(ctx, "bo", saved.ID, archive.SearchChange{Name: &name})), "delete": a.DeleteSearch(ctx, "bo", saved.ID),
			"stop": second(a.StopFeed(ctx, "bo", saved.ID)), "none": a.DeleteSearch(ctx, "li", "none"),
		} {
			if !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if got, err := a.ChangeSearch(ctx, "li", saved.ID, archive.SearchChange{Name: &name, Seen: &seen}); err != nil || got.Name != name || got.Seen != 9 {
			t.Errorf("%+v, %v", got, err)
		}
		older := int64(3)
		if got, err := a.ChangeSearch(ctx, "li", saved.ID, archive.SearchChange{Seen: &older}); err != nil || got.Seen != 9 || got.Name != name {
			t.Errorf("what was seen is not seen any more: %+v, %v", got, err)
		}
		taken, none := strings.Repeat("长", 100), int64(-1)
		if _, err := a.ChangeSearch(ctx, "li", saved.ID, archive.SearchChange{Name: &taken}); field(t, err) != "name" {
			t.Error(err)
		}
		if _, err := a.ChangeSearch(ctx, "li", saved.ID, archive.SearchChange{Seen: &none}); field(t, err) != "seen" {
			t.Error(err)
		}
		if err := a.DeleteSearch(ctx, "li", saved.ID); err != nil {
			t.Error(err)
		}
		if _, err := a.SavedSearch(ctx, "li", saved.ID); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("it was deleted: %v", err)
		}
		// There is an end to it.
		for i := range archive.MaxSavedSearches - 1 {
			if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: fmt.Sprint(i), Lang: "zh"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: "one more", Lang: "zh"}); field(t, err) != "searches" {
			t.Error(err)
		}
		if found, _ := breaks(t, a); len(found) != 0 {
			t.Errorf("the log: %+v", found)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestFeeds(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		ctx := t.Context()
		a := newArchive(c)
		withUsers(t, a)
		s, err := a.SaveSearch(ctx, archive.SavedSearch{Owner: "li", Name: "x", Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		first, got, err := a.RenewFeed(ctx, "li", s.ID)
		if err != nil || len(first) < 30 || got.FeedAt.IsZero() {
			t.Fatalf("%q, %+v, %v", first, got, err)
		}
		if _, _, err := a.RenewFeed(ctx, "bo", s.ID); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("bo's: %v", err)
		}
		var row savedRow
		if err := c.read().find(&row).Where("id = ?", s.ID).Scan(ctx); err != nil || len(row.Feed) != 64 || strings.Contains(row.Feed, first) {
			t.Errorf("the token itself is kept: %+v, %v", row, err)
		}
		if by, err := a.SearchByFeed(ctx, first); err != nil || by.ID != s.ID {
			t.Errorf("%+v, %v", by, err)
		}
		name := "another name" // leaves the feed as it is
		if got, err := a.ChangeSearch(ctx, "li", s.ID, archive.SearchChange{Name: &name}); err != nil || got.FeedAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		next, _, err := a.RenewFeed(ctx, "li", s.ID)
		if err != nil || next == first {
			t.Fatal(err)
		}
		gone := func(token, why string) {
			t.Helper()
			if by, err := a.SearchByFeed(ctx, token); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s: %+v, %v", why, by, err)
			}
		}
		gone(first, "the token before")
		gone("", "none")
		gone("a\x00", "no token")
		if err := a.DisableUser(ctx, "root", "li"); err != nil {
			t.Fatal(err)
		}
		gone(next, "its owner is disabled")
		if err := a.AddUser(ctx, "root", "li", archive.RoleViewer, ""); err != nil {
			t.Fatal(err)
		}
		if by, err := a.SearchByFeed(ctx, next); err != nil || by.Name != name {
			t.Errorf("%+v, %v", by, err)
		}
		if got, err := a.StopFeed(ctx, "li", s.ID); err != nil || !got.FeedAt.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		gone(next, "it was stopped")
		token, _, err := a.RenewFeed(ctx, "li", s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.DeleteSearch(ctx, "li", s.ID); err != nil {
			t.Fatal(err)
		}
		gone(token, "its search was deleted")
	})
}

func TestRecentSearches(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		ctx := t.Context()
		now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		a := archive.New(c, words{}, archive.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
		withUsers(t, a)
		note := func(name, query string) {
			t.Helper()
			u, err := a.User(ctx, name)
			if err == nil {
				err = a.NoteSearch(ctx, u, query)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		have := func(name string, want ...string) {
			t.Helper()
			list, err := a.RecentSearches(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range list {
				got = append(got, r.Query)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("of %s (-want +got):\n%s", name, diff)
			}
		}
		for _, q := range []string{"q=a", "q=b", "q=a", "", "q=" + strings.Repeat("x", archive.MaxSearchQuery)} {
			note("li", q)
		}
		note("bo", "q=c")
		have("li", "q=a", "q=b")
		have("bo", "q=c")
		for i := range 25 {
			note("li", fmt.Sprint("q=", i))
		}
		var want []string
		for i := range archive.MaxRecentSearches {
			want = append(want, fmt.Sprint("q=", 24-i))
		}
		have("li", want...)
		if err := a.ClearRecentSearches(ctx, "li"); err != nil {
			t.Fatal(err)
		}
		have("li")
		have("bo", "q=c")
		note("li", "q=d")
		if err := a.KeepRecentSearches(ctx, "li", false); err != nil {
			t.Fatal(err)
		}
		note("li", "q=e")
		have("li")
		// A new password leaves that as it is.
		if err := a.AddUser(ctx, "root", "li", archive.RoleViewer, "$argon2id$x"); err != nil {
			t.Fatal(err)
		}
		note("li", "q=f")
		have("li")
		if err := a.KeepRecentSearches(ctx, "li", true); err != nil {
			t.Fatal(err)
		}
		note("li", "q=g")
		have("li", "q=g")
		if err := a.KeepRecentSearches(ctx, "none", true); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
		if err := a.DisableUser(ctx, "root", "li"); err != nil {
			t.Fatal(err)
		}
		have("li")
	})
}
