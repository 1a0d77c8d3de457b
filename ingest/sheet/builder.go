package sheet

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
)

// builder gathers the cells of a row into a record.
type builder struct {
	record     *archive.Record
	vocabulary archive.Vocabulary
	faults     archive.InvalidErrors
	notes      []Note
}

// note tells of a cell that is taken, but not as its writer may expect.
func (b *builder) note(c column, format string, args ...any) {
	b.notes = append(b.notes, Note{Field: c.name, Why: fmt.Sprintf(format, args...)})
}

func (b *builder) fault(c column, format string, args ...any) {
	b.faults = append(b.faults, archive.Invalid(c.name, format, args...))
}

// set puts one cell, which is not empty, into its field.
func (b *builder) set(c column, value string) {
	r := b.record
	field, part, _ := strings.Cut(c.field, ".")
	switch field {
	case "id":
		r.ID = value
	case "collection":
		r.Collection = value
	case "kind":
		r.Kind = archive.Kind(value)
	case "partOf":
		r.PartOf = value
	case "titles":
		r.Titles = withText(r.Titles, c.lang, value)
	case "descriptions":
		r.Descriptions = withText(r.Descriptions, c.lang, value)
	case "text":
		r.Text = withText(r.Text, c.lang, value)
	case "identifiers":
		r.Identifiers = append(r.Identifiers, archive.Identifier{Type: part, Value: value})
	case "period":
		b.period(c, part, value)
	case "place":
		b.place(c, part, value)
	case "location":
		b.location(part, value)
	case "category":
		b.category(value)
	case "level":
		r.Level = value
	case "completeness":
		r.Completeness = value
	case "condition":
		r.Condition = value
	case "source":
		r.Source = value
	case "materials":
		r.Materials = append(r.Materials, splitList(value)...)
	case "techniques":
		r.Techniques = append(r.Techniques, splitList(value)...)
	case "dimensions":
		b.dimension(c, part, value)
	case "quantity":
		b.quantity(c, value)
	case "subjects":
		b.subjects(c, value)
	case "people":
		for _, name := range splitList(value) {
			r.People = append(r.People, archive.Person{Name: withText(nil, "", name), Role: part})
		}
	case "inscriptions":
		r.Inscriptions = append(r.Inscriptions, archive.Inscription{Text: value})
	case "rights":
		b.rights(part, value)
	default:
		if r.Extra == nil {
			r.Extra = map[string]json.RawMessage{}
		}
		r.Extra[c.name] = rawString(value)
	}
}

// category reads a cell under a heading such as 类别, under which some sheets
// keep the class of the census and others the kind of record.
func (b *builder) category(value string) {
	_, class := b.vocabulary.Term(archive.SchemeCategory, value)
	if kind, ok := b.vocabulary.Term(archive.SchemeKind, value); ok && !class && b.record.Kind == "" {
		b.record.Kind = archive.Kind(kind.Code)
		return
	}
	b.record.Category = value
}

// finish fills in what the row leaves to the options.
func (b *builder) finish(opts Options) {
	r := b.record
	if r.Collection == "" {
		r.Collection = opts.Collection
	}
	if r.Kind == "" {
		r.Kind = b.kindOf(r.Category, opts.Kind)
	}
}

// kindOf derives the kind from the category where that settles it: the classes
// of immovable heritage are sites, the ten categories are intangible.
func (b *builder) kindOf(category string, fallback archive.Kind) archive.Kind {
	if fallback != "" {
		return fallback
	}
	if term, ok := b.vocabulary.Term(archive.SchemeCategory, category); ok {
		switch {
		case strings.HasPrefix(term.Code, "immovable-"):
			return archive.KindSite
		case strings.HasPrefix(term.Code, "ich-"):
			return archive.KindIntangible
		}
	}
	return archive.KindRelic
}

