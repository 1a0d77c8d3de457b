package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// LogHead is a place in the log: the number of an entry and its hash. Whoever notes
// one down elsewhere can later prove that nothing up to it was altered (VerifyLog).
type LogHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // lower-case hexadecimal; "" of an empty log
}

// RevisionDigest is what the log vouches for of a revision: the SHA-256, in lower-case
// hexadecimal, of its body as the catalogue keeps it, followed, where the revision has
// a message, by a NUL and the message.
func RevisionDigest(body []byte, message string) string {
	if message != "" {
		body = append(append(body[:len(body):len(body)], 0), message...)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Chained returns the hash of the entry where previous is that of the entry before it
// ("" for the first): the SHA-256, in lower-case hexadecimal, of these texts with a NUL
// behind each: previous, Seq, At in microseconds since 1970, By, Action, Record,
// Revision, Asset, Digest, and the SHA-256 of Detail in hexadecimal ("" where there is
// none). None of them holds a NUL.
//
// A detail that was erased (ErasedDetail) stands for the one that was there.
func (c *Change) Chained(previous string) string { return c.chained(previous, nil) }

// chained is Chained with a buffer for its use.
func (c *Change) chained(previous string, b []byte) string {
	b = append(append(b[:0], previous...), 0)
	b = append(strconv.AppendInt(b, c.Seq, 10), 0)
	at := int64(0)
	if !c.At.IsZero() {
		at = c.At.UnixMicro()
	}
	b = append(strconv.AppendInt(b, at, 10), 0)
	b = append(append(b, c.By...), 0)
	b = append(append(b, c.Action...), 0)
	b = append(append(b, c.Record...), 0)
	b = append(strconv.AppendInt(b, int64(c.Revision), 10), 0)
	b = append(append(b, c.Asset...), 0)
	b = append(append(b, c.Digest...), 0)
	if digest, _, ok := erasedDetail(c.Detail); ok {
		b = append(b, digest...)
	} else if len(c.Detail) > 0 {
		sum := sha256.Sum256(c.Detail)
		b = hex.AppendEncode(b, sum[:])
	}
	b = append(b, 0)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Chain computes the hashes of entries that follow each other. It is not safe for use
// by several goroutines.
type Chain struct {
	Head LogHead
	buf  []byte
}

// Add gives an entry the next number and its hash, and makes it the head.
func (k *Chain) Add(c *Change) {
	if cap(k.buf) == 0 {
		k.buf = make([]byte, 0, 1024)
	}
	c.Seq = k.Head.Seq + 1
	c.Hash = c.chained(k.Head.Hash, k.buf)
	k.Head = LogHead{Seq: c.Seq, Hash: c.Hash}
}

// ErasedDetail is what stands in the place of a detail that was erased by the entry of
// that number: it keeps the digest of what was there, so that the chain holds.
func ErasedDetail(detail json.RawMessage, by int64) json.RawMessage {
	if _, _, ok := erasedDetail(detail); ok || len(detail) == 0 {
		return detail
	}
	sum := sha256.Sum256(detail)
	return fmt.Appendf(nil, `{"erased":%d,"sha256":"%x"}`, by, sum)
}

// ErasedBody is what stands in the place of a revision's body that was erased by the
// entry of that number.
func ErasedBody(by int64) []byte { return fmt.Appendf(nil, `{"erased":%d}`, by) }

const (
	maxErased    = 128 // bytes, of what stands for what was erased
	erasedPrefix = `{"erased":`
)

// ErasedBy returns the number of the entry that erased a revision's body, if it was.
func ErasedBy(body []byte) (seq int64, ok bool) { return erasedBody(body) }

// erasedBody reads what ErasedBody made.
func erasedBody(body []byte) (by int64, ok bool) {
	if len(body) > maxErased || !bytes.HasPrefix(body, []byte(erasedPrefix)) {
		return 0, false
	}
	m := erasedBodyShape.FindSubmatch(body)
	if m == nil {
		return 0, false
	}
	by, err := strconv.ParseInt(string(m[1]), 10, 64)
	return by, err == nil
}

// erasedDetail reads what ErasedDetail made.
func erasedDetail(detail json.RawMessage) (digest []byte, by int64, ok bool) {
	if len(detail) > maxErased || !bytes.HasPrefix(detail, []byte(erasedPrefix)) {
		return nil, 0, false
	}
	m := erasedDetailShape.FindSubmatch(detail)
	if m == nil {
		return nil, 0, false
	}
	by, err := strconv.ParseInt(string(m[1]), 10, 64)
	return m[2], by, err == nil
}

var (
	erasedBodyShape   = regexp.MustCompile(`^\{"erased":([0-9]{1,18})\}$`)
	erasedDetailShape = regexp.MustCompile(`^\{"erased":([0-9]{1,18}),"sha256":"([0-9a-f]{64})"\}$`)
)

// detail encodes what a change was about.
func detail(v any) (json.RawMessage, error) {
	b, err := encode(v)
	if err != nil {
		return nil, fmt.Errorf("encode detail of change: %w", err)
	}
	return b, nil
}

// LogHead returns the latest entry's number and hash.
func (a *Archive) LogHead(ctx context.Context) (LogHead, error) {
	head, err := a.catalog.LogHead(ctx)
	if err != nil {
		return LogHead{}, fmt.Errorf("head of the log: %w", err)
	}
	return head, nil
}
