package harvest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// Key is the key of extra under which a record says where it came from.
const Key = "harvest"

// maxValue is how long a value may be to be kept beside the record as it came; of a
// longer one its digest is, which tells as well whether it was changed.
const maxValue = 8 << 10

// Provenance is what a record that came from elsewhere remembers of it.
type Provenance struct {
	Source string `json:"source"` // the address of the manifest, or of the OAI-PMH record
	Format string `json:"format"` // "iiif-presentation-3", "oai_dc", "lido", "hexi" …
	// At is when the last harvest came that brought anything else than the one before.
	At        time.Time `json:"at"`
	Datestamp string    `json:"datestamp,omitempty"` // of OAI-PMH
	// Values are the fields as they came, in the form that the archive keeps: "titles.zh",
	// "period", "extra.iiif-provider". One that is long is "sha256:…".
	Values map[string]json.RawMessage `json:"values"`
	Images []ImageSource              `json:"images,omitempty"`
}

// ImageSource is an image that came, and what it is here.
type ImageSource struct {
	Source  string `json:"source"`  // the image service, or the image where it has none
	Request string `json:"request"` // what was asked for
	File    string `json:"file"`    // its name here
	Size    int64  `json:"size"`
	SHA512  string `json:"sha512"`
	Validators
}

// provenance returns what a record remembers; ok is false where it never came from
// elsewhere, or where someone changed that beyond reading.
func provenance(r *archive.Record) (p Provenance, ok bool) {
	raw, ok := r.Extra[Key]
	if !ok || json.Unmarshal(raw, &p) != nil || p.Source == "" {
		return Provenance{}, false
	}
	return p, true
}

// remember writes the provenance into a record, with the values that it has.
func remember(r *archive.Record, p Provenance) error {
	values, err := flatten(r)
	if err != nil {
		return err
	}
	p.Values = make(map[string]json.RawMessage, len(values))
	for path, value := range values {
		p.Values[path] = digested(value)
	}
	raw, err := encode(p)
	if err != nil {
		return err
	}
	extra := maps.Clone(r.Extra)
	if extra == nil {
		extra = map[string]json.RawMessage{}
	}
	extra[Key] = raw
	r.Extra = extra
	return nil
}

// digested returns a value, or the digest that stands for a long one.
func digested(value json.RawMessage) json.RawMessage {
	if len(value) <= maxValue {
		return value
	}
	sum := sha256.Sum256(value)
	return json.RawMessage(`"sha256:` + hex.EncodeToString(sum[:]) + `"`)
}

// deeper are the fields whose parts are told apart: the languages of texts, the parts of
// rights, the keys of extra.
var deeper = []string{"titles", "descriptions", "text", "rights", "extra"}

// flatten returns the fields of a record by their paths, each in one form for one value.
// Its id, and what it remembers of a harvest, are none.
func flatten(r *archive.Record) (map[string]json.RawMessage, error) {
	raw, err := encode(r)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	delete(fields, "id")
	out := map[string]json.RawMessage{}
	for name, value := range fields {
		if !slices.Contains(deeper, name) {
			if out[name], err = canonical(value); err != nil {
				return nil, err
			}
			continue
		}
		var parts map[string]json.RawMessage
		if err := json.Unmarshal(value, &parts); err != nil {
			return nil, err
		}
		for part, value := range parts {
			if name == "extra" && part == Key {
				continue
			}
			if out[name+"."+part], err = canonical(value); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// unflatten is flatten backwards.
func unflatten(id string, values map[string]json.RawMessage) (archive.Record, error) {
	fields := map[string]any{"id": id}
	for path, value := range values {
		name, part, _ := strings.Cut(path, ".")
		if !slices.Contains(deeper, name) {
			fields[name] = value
			continue
		}
		parts, ok := fields[name].(map[string]json.RawMessage)
		if !ok {
			parts = map[string]json.RawMessage{}
			fields[name] = parts
		}
		parts[part] = value
	}
	var r archive.Record
	raw, err := encode(fields)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	return r, err
}

// canonical brings a JSON value into the one form that equal values have.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // as written: a long number is not rounded
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return encode(v)
}

func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
