package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"hexi/archive"
)

const sessionUserKey = "user"

// newSessions prepares the sessions of signed-in people. They are kept in the
// catalogue, so that any server knows them.
func newSessions(store scs.Store) *scs.SessionManager {
	m := scs.New()
	if store != nil {
		m.Store = store
	}
	m.Lifetime = 12 * time.Hour
	m.IdleTimeout = 2 * time.Hour
	m.Cookie.Name = "hexi-session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	return m
}

// writeCookie sends the session's cookie; over TLS, or where the outside comes by
// TLS, a browser is told to send it back in no other way.
func (s *Server) writeCookie(c *gin.Context, w http.ResponseWriter, token string, expiry time.Time) {
	m := *s.session
	m.Cookie.Secure = c.Request.TLS != nil || strings.HasPrefix(s.BaseURL, "https://")
	m.WriteSessionCookie(c.Request.Context(), w, token, expiry)
}

// sessions loads the session of a request and writes it back. Only what people
// use while signed in has one; images and static files do without.
func (s *Server) sessions(c *gin.Context) {
	path := c.Request.URL.Path
	cookie, err := c.Request.Cookie(s.session.Cookie.Name)
	if s.Sessions == nil || strings.HasPrefix(path, "/static/") || (err != nil && !strings.HasPrefix(path, "/curate")) {
		c.Next()
		return
	}
	token := ""
	if cookie != nil {
		token = cookie.Value
	}
	ctx, err := s.session.Load(c.Request.Context(), token)
	if err != nil {
		s.fail(c, fmt.Errorf("load session: %w", err))
		return
	}
	c.Request = c.Request.WithContext(ctx)
	c.Set(sessionLoaded, true)
	w := &sessionWriter{ResponseWriter: c.Writer, server: s, c: c}
	c.Writer = w
	c.Next()
	w.commit()
}

const sessionLoaded = "hexi.session"

// sessionWriter commits the session before the first byte goes out, because its
// cookie is a header.
type sessionWriter struct {
	gin.ResponseWriter
	server *Server
	c      *gin.Context
	once   sync.Once
}

func (w *sessionWriter) commit() {
	w.once.Do(func() {
		m, ctx := w.server.session, w.c.Request.Context()
		switch m.Status(ctx) {
		case scs.Modified:
			token, expiry, err := m.Commit(ctx)
			if err != nil {
				w.server.log.Error("keep session", "error", err)
				return
			}
			w.server.writeCookie(w.c, w.ResponseWriter, token, expiry)
		case scs.Destroyed:
			w.server.writeCookie(w.c, w.ResponseWriter, "", time.Time{})
		}
	})
}

func (w *sessionWriter) WriteHeader(code int)        { w.commit(); w.ResponseWriter.WriteHeader(code) }
func (w *sessionWriter) WriteHeaderNow()             { w.commit(); w.ResponseWriter.WriteHeaderNow() }
func (w *sessionWriter) Write(b []byte) (int, error) { w.commit(); return w.ResponseWriter.Write(b) }
func (w *sessionWriter) WriteString(t string) (int, error) {
	w.commit()
	return w.ResponseWriter.WriteString(t)
}
func (w *sessionWriter) Flush() { w.commit(); w.ResponseWriter.Flush() }

// sessionUser returns who is signed in; nil for nobody.
func (s *Server) sessionUser(c *gin.Context) (*archive.User, error) {
	if !c.GetBool(sessionLoaded) {
		return nil, nil
	}
	name := s.session.GetString(c.Request.Context(), sessionUserKey)
	if name == "" {
		return nil, nil
	}
	u, err := s.Archive.User(c.Request.Context(), name)
	if err != nil || u.Disabled {
		return nil, err
	}
	return u, nil
}

// newProtection recognises what another site's page sends. Behind a proxy that
// names another host, the address under which the outside comes is one's own too.
func newProtection(base string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		if err := p.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("trust %s: %w", base, err)
		}
	}
	return p, nil
}

// sameOrigin refuses what another site's page sends in a signed-in person's name.
func (s *Server) sameOrigin(c *gin.Context) {
	if err := s.protection.Check(c.Request); err != nil {
		s.fail(c, refuse(http.StatusForbidden, "This request came from another site."))
		return
	}
	c.Next()
}

// sameOriginSession is sameOrigin for the API, where a token is no one's by
// accident: only a session's cookie goes along with what another site sends.
func (s *Server) sameOriginSession(c *gin.Context) {
	if c.GetBool(bySession) {
		s.sameOrigin(c)
		return
	}
	c.Next()
}

// signInPage is the form.
type signInPage struct {
	base
	Problem, UserName, NextURL string
}

func (s *Server) pageSignIn(c *gin.Context) error {
	return s.showSignIn(c, http.StatusOK, "", "")
}

func (s *Server) showSignIn(c *gin.Context, status int, problem, name string) error {
	lang := s.lang(c)
	model := signInPage{s.page(c, "signin", inLanguage(lang, "登录", "Sign in")), problem, name, localPath(c.Query("next"))}
	c.Header("Cache-Control", "no-store")
	return s.show(c, status, "signin", model)
}

// localPath keeps a redirect on this server's workbench.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/curate") || strings.Contains(next, `\`) {
		return "/curate"
	}
	return u.RequestURI()
}

func (s *Server) doSignIn(c *gin.Context) error {
	lang := s.lang(c)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, 16<<10)
	if err := c.Request.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	name, password := strings.TrimSpace(c.Request.PostForm.Get("name")), c.Request.PostForm.Get("password")
	if !s.attempts.addresses.allow(remote(c.Request)) || !s.attempts.names.allow(name) {
		c.Header("Retry-After", "10")
		return s.showSignIn(c, http.StatusTooManyRequests, inLanguage(lang, "尝试次数太多，请稍等十秒。", "Too many attempts; wait ten seconds."), name)
	}
	u, err := s.Archive.User(c.Request.Context(), name)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	hash := ""
	if err == nil && !u.Disabled {
		hash = u.PasswordHash
	}
	right, err := s.attempts.rightPassword(c.Request.Context(), password, hash)
	var crowded *statusError
	if errors.As(err, &crowded) {
		s.overload.note(c.Request.URL.EscapedPath(), crowded.detail)
		c.Header("Retry-After", strconv.Itoa(crowded.retryAfter))
		return s.showSignIn(c, crowded.status, inLanguage(lang, "正在登录的人太多，请稍后再试。", crowded.detail), name)
	}
	if err != nil {
		return err
	}
	if !right {
		s.log.Info("sign-in refused", "name", name)
		return s.showSignIn(c, http.StatusUnauthorized, inLanguage(lang, "用户名或密码不对。", "Name or password is wrong."), name)
	}
	ctx := c.Request.Context()
	if err := s.session.RenewToken(ctx); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	s.session.Put(ctx, sessionUserKey, u.Name)
	return seeOther(c, localPath(c.Request.PostForm.Get("next")))
}

func (s *Server) doSignOut(c *gin.Context) error {
	if err := s.session.Destroy(c.Request.Context()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return seeOther(c, "/")
}

func seeOther(c *gin.Context, to string) error {
	c.Header("Location", to)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}
