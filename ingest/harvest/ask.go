package harvest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