func (b *builder) period(c column, part, value string) {
	if b.record.Period == nil {
		b.record.Period = &archive.Period{}
	}
	p := b.record.Period
	switch part {
	case "from", "to":
		year, err := strconv.Atoi(norm.NFKC.String(value))
		if err != nil || year == 0 {
			b.fault(c, "%q is not a year; write a whole number, negative before our era", value)
			return
		}
		if part == "from" {
			p.From = year
		} else {
			p.To = year
		}
	default:
		p.Note = withText(p.Note, c.lang, value)
		if p.Term == "" && p.From == 0 && p.To == 0 {
			site := ""
			if b.record.Location != nil {
				site = b.record.Location.Site
			}
			if p.Term, p.From, p.To = readPeriod(b.vocabulary, value, site); p.Term == "" && p.From == 0 {
				b.note(c, "%q is no period or year that is known; it is kept as it is written, and the record is not found by its time", value)
			}
		}
	}
}

func (b *builder) place(c column, part, value string) {
	if b.record.Place == nil {
		b.record.Place = &archive.Place{}
	}
	p := b.record.Place
	if part == "name" {
		p.Name = withText(p.Name, c.lang, value)
		return
	}
	degrees, err := strconv.ParseFloat(norm.NFKC.String(value), 64)
	if err != nil {
		b.fault(c, "%q is not a number of degrees such as 40.0417", value)
		return
	}
	if part == "lat" {
		p.Lat = &degrees
	} else {
		p.Lon = &degrees
	}
}

func (b *builder) location(part, value string) {
	if b.record.Location == nil {
		b.record.Location = &archive.Location{}
	}
	l := b.record.Location
	switch part {
	case "site":
		l.Site = value
	case "cave":
		l.Cave = value
	case "space":
		l.Space = value
	case "surface":
		l.Surface = value
	case "position":
		l.Position = value
	case "role":
		l.Role = value
	}
}

func (b *builder) dimension(c column, part, value string) {
	number, unit := splitMeasure(value)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		b.fault(c, "%q is not a measure; write a number and its unit, such as 34.2 cm", value)
		return
	}
	if unit == "" {
		unit = "cm" // the census measures relics in centimetres
	}
	b.record.Dimensions = append(b.record.Dimensions, archive.Dimension{Type: part, Value: v, Unit: unit})
}

func (b *builder) quantity(c column, value string) {
	number, unit := splitMeasure(value)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		b.fault(c, "%q is not a quantity; write a number and its unit, such as 1 件", value)
		return
	}
	b.record.Quantity = &archive.Quantity{Value: v, Unit: unit}
}

// splitMeasure splits "34.2cm" or "１件" into number and unit.
func splitMeasure(s string) (number, unit string) {
	s = norm.NFKC.String(s)
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimSpace(s[end:])
}

// subjects pairs the n-th subject of one language with the n-th of the other.
func (b *builder) subjects(c column, value string) {
	r := b.record
	for i, s := range splitList(value) {
		if c.lang != "" && i < len(r.Subjects) && r.Subjects[i][c.lang] == "" {
			r.Subjects[i][c.lang] = s
			continue
		}
		r.Subjects = append(r.Subjects, withText(nil, c.lang, s))
	}
}

func (b *builder) rights(part, value string) {
	if b.record.Rights == nil {
		b.record.Rights = &archive.Rights{}
	}
	switch part {
	case "holder":
		b.record.Rights.Holder = withText(b.record.Rights.Holder, "", value)
	case "statement":
		b.record.Rights.Statement = value
	case "tier":
		b.record.Rights.Tier = archive.Tier(value)
	}
}

// withText adds a text in a language; "" tells it by the text's own letters.
func withText(t archive.Text, lang, value string) archive.Text {
	if t == nil {
		t = archive.Text{}
	}
	if lang == "" {
		lang = textLanguage(value)
	}
	t[lang] = value
	return t
}

// TextOf returns a text under the language that its letters show.
func TextOf(s string) archive.Text { return withText(nil, "", s) }

// textLanguage takes a text with a Han character for Chinese, one with Latin
// letters only for English, and numbers for Chinese, the language of the sheets.
func textLanguage(s string) string {
	latin := false
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return "zh"
		}
		latin = latin || unicode.Is(unicode.Latin, r)
	}
	if latin {
		return "en"
	}
	return "zh"
}

// splitList splits a cell that holds several values.
func splitList(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";；、|\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
