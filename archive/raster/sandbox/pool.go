package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"hexi/archive/raster"
)

// Options say how children are run. The zero value of each but Command is
// replaced by its default.
type Options struct {
	// Command starts a child: the path of the binary and its arguments. Its
	// process is to call Serve.
	Command []string
	// Environment is added to what a child gets.
	Environment []string
	// Scratch is the directory for copies of masters that are no files; "" is the
	// system's.
	Scratch string
	// Memory is how many bytes a child may have in use; 3 GiB by default.
	Memory int64
	// IdentifyTime and DeriveTime bound a job; a minute and two hours by default.
	IdentifyTime, DeriveTime time.Duration
	// Idle is how long a child is kept that nobody needs; a minute by default.
	Idle time.Duration
	// Observer, if any, hears of children.
	Observer Observer
	Log      *slog.Logger
}

// A child is replaced after so many jobs, or when it keeps so many bytes after one.
const (
	maxJobs = 500
	maxKept = 400 << 20
)

// Pool hands masters to children. It is safe for use by many goroutines; each has
// a child to itself while a job lasts.
type Pool struct {
	opts  Options
	cores int // that each child may use

	mu     sync.Mutex
	idle   []*idleChild
	closed bool
}

type idleChild struct {
	*child
	timer *time.Timer
}

// New makes a pool. Children are started as they are needed.
func New(opts Options) *Pool {
	if opts.Memory == 0 {
		opts.Memory = DefaultMemory
	}
	if opts.IdentifyTime == 0 {
		opts.IdentifyTime = time.Minute
	}
	if opts.DeriveTime == 0 {
		opts.DeriveTime = 2 * time.Hour
	}
	if opts.Idle == 0 {
		opts.Idle = time.Minute
	}
	if opts.Observer == nil {
		opts.Observer = silent{}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Pool{opts: opts, cores: runtime.GOMAXPROCS(0)}
}

// DefaultMemory is how many bytes a child may have in use unless it is said
// otherwise.
const DefaultMemory = 3 << 30

// Identify finds out what a master is, in a child; see raster.Go.Identify.
func (p *Pool) Identify(ctx context.Context, r io.ReaderAt, size int64) (raster.Info, error) {
	a, err := p.run(ctx, r, request{Size: size}, raster.Output{})
	if err != nil {
		return raster.Info{}, err
	}
	return *a.Info, nil
}

// Derive makes the access copy of an identified master, in a child; see
// raster.Go.Derive.
func (p *Pool) Derive(ctx context.Context, r io.ReaderAt, size int64, info raster.Info, out raster.Output) (raster.Result, error) {
	a, err := p.run(ctx, r, request{Derive: true, Size: size, Info: info}, out)
	if err != nil {
		return raster.Result{}, err
	}
	return *a.Result, nil
}

// Close ends the children that wait for work. Those at work end with their jobs.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.timer.Stop()
		c.end(EndClosed)
	}
	return nil
}

func (p *Pool) run(ctx context.Context, r io.ReaderAt, req request, out raster.Output) (*answer, error) {
	master, done, err := p.fileOf(r, req.Size)
	if err != nil {
		return nil, err
	}
	defer done()
	files := []*os.File{master}
	if req.Derive {
		tiff, ok := out.TIFF.(*os.File)
		if !ok {
			return nil, errors.New("derive in a child: the access copy is no file")
		}
		files = append(files, tiff)
	}
	for again := false; ; again = true {
		c, fresh, err := p.take()
		if err != nil {
			return nil, err
		}
		a, err := p.ask(ctx, c, req, out, files)
		if err == nil {
			p.give(c)
			return a, nil
		}
		var refused *raster.RefusedError
		if errors.As(err, &refused) && c.reason() == "" {
			p.give(c) // it lives: the refusal is its answer
			return nil, err
		}
		c.end(EndFailed)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if refused != nil {
			return nil, err
		}
		var fell *fallError
		if !errors.As(err, &fell) {
			return nil, err
		}
		p.opts.Log.Warn("a decoding process fell over", "status", fell.status, "said", c.said.String(), "again", !fresh && !again)
		// An image before this one may have done the harm: a fresh child decides.
		if fresh || again {
			return nil, &raster.RefusedError{
				Code: raster.CodeCrashed,
				Why:  fmt.Sprintf("the image makes its decoder fall over (%s)", fell.status),
				Do:   "open the file in the program that made it and save it as TIFF or PNG, then ingest that",
			}
		}
		if req.Derive {
			if err := rewind(files[1]); err != nil {
				return nil, err
			}
		}
	}
}

// fallError says that a child ended while it was at work.
type fallError struct{ status string }

func (f *fallError) Error() string { return "a decoding process ended: " + f.status }

