package archive

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Line is a record as it leaves the archive: the record's own fields, and beside
// them its masters in their order. It is one line of a .jsonl file, and "hexi ingest"
// makes the same record and the same assets of it again.
//
// Files are the masters' names, Layers says of each of them which layer of a view it
// is (nil for one that is none; no list at all where none is one), and Masters tells
// exactly which bytes are meant. A line says nothing of revisions, states and times:
// the same content is the same line, whichever archive it comes from.
type Line struct {
	Record

	Masters []LineMaster `json:"assets,omitempty"`
	Files   []string     `json:"files,omitempty"`
	Layers  []*Layer     `json:"layers,omitempty"`
}

// LineMaster is a master in a Line, under the names that the API gives these facts.
// SHA512 is lower-case hexadecimal, Size is in bytes.
type LineMaster struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
	Size     int64  `json:"size"`
	SHA512   string `json:"sha512"`
	// Incomplete says that the image ends early and was accepted as it is.
	Incomplete bool `json:"acceptedIncomplete,omitempty"`
}

// NewLine returns an entry as a line: with its assets, or the record alone.
func NewLine(e *Entry, assets bool) Line {
	l := Line{Record: e.Record}
	if !assets {
		return l
	}
	var layers []*Layer
	layered := false
	for i := range e.Assets {
		a := &e.Assets[i]
		if a.Replacing != "" {
			continue // not yet among what the record is shown with
		}
		l.Masters = append(l.Masters, LineMaster{
			ID: a.ID, Filename: a.Master.Filename, Size: a.Master.Size, SHA512: a.Master.SHA512,
			Incomplete: a.Image != nil && a.Image.Incomplete != nil,
		})
		l.Files = append(l.Files, a.Master.Filename)
		layers, layered = append(layers, a.Layer), layered || a.Layer != nil
	}
	if layered {
		l.Layers = layers
	}
	return l
}

// Append appends the line's JSON and a line feed: keys in the order of the record
// shape, those of maps sorted, texts as they are. Equal lines have equal bytes.
func (l Line) Append(to []byte) ([]byte, error) {
	b := bytes.NewBuffer(to)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return to, fmt.Errorf("encode record %s: %w", l.ID, err)
	}
	return b.Bytes(), nil
}

// DecodeMasters reads which bytes the assets of a line are, as NewLine says it and as
// the API answers it to those who work in the archive. What says nothing of them, or
// cannot be read, is passed over: assets are no part of a record.
func DecodeMasters(assets json.RawMessage) []LineMaster {
	var list, out []LineMaster
	if len(assets) == 0 || json.Unmarshal(assets, &list) != nil {
		return nil
	}
	for _, m := range list {
		sum, err := hex.DecodeString(m.SHA512)
		if err == nil && len(sum) == sha512.Size && strings.ToLower(m.SHA512) == m.SHA512 && m.Size > 0 && ValidID(m.ID) {
			out = append(out, m)
		}
	}
	return out
}
