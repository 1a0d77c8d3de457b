package raster

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The codes of refusals. They are stable: reports and programs tell them apart.
const (
	CodeEmpty       = "empty"        // no bytes
	CodeNotAnImage  = "not-an-image" // some other kind of file
	CodeUnsupported = "unsupported"  // an image that this engine does not read
	CodeTruncated   = "truncated"    // it ends early
	CodeBroken      = "broken"       // it contradicts itself
	CodeTooLarge    = "too-large"    // more pixels than the engine may decode
	CodeTooSlow     = "too-slow"     // decoding it does not end
	CodeCrashed     = "crashed"      // its decoder falls over
)

// RefusedError says why a master cannot be shown, in words for a curator. It is
// plain data, so that it can cross from a decoding process.
type RefusedError struct {
	Code string
	Why  string // a sentence
	Do   string // what to do about it; may be ""
}

// Error returns the reason.
func (e *RefusedError) Error() string { return e.Why }

func refuse(code, do, format string, args ...any) *RefusedError {
	return &RefusedError{Code: code, Why: fmt.Sprintf(format, args...), Do: do}
}

const (
	doReplace = "replace the file with a complete copy from its source"
	doConvert = "convert it to TIFF, JPEG or PNG and ingest that"
	doPieces  = "convert it to a TIFF, which is read in pieces"
	doUpright = "save it upright, without an EXIF orientation"
	doTiles   = "save it as a TIFF with tiles of 512 × 512 pixels"

	toInstall = "install libvips (Debian: libvips-dev) and build hexi with make build"
)

// advised adds to a refusal of the pure-Go engine what the other one would do.
func advised(err error) error {
	var refused *RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	other := ""
	switch refused.Do {
	case doConvert:
		other = "; the native engine reads more formats: " + toInstall
	case doPieces, doUpright, doTiles:
		other = "; the native engine takes it as it is: " + toInstall
	}
	return &RefusedError{Code: refused.Code, Why: refused.Why, Do: refused.Do + other}
}

// damaged turns a decoder's error, which is no refusal, into one.
func damaged(format string, err error) *RefusedError {
	text := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || endsEarly(text) {
		return refuse(CodeTruncated, doReplace, "the %s file ends early", format)
	}
	if strings.Contains(text, "unsupported") || strings.Contains(text, "not implemented") || strings.Contains(text, "not supported") {
		return refuse(CodeUnsupported, doConvert, "this kind of %s is not read here: %s", format, text)
	}
	return refuse(CodeBroken, doReplace, "the %s file is damaged: %s", format, text)
}

// endsEarly recognises what the decoders of image/jpeg and image/png say of a
// stream that ends inside of the pixels, without an error value of its own.
func endsEarly(text string) bool {
	return strings.Contains(text, "short Huffman data") || strings.Contains(text, "found marker 0xd9 instead of RST") || strings.Contains(text, "not enough pixel data") ||
		strings.Contains(text, "not enough image data") ||
		strings.Contains(text, "unexpected EOF")
}

// guard runs a decoder and turns a panic of it into a refusal. It holds only
// for panics of this goroutine, so that nothing here decodes in another.
func guard(format string, decode func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = refuse(CodeBroken, doReplace, "the %s file is damaged: its decoder gave up (%v)", format, v)
		}
	}()
	return decode()
}

// guardedReader is a decoder's reader under guard.
type guardedReader struct {
	format string
	r      io.Reader
}

// Read implements io.Reader.
func (g *guardedReader) Read(b []byte) (n int, err error) {
	err = guard(g.format, func() error {
		n, err = g.r.Read(b)
		return err
	})
	return n, err
}

// endedAt is the refusal of a file that ends early, after so many rows of all. There
// may be more of them in the block in which it ends, which are read where someone
// accepts the image as it is.
func endedAt(format string, rows, of int) *RefusedError {
	return refuse(CodeTruncated, doReplace, "the %s file ends early: at least %d %% of its rows could be read", format, 100*int64(rows)/int64(of))
}
