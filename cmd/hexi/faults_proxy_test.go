package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive/objects"
)

// faults says which of the calls to a store fail, and how. Its zero value lets all pass.
type faults struct {
	mu     sync.Mutex
	random *rand.Rand
	oneIn  int // of the calls; 0 for none
	down   atomic.Bool
	made   map[fault]int
	lists  atomic.Int64 // how often something was listed
	calls  atomic.Int64
}

type fault string

// The ways in which a store fails.
const (
	slow       fault = "slow"
	refused    fault = "503 SlowDown"
	broken     fault = "500 InternalError"
	reset      fault = "connection reset"
	cutRequest fault = "the bytes are cut off on their way"
	lostAnswer fault = "done, and the answer is lost"
	cutAnswer  fault = "the answer is cut off half way"
)

var allFaults = []fault{slow, refused, broken, reset, cutRequest, lostAnswer, cutAnswer}

func newFaults(seed uint64) *faults {
	return &faults{random: rand.New(rand.NewPCG(seed, 1)), made: map[fault]int{}}
}

// set lets one in so many calls fail.
func (f *faults) set(oneIn int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.oneIn = oneIn
}

func (f *faults) draw() fault {
	f.calls.Add(1)
	if f.down.Load() {
		return reset
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.oneIn == 0 || f.random.IntN(f.oneIn) > 0 {
		return ""
	}
	kind := allFaults[f.random.IntN(len(allFaults))]
	f.made[kind]++
	return kind
}

// faultyProxy stands before an S3 server, and fails as told.
type faultyProxy struct {
	*faults
	backend   *url.URL
	transport *http.Transport
}

// behindFaults gives the flags with which S3 is reached through a proxy that fails.
func behindFaults(t *testing.T, f *faults, flags []string) []string {
	t.Helper()
	u, err := url.Parse(flags[5])
	if err != nil {
		t.Fatal(err)
	}
	p := &faultyProxy{f, &url.URL{Scheme: "http", Host: u.Host}, &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	t.Cleanup(p.transport.CloseIdleConnections)
	u.Host = strings.TrimPrefix(server.URL, "http://")
	return append(append([]string{}, flags[:5]...), u.String())
}

func (p *faultyProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && (r.URL.Query().Has("list-type") || r.URL.Query().Has("prefix")) {
		p.lists.Add(1)
	}
	kind := p.draw()
	switch kind {
	case slow:
		time.Sleep(100 * time.Millisecond)
	case refused:
		answerS3(w, http.StatusServiceUnavailable, "SlowDown")
		return
	case broken:
		answerS3(w, http.StatusInternalServerError, "InternalError")
		return
	case reset:
		hangUp(w)
		return
	}
	out := r.Clone(r.Context()) // Host stays: it is signed
	out.URL.Scheme, out.URL.Host, out.RequestURI = p.backend.Scheme, p.backend.Host, ""
	if kind == cutRequest && r.ContentLength > 1 {
		out.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), failingReader{}))
	}
	resp, err := p.transport.RoundTrip(out)
	if err != nil {
		hangUp(w)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if kind == lostAnswer || kind == cutRequest {
		_, _ = io.Copy(io.Discard, resp.Body) // what is in it is lost
		hangUp(w)
		return
	}
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	if kind == cutAnswer && r.Method == http.MethodGet && resp.ContentLength > 1 {
		w.WriteHeader(resp.StatusCode)
		_, _ = io.CopyN(w, resp.Body, resp.ContentLength/2)
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // who asked may have gone
}

func answerS3(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>Please try again.</Message></Error>`, code)
}

// hangUp resets the connection.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an end
	}
	_ = conn.Close()
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errDisk }

var errDisk = errors.New("input/output error")

// faultyStore fails as told before or after what a store of any kind does.
type faultyStore struct {
	objects.Store
	*faults
}

func (s faultyStore) before() (fault, error) {
	kind := s.draw()
	switch kind {
	case slow:
		time.Sleep(20 * time.Millisecond)
	case refused, broken, reset:
		return kind, fmt.Errorf("%s: %w", kind, errDisk)
	}
	return kind, nil
}

func after(kind fault, err error) error {
	if err == nil && kind == lostAnswer {
		return fmt.Errorf("%s: %w", kind, errDisk)
	}
	return err
}

func (s faultyStore) Put(ctx context.Context, key string, r io.Reader, opts objects.PutOptions) (objects.Info, error) {
	kind, err := s.before()
	if err != nil {
		return objects.Info{}, err
	}
	if kind == cutRequest {
		r = io.MultiReader(io.LimitReader(r, max(opts.Size, 2)/2), failingReader{})
	}
	info, err := s.Store.Put(ctx, key, r, opts)
	return info, after(kind, err)
}

func (s faultyStore) cut(kind fault, body io.ReadCloser, size int64, err error) (io.ReadCloser, error) {
	if err != nil || kind != cutAnswer {
		return body, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(body, size/2), failingReader{}), body}, nil
}

func (s faultyStore) Get(ctx context.Context, key string) (io.ReadCloser, objects.Info, error) {
	kind, err := s.before()
	if err != nil {
		return nil, objects.Info{}, err
	}
	body, info, err := s.Store.Get(ctx, key)
	body, err = s.cut(kind, body, info.Size, err)
	return body, info, err
}

func (s faultyStore) Range(ctx context.Context, key string, off, n int64, ifMatch string) (io.ReadCloser, objects.Info, error) {
	kind, err := s.before()
	if err != nil {
		return nil, objects.Info{}, err
	}
	body, info, err := s.Store.Range(ctx, key, off, n, ifMatch)
	body, err = s.cut(kind, body, n, err)
	return body, info, err
}

func (s faultyStore) Stat(ctx context.Context, key string) (objects.Info, error) {
	if _, err := s.before(); err != nil {
		return objects.Info{}, err
	}
	return s.Store.Stat(ctx, key)
}

func (s faultyStore) Copy(ctx context.Context, from, to string) error {
	kind, err := s.before()
	if err != nil {
		return err
	}
	return after(kind, s.Store.Copy(ctx, from, to))
}

func (s faultyStore) Move(ctx context.Context, from, to string) error {
	kind, err := s.before()
	if err != nil {
		return err
	}
	return after(kind, s.Store.Move(ctx, from, to))
}

func (s faultyStore) Delete(ctx context.Context, key string) error {
	kind, err := s.before()
	if err != nil {
		return err
	}
	return after(kind, s.Store.Delete(ctx, key))
}

func (s faultyStore) List(ctx context.Context, prefix string) iter.Seq2[objects.Info, error] {
	s.lists.Add(1)
	if _, err := s.before(); err != nil {
		return func(yield func(objects.Info, error) bool) { yield(objects.Info{}, err) }
	}
	return s.Store.List(ctx, prefix)
}

// readAll reads what a store has under a key.
func readAll(ctx context.Context, store objects.Store, key string) ([]byte, error) {
	body, _, err := store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, body)
	return b.Bytes(), errors.Join(err, body.Close())
}
