package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// request is one prepared request of the load.
type request struct {
	bytes  []byte
	length int // of the body that must come, or 0 where any may
}

func newRequest(host, target string) request {
	return request{bytes: []byte("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: image/*\r\n\r\n")}
}

// sample is what one contender did in one round.
type sample struct {
	requests int
	bytes    int64
	elapsed  time.Duration
	times    times
}

func (s sample) perSecond() float64 { return float64(s.requests) / s.elapsed.Seconds() }

// add counts what another did as well; the time that passed is not touched.
func (s *sample) add(other *sample) {
	s.requests += other.requests
	s.bytes += other.bytes
	s.times.merge(&other.times)
}

// maxRequests bounds one round, whatever the clock says.
const maxRequests = 10_000_000

// load asks a server on loopback for the requests in turn, over several
// connections that are kept, for as long as told. It fails on the first answer
// that is not a whole 200.
func load(ctx context.Context, address string, requests []request, connections int, howLong time.Duration) (sample, error) {
	return drive(ctx, address, connections, howLong+10*time.Second, func(i, asked int, since time.Duration) *request {
		if since >= howLong || asked >= maxRequests/connections {
			return nil
		}
		// Each connection begins elsewhere in the list, and walks all of it.
		return &requests[(i*len(requests)/connections+asked)%len(requests)]
	})
}

// loadOnce asks for each request exactly once, as load does: what one connection
// has taken, no other asks for.
func loadOnce(ctx context.Context, address string, requests []request, connections int) (sample, error) {
	var taken atomic.Int64
	return drive(ctx, address, connections, 5*time.Minute, func(int, int, time.Duration) *request {
		if n := taken.Add(1); n <= int64(len(requests)) {
			return &requests[n-1]
		}
		return nil
	})
}

// drive opens connections and lets each ask one request after another: what next
// names for the i-th of them, which has asked so many, so long since all began.
// A connection ends where next names nothing.
func drive(ctx context.Context, address string, connections int, life time.Duration, next func(i, asked int, since time.Duration) *request) (sample, error) {
	conns := make([]*conn, connections)
	for i := range conns {
		c, err := dial(ctx, address, life)
		if err != nil {
			return sample{}, err
		}
		defer c.Close() //nolint:errcheck // only asked
		conns[i] = c
	}
	var (
		wg      sync.WaitGroup
		samples = make([]sample, connections)
		errs    = make([]error, connections)
		start   = time.Now()
	)
	for i, c := range conns {
		wg.Go(func() {
			s := &samples[i]
			for began := start; ctx.Err() == nil; {
				r := next(i, s.requests, began.Sub(start))
				if r == nil {
					return
				}
				n, err := c.do(r, nil)
				if err != nil {
					errs[i] = fmt.Errorf("%.80q: %w", r.bytes, err)
					return
				}
				now := time.Now()
				s.times.add(now.Sub(began))
				began = now
				s.requests++
				s.bytes += int64(n)
			}
		})
	}
	wg.Wait()
	total := sample{elapsed: time.Since(start)}
	for i := range samples {
		total.add(&samples[i])
	}
	return total, errors.Join(append(errs, ctx.Err())...)
}

// conn is a kept connection that asks one question at a time.
type conn struct {
	net.Conn
	buf   []byte
	ready []byte // what has been read and not yet looked at, within buf
}

func dial(ctx context.Context, address string, life time.Duration) (*conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s is not on loopback, and load is for this machine only", address)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := c.SetDeadline(time.Now().Add(life)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &conn{Conn: c, buf: make([]byte, 128<<10)}, nil
}

// do sends a request and reads the whole answer, into body if that is not nil.
// It returns the length of the body.
func (c *conn) do(r *request, body *bytes.Buffer) (int, error) {
	if _, err := c.Write(r.bytes); err != nil {
		return 0, err
	}
	header, err := c.header()
	if err != nil {
		return 0, err
	}
	if len(header) < 12 || string(header[8:12]) != " 200" {
		line, _, _ := bytes.Cut(header, []byte("\r\n"))
		return 0, fmt.Errorf("answered %q", line)
	}
	var n int
	if value := field(header, "content-length"); value != nil {
		n, err = strconv.Atoi(string(value))
		if err != nil || n < 0 {
			return 0, fmt.Errorf("answered with a length of %q", value)
		}
		err = c.skip(n, body)
	} else if bytes.EqualFold(field(header, "transfer-encoding"), []byte("chunked")) {
		n, err = c.chunks(body)
	} else {
		return 0, errors.New("answered without a length")
	}
	if err == nil && r.length > 0 && n != r.length {
		err = fmt.Errorf("answered with %d bytes instead of %d", n, r.length)
	}
	return n, err
}

// fill reads more into the buffer behind what is ready.
func (c *conn) fill() error {
	if len(c.ready) == 0 {
		c.ready = c.buf[:0]
	} else if cap(c.ready) == len(c.ready) {
		if len(c.ready) == len(c.buf) {
			return errors.New("answered with a header that does not end")
		}
		c.ready = c.buf[:copy(c.buf, c.ready)]
	}
	n, err := c.Read(c.ready[len(c.ready):cap(c.ready)])
	c.ready = c.ready[:len(c.ready)+n]
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// until returns what comes before a mark, and steps past the mark.
func (c *conn) until(mark string) ([]byte, error) {
	for {
		if i := bytes.Index(c.ready, []byte(mark)); i >= 0 {
			found := c.ready[:i]
			c.ready = c.ready[i+len(mark):]
			return found, nil
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

func (c *conn) header() ([]byte, error) { return c.until("\r\n\r\n") }

// skip takes n bytes.
func (c *conn) skip(n int, body *bytes.Buffer) error {
	for {
		take := min(n, len(c.ready))
		if body != nil {
			body.Write(c.ready[:take])
		}
		c.ready = c.ready[take:]
		if n -= take; n == 0 {
			return nil
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
}

// chunks takes a chunked body (RFC 9112, section 7.1) and returns its length.
func (c *conn) chunks(body *bytes.Buffer) (int, error) {
	for total := 0; ; {
		line, err := c.until("\r\n")
		if err != nil {
			return total, err
		}
		n, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return total, fmt.Errorf("answered with a chunk of %q bytes", line)
		}
		if n > 0 {
			total += int(n)
			if err := c.skip(int(n), body); err != nil {
				return total, err
			}
		}
		if _, err := c.until("\r\n"); err != nil || n == 0 {
			return total, err
		}
	}
}

// field returns the value of a header field, nil where there is none. The name
// is given in lower case.
func field(header []byte, name string) []byte {
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(line) > len(name) && line[len(name)] == ':' && line[0]|0x20 == name[0] && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}

// fetch asks for one thing and returns its body.
func fetch(ctx context.Context, address string, r request) ([]byte, error) {
	c, err := dial(ctx, address, 30*time.Second)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // only asked
	var body bytes.Buffer
	if _, err := c.do(&r, &body); err != nil {
		return nil, fmt.Errorf("%.80q: %w", r.bytes, err)
	}
	return body.Bytes(), nil
}
