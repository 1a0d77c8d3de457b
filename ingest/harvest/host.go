package harvest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// host is what is known of a server.
type host struct {
	turn   chan struct{} // held by who looks at next
	next   time.Time     // from when on it may be asked
	read   bool          // whether its robots.txt was read
	robots robots
	closed *RefusedError // why nothing of it may be asked
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
