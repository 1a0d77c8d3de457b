package web

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

// Whoever announces a body and does not send it is cut off, whatever they ask for
// and whoever they are.
func TestStalledBodiesAreCut(t *testing.T) {
	h := open(t, "")
	h.server.pause = 300 * time.Millisecond
	token := "Authorization: Bearer " + h.user("wang", "editor") + "\r\n"
	for _, test := range []struct{ name, request, headers string }{
		{"nobody saves a record", "POST /api/v1/records", ""},
		{"an editor saves a record", "POST /api/v1/records", token},
		{"signing in", "POST /curate/signin", "Content-Type: application/x-www-form-urlencoded\r\n"},
		{"an upload", "POST /curate/upload", token + "Content-Type: multipart/form-data; boundary=x\r\n"},
		{"reading", "GET /healthz", ""},
		{"an unknown address", "PUT /nothing", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // the test is over
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n%s\r\nabcde", test.request, test.headers)
			if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			answered, err := io.ReadAll(conn)
			if err != nil {
				t.Errorf("the connection stays: %v, after %q", err, answered)
			}
			if strings.Contains(string(answered), " 500 ") {
				t.Errorf("answered with %.200s", answered)
			}
		})
	}
}

// drip sends a body slowly, but steadily.
type drip struct{ left int }

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(20 * time.Millisecond)
	d.left--
	n := min(len(p), 2*bodyLeast)
	for i := range n {
		p[i] = ' '
	}
	return n, nil
}

// A body that comes slowly but comes is taken, and an answer may take longer than
// the pauses that a body may make.
func TestSlowBodiesAreTaken(t *testing.T) {
	h := open(t, "")
	h.server.pause = 200 * time.Millisecond
	token := h.user("wang", "editor")
	record := `{"id":"fo-1","collection":"folk","kind":"intangible","titles":{"zh":"花儿"}}`
	got := h.ask(http.MethodPost, "/api/v1/records", io.MultiReader(strings.NewReader(record), &drip{30}), "Authorization: Bearer "+token)
	if got.StatusCode != http.StatusCreated {
		t.Errorf("a slow record: %d %s", got.StatusCode, got.body)
	}
	h.server.engine.POST("/slow", func(c *gin.Context) {
		_, _ = io.ReadAll(c.Request.Body)
		select {
		case <-c.Request.Context().Done():
			c.Status(http.StatusGone)
		case <-time.After(600 * time.Millisecond):
			c.Status(http.StatusNoContent)
		}
	})
	if got := h.ask(http.MethodPost, "/slow", strings.NewReader("x")); got.StatusCode != http.StatusNoContent {
		t.Errorf("an answer that takes long: %d", got.StatusCode)
	}
}
