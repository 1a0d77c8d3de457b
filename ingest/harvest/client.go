package harvest

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// The limits of what is asked and taken.
const (
	MaxDocument  = 64 << 20 // bytes of a manifest, an info.json, a page of records
	maxRedirects = 5
	attempts     = 5
	// maxWait is the longest time that a Retry-After is waited for.
	maxWait = 10 * time.Minute
	// stalled is how long a connection may bring nothing before it counts as cut.
	stalled = time.Minute
)

// Options say how a Client asks.
type Options struct {
	// Agent is the User-Agent, "hexi/1.2 (+https://…)". Its product token is what a
	// robots.txt calls the harvester by.
	Agent string
	// Rate is how many requests a second one host gets; 0 is 2.
	Rate float64
	// AllowPrivate lets addresses of this machine and of private networks be asked.
	AllowPrivate bool

	// Now and Sleep are the clock; nil for the real one.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client is how a harvest speaks to other servers: by HTTP, as politely as Options say,
// and to no host that it may not. It may be used by several goroutines.
type Client struct {
	opts Options
	http *http.Client

	mu    sync.Mutex
	hosts map[string]*host // by scheme and host
}

// NewClient returns a client with its own connections.
func NewClient(opts Options) *Client {
	if opts.Rate <= 0 {
		opts.Rate = 2
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Sleep == nil {
		opts.Sleep = sleep
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	if !opts.AllowPrivate {
		dialer.Control = publicOnly
	}
	return &Client{opts: opts, hosts: map[string]*host{}, http: &http.Client{
		// No proxy: behind one, the address that is connected to would be the proxy's, and
		// which host it reaches could not be checked.
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: 30 * time.Second, ResponseHeaderTimeout: 2 * time.Minute, MaxResponseHeaderBytes: 1 << 20,
		},
		// Each step is checked like the first address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Validators say which state of a document one has (RFC 9110, section 8.8).
type Validators struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"` // Last-Modified, as it came
}

// Answer is what a server gave.
type Answer struct {
	Address string // after redirects
	Type    string // Content-Type, as the server calls it
	Body    []byte // of a document
	Size    int64  // of a download, in bytes
	SHA512  string // of a download, lower-case hexadecimal
	// Unchanged says that it is what the asked-for Validators stand for; nothing came.
	Unchanged bool
	Validators
}

// Document fetches a text, at most MaxDocument bytes. accept is the Accept header.
func (c *Client) Document(ctx context.Context, address, accept string) (*Answer, error) {
	return c.text(ctx, address, accept, MaxDocument)
}

// bytes fetches a small file into memory.
func (c *Client) bytes(ctx context.Context, address, accept string, limit int64) ([]byte, error) {
	a, err := c.text(ctx, address, accept, limit)
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

func (c *Client) text(ctx context.Context, address, accept string, limit int64) (*Answer, error) {
	return c.fetch(ctx, address, accept, Validators{}, func(a *Answer, body io.Reader) (err error) {
		a.Body, err = io.ReadAll(io.LimitReader(body, limit+1))
		if err == nil && int64(len(a.Body)) > limit {
			return refuse(address, "too-large", "", "is larger than %d MB, which no such file is", limit>>20)
		}
		return err
	})
}

// Download fetches a file to path, at most limit bytes, unless it is what has stands for.
func (c *Client) Download(ctx context.Context, address, path string, limit int64, has Validators) (*Answer, error) {
	return c.fetch(ctx, address, "image/*, */*;q=0.1", has, func(a *Answer, body io.Reader) error {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return &localError{fmt.Errorf("keep %s: %w", address, err)}
		}
		hash := sha512.New()
		a.Size, err = io.Copy(io.MultiWriter(localWriter{f}, hash), io.LimitReader(body, limit+1))
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = &localError{closeErr}
		}
		if err == nil && a.Size > limit {
			err = refuse(address, "too-large", "", "is larger than %d MB", limit>>20)
		}
		a.SHA512 = hex.EncodeToString(hash.Sum(nil))
		return err
	})
}

// localError is a fault of this machine, not of the server: it is not tried again.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

type localWriter struct{ w io.Writer }

func (l localWriter) Write(b []byte) (int, error) {
	n, err := l.w.Write(b)
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

// fetch asks until there is an answer that does not pass by itself. Its error is a
// *RefusedError, unless the harvest was ended or this machine has a fault.
func (c *Client) fetch(ctx context.Context, address, accept string, has Validators, take func(*Answer, io.Reader) error) (*Answer, error) {
	for attempt := 1; ; attempt++ {
		answer, again, err := c.follow(ctx, address, accept, has, take)
		if err == nil {
			return answer, nil
		}
		var local *localError
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errors.As(err, &local) {
			return nil, local.err
		}
		if again < 0 || attempt == attempts {
			if refused(err) == nil {
				err = refuse(address, "unreachable", "run the same command again later; what came is kept", "was asked %d times: %v", attempt, err)
			}
			return nil, err
		}
		if again == 0 {
			again = time.Duration(1<<(attempt-1))*time.Second + rand.N(time.Second/2)
		}
		if err := c.opts.Sleep(ctx, again); err != nil {
			return nil, err
		}
	}
}
