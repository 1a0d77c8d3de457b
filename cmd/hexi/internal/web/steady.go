package web

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// A request's body must keep coming: in every bodyPause of waiting for it at least
// bodyLeast bytes, or its end. What comes more slowly holds a connection for ever
// and is cut.
const (
	bodyPause = 30 * time.Second
	bodyLeast = 4 << 10
)

// steadyBody cuts a body that stops coming. Only the time in which the server
// waits counts, not that in which it works on what came.
type steadyBody struct {
	io.ReadCloser
	connection *http.ResponseController
	pause      time.Duration // allowed for each bodyLeast
	left       time.Duration // of that
	came       int
	ended      bool
}

// steady makes a request's body a steadyBody. The returned function is to be
// called after the handler: net/http then reads the rest of a body that nobody
// wanted, and waits for that no longer than for any other.
func steady(w http.ResponseWriter, r *http.Request, pause time.Duration) (done func()) {
	if r.Body == nil || r.Body == http.NoBody {
		return func() {}
	}
	b := &steadyBody{ReadCloser: r.Body, connection: http.NewResponseController(w), pause: pause, left: pause}
	r.Body = b
	return func() {
		if !b.ended {
			b.deadline(time.Now().Add(b.left))
		}
	}
}

// deadline holds for reading from the connection; where there is none to set it
// for, as in some tests, there is none to be held up either.
func (b *steadyBody) deadline(t time.Time) { _ = b.connection.SetReadDeadline(t) }

// Read implements io.Reader.
func (b *steadyBody) Read(p []byte) (int, error) {
	start := time.Now()
	b.deadline(start.Add(b.left))
	n, err := b.ReadCloser.Read(p)
	b.left -= time.Since(start)
	if b.came += n; b.came >= bodyLeast {
		b.came, b.left = 0, b.pause
	}
	if errors.Is(err, io.EOF) {
		// net/http listens on for the client to leave, however long the answer takes.
		b.ended = true
		b.deadline(time.Time{})
	}
	return n, err
}
