package catalog

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type recordRow struct {
	bun.BaseModel `bun:"table:records,alias:r"`

	ID         string `bun:"id,pk"`
	Collection string `bun:"collection"`
	Kind       string `bun:"kind"`
	PartOf     string `bun:"part_of"`
	Accession  string `bun:"accession"`
	Holder     string `bun:"holder"`
	Revision   int    `bun:"revision"`
	Published  int    `bun:"published"`
	Withdrawn  bool   `bun:"withdrawn"`
	Created    int64  `bun:"created"`
	Updated    int64  `bun:"updated"`
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

type assetRow struct {
	bun.BaseModel `bun:"table:assets,alias:a"`

	ID        string `bun:"id,pk"`
	Record    string `bun:"record"`
	Position  int    `bun:"position"`
	Kind      string `bun:"kind"`
	State     string `bun:"state"`
	Batch     string `bun:"batch"`
	Filename  string `bun:"filename"`
	MasterKey string `bun:"master_key"`
	Size      int64  `bun:"size"`
	SHA512    string `bun:"sha512"`
	Format    string `bun:"format"`
	Image     string `bun:"image"`
	Access    string `bun:"access"`
	Failure   string `bun:"failure"`
	Received  int64  `bun:"received"`
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
}

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	Name         string `bun:"name,pk"`
	Role         string `bun:"role"`
	PasswordHash string `bun:"password_hash"`
	Disabled     bool   `bun:"disabled"`
	Created      int64  `bun:"created"`
}

type tokenRow struct {
	bun.BaseModel `bun:"table:tokens"`

	SHA256  string `bun:"sha256,pk"`
	Owner   string `bun:"owner"`
	Created int64  `bun:"created"`
}

type jobRow struct {
	bun.BaseModel `bun:"table:jobs,alias:j"`

	ID     int64  `bun:"id,pk"`
	Kind   string `bun:"kind"`
	Record string `bun:"record"`
	Asset  string `bun:"asset"`
	Batch  string `bun:"batch"`
}

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

func (row *entryRow) entry() (*archive.Entry, error) {
	e := &archive.Entry{
		Revision: row.Revision, Published: row.Published, Withdrawn: row.Withdrawn,
		Created: fromMicros(row.Created), Updated: fromMicros(row.Updated),
	}
	if err := json.Unmarshal([]byte(row.Body), &e.Record); err != nil {
		return nil, fmt.Errorf("decode record %s: %w", row.ID, err)
	}
	return e, nil
}

// toJSON encodes an optional part of an asset; "" for none.
func toJSON[T any](v *T) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func fromJSON[T any](s string) (*T, error) {
	if s == "" {
		return nil, nil
	}
	v := new(T)
	return v, json.Unmarshal([]byte(s), v)
}

func newAssetRow(a archive.Asset) (*assetRow, error) {
	row := &assetRow{
		ID: a.ID, Record: a.Record, Position: a.Position, Kind: string(a.Kind), State: string(a.State), Batch: a.Batch,
		Filename: a.Master.Filename, MasterKey: a.Master.Key, Size: a.Master.Size, SHA512: a.Master.SHA512, Format: a.Master.Format,
		Received: micros(a.Received),
	}
	var err error
	if row.Image, err = toJSON(a.Image); err == nil {
		if row.Access, err = toJSON(a.Access); err == nil {
			row.Failure, err = toJSON(a.Failure)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("encode asset %s: %w", a.ID, err)
	}
	return row, nil
}

func (row *assetRow) asset() (*archive.Asset, error) {
	a := &archive.Asset{
		ID: row.ID, Record: row.Record, Position: row.Position, Kind: archive.AssetKind(row.Kind),
		State: archive.AssetState(row.State), Batch: row.Batch, Received: fromMicros(row.Received),
		Master: archive.Master{Filename: row.Filename, Key: row.MasterKey, Size: row.Size, SHA512: row.SHA512, Format: row.Format},
	}
	var err error
	if a.Image, err = fromJSON[archive.Image](row.Image); err == nil {
		if a.Access, err = fromJSON[archive.Access](row.Access); err == nil {
			a.Failure, err = fromJSON[archive.Failure](row.Failure)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("decode asset %s: %w", row.ID, err)
	}
	return a, nil
}

func (row *changeRow) change() archive.Change {
	return archive.Change{
		Seq: row.Seq, At: fromMicros(row.At), By: row.Author, Action: archive.Action(row.Action),
		Record: row.Record, Revision: row.Revision, Asset: row.Asset,
	}
}

func (row *userRow) user() archive.User {
	return archive.User{
		Name: row.Name, Role: archive.Role(row.Role), PasswordHash: row.PasswordHash,
		Disabled: row.Disabled, Created: fromMicros(row.Created),
	}
}

// revision decodes a revision; one that was read without its body stays without.
func (row *revisionRow) revision() (*archive.Revision, error) {
	rev := &archive.Revision{Number: row.Number, At: fromMicros(row.At), By: row.Author, Message: row.Message}
	if row.Body == "" {
		return rev, nil
	}
	if err := json.Unmarshal([]byte(row.Body), &rev.Record); err != nil {
		return nil, fmt.Errorf("decode revision %d of %s: %w", row.Number, row.Record, err)
	}
	return rev, nil
}
