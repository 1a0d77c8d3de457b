package packet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"hexi/archive"
)

// Schema is the number of the shape in which packages are written.
const Schema = 1

// The files of a package beside its masters.
const (
	MetadataPath = "metadata.json"
	DocumentPath = "package.json"
	UsersPath    = "users.json"
)

// perFile is how many revisions, or events, stand in one file at most; and one of
// revisions is full when it has so many bytes: the last file is written again with each
// revision, and a book's text may have a megabyte.
const (
	perFile   = 100
	fullBytes = 1 << 20
)

// RevisionsPath is the n-th file of revisions, from 1.
func RevisionsPath(n int) string { return fmt.Sprintf("revisions/%05d.jsonl", n) }

// ProvenancePath is the n-th file of events, from 1.
func ProvenancePath(n int) string { return fmt.Sprintf("provenance/%05d.jsonl", n) }

// MasterPath is where the master of an asset is, under the name that it was received
// with.
func MasterPath(asset, filename string) string {
	// No store takes the name of an unfinished write.
	if strings.HasPrefix(filename, ".hexi-tmp-") {
		filename = "_" + filename
	}
	return "masters/" + asset + "/" + filename
}

// Document is package.json: all about a record that is not in its revisions.
type Document struct {
	Schema int    `json:"schema"`
	Record string `json:"record"`
	Status string `json:"status"` // draft, published or withdrawn

	Revision  int  `json:"revision"`            // the latest
	Published int  `json:"published,omitempty"` // the one that the public sees, or saw; 0 for none
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Tombstone is what everyone reads in the place of a record that was withdrawn and that
	// the public saw.
	Tombstone *Tombstone `json:"tombstone,omitempty"`

	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	PublishedAt time.Time `json:"publishedAt,omitzero"`

	// RevisionFiles are the numbers of the revisions with which the files in revisions/
	// begin, ascending; none where all but the last have a hundred.
	RevisionFiles []int `json:"revisionFiles,omitempty"`

	Events int    `json:"events"` // in provenance/
	Log    string `json:"log"`    // the catalogue whose log the package was written from
	Change int64  `json:"change"` // the last entry of that log that the package holds

	Assets []Asset `json:"assets"`
}

// revisionFiles are the numbers of the revisions with which the files in revisions/ begin.
func (d *Document) revisionFiles() []int {
	if len(d.RevisionFiles) > 0 {
		return d.RevisionFiles
	}
	return evenly(d.Revision)
}

// evenly are RevisionFiles of so many revisions, a hundred in a file.
func evenly(revisions int) []int {
	var out []int
	for n := 1; n <= revisions; n += perFile {
		out = append(out, n)
	}
	return out
}

// Tombstone is that of a withdrawal.
type Tombstone struct {
	At     time.Time    `json:"at"`
	By     string       `json:"by,omitempty"`
	Reason archive.Text `json:"reason,omitempty"`
	Title  archive.Text `json:"title,omitempty"`
}

// Of returns the tombstone as that of a record; nil for none.
func (t *Tombstone) Of(record string) *archive.Tombstone {
	if t == nil {
		return nil
	}
	return &archive.Tombstone{Record: record, At: t.At, By: t.By, Reason: t.Reason, Title: t.Title, Public: true}
}

// Asset is an asset as a package has it: without its access copy, of which nothing is
// kept here. One that can be shown is "identified".
type Asset struct {
	Path string `json:"path"` // of its master
	archive.Asset
	PublishBy       string `json:"publishBy,omitempty"`
	PublishRevision int    `json:"publishRevision,omitempty"`
}

// newAsset turns an asset of the catalogue into one of a package.
func newAsset(a archive.Asset) Asset {
	out := Asset{Path: MasterPath(a.ID, a.Master.Filename), Asset: a, PublishBy: a.PublishBy, PublishRevision: a.PublishRevision}
	out.Access = nil
	if a.State == archive.AssetReady {
		out.State = archive.AssetIdentified
	}
	return out
}

// Event is one line of provenance/: an entry of the change log in words of PREMIS
// (https://www.loc.gov/standards/premis/), with all that the entry says.
type Event struct {
	Type    string `json:"eventType"`
	Outcome string `json:"eventOutcome"` // success or fail
	Log     string `json:"log"`          // whose number Seq is
	File    string `json:"file,omitempty"`
	archive.Change
}

// eventTypes are the words of the eventType vocabulary of PREMIS for actions, and words
// of its kind where it has none.
var eventTypes = map[archive.Action]string{
	archive.ActionCreated:         "creation",
	archive.ActionUpdated:         "metadata modification",
	archive.ActionPublished:       "publication",
	archive.ActionWithdrawn:       "withdrawal",
	archive.ActionAssetAdded:      "ingestion",
	archive.ActionAssetReady:      "derivation",
	archive.ActionAssetRefused:    "validation",
	archive.ActionAssetAccepted:   "policy assignment",
	archive.ActionAssetLayer:      "metadata modification",
	archive.ActionAssetSuperseded: "replacement",
	archive.ActionFixity:          "fixity check",
	archive.ActionRestored:        "recovery",
	archive.ActionErased:          "deletion",
}

func newEvent(log string, c archive.Change, files map[string]string) Event {
	e := Event{Type: eventTypes[c.Action], Outcome: "success", Log: log, Change: c, File: files[c.Asset]}
	if e.Type == "" {
		e.Type = string(c.Action)
	}
	var check archive.FixityDetail
	switch {
	case c.Action == archive.ActionAssetRefused:
		e.Outcome = "fail"
	case c.Action == archive.ActionFixity && json.Unmarshal(c.Detail, &check) == nil:
		e.Outcome = check.Outcome
	}
	return e
}

// revisionLine is one line of revisions/.
type revisionLine struct {
	Number  int            `json:"revision"`
	At      time.Time      `json:"at"`
	By      string         `json:"by"`
	Message string         `json:"message,omitempty"`
	Record  archive.Record `json:"record"`
}

// line encodes a value on one line, texts as they are.
func line(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// indented encodes a value for people to read.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
