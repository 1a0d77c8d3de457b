package oai

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// ErrUnknown is what a Source returns for a record that it does not have.
var ErrUnknown = errors.New("no such record")

// Repository answers harvesters.
type Repository struct {
	Name       string   // of the archive
	BaseURL    string   // where it is asked, such as "https://archive.example.org/oai"
	Namespace  string   // of identifiers: a domain name (see the function of that name)
	AdminEmail []string // one at least
	Formats    []Format // oai_dc among them (section 2.5)
	Source     Source
	Now        func() time.Time
	// Settle is by how much the clock of answers is behind: as long as a change takes, from the
	// moment that it bears until it can be read. Harvesters ask next time for what is not
	// older than the answer, and so are told of what was on its way.
	Settle time.Duration
	Page   int // records in one answer of a list
}

// Format is a format that all records are given in.
type Format struct{ Prefix, Schema, Namespace string }

// Header is what there is to say of a record besides its metadata (section 2.5).
type Header struct {
	ID      string    // the record's own id
	At      time.Time // to the microsecond: when what is shown of it changed
	Set     string    // its setSpec; "" for none
	Deleted bool
}

// Set is a set (section 2.6). What it is called and what is in it are told in several languages; a name
// there must be.
type Set struct {
	Spec         string
	Names        []Text
	Descriptions []Text
}

// Text is a text in a language, which is a tag of BCP 47, "" for none that is known.
type Text struct{ Lang, Text string }

// name joins the names, since the protocol has room for one.
func (s Set) name() string {
	var names []string
	for _, n := range s.Names {
		if !slices.Contains(names, n.Text) {
			names = append(names, n.Text)
		}
	}
	return strings.Join(names, " · ")
}

// Metadata writes a record in some format: one element, without an XML declaration.
type Metadata func(w io.Writer) error

// Source is what a Repository has to offer.
type Source interface {
	// Earliest returns the earliest moment of any record, the zero time where there is none.
	Earliest(ctx context.Context) (time.Time, error)
	// Sets returns the sets that there are, in the order in which they are to be listed.
	Sets(ctx context.Context) ([]Set, error)
	// Header returns that of one record, ErrUnknown where it never was there.
	Header(ctx context.Context, id string) (Header, error)
	// Headers returns the first limit headers after a place (nil: from the beginning), in the order
	// of places, of records that are there and of deleted ones. Where a record changes, its
	// place becomes a later one than that of all that could be seen before.
	Headers(ctx context.Context, q Query, after *Place, limit int) ([]Header, error)
	// Metadata returns what writes each of these records in a format; what was deleted in
	// the meantime is not among them.
	Metadata(ctx context.Context, prefix string, ids []string) (map[string]Metadata, error)
}

func (r *Repository) knows(prefix string) bool {
	for _, f := range r.Formats {
		if f.Prefix == prefix {
			return true
		}
	}
	return false
}
