package harvest

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
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
	return &RefusedError{What: printable(what), Code: code, Do: do, Why: printable(fmt.Sprintf(format, args...))}
}

// maxSaid is how long what comes from outside is repeated in a report, in characters.
const maxSaid = 1000

// printable makes of words from outside a line that is safe to print on a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxSaid {
		return string(runes[:maxSaid]) + " …"
	}
	return s
}

// refused returns the refusal that an error is, or nil.
func refused(err error) *RefusedError {
	var r *RefusedError
	if errors.As(err, &r) {
		return r
	}
	return nil
}
