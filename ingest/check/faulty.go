package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"hexi/archive"
)

// unreadableError says that the store has an object and cannot give its bytes, now or
// later: what stands there has to be put back or made again.
type unreadableError struct{ err error }

func (e *unreadableError) Error() string { return e.err.Error() }
func (e *unreadableError) Unwrap() error { return e.err }

// refusedError says that the store did not give an object, for a reason that says
// nothing of its bytes: rights, a link out of the store, a connection that broke.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// brokenPlaces are the errors of a disk or a folder about one file.
var brokenPlaces = []error{syscall.EIO, syscall.ELOOP, syscall.EISDIR, syscall.ENAMETOOLONG, io.ErrUnexpectedEOF}

// failuresInARow is how many objects may not be readable one after the other before the
// store itself is asked whether it answers.
const failuresInARow = 10

// probeKey is a key that no object has.
const probeKey = "access/none/" + factsFile

// faulty makes of an error in reading an object what it says of that object:
// archive.ErrNotFound, an *unreadableError or a *refusedError, each of which is a
// difference, and the check goes on. Any other error that it returns ends the check: the
// context's, or that of a store which, after failuresInARow failures, does not even say
// that it has no object of a key. A nil error ends a row of failures.
func (c *Checker) faulty(ctx context.Context, err error) error {
	if err == nil {
		c.failures.Store(0)
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err = absent(err); errors.Is(err, archive.ErrNotFound) {
		c.failures.Store(0)
		return err
	}
	if c.failures.Add(1) >= failuresInARow {
		if _, probe := c.parts.Objects.Stat(ctx, probeKey); probe != nil && !errors.Is(probe, archive.ErrNotFound) {
			return fmt.Errorf("the object store as a whole cannot be read: %w", errors.Join(err, probe))
		}
		c.failures.Store(0)
	}
	for _, broken := range brokenPlaces {
		if errors.Is(err, broken) {
			return &unreadableError{err}
		}
	}
	return &refusedError{err}
}

// stops reports whether an error that faulty returned ends the check.
func stops(err error) bool {
	var unreadable *unreadableError
	var refused *refusedError
	return err != nil && !errors.Is(err, archive.ErrNotFound) && !errors.As(err, &unreadable) && !errors.As(err, &refused)
}

// faultOf is the code of an object that cannot be read: damaged where its place is broken.
func faultOf(err error, damaged Code) Code {
	var refused *refusedError
	if errors.As(err, &refused) {
		return ObjectUnreadable
	}
	return damaged
}
