// Package bagit writes and validates BagIt bags (RFC 8493, and the drafts 0.93 to 0.97
// that came before it): folders with a payload, the digests of every file in it, and a
// few facts about the whole.
//
// It owns the tag files, the digests, and the names of files in manifests. It does not
// know what a payload is, and never goes to the network: a bag whose files still have
// to be fetched is not valid here.
//
// Invariants: a bag that Writer has finished is valid and durable, and appears in its
// place whole or not at all; Validate opens nothing outside of the bag, follows no
// link, and reads every byte that a manifest speaks of.
//
//	w, err := bagit.Create("/srv/bags/cave-220")
//	err = w.Put(ctx, "data/a.tif", size, sha512, open)
//	err = w.Finish([]bagit.Field{{Name: "External-Identifier", Value: "cave-220"}})
//	report, err := bagit.Validate(ctx, "/srv/bags/cave-220", bagit.Options{})
package bagit

import "fmt"

// Field is one line of bag-info.txt. Names may come more than once.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Fault is something about a bag that is wrong, or in a warning odd. Path is the file
// that it is about, "" for the bag as a whole.
type Fault struct {
	Code string `json:"code"` // "missing", "changed", "not-listed" …
	Path string `json:"path,omitempty"`
	Why  string `json:"why"`
}

// String returns "path: why".
func (f Fault) String() string {
	if f.Path == "" {
		return f.Why
	}
	return fmt.Sprintf("%s: %s", f.Path, f.Why)
}

// Report is what validating a bag found.
type Report struct {
	Version  string  `json:"version"` // of BagIt: "1.0"
	Info     []Field `json:"info,omitempty"`
	Files    int     `json:"files"` // of the payload
	Bytes    int64   `json:"bytes"` // of the payload
	Faults   []Fault `json:"faults,omitempty"`
	Warnings []Fault `json:"warnings,omitempty"`
}

// Valid reports whether nothing is wrong. Warnings do not count.
func (r *Report) Valid() bool { return len(r.Faults) == 0 }

// Get returns the first value of a field of bag-info.txt, or "". Names are compared
// without regard to case (RFC 8493, section 2.2.2).
func (r *Report) Get(name string) string { return get(r.Info, name) }

// maxFaults bounds what one report lists: a bag with more is broken as a whole.
const maxFaults = 10_000

func (r *Report) fault(code, path, format string, args ...any) {
	switch n := len(r.Faults); {
	case n < maxFaults:
		r.Faults = append(r.Faults, Fault{code, path, fmt.Sprintf(format, args...)})
	case n == maxFaults:
		r.Faults = append(r.Faults, Fault{"more", "", fmt.Sprintf("there are more than %d faults; the rest is not listed", maxFaults)})
	}
}

func (r *Report) warn(code, path, format string, args ...any) {
	if len(r.Warnings) < maxFaults {
		r.Warnings = append(r.Warnings, Fault{code, path, fmt.Sprintf(format, args...)})
	}
}
