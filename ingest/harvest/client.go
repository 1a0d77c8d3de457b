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
	"net/url"
	"os"
	"strconv"
	"strings"
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

// host is what is known of a server.
type host struct {
	turn   chan struct{} // held by who looks at next
	next   time.Time     // from when on it may be asked
	read   bool          // whether its robots.txt was read
	robots robots
	closed *RefusedError // why nothing of it may be asked
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

// never is for what another attempt would not change.
const never = time.Duration(-1)

// follow asks once, and goes where it is sent. again is when to try once more: 0 soon,
// never, or as the server says.
func (c *Client) follow(ctx context.Context, address, accept string, has Validators, take func(*Answer, io.Reader) error) (_ *Answer, again time.Duration, err error) {
	at, err := readAddress(address)
	if err != nil {
		return nil, never, err
	}
	for range maxRedirects + 1 {
		next, answer, again, err := c.ask(ctx, at, address, accept, has, take)
		if err != nil || next == nil {
			return answer, again, err
		}
		if at.Scheme == "https" && next.Scheme != "https" {
			return nil, never, refuse(address, "redirect", "", "leads from https to %s, which is not followed", next.Redacted())
		}
		at = next
	}
	return nil, never, refuse(address, "redirect", "", "leads elsewhere more than %d times", maxRedirects)
}

// readAddress takes http and https addresses without a name or password in them.
func readAddress(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil:
		return nil, refuse(address, "address", "", "is no address: %v", err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, refuse(address, "address", "", "is not an address that begins with http:// or https://")
	case u.User != nil:
		return nil, refuse(address, "address", "", "holds a name or a password, which is not sent")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// ask makes one request. next is where it is sent to.
func (c *Client) ask(ctx context.Context, at *url.URL, address, accept string, has Validators, take func(*Answer, io.Reader) error) (next *url.URL, _ *Answer, again time.Duration, err error) {
	if err := c.enter(ctx, at); err != nil {
		return nil, nil, never, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, never, refuse(address, "address", "", "is no address: %v", err)
	}
	req.Header.Set("User-Agent", c.opts.Agent)
	req.Header.Set("Accept", accept)
	if has.ETag != "" {
		req.Header.Set("If-None-Match", has.ETag)
	}
	if has.Modified != "" {
		req.Header.Set("If-Modified-Since", has.Modified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, whenAgain(err), unreachable(address, err)
	}
	defer resp.Body.Close() //nolint:errcheck // what was wanted of it was read
	switch {
	case resp.StatusCode == http.StatusNotModified && has != Validators{}:
		return nil, &Answer{Address: at.String(), Unchanged: true, Validators: has}, 0, nil
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.Header.Get("Location") != "":
		to, err := at.Parse(resp.Header.Get("Location"))
		if err == nil {
			to, err = readAddress(to.String())
		}
		if err != nil {
			return nil, nil, never, refuse(address, "redirect", "", "leads to %.200q, which is no address of the web", resp.Header.Get("Location"))
		}
		return to, nil, 0, nil
	default:
		return nil, nil, c.whenPassed(resp), &RefusedError{
			What: address, Code: "status", Do: doAboutStatus(resp.StatusCode),
			Why: fmt.Sprintf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)),
		}
	}
	answer := &Answer{
		Address: at.String(), Type: resp.Header.Get("Content-Type"),
		Validators: Validators{ETag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified")},
	}
	body := &watched{r: resp.Body, timer: time.AfterFunc(stalled, cancel)}
	defer body.timer.Stop()
	if err := take(answer, body); err != nil {
		if refused(err) != nil {
			return nil, nil, never, err
		}
		return nil, nil, 0, err // cut
	}
	return nil, answer, 0, nil
}

// unreachable words why there was no answer.
func unreachable(address string, err error) error {
	if errors.Is(err, errPrivate) {
		return refuse(address, "private-address", "if it is meant, allow it with --allow-private", "%v, which is not asked", innermost(err))
	}
	return err
}

// innermost is the part of an error from dialling that says what is wrong.
func innermost(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// whenAgain: what was forbidden stays so, anything else may pass.
func whenAgain(err error) time.Duration {
	if errors.Is(err, errPrivate) {
		return never
	}
	return 0
}

// watched ends the request of a body that brings nothing any more.
type watched struct {
	r     io.Reader
	timer *time.Timer
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if n > 0 {
		w.timer.Reset(stalled)
	}
	return n, err
}

// whenPassed is when a status may have passed (RFC 9110, section 10.2.3; RFC 6585,
// section 4).
func (c *Client) whenPassed(resp *http.Response) time.Duration {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return never
	}
	after := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second, maxWait)
	}
	if at, err := http.ParseTime(after); err == nil {
		return min(max(at.Sub(c.opts.Now()), 0), maxWait)
	}
	return 0
}

func doAboutStatus(status int) string {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "ask those who run the server to let you in"
	case status == http.StatusTooManyRequests || status >= 500:
		return "run the same command again later, perhaps with a lower --rate; what came is kept"
	}
	return ""
}

