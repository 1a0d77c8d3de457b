package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/search"
)

// problem is an RFC 9457 problem document, and what the other two renderings
// of an error are made from.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"`
	// Errors lists every fault of an input that has several.
	Errors []fault `json:"errors,omitempty"`
	// Conflict is what stands against what, where a record changed meanwhile.
	Conflict *conflict `json:"conflict,omitempty"`
	// Tombstone is what is told of a record that is gone.
	Tombstone *tombstoneBody `json:"tombstone,omitempty"`
	// Indexing says how far the search index is, while there is none to answer from.
	Indexing *search.Indexing `json:"indexing,omitempty"`

	retryAfter int // seconds; 0 is none
}

type fault struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// statusError is an error that this package itself decided on.
type statusError struct {
	status     int
	detail     string
	retryAfter int
	indexing   *search.Indexing // nil: it is about something else
}

func (e *statusError) Error() string { return e.detail }

// refuse makes an error with a status of its own.
func refuse(status int, format string, args ...any) error {
	return &statusError{status: status, detail: fmt.Sprintf(format, args...)}
}

// busy answers 503 with a time after which another try may succeed.
func busy(seconds int, detail string) error {
	return &statusError{status: http.StatusServiceUnavailable, detail: detail, retryAfter: seconds}
}

// indexed refuses to answer from an index that is being made and has nothing to answer
// from: nothing that was found there would mean anything.
func indexed(i *search.Indexing) error {
	if !i.Nothing() {
		return nil
	}
	return &statusError{
		status: http.StatusServiceUnavailable, retryAfter: 5, indexing: i,
		detail: fmt.Sprintf("The search index is being made: %d of %d records are in it. Searches are answered once it is done.", i.Done, i.Of),
	}
}

// unknownError is an archive.ErrNotFound that says what is not here. The name is
// one that the asker sent, so that nothing is told by repeating it.
type unknownError struct {
	what, name, why string
}

func (e *unknownError) Error() string {
	name := []rune(strings.ToValidUTF8(e.name, "\uFFFD"))
	end := ""
	if len(name) > 80 {
		name, end = name[:80], "…"
	}
	return fmt.Sprintf("the %s %q%s is not known here: %s", e.what, string(name), end, e.why)
}

func (e *unknownError) Unwrap() error { return archive.ErrNotFound }

// unknown names what was asked for in an archive.ErrNotFound; other errors stay as
// they are.
func unknown(err error, what, name, why string) error {
	var gone *archive.GoneError
	if !errors.Is(err, archive.ErrNotFound) || errors.As(err, &gone) {
		return err
	}
	return &unknownError{what, name, why}
}

