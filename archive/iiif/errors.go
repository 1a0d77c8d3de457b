package iiif

import (
	"fmt"

	"hexi/archive"
)

// The parts of an image request, as SyntaxError and UnsupportedError name them.
const (
	PartIdentifier = "identifier"
	PartRegion     = "region"
	PartSize       = "size"
	PartRotation   = "rotation"
	PartQuality    = "quality"
	PartFormat     = "format"
)

// SyntaxError says which part of a request is wrong: it does not follow the
// grammar, or it asks for something that cannot be, such as a region outside
// the image. The specification's answer is 400 Bad Request (sections 4.1 to
// 4.5).
type SyntaxError struct {
	Part  string // one of the Part constants
	Value string // the part as the client sent it, decoded
	Why   string // the rest of the sentence, with what to write instead
}

// Error returns a sentence that names the wrong part.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("the %s %s is not valid: %s", e.Part, quote(e.Value), e.Why)
}

// UnsupportedError says which part of a valid request this server does not
// offer. The specification's answer is 501 Not Implemented (sections 4.2 and
// 7.3).
type UnsupportedError struct {
	Part  string // one of the Part constants
	Value string // the part as the client sent it, decoded
	Why   string // the rest of the sentence, with what to write instead
}

// Error returns a sentence that names the part that is not offered.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the %s %s is not offered: %s", e.Part, quote(e.Value), e.Why)
}

// ShapeError says that a path is none of the three forms of the Image API (base
// URI, image information, image). It is an archive.ErrNotFound.
type ShapeError struct {
	Path string // the escaped path
	Why  string // the rest of the sentence, with what to write instead
}

// Error returns a sentence that says what the path lacks.
func (e *ShapeError) Error() string {
	return fmt.Sprintf("the path %s is no IIIF address: %s", quote(e.Path), e.Why)
}

// Unwrap makes a ShapeError an archive.ErrNotFound.
func (e *ShapeError) Unwrap() error { return archive.ErrNotFound }

// maxQuoted is how many bytes of a client's own text an error repeats.
const maxQuoted = 80

func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%q…", s[:maxQuoted])
	}
	return fmt.Sprintf("%q", s)
}

func wrong(part, value, format string, args ...any) *SyntaxError {
	return &SyntaxError{Part: part, Value: value, Why: fmt.Sprintf(format, args...)}
}

func unoffered(part, value, format string, args ...any) *UnsupportedError {
	return &UnsupportedError{Part: part, Value: value, Why: fmt.Sprintf(format, args...)}
}