// enter waits until a host may be asked, and refuses what its robots.txt forbids.
func (c *Client) enter(ctx context.Context, at *url.URL) error {
	name := at.Scheme + "://" + at.Host
	c.mu.Lock()
	h := c.hosts[name]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1)}
		c.hosts[name] = h
	}
	c.mu.Unlock()
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if !h.read {
		if err := c.readRobots(ctx, h, name); err != nil {
			return err
		}
	}
	if h.closed != nil {
		return &RefusedError{What: at.String(), Code: h.closed.Code, Why: h.closed.Why, Do: h.closed.Do}
	}
	path := at.EscapedPath()
	if path == "" {
		path = "/"
	}
	if at.RawQuery != "" {
		path += "?" + at.RawQuery
	}
	if !h.robots.allows(path) {
		return refuse(at.String(), "robots", "ask those who run the server to allow it", "%s/robots.txt does not let harvesters ask for it", name)
	}
	return c.wait(ctx, h)
}

// wait keeps the pace of a host; its turn is held.
func (c *Client) wait(ctx context.Context, h *host) error {
	now := c.opts.Now()
	if d := h.next.Sub(now); d > 0 {
		if err := c.opts.Sleep(ctx, d); err != nil {
			return err
		}
		now = h.next
	}
	h.next = now.Add(max(time.Duration(float64(time.Second)/c.opts.Rate), h.robots.delay))
	return nil
}

// readRobots reads a host's robots.txt: one that is not there allows everything, and
// while it cannot be read nothing is asked (RFC 9309, section 2.3.1).
func (c *Client) readRobots(ctx context.Context, h *host, name string) error {
	var text []byte
	var lastErr error
	for attempt := range 3 {
		if attempt > 0 {
			if err := c.opts.Sleep(ctx, time.Duration(attempt)*time.Second); err != nil {
				return err
			}
		}
		if err := c.wait(ctx, h); err != nil {
			return err
		}
		text, lastErr = c.robotsText(ctx, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if lastErr == nil || refused(lastErr) != nil {
			break
		}
	}
	h.read = true
	switch r := refused(lastErr); {
	case r != nil:
		h.closed = r
	case lastErr != nil:
		h.closed = refuse(name, "unreachable", "run the same command again later; what came is kept", "%s/robots.txt cannot be read, and until it can nothing is asked: %v", name, lastErr)
	default:
		h.robots = readRobots(string(text), productToken(c.opts.Agent))
	}
	return nil
}

func (c *Client) robotsText(ctx context.Context, name string) ([]byte, error) {
	at, err := url.Parse(name + "/robots.txt")
	if err != nil {
		return nil, refuse(name, "address", "", "is no address: %v", err)
	}
	for range maxRedirects + 1 {
		text, to, err := c.robotsAt(ctx, at)
		if err != nil || to == nil {
			return text, err
		}
		if at.Scheme == "https" && to.Scheme != "https" {
			return nil, nil
		}
		at = to
	}
	return nil, nil // as if there were none
}

func (c *Client) robotsAt(ctx context.Context, at *url.URL) (text []byte, to *url.URL, err error) {
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("User-Agent", c.opts.Agent)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, unreachable(at.String(), err)
	}
	defer resp.Body.Close() //nolint:errcheck // what was wanted of it was read
	switch {
	case resp.StatusCode == http.StatusOK:
		text, err = io.ReadAll(io.LimitReader(resp.Body, maxRobots))
		return text, nil, err
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		if to, err := at.Parse(resp.Header.Get("Location")); err == nil {
			if to, err = readAddress(to.String()); err == nil {
				return nil, to, nil
			}
		}
		return nil, nil, nil
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return nil, nil, fmt.Errorf("the server answers %d", resp.StatusCode)
	}
	return nil, nil, nil
}