// ask hands a job to a child and waits for how it ends.
func (p *Pool) ask(ctx context.Context, c *child, req request, out raster.Output, files []*os.File) (*answer, error) {
	limit := p.opts.IdentifyTime
	if req.Derive {
		limit = p.opts.DeriveTime
	}
	c.jobs++
	stop := make(chan struct{})
	defer close(stop)
	go c.watch(p.opts.Memory, stop)
	type outcome struct {
		a   *answer
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		a, err := c.exchange(req, out, files)
		ended <- outcome{a, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case o := <-ended:
		switch {
		case o.a == nil:
			return nil, p.judge(c, o.err)
		case o.err != nil:
			c.end(EndLied)
			return nil, o.err
		}
		return o.a, o.a.fault()
	case <-timer.C:
		c.end(EndTime)
		<-ended
		return nil, &raster.RefusedError{
			Code: raster.CodeTooSlow, Why: fmt.Sprintf("decoding it took longer than %s and was stopped", limit),
			Do: "check whether the file is whole; if it is, save it as an uncompressed TIFF and ingest that",
		}
	case <-ctx.Done():
		c.end(EndCancelled)
		<-ended
		return nil, ctx.Err()
	}
}

// judge says what became of a child whose socket failed.
func (p *Pool) judge(c *child, err error) error {
	select {
	case <-c.gone:
	case <-time.After(5 * time.Second): // it closed its socket and lives
		c.end(EndSilent)
	}
	if c.reason() == EndMemory {
		return &raster.RefusedError{
			Code: raster.CodeTooLarge,
			Why:  fmt.Sprintf("decoding it took more than the %d MB of memory that a decoding process may have, and was stopped", p.opts.Memory>>20),
			Do:   "save it as a tiled or uncompressed TIFF, which is read in pieces, and ingest that",
		}
	}
	status := err.Error()
	if c.status != nil {
		status = c.status.Error()
	}
	return &fallError{status}
}

// exchange sends a request and reads answers up to the last.
func (c *child) exchange(req request, out raster.Output, files []*os.File) (*answer, error) {
	if err := sendFiles(c.socket, files...); err != nil {
		return nil, err
	}
	if err := send(c.socket, req); err != nil {
		return nil, err
	}
	for {
		a, err := receiveAnswer(c.socket)
		if err != nil {
			return nil, err
		}
		if a.ended() {
			return &a, a.check(req)
		}
		if out.Progress != nil {
			out.Progress(a.Rows, a.Of)
		}
	}
}

// fault is the error that an answer tells of.
func (a *answer) fault() error {
	switch {
	case a.Refused != nil:
		return a.Refused
	case a.Error != "":
		return errors.New(a.Error)
	}
	return nil
}

// take returns a child that nobody else has.
func (p *Pool) take() (c *child, fresh bool, err error) {
	p.mu.Lock()
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if !last.timer.Stop() {
			continue // it is being ended
		}
		select {
		case <-last.gone:
			continue
		default:
		}
		p.mu.Unlock()
		return last.child, false, nil
	}
	p.mu.Unlock()
	c, err = start(p.opts.Command, append(environ(p.cores), p.opts.Environment...), p.opts.Observer)
	return c, true, err
}

// give puts a child back, or ends one that has done or grown enough.
func (p *Pool) give(c *child) {
	if c.jobs >= maxJobs || c.resident() > maxKept {
		c.end(EndRetired)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		go c.end(EndClosed)
		return
	}
	p.idle = append(p.idle, &idleChild{c, time.AfterFunc(p.opts.Idle, func() { p.drop(c) })})
}

// drop ends a child that waited in vain.
func (p *Pool) drop(c *child) {
	p.mu.Lock()
	for i, other := range p.idle {
		if other.child == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	c.end(EndIdle)
}

// fileOf returns a master as a file that can be passed to another process: itself,
// or a copy that goes away with it.
func (p *Pool) fileOf(r io.ReaderAt, size int64) (*os.File, func(), error) {
	if f, ok := r.(*os.File); ok {
		return f, func() {}, nil
	}
	f, err := os.CreateTemp(p.opts.Scratch, "hexi-master-*")
	if err != nil {
		return nil, nil, fmt.Errorf("copy master for decoding: %w", err)
	}
	done := func() { _ = f.Close() } // unlinked: nothing of it is kept
	err = os.Remove(f.Name())
	if err == nil {
		_, err = io.Copy(f, io.NewSectionReader(r, 0, size))
	}
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("copy master for decoding: %w", err)
	}
	return f, done, nil
}

// rewind empties an access copy that a child left unfinished.
func rewind(f *os.File) error {
	err := f.Truncate(0)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("begin the access copy again: %w", err)
	}
	return nil
}
