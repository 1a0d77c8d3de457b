package archive

import (
	"errors"
	"fmt"
	"strings"
)

// The errors that callers tell apart with errors.Is. They carry no status code
// and no storage detail: cmd/hexi/internal/web turns them into HTTP answers,
// and the commands turn them into sentences.
var (
	// ErrNotFound says that the named thing does not exist, or that the caller
	// may not know that it does.
	ErrNotFound = errors.New("not found")
	// ErrExists says that something with that name is there already and was
	// left as it was.
	ErrExists = errors.New("exists already")
	// ErrConflict says that the thing changed since the caller last saw it.
	ErrConflict = errors.New("changed meanwhile")
	// ErrErased says that the record was erased for ever, and its id is not used again.
	ErrErased = errors.New("was erased, and its id is not used again")
	// ErrForbidden says that the caller is known but may not do this.
	ErrForbidden = errors.New("not allowed")
	// ErrUnauthorized says that the caller must sign in first.
	ErrUnauthorized = errors.New("sign in first")
)

// FullError says that there is no room left where something is kept. What was to be
// written was not, and what was there is as it was; it goes on once there is room.
type FullError struct {
	Place string // a file or a folder, for those who run the server
	Err   error
}

// Error names the place and says what to do.
func (e *FullError) Error() string {
	return fmt.Sprintf("no space is left for %s: make room there, and it goes on (%v)", e.Place, e.Err)
}

// Unwrap returns what the system said.
func (e *FullError) Unwrap() error { return e.Err }

// InvalidError says which field of an input is wrong, and why. Field is the
// path of the field in the record's JSON shape ("period.from", "stops[2].view");
// Why is a sentence for the person who wrote the value, with the nearest valid
// value where there is one.
type InvalidError struct {
	Field string
	Why   string

	format string // that Why was made of, for those who say it in another language
	args   []any
}

// Says returns the format and the arguments that Why was made of, by which it can be
// said in another language; the format is Why itself where there was none.
func (e *InvalidError) Says() (format string, args []any) {
	if e.format == "" {
		return e.Why, nil
	}
	return e.format, e.args
}

// Error returns "field: why".
func (e *InvalidError) Error() string {
	if e.Field == "" {
		return e.Why
	}
	return e.Field + ": " + e.Why
}

// Invalid makes an *InvalidError with a formatted reason.
func Invalid(field, format string, args ...any) *InvalidError {
	return &InvalidError{Field: field, Why: fmt.Sprintf(format, args...), format: format, args: args}
}

// InvalidErrors is every fault that was found in one input, in the order of
// its fields, so that a curator mends a row once and not fault by fault.
type InvalidErrors []*InvalidError

// Error returns the faults in one line, separated by "; ".
func (e InvalidErrors) Error() string {
	parts := make([]string, len(e))
	for i, one := range e {
		parts[i] = one.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap makes every fault visible to errors.As.
func (e InvalidErrors) Unwrap() []error {
	out := make([]error, len(e))
	for i, one := range e {
		out[i] = one
	}
	return out
}
