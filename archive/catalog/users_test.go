package catalog

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"hexi/archive"
)

func TestUsersAndTokens(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		if err := a.AddUser(t.Context(), "wang", "li", archive.RoleCurator, "hash"); err != nil {
			t.Fatal(err)
		}
		first, err := a.User(t.Context(), "li")
		if err != nil {
			t.Fatal(err)
		}
		token, err := a.AddToken(t.Context(), "wang", "li")
		if err != nil {
			t.Fatal(err)
		}
		if u, err := a.UserByToken(t.Context(), token); err != nil || u.Name != "li" || u.Role != archive.RoleCurator {
			t.Errorf("user by token: %+v, %v", u, err)
		}
		if _, err := a.UserByToken(t.Context(), token+"x"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a wrong token: %v", err)
		}
		if err := a.AddUser(t.Context(), "wang", "li", archive.RoleAdmin, "other"); err != nil {
			t.Fatal(err)
		}
		if u, err := a.User(t.Context(), "li"); err != nil || u.Role != archive.RoleAdmin || u.PasswordHash != "other" || u.Created != first.Created {
			t.Errorf("user: %+v, %v", u, err)
		}
		if err := a.DisableUser(t.Context(), "wang", "li"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.UserByToken(t.Context(), token); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a disabled user's token: %v", err)
		}
		if err := a.AddUser(t.Context(), "wang", "Wang", archive.RoleViewer, ""); err != nil {
			t.Fatal(err)
		}
		if users, err := a.Users(t.Context()); err != nil || len(users) != 2 || users[0].Name != "Wang" || !users[1].Disabled {
			t.Errorf("users: %+v, %v", users, err)
		}
		for _, name := range []string{"nobody", "", "a\x00", "\xff"} {
			if _, err := a.User(t.Context(), name); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("user %q: %v", name, err)
			}
		}
		if _, err := a.AddToken(t.Context(), "wang", "nobody"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a token for nobody: %v", err)
		}
	})
}

// sessionStore is scs.CtxStore of github.com/alexedwards/scs/v2, written out:
// this package does not know that library.
type sessionStore interface {
	Delete(token string) (err error)
	Find(token string) (b []byte, found bool, err error)
	Commit(token string, b []byte, expiry time.Time) (err error)
	DeleteCtx(ctx context.Context, token string) (err error)
	FindCtx(ctx context.Context, token string) (b []byte, found bool, err error)
	CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) (err error)
}

func TestSessions(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		var s sessionStore = c.Sessions()
		later := time.Now().Add(time.Hour)
		for token, data := range map[string]string{"t": "\x00\x01\xff", "empty": "", "another": "x"} {
			if err := s.Commit(token, []byte(data), later); err != nil {
				t.Fatal(err)
			}
			if got, ok, err := s.Find(token); err != nil || !ok || string(got) != data {
				t.Errorf("find %s: %q %v %v", token, got, ok, err)
			}
		}
		if err := s.Commit("t", []byte("new"), later); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Find("t"); err != nil || !ok || string(got) != "new" {
			t.Errorf("overwritten: %q %v %v", got, ok, err)
		}
		if err := s.Commit("old", []byte("x"), time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"old", "nothing", "", "a\x00b", "\xff"} {
			if _, ok, err := s.Find(token); ok || err != nil {
				t.Errorf("%q is found: %v", token, err)
			}
		}
		for range 2 { // the second time there is nothing to delete, which is no error
			if err := s.Delete("t"); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok, err := s.Find("t"); ok || err != nil {
			t.Errorf("a deleted session is found: %v", err)
		}
		var rows []sessionRow
		if err := c.read().find(&rows).Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if len(row.Token) != 64 {
				t.Errorf("the token itself is kept: %s", row.Token)
			}
		}
	})
}

func TestEndedSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hexi.db"), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := c.Sessions()
	for _, token := range []string{"a", "b"} {
		if err := s.Commit(token, nil, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(sweepEvery)
	if err := s.Commit("c", nil, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.read().find((*sessionRow)(nil)).Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d sessions are kept, %v", n, err)
	}
}
