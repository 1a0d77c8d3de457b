package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// VerifySegment reads a segment to its end: every entry is held to its checksum, and one
// that is closed to its SHA-512. One that its process was writing when it ended may be
// cut off. Every fault is an ErrDamagedJournal, but for those of r.
func VerifySegment(name string, r io.Reader) error {
	s, err := openSegment(name, r)
	if errors.Is(err, errTorn) || errors.Is(err, io.EOF) {
		return nil // it was just begun
	}
	if err != nil {
		return err
	}
	// Until it is closed nothing but its name vouches for the head.
	if base := path.Base(name); !strings.Contains(name, s.head.Line) || !strings.Contains(base, fmt.Sprintf("%019d-", s.head.From)) {
		return s.damaged("its name does not say line %s from entry %d, as its head does", s.head.Line, s.head.From)
	}
	for {
		if _, err := s.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// altered tells an entry that was whole once from one that was never written to its end:
// with its checksum as it is, or with one bit of it turned back. Only a disk makes such
// a one, and what was in it was acknowledged.
func (h entryHead) altered(body []byte) bool {
	want, err := strconv.ParseUint(h.CRC32C, 16, 32)
	if err != nil {
		return false
	}
	got, err := strconv.ParseUint(Entry{Number: h.Entry, Schema: h.Schema, Body: body}.sum(), 16, 32)
	if err != nil {
		return false
	}
	differ := uint32(want) ^ uint32(got)
	if differ == 0 {
		return true // it says a wrong number of rows
	}
	// By how much a checksum differs, one bit makes out and its place from the end: a
	// CRC is linear.
	var by [8]uint32
	for bit := range by {
		by[bit] = castagnoli[1<<bit]
	}
	for at := len(body) - 1; at >= 0; at-- {
		for bit, d := range by {
			if d == differ && h.fits(body, at, 1<<bit) {
				return true
			}
			by[bit] = castagnoli[byte(d)] ^ d>>8
		}
	}
	return false
}

// fits reports whether a body with one bit turned back has the rows that it should.
func (h entryHead) fits(body []byte, at int, bit byte) bool {
	whole := bytes.Clone(body)
	whole[at] ^= bit
	return bytes.Count(whole, []byte{'\n'}) == h.Lines && bytes.HasSuffix(whole, []byte{'\n'}) && bytes.IndexByte(whole, 0) < 0
}
