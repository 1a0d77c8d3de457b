package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a process that decodes.
type child struct {
	cmd    *exec.Cmd
	socket *net.UnixConn
	said   *tail // on its standard error
	jobs   int
	gone   chan struct{} // closed when the process has ended
	status error         // after gone: how

	mu  sync.Mutex
	why string // it was ended on purpose
}

// start starts a child.
func start(command, environment []string, observer Observer) (_ *child, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make a socket for a decoding process: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "child"), os.NewFile(uintptr(fds[1]), "parent")
	defer theirs.Close() //nolint:errcheck // the child has its own
	conn, err := net.FileConn(ours)
	if err = errors.Join(err, ours.Close()); err != nil {
		return nil, fmt.Errorf("make a socket for a decoding process: %w", err)
	}
	socket, _ := conn.(*net.UnixConn)
	c := &child{socket: socket, said: &tail{}, gone: make(chan struct{})}
	// It lives as long as the pool wants it, not as long as who asks first.
	c.cmd = exec.CommandContext(context.Background(), command[0], command[1:]...) //nolint:gosec // our own binary
	c.cmd.ExtraFiles = []*os.File{theirs}
	c.cmd.Stderr = c.said
	c.cmd.Dir = "/"
	c.cmd.Env = environment
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start a decoding process: %w", err), socket.Close())
	}
	observer.Started()
	go func() {
		c.status = c.cmd.Wait()
		why := c.reason()
		if why == "" {
			why = EndCrashed
		}
		observer.Ended(why)
		close(c.gone)
	}()
	return c, nil
}

// end kills the process and says why it was.
func (c *child) end(why string) {
	c.mu.Lock()
	if c.why == "" {
		c.why = why
	}
	c.mu.Unlock()
	_ = c.cmd.Process.Kill() // it may have ended
	_ = c.socket.Close()     // nobody uses it any more
	<-c.gone
}

// reason says why a child that was ended was.
func (c *child) reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// resident returns the memory that the process has in use, in bytes: what is its
// own, not the files that it reads.
func (c *child) resident() int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 3 {
		return 0
	}
	all, _ := strconv.ParseInt(fields[1], 10, 64)
	shared, _ := strconv.ParseInt(fields[2], 10, 64)
	return (all - shared) * int64(os.Getpagesize())
}

// watch ends the child when it takes too much memory, until stop is closed.
func (c *child) watch(limit int64, stop <-chan struct{}) {
	const every = 25 * time.Millisecond
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-c.gone:
			return
		case <-ticker.C:
			if c.resident() > limit {
				c.end(EndMemory)
				return
			}
		}
	}
}

// environ is what a child gets of the environment: nothing of the settings, which
// hold passwords.
func environ(cores int) []string {
	env := []string{
		"GOMAXPROCS=" + strconv.Itoa(cores),
		"MALLOC_ARENA_MAX=2", // each arena keeps what it once had
		// One image after the other takes the same buffers. To give them back in between
		// and get them again costs a fault for each page, which was a tenth of the time
		// of photographs; with these the kernel takes them where it runs short.
		// (That of C's allocator is set by the engine.)
		"GODEBUG=madvdontneed=0",
		"LC_ALL=C.UTF-8", "HOME=/nonexistent", "G_SLICE=always-malloc",
	}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "TMPDIR", "GOCOVERDIR", "GORACE"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// tail keeps the last of what a child says on its standard error.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailLength = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if over := len(t.b) - tailLength; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
