package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"hexi/archive"
)

// oddStore fails to open every object, and its Stat as a whole where it is down.
type oddStore struct {
	Objects
	err  error
	down error
}

func (s oddStore) Get(context.Context, string) (io.ReadCloser, Info, error) {
	return nil, Info{}, s.err
}

func (s oddStore) Stat(context.Context, string) (Info, error) {
	if s.down != nil {
		return Info{}, s.down
	}
	return Info{}, archive.ErrNotFound
}

// One object after the other that cannot be read is told, as long as the store itself
// answers; a store that does not ends the check, and soon.
func TestOneObjectOrTheWholeStore(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	for name, test := range map[string]struct {
		store    oddStore
		code     Code
		stopsAt  int
		notFound bool
	}{
		"a loop of links":  {oddStore{err: &fs.PathError{Op: "open", Path: "x", Err: syscall.ELOOP}}, AccessDamaged, 0, false},
		"a disk's error":   {oddStore{err: fmt.Errorf("open x: %w", syscall.EIO)}, AccessDamaged, 0, false},
		"no right to read": {oddStore{err: fs.ErrPermission}, ObjectUnreadable, 0, false},
		"no such key":      {oddStore{err: archive.Invalid("key", "is none")}, "", 0, true},
		"a store is down":  {oddStore{err: refused, down: refused}, ObjectUnreadable, failuresInARow, false},
	} {
		c := New(Parts{Objects: test.store}, Options{})
		stopped := 0
		for i := 1; i <= 5*failuresInARow && stopped == 0; i++ {
			_, err := c.small(t.Context(), "access/a/facts.json", 100)
			if _, again := c.sum(t.Context(), "access/a/sidecar"); err == nil || again == nil {
				t.Fatalf("%s: %v, %v", name, err, again)
			}
			switch {
			case stops(err):
				stopped = 2 * i
			case errors.Is(err, archive.ErrNotFound) != test.notFound:
				t.Errorf("%s: %v", name, err)
			case !test.notFound && faultOf(err, AccessDamaged) != test.code:
				t.Errorf("%s: %v is %s, want %s", name, err, faultOf(err, AccessDamaged), test.code)
			}
		}
		if (stopped > 0) != (test.stopsAt > 0) || stopped > test.stopsAt+2 {
			t.Errorf("%s: stopped after %d objects", name, stopped)
		}
	}
}
