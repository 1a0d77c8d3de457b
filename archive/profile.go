package archive

import (
	"encoding/json"
	"strings"
)

// Profile says which fields records of some sort have, how forms and sheets call
// them, and which scheme each takes its values from. Profiles are data: a new one is
// a file, not code. They add to what every record has; a record may carry fields
// that its profile does not name.
//
// The profile of a record is the one that its field extra.profile names, by code or
// label; without that, the one of its kind and category (see Vocabulary.ProfileOf).
type Profile struct {
	Code       string   `json:"code"`                 // "movable-relic", "mural", "immovable-site-4p" …
	Kind       Kind     `json:"kind"`                 // of the records
	Categories []string `json:"categories,omitempty"` // codes: only records of these categories; none are all of the kind
	Within     []Kind   `json:"within,omitempty"`     // kinds of records that one of these may be part of; none are any
	Explicit   bool     `json:"explicit,omitempty"`   // only for records that name it
	Label      Text     `json:"label"`
	Sheet      string   `json:"sheet,omitempty"` // name of its official sheet, if there is one (总登记账 …)
	Fields     []Field  `json:"fields"`          // in the order in which a form or a sheet shows them
}

// Field is one field of a profile.
type Field struct {
	// Path is where the value stands in the record's JSON shape: "titles.zh", "category",
	// "materials"; in lists of typed things the type stands for the index:
	// "identifiers.accession", "dimensions.height", "people.author". "period" is the
	// curator's own words for the time, "quantity" a number and its unit. What a
	// profile adds is under "extra.": "extra.eventDate".
	Path     string   `json:"path"`
	Label    Text     `json:"label"`              // zh and en; the headings of sheets too
	Headings []string `json:"headings,omitempty"` // further spellings that sheets use
	Scheme   Scheme   `json:"scheme,omitempty"`   // where values are terms; "" for free values
	Type     string   `json:"type"`               // one of the Type… constants
	// Required says that the official sheet must have it. A record without is taken all
	// the same, since most archives describe step by step; reports tell of it.
	Required bool `json:"required,omitempty"`
	// After is the path of the date or year that this one, of the same type, does not lie
	// before: of an end its beginning. A record that says otherwise is asked about (Doubts).
	After string `json:"after,omitempty"`
}

// The types of fields.
const (
	TypeText    = "text"    // words, kept as they are written
	TypeNumber  = "number"  // a decimal number
	TypeInteger = "integer" // a whole number
	TypeYear    = "year"    // a signed historical year, never 0
	TypeDate    = "date"    // YYYY, YYYY-MM or YYYY-MM-DD
	TypeList    = "list"    // several texts
	TypeTerm    = "term"    // one term of Scheme
	TypeTerms   = "terms"   // several terms of Scheme
	TypePeriod  = "period"  // words for a time, which are kept; Vocabulary.Period reads them
	TypeBoolean = "boolean" // yes or no
	TypeRegions = "regions" // rectangles of images, each a Region
)

// ExtraProfile is the key in Record.Extra that names a record's profile.
const ExtraProfile = "profile"

// Field returns the field with that path.
func (p *Profile) Field(path string) (Field, bool) {
	for _, f := range p.Fields {
		if f.Path == path {
			return f, true
		}
	}
	return Field{}, false
}

// Names returns what headings may call the field: its labels, then its further
// spellings, then its path and, for a field under extra, the last part of the path.
func (f Field) Names() []string {
	var out []string
	for _, lang := range [...]string{"zh", "en"} {
		if s := f.Label[lang]; s != "" {
			out = append(out, s)
		}
	}
	out = append(append(out, f.Headings...), f.Path)
	if key, ok := f.Extra(); ok {
		out = append(out, key)
	}
	return out
}

// Extra returns the key of the field in Record.Extra; ok is false for a field that
// every record has.
func (f Field) Extra() (key string, ok bool) { return strings.CutPrefix(f.Path, "extra.") }

// ProfileName returns the profile that the record names itself, or "".
func (r *Record) ProfileName() string {
	var name string
	if err := json.Unmarshal(r.Extra[ExtraProfile], &name); err != nil {
		return ""
	}
	return name
}

// recordFields are the fields that every record has, without the parts below them.
// Those marked true have parts that a profile may name: languages, types of identifiers.
var recordFields = map[string]bool{
	"id": false, "collection": false, "kind": false, "partOf": false, "titles": true, "descriptions": true, "identifiers": true,
	"period": true, "place": true, "location": true, "category": false, "materials": false, "techniques": false, "level": false,
	"completeness": false, "condition": false, "source": false, "dimensions": true, "quantity": true, "subjects": true, "people": true,
	"inscriptions": false, "text": true, "rights": true, "files": false, "layers": false,
}

// IsRecordPath reports whether a Field's path names something that every record has,
// or that stands beside one in a sheet (files, layers).
func IsRecordPath(path string) bool {
	field, part, deep := strings.Cut(path, ".")
	parts, ok := recordFields[field]
	return ok && (!deep || parts && part != "")
}
