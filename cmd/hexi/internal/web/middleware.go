package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
)

// apiBodyLimit bounds a request body of the API, in bytes. Masters come
// through uploads, which have their own limit.
const apiBodyLimit = 8 << 20

// recoverPanic turns a panic of a handler into a logged 500.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it the same way
			panic(v)
		}
		s.log.Error("handler panicked", "path", loggedPath(c.Request),
			"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		s.fail(c, fmt.Errorf("panic: %v", v))
	}()
	c.Next()
}

// isImage reports whether a path is one of the Image API's.
func isImage(path string) bool {
	return strings.HasPrefix(path, iiif.V3.Prefix()) || strings.HasPrefix(path, iiif.V2.Prefix())
}

// record counts and logs the request. Its id goes out as X-Request-Id, so that
// a person can quote it.
func (s *Server) record(c *gin.Context) {
	start := time.Now()
	if isImage(c.Request.URL.Path) {
		// Thousands of tiles: they are counted, not logged one by one.
		c.Next()
		s.metrics.observe(classIIIF, c.Writer.Status(), time.Since(start))
		return
	}
	id := rand.Text()[:12]
	c.Header("X-Request-Id", id)
	c.Next()
	elapsed := time.Since(start)
	s.metrics.observe(class(c.FullPath()), c.Writer.Status(), elapsed)
	s.log.LogAttrs(c.Request.Context(), slog.LevelDebug, "request",
		slog.String("id", id), slog.String("method", c.Request.Method),
		slog.String("path", loggedPath(c.Request)), slog.Int("status", c.Writer.Status()),
		slog.Duration("took", elapsed))
}

// loggedPath is the path of a request as logs have it. That of a feed is its key, which
// whoever reads the log is not to have.
func loggedPath(r *http.Request) string {
	if path := r.URL.EscapedPath(); !strings.HasPrefix(path, feedPrefix) {
		return path
	}
	return feedPrefix + "…"
}

// classIIIF is the class of everything below /iiif/.
const classIIIF = "iiif"

// class groups the URLs for the metrics.
func class(route string) string {
	for _, prefix := range []string{"/api", "/curate", "/kiosk", "/static", "/iiif"} {
		if strings.HasPrefix(route, prefix) {
			return prefix[1:]
		}
	}
	if route == "" {
		return "none"
	}
	return "site"
}

// contentPolicy lets pages load from this server only: a kiosk or a museum
// without a way out of the house shows the same as anyone else.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; " +
	"font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"

func (s *Server) securityHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if !strings.HasPrefix(c.Request.URL.Path, "/iiif/") && !strings.HasPrefix(c.Request.URL.Path, "/api/") {
		h.Set("Content-Security-Policy", contentPolicy)
	}
	c.Next()
}

// cors opens the API to scripts of other sites. It carries no credentials, so
// that a session cookie is never used from elsewhere.
func (s *Server) cors(c *gin.Context) {
	allowOrigin(c.Writer.Header())
	if c.Request.Method == http.MethodOptions {
		c.AbortWithStatus(http.StatusNoContent)
		return
	}
	c.Next()
}

// exposed are the headers that scripts of other sites may read.
const exposed = "Accept-Ranges, Content-Length, Content-Range, ETag, Link, Location, Retry-After"

func allowOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range")
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Access-Control-Max-Age", "86400")
}

func (s *Server) limitBody(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		c.Next()
	}
}

// only refuses parameters that a list does not know: one that is misspelt, or of
// another list, would otherwise give everything and look like an answer.
func only(h handler, known ...string) handler {
	return func(c *gin.Context) error {
		var others []string
		for name := range c.Request.URL.Query() {
			if !slices.Contains(known, name) {
				others = append(others, name)
			}
		}
		if len(others) == 0 {
			return h(c)
		}
		slices.Sort(others)
		field := others[0]
		for i, name := range others {
			others[i] = strconv.QuoteToGraphic(name)
		}
		takes := "this address takes none"
		if len(known) > 0 {
			takes = "this address takes " + strings.Join(known, ", ")
		}
		return archive.Invalid(field, "no such parameter as %s; %s", strings.Join(others, ", "), takes)
	}
}

// What a request's context keeps of who is asking: the user, and whether a
// session's cookie, not a token, said so.
const (
	userKey   = "hexi.user"
	bySession = "hexi.by-session"
)

// identify finds out who is asking: a bearer token, else a session. A token
// that is not valid is refused at once rather than treated as the public.
func (s *Server) identify(c *gin.Context) {
	if strings.HasPrefix(c.Request.URL.Path, "/static/") {
		c.Next()
		return
	}
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			s.fail(c, fmt.Errorf("authorization scheme %q: %w", scheme, archive.ErrUnauthorized))
			return
		}
		user, err := s.Archive.UserByToken(c.Request.Context(), strings.TrimSpace(token))
		if err != nil {
			if errors.Is(err, archive.ErrNotFound) {
				err = archive.ErrUnauthorized
			}
			s.fail(c, err)
			return
		}
		c.Set(userKey, user)
		c.Next()
		return
	}
	if user, err := s.sessionUser(c); err == nil && user != nil {
		c.Set(userKey, user)
		c.Set(bySession, true)
	}
	c.Next()
}

// user returns who is asking; nil is the public.
func (s *Server) user(c *gin.Context) *archive.User {
	v, _ := c.Get(userKey)
	user, _ := v.(*archive.User)
	return user
}

// require returns ErrUnauthorized for the public and ErrForbidden for a user
// whose role is too low.
func (s *Server) require(c *gin.Context, role archive.Role) error {
	user := s.user(c)
	switch {
	case user == nil:
		return archive.ErrUnauthorized
	case !user.Role.AtLeast(role):
		return fmt.Errorf("%s is %s, %s is needed: %w", user.Name, user.Role, role, archive.ErrForbidden)
	}
	return nil
}

// requireWrite is require for handlers that change the archive.
func (s *Server) requireWrite(c *gin.Context, role archive.Role) error {
	if s.ReadOnly {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	return s.require(c, role)
}

// staff reports whether the asker may see what is not public.
func (s *Server) staff(c *gin.Context) bool {
	user := s.user(c)
	return user != nil && user.Role.AtLeast(archive.RoleViewer)
}