// describe is the only place where an error becomes a status. What is not
// recognised is 500 and keeps its text to the log.
func describe(err error) problem {
	var (
		own         *statusError
		stale       *preconditionError
		gone        *archive.GoneError
		syntax      *iiif.SyntaxError
		shape       *iiif.ShapeError
		unknown     *unknownError
		unsupported *iiif.UnsupportedError
		invalid     *archive.InvalidError
		invalids    archive.InvalidErrors
		tooLarge    *http.MaxBytesError
		full        *archive.FullError
	)
	p := problem{Type: "about:blank"}
	switch {
	case errors.As(err, &own):
		p.Status, p.Detail, p.retryAfter, p.Indexing = own.status, own.detail, own.retryAfter, own.indexing
	case errors.As(err, &gone):
		p.Status, p.Tombstone = http.StatusGone, newTombstoneBody(gone.Tombstone)
		p.Detail = p.Tombstone.text("en")
	case errors.As(err, &stale):
		p.Status, p.Detail, p.Conflict = http.StatusPreconditionFailed, stale.detail, stale.conflict
	case errors.As(err, &syntax):
		p.Status, p.Detail, p.Field = http.StatusBadRequest, syntax.Error(), syntax.Part
	case errors.As(err, &shape):
		p.Status, p.Detail = http.StatusNotFound, shape.Error()
	case errors.As(err, &unknown):
		p.Status, p.Detail, p.Field = http.StatusNotFound, unknown.Error(), unknown.what
	case errors.As(err, &unsupported):
		p.Status, p.Detail, p.Field = http.StatusNotImplemented, unsupported.Error(), unsupported.Part
	case errors.As(err, &invalids):
		p.Status, p.Detail = http.StatusUnprocessableEntity, invalids.Error()
		for _, one := range invalids {
			p.Errors = append(p.Errors, fault{one.Field, one.Why})
		}
		p.Field = invalids[0].Field
	case errors.As(err, &invalid):
		p.Status, p.Detail, p.Field = http.StatusBadRequest, invalid.Error(), invalid.Field
	case errors.As(err, &tooLarge):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge,
			fmt.Sprintf("The request is larger than the %d bytes that are taken here.", tooLarge.Limit)
	case errors.Is(err, archive.ErrNotFound):
		p.Status, p.Detail = http.StatusNotFound, "Nothing with that name is here, or it is not public."
	case errors.Is(err, archive.ErrConflict):
		p.Status, p.Detail = http.StatusPreconditionFailed, err.Error()
	case errors.Is(err, archive.ErrExists):
		p.Status, p.Detail = http.StatusConflict, err.Error()
	case errors.Is(err, archive.ErrUnauthorized):
		p.Status, p.Detail = http.StatusUnauthorized, "Sign in first, or send a valid token."
	case errors.Is(err, archive.ErrErased):
		p.Status, p.Detail = http.StatusGone, err.Error()
	case errors.Is(err, archive.ErrForbidden):
		p.Status, p.Detail = http.StatusForbidden, "Your role does not allow this."
	case errors.As(err, &full), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		// Where there is no room is for those who run the server: the log names it.
		p.Status, p.retryAfter = http.StatusInsufficientStorage, 30
		p.Detail = "服务器存储空间已满，未能保存；管理员腾出空间后请再试。 There is no space left on the server, and this could not be saved; try again once its administrator has made room."
	case errors.Is(err, os.ErrDeadlineExceeded): // steadyBody
		p.Status, p.Detail = http.StatusRequestTimeout, "The request came too slowly; send it again."
	case errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Detail, p.retryAfter = http.StatusServiceUnavailable, "The answer took too long; try again.", 5
	default:
		p.Status, p.Detail = http.StatusInternalServerError, "Something failed here; it has been logged."
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// handler is a request handler that leaves its errors to be rendered here.
type handler func(c *gin.Context) error

// handle wraps a handler: an error is logged if it is the server's own, and
// rendered in the form that its kind of client reads.
func (s *Server) handle(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

func (s *Server) fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Abort() // the client left; there is nobody to answer
		return
	}
	p := describe(err)
	var own *statusError
	if p.Status == http.StatusServiceUnavailable && errors.As(err, &own) {
		s.overload.note(loggedPath(c.Request), p.Detail)
	} else if p.Status >= http.StatusInternalServerError && p.Status != http.StatusNotImplemented {
		s.log.LogAttrs(c.Request.Context(), slog.LevelError, "request failed",
			slog.String("path", loggedPath(c.Request)), slog.Int("status", p.Status), slog.Any("error", err))
	}
	if c.Writer.Written() {
		c.Abort()
		return
	}
	if p.retryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(p.retryAfter))
	}
	c.Writer.Header().Del("ETag")
	c.Writer.Header().Del("Last-Modified")
	c.Header("Cache-Control", "no-store")
	path := c.Request.URL.Path
	switch {
	case strings.HasPrefix(path, "/iiif/"), path == "/oai":
		allowOrigin(c.Writer.Header()) // also where no handler was reached
		c.Data(p.Status, "text/plain; charset=utf-8", []byte(p.Detail+"\n"))
	case strings.HasPrefix(path, "/api/"), wantsJSON(c.Request):
		if strings.HasPrefix(path, "/api/") {
			allowOrigin(c.Writer.Header())
		}
		if p.Status == http.StatusUnauthorized {
			c.Header("WWW-Authenticate", `Bearer realm="hexi"`)
		}
		c.Header("Content-Type", "application/problem+json")
		c.JSON(p.Status, p)
	default:
		s.renderError(c, p)
	}
	c.Abort()
}
