package crosswalk

import (
	"net/url"
	"strings"

	"hexi/archive"
)

// related is a record that another one speaks of, and how.
type related struct {
	ID            string
	Kind          archive.Kind // "" where it is not known
	Name, Caption archive.Text
	Type          archive.Text // what it is to the one that speaks of it
	Date          string
	Code          string // of a relation
}

// What other records are to a record that speaks of them.
const (
	codePartOf = "part-of"
	codeStop   = "stop"
	codeSame   = "same-as"
)

// related returns what a record is part of, what it is related to, and its stops.
func (e Entry) related() []related {
	var out []related
	if id := e.Record.PartOf; id != "" {
		out = append(out, e.named(related{ID: id, Code: codePartOf, Type: archive.Text{"zh": "属于", "en": "is part of"}}))
	}
	for _, rel := range e.Record.Relations {
		out = append(out, e.named(related{ID: rel.Record, Code: rel.Type, Type: plain(rel.Type)}))
	}
	for _, stop := range e.Record.Stops {
		out = append(out, e.named(related{ID: stop.Record, Code: codeStop, Caption: stop.Caption, Date: stop.Date, Type: archive.Text{"zh": "站点", "en": "stop"}}))
	}
	return out
}

// named adds what is known of the other record.
func (e Entry) named(rel related) related {
	if other := e.Related[rel.ID]; other != nil {
		rel.Name, rel.Kind = other.Titles, other.Kind
	}
	return rel
}

// sameThings returns the addresses under which others know the thing itself: an identifier
// that is an address, and an item of Wikidata.
func sameThings(r *archive.Record) []string {
	var out []string
	for _, id := range r.Identifiers {
		value := strings.TrimSpace(id.Value)
		if id.Type == "wikidata" && isItem(value) {
			out = append(out, "http://www.wikidata.org/entity/"+value)
		} else if u, err := url.Parse(value); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			out = append(out, value)
		}
	}
	return out
}

// isItem reports whether s is the number of a Wikidata item, such as Q11426.
func isItem(s string) bool {
	digits, ok := strings.CutPrefix(s, "Q")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
