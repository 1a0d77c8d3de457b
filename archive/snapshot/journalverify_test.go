package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Of a segment every bit counts, but for those of the head's time and of the line before,
// which nothing vouches for until the segment is closed. Names are part of it.
func TestVerifySegment(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed %v", killed), func(t *testing.T) {
			t.Parallel()
			name := fmt.Sprintf("LINE-%019d-abc.jsonl", 1)
			whole := written(t, Line{ID: "LINE"}, killed, entries(1, 3)...)
			if err := VerifySegment(name, bytes.NewReader(whole)); err != nil {
				t.Fatal(err)
			}
			at := bytes.Index(whole, []byte(`"at":`)) + len(`"at":`)
			for n := range whole {
				if killed && n >= at && n < at+40 && n < bytes.IndexByte(whole, '\n') {
					continue
				}
				for bit := range 8 {
					altered := bytes.Clone(whole)
					altered[n] ^= 1 << bit
					err := VerifySegment(name, bytes.NewReader(altered))
					if err == nil || !errors.Is(err, ErrDamagedJournal) && !strings.Contains(err.Error(), "format") {
						t.Errorf("bit %d of byte %d of %d (%q): %v", bit, n, len(whole), whole[n], err)
					}
				}
			}
		})
	}
}

// The last entry of a process that was killed was acknowledged: one that was altered is
// told from one that was never written to its end, in reading, too.
func TestReadLastEntryAltered(t *testing.T) {
	t.Parallel()
	last := Entry{Number: 2, Schema: 9, Body: []byte("[\"+records\",\"a b@c\"]\n[\"+records\",\"d\"]\n")}
	whole := written(t, Line{ID: "L"}, true, entry(1), last)
	begin := bytes.Index(whole, []byte(`{"entry":2`))
	for n := begin; n < len(whole); n++ {
		for bit := range 8 {
			altered := bytes.Clone(whole)
			altered[n] ^= 1 << bit
			if got, err := read(t, shelf{"a": altered}, "L", 0, 0); err == nil {
				t.Errorf("bit %d of byte %d of %d (%q): %v and no error", bit, n, len(whole), whole[n], got)
			}
		}
	}
}

// What is being written is no fault, wherever it has come to.
func TestVerifySegmentBegun(t *testing.T) {
	t.Parallel()
	name := fmt.Sprintf("L-%019d-abc.jsonl", 1)
	whole := written(t, Line{ID: "L"}, true, entries(1, 3)...)
	for n := range whole {
		if err := VerifySegment(name, bytes.NewReader(whole[:n])); err != nil {
			t.Errorf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
}
