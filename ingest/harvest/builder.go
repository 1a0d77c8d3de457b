package harvest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"hexi/archive"
)

// builder makes a record of what a document says of a thing.
type builder struct {
	vocabulary archive.Vocabulary
	record     archive.Record
	prefix     string // of the keys in extra of what has no field
}

// line puts a line of metadata where it belongs, or under a key of its own into extra.
func (b *builder) line(p pair) {
	if len(p.value) == 0 {
		return
	}
	if n, ok := meaning(p.label, b.vocabulary); ok && b.known(n, p.value) {
		return
	}
	b.keep(keyOf(p.label), p.asItCame())
}

// asItCame is a line with its label, where it has one.
func (p pair) asItCame() map[string]words {
	out := map[string]words{"value": p.value}
	if len(p.label) > 0 {
		out["label"] = p.label
	}
	return out
}

// known sets a field; false where the value is none that it takes.
func (b *builder) known(n named, value words) bool {
	r := &b.record
	switch n.field {
	case fieldPeriod:
		return b.period(value)
	case fieldPlace:
		if r.Place != nil {
			return false
		}
		r.Place = &archive.Place{Name: value.joined("；")}
	case fieldLocation:
		return b.location(value)
	case fieldCategory:
		return b.controlled(archive.SchemeCategory, value, &r.Category)
	case fieldLevel:
		return b.controlled(archive.SchemeLevel, value, &r.Level)
	case fieldCompleteness:
		return b.controlled(archive.SchemeCompleteness, value, &r.Completeness)
	case fieldMaterials:
		r.Materials = append(r.Materials, value.plain("zh")...)
	case fieldTechniques:
		r.Techniques = append(r.Techniques, value.plain("zh")...)
	case fieldDimensions:
		return b.dimensions(value)
	case fieldQuantity:
		return b.quantity(value)
	case fieldPeople:
		return b.people(value, n.as)
	case fieldSubjects:
		r.Subjects = append(r.Subjects, value.texts()...)
	case fieldIdentifier:
		b.identify(n.as, value.plain()...)
	default:
		return false
	}
	return true
}

// identify adds identifiers, each once.
func (b *builder) identify(typ string, values ...string) {
	for _, value := range values {
		id := archive.Identifier{Type: typ, Value: short(value)}
		known := false
		for _, other := range b.record.Identifiers {
			known = known || other == id
		}
		if !known && id.Value != "" {
			b.record.Identifiers = append(b.record.Identifiers, id)
		}
	}
}

// keep puts what has no field into extra, under a key that nothing else has.
func (b *builder) keep(key string, v any) {
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > archive.MaxTextLength {
		return // only texts are kept, and none that is longer than a book
	}
	if b.record.Extra == nil {
		b.record.Extra = map[string]json.RawMessage{}
	}
	name := b.prefix + key
	for n := 2; b.record.Extra[name] != nil; n++ {
		name = fmt.Sprintf("%s%s-%d", b.prefix, key, n)
	}
	b.record.Extra[name] = raw
}

// keyOf makes a key of a label: its letters and digits.
func keyOf(label words) string {
	var key strings.Builder
	dash := false
	for _, r := range strings.ToLower(label.one("en")) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if dash && key.Len() > 0 {
				key.WriteByte('-')
			}
			key.WriteRune(r)
			dash = false
		default:
			dash = true
		}
		if key.Len() > 60 {
			break
		}
	}
	if key.Len() == 0 {
		return "metadata"
	}
	return key.String()
}

// short cuts a text to the length of a title.
func short(s string) string {
	if utf8.RuneCountInString(s) <= archive.MaxTitleLength {
		return s
	}
	return string([]rune(s)[:archive.MaxTitleLength-1]) + "…"
}

// titles sets the titles, each not longer than a title may be.
func (b *builder) titles(w words, separator string) {
	t := w.joined(separator)
	for tag, s := range t {
		t[tag] = short(strings.Join(strings.Fields(s), " "))
	}
	b.record.Titles = t
}

// rights sets the rights statement by the first address that the archive admits, and
// keeps the others.
func (b *builder) rights(statements []string) {
	for _, s := range statements {
		if b.statement() == "" && admitted(s) {
			b.owned().Statement = s
		} else if s != b.statement() {
			b.keep("rights", s)
		}
	}
}

func (b *builder) statement() string {
	if b.record.Rights == nil {
		return ""
	}
	return b.record.Rights.Statement
}

func (b *builder) owned() *archive.Rights {
	if b.record.Rights == nil {
		b.record.Rights = &archive.Rights{}
	}
	return b.record.Rights
}

// admitted reports whether an address is one of the two sites whose statements a record
// takes (Presentation API 3.0, section 3.1, rights).
func admitted(statement string) bool {
	u, err := url.Parse(strings.TrimSpace(statement))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := strings.TrimPrefix(u.Hostname(), "www.")
	return host == "rightsstatements.org" || host == "creativecommons.org"
}
