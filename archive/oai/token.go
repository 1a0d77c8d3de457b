package oai

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"time"
)

// Place is a place in the order of records: by their moments, and those of one moment by
// their ids. It is finer than datestamps, of which many records can have the same.
type Place struct {
	At time.Time // to the microsecond
	ID string
}

// token is what a resumption token says (section 3.5): the whole query, and the place of the last
// record that was given. It holds nothing that its bearer may not know, and so is not signed;
// the sum finds what was cut off or mistyped.
type token struct {
	verb   Verb
	prefix string
	query  Query
	after  Place
}

// tokenBody is a token as it is encoded. Times are microseconds since 1970, 0 for none.
type tokenBody struct {
	Version int    `json:"v"`
	Verb    Verb   `json:"w"`
	Prefix  string `json:"p"`
	Set     string `json:"s,omitempty"`
	From    int64  `json:"f,omitempty"`
	Before  int64  `json:"b,omitempty"`
	At      int64  `json:"a"`
	ID      string `json:"i"`
}

// tokenVersion changes when older tokens can not be gone on with.
const tokenVersion = 1

// maxToken bounds what is read as a token, in bytes.
const maxToken = 2048

func (t token) String() string {
	body, err := json.Marshal(tokenBody{
		Version: tokenVersion, Verb: t.verb, Prefix: t.prefix, Set: t.query.Set,
		From: toMicros(t.query.From), Before: toMicros(t.query.Before), At: toMicros(t.after.At), ID: t.after.ID,
	})
	if err != nil {
		panic("oai: texts and numbers can be encoded: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(body)))
}

func parseToken(s string) (token, bool) {
	if len(s) > maxToken {
		return token{}, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(data) < 4 {
		return token{}, false
	}
	body, sum := data[:len(data)-4], data[len(data)-4:]
	var b tokenBody
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) || json.Unmarshal(body, &b) != nil || b.Version != tokenVersion || b.At <= 0 || b.ID == "" {
		return token{}, false
	}
	return token{
		verb: b.Verb, prefix: b.Prefix, query: Query{Set: b.Set, From: fromMicros(b.From), Before: fromMicros(b.Before)},
		after: Place{fromMicros(b.At), b.ID},
	}, true
}

func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
