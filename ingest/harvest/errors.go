package harvest

import (
	"errors"
	"fmt"
)

// RefusedError says why something that lies elsewhere was not taken. It is about that
// one thing: a harvest goes on with the next.
type RefusedError struct {
	What string // its address
	Code string // for machines: "address", "robots", "status", "not-an-image" …
	Why  string // a sentence for the person who runs the harvest
	Do   string // what to do about it; "" for nothing
}

// Error returns "address: why".
func (e *RefusedError) Error() string { return e.What + ": " + e.Why }

func refuse(what, code, do, format string, args ...any) *RefusedError {
	return &RefusedError{What: what, Code: code, Do: do, Why: fmt.Sprintf(format, args...)}
}

// refused returns the refusal that an error is, or nil.
func refused(err error) *RefusedError {
	var r *RefusedError
	if errors.As(err, &r) {
		return r
	}
	return nil
}
