package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type recordRow struct {
	bun.BaseModel `bun:"table:records,alias:r"`

	ID               string `bun:"id,pk"`
	Collection       string `bun:"collection"`
	Kind             string `bun:"kind"`
	PartOf           string `bun:"part_of"`
	Accession        string `bun:"accession"`
	Holder           string `bun:"holder"`
	AccessionKey     string `bun:"accession_key"`
	Revision         int    `bun:"revision"`
	Published        int    `bun:"published"`
	Withdrawn        bool   `bun:"withdrawn"`
	Visible          bool   `bun:"visible"`
	PublicCollection string `bun:"public_collection"`
	PublicKind       string `bun:"public_kind"`
	PublicPartOf     string `bun:"public_part_of"`
	Created          int64  `bun:"created"`
	Updated          int64  `bun:"updated"`
	PublishedAt      int64  `bun:"published_at"`
	Appeared         int64  `bun:"appeared"`
	Opened           int64  `bun:"opened"`
	Stamp            int64  `bun:"stamp"`
	ShownCollection  string `bun:"shown_collection"`
}

// entryRow is a record with the content of one of its revisions.
type entryRow struct {
	recordRow `bun:",extend"`

	Body string `bun:"body"`
}

type revisionRow struct {
	bun.BaseModel `bun:"table:revisions,alias:v"`

	Record  string `bun:"record,pk"`
	Number  int    `bun:"number,pk"`
	Body    string `bun:"body"`
	Author  string `bun:"author"`
	Message string `bun:"message"`
	At      int64  `bun:"at"`
}

type changeRow struct {
	bun.BaseModel `bun:"table:changes,alias:c"`

	Seq      int64  `bun:"seq,pk"`
	At       int64  `bun:"at"`
	Author   string `bun:"author"`
	Action   string `bun:"action"`
	Record   string `bun:"record"`
	Revision int    `bun:"revision"`
	Asset    string `bun:"asset"`
	Detail   string `bun:"detail"`
	Digest   string `bun:"digest"`
	Hash     string `bun:"hash"`
}

type metaRow struct {
	bun.BaseModel `bun:"table:meta"`

	Name  string `bun:"name,pk"`
	Value string `bun:"value"`
}

// micros and fromMicros are how times are kept. The zero time is 0.
func micros(t time.Time) int64 {
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

// accessionKey is what an accession number and its holder are looked up by;
// "" where one of them is missing. The texts themselves can be longer than
// PostgreSQL takes into an index.
func accessionKey(accession, holder string) string {
	if accession == "" || holder == "" {
		return ""
	}
	h := sha256.New()
	for _, s := range []string{accession, holder} {
		_, _ = io.WriteString(h, s) // a hash never fails to write
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// describe takes the columns of the latest revision from the record.
func (row *recordRow) describe(r archive.Record) {
	row.Collection, row.Kind, row.PartOf = r.Collection, string(r.Kind), r.PartOf
	row.Accession, row.Holder = r.Identifier("accession"), r.Holder()
	row.AccessionKey = accessionKey(row.Accession, row.Holder)
}

// entry decodes the row. Updated is the time of the last change to what is
// shown: of the published revision, its publication.
func (row *entryRow) entry(published bool) (*archive.Entry, error) {
	e := &archive.Entry{
		Revision: row.Revision, Published: row.Published, Withdrawn: row.Withdrawn,
		Created: fromMicros(row.Created), Updated: fromMicros(row.Updated), Appeared: row.Appeared, Opened: fromMicros(row.Opened),
	}
	if published {
		e.Updated = fromMicros(row.PublishedAt)
	}
	if err := json.Unmarshal([]byte(row.Body), &e.Record); err != nil {
		return nil, fmt.Errorf("decode record %s: %w", row.ID, err)
	}
	return e, nil
}

// encodeRecord returns a record's JSON as it is kept: keys in the order of the
// record shape, those of maps sorted, no white space, and texts as they are, so
// that people who read the database read Chinese and not escapes.
func encodeRecord(r archive.Record) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return "", fmt.Errorf("encode record %s: %w", r.ID, err)
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}

// revision decodes a revision; one that was read without its body stays without.
func (row *revisionRow) revision() (*archive.Revision, error) {
	rev := &archive.Revision{Number: row.Number, At: fromMicros(row.At), By: row.Author, Message: row.Message}
	if _, erased := archive.ErasedBy([]byte(row.Body)); erased {
		return nil, fmt.Errorf("revision %d of %s: %w", row.Number, row.Record, archive.ErrErased)
	}
	if row.Body == "" {
		rev.Record.ID = row.Record
		return rev, nil
	}
	if err := json.Unmarshal([]byte(row.Body), &rev.Record); err != nil {
		return nil, fmt.Errorf("decode revision %d of %s: %w", row.Number, row.Record, err)
	}
	return rev, nil
}

func (row *changeRow) change() archive.Change {
	c := archive.Change{
		Seq: row.Seq, At: fromMicros(row.At), By: row.Author, Action: archive.Action(row.Action),
		Record: row.Record, Revision: row.Revision, Asset: row.Asset, Digest: row.Digest, Hash: row.Hash,
	}
	if row.Detail != "" {
		c.Detail = json.RawMessage(row.Detail)
	}
	return c
}

func newChangeRow(c archive.Change) changeRow {
	return changeRow{
		Seq: c.Seq, At: micros(c.At), Author: c.By, Action: string(c.Action), Record: c.Record, Revision: c.Revision, Asset: c.Asset,
		Detail: string(c.Detail), Digest: c.Digest, Hash: c.Hash,
	}
}
