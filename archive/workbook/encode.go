package workbook

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

// show returns what a cell of a column shows of a line; an empty one for nothing.
func show(v Vocabulary, l *archive.Line, path string) Cell {
	root, part, _ := strings.Cut(path, ".")
	text := func(s string) Cell { return Cell{Text: s} }
	if path == "period.term" {
		return text(showPlain(l, path)) // the code: the label stands under "period"
	}
	if scheme, ok := schemes[path]; ok {
		if c := showPlain(l, path); c != "" {
			return text(label(v, scheme, c))
		}
		return Cell{}
	}
	switch root {
	case "titles":
		return text(l.Titles[part])
	case "descriptions":
		return text(l.Descriptions[part])
	case "text":
		return text(l.Text[part])
	case "identifiers":
		return text(joinOf(l.Identifiers, func(i archive.Identifier) (string, bool) { return i.Value, i.Type == part }))
	case "dimensions":
		return text(joinOf(l.Dimensions, func(d archive.Dimension) (string, bool) { return measure(d), d.Type == part }))
	case "period":
		return showPeriod(v, l.Period, part)
	case "place":
		return showPlace(l.Place, part)
	case "materials":
		return text(join(l.Materials))
	case "techniques":
		return text(join(l.Techniques))
	case "quantity":
		if l.Quantity != nil {
			return text(measure(archive.Dimension{Value: l.Quantity.Value, Unit: l.Quantity.Unit}))
		}
	case "subjects":
		return text(joinOf(l.Subjects, func(t archive.Text) (string, bool) { return t[part], true }))
	case "people":
		if part == "role" {
			return text(joinOf(l.People, func(p archive.Person) (string, bool) { return p.Role, true }))
		}
		lang := strings.TrimPrefix(part, "name.")
		return text(joinOf(l.People, func(p archive.Person) (string, bool) { return p.Name[lang], true }))
	case "inscriptions":
		if len(l.Inscriptions) == 1 && l.Inscriptions[0].Translation == nil && l.Inscriptions[0].Region == nil && !strings.HasPrefix(l.Inscriptions[0].Text, "[") {
			return text(l.Inscriptions[0].Text)
		}
		return list(l.Inscriptions)
	case "stops":
		return list(l.Stops)
	case "relations":
		return text(joinOf(l.Relations, func(r archive.Relation) (string, bool) { return r.Type + " " + r.Record, true }))
	case "rights":
		return showRights(l.Rights, part)
	case "extra":
		return showExtra(v, extraTerms(v, &l.Record), l, part)
	case "files":
		return text(strings.Join(l.Files, "\n"))
	default:
		return text(showPlain(l, path))
	}
	return Cell{}
}

// showExtra shows a field below extra; terms are those of the record.
func showExtra(v Vocabulary, terms map[string]archive.Field, l *archive.Line, key string) Cell {
	raw := l.Extra[key]
	if raw == nil {
		return Cell{}
	}
	if f, ok := terms[key]; ok {
		if c, ok := termCell(v, f, raw); ok {
			return c
		}
	}
	return extraCell(raw)
}

// list is JSON, for what has more parts than a cell can show.
func list[T any](values []T) Cell {
	if len(values) == 0 {
		return Cell{}
	}
	return Cell{Text: string(encode(values))}
}

func joinOf[T any](values []T, of func(T) (string, bool)) string {
	var out []string
	for _, v := range values {
		if s, ok := of(v); ok {
			out = append(out, s)
		}
	}
	return join(out)
}

// showPlain returns the fields that are one text.
func showPlain(l *archive.Line, path string) string {
	if p := plainField(&l.Record, path, false); p != nil {
		return *p
	}
	return ""
}

// plainField returns where such a field is kept, nil for another; make makes what is
// around it.
func plainField(r *archive.Record, path string, create bool) *string {
	switch path {
	case "id":
		return &r.ID
	case "collection":
		return &r.Collection
	case "partOf":
		return &r.PartOf
	case "category":
		return &r.Category
	case "level":
		return &r.Level
	case "completeness":
		return &r.Completeness
	case "condition":
		return &r.Condition
	case "source":
		return &r.Source
	case "period.term":
		if r.Period == nil && create {
			r.Period = &archive.Period{}
		}
		if r.Period != nil {
			return &r.Period.Term
		}
	}
	part, ok := strings.CutPrefix(path, "location.")
	if !ok {
		return nil
	}
	if r.Location == nil {
		if !create {
			return nil
		}
		r.Location = &archive.Location{}
	}
	return map[string]*string{
		"site": &r.Location.Site, "cave": &r.Location.Cave, "space": &r.Location.Space,
		"surface": &r.Location.Surface, "position": &r.Location.Position, "role": &r.Location.Role,
	}[part]
}

// showPeriod shows, under "period", the curator's own Chinese words, or the period's label
// where there are none.
func showPeriod(v Vocabulary, p *archive.Period, part string) Cell {
	if p == nil {
		return Cell{}
	}
	if lang, ok := strings.CutPrefix(part, "note."); ok {
		return Cell{Text: p.Note[lang]}
	}
	switch part {
	case "from":
		return year(p.From)
	case "to":
		return year(p.To)
	}
	if zh := p.Note["zh"]; zh != "" || p.Term == "" {
		return Cell{Text: zh}
	}
	return Cell{Text: label(v, archive.SchemePeriod, p.Term)}
}

func year(y int) Cell {
	if y == 0 {
		return Cell{}
	}
	return Cell{Text: strconv.Itoa(y), Number: true}
}

func showPlace(p *archive.Place, part string) Cell {
	if p == nil {
		return Cell{}
	}
	degrees := func(v *float64) Cell {
		if v == nil {
			return Cell{}
		}
		return numberCell(*v)
	}
	switch part {
	case "lat":
		return degrees(p.Lat)
	case "lon":
		return degrees(p.Lon)
	case "precision":
		return Cell{Text: p.Precision}
	}
	return Cell{Text: p.Name[strings.TrimPrefix(part, "name.")]}
}

func showRights(r *archive.Rights, part string) Cell {
	if r == nil {
		return Cell{}
	}
	switch part {
	case "statement":
		return Cell{Text: r.Statement}
	case "tier":
		return Cell{Text: string(r.Tier)}
	case "until":
		return Cell{Text: r.Until}
	case "maxPixels":
		if r.MaxPixels == 0 {
			return Cell{}
		}
		return numberCell(float64(r.MaxPixels))
	}
	return Cell{Text: r.Holder[strings.TrimPrefix(part, "holder.")]}
}

// rest is what stands in the last column.
type rest struct {
	// Fields are those that their cells do not hold exactly.
	Fields map[string]restField `json:"fields,omitempty"`
	// Assets and Layers belong to the files.
	Assets []archive.LineMaster `json:"assets,omitempty"`
	Layers []*archive.Layer     `json:"layers,omitempty"`
	// Cells is how many cells it stands in, where that is more than one: without one of
	// them it may look whole.
	Cells int `json:"cells,omitempty"`
}

// restField is a field of a record with the digest of what its cells show, read again,
// and of which of them show anything.
type restField struct {
	Value json.RawMessage `json:"value"`
	Shown string          `json:"shown"`
}

// Encode returns the cells of a line under the columns, of which the last may be followed
// by more cells of the same.
func Encode(v Vocabulary, columns []Column, kind archive.Kind, l archive.Line) []Cell {
	cells := make([]Cell, 0, len(columns))
	terms := extraTerms(v, &l.Record)
	for _, c := range columns {
		if c.Path == PathRest {
			continue
		}
		var cell Cell
		if key, ok := strings.CutPrefix(c.Path, "extra."); ok {
			cell = showExtra(v, terms, &l, key)
		} else {
			cell = show(v, &l, c.Path)
		}
		cell.Text = presentable(cell.Text)
		cells = append(cells, cell)
	}
	r := rest{Assets: l.Masters, Layers: l.Layers, Fields: map[string]restField{}}
	back := decodeCells(v, columns, kind, cells)
	shown, want := fields(back.line), fields(l)
	for name := range union(shown, want) {
		if string(shown[name]) != string(want[name]) {
			r.Fields[name] = restField{Value: want[name], Shown: digest(shown[name], back.filled[name])}
		}
	}
	if len(r.Fields) > 0 || r.Assets != nil || r.Layers != nil {
		pieces := chunks(wrap(encode(r)))
		for len(pieces) > 1 && r.Cells != len(pieces) {
			r.Cells = len(pieces)
			pieces = chunks(wrap(encode(r)))
		}
		for _, chunk := range pieces {
			cells = append(cells, Cell{Text: chunk})
		}
	}
	return cells
}

// Text of the last column that no cell can hold exactly stands in it as Base64 behind this.
const base64Prefix = "base64:"

// wrap makes JSON a text that cells hold exactly, cut anywhere.
func wrap(data json.RawMessage) string {
	for i, r := range string(data) {
		if r == 0xFFFE || r == 0xFFFF || r == '_' && escaped(string(data[i:])) {
			return base64Prefix + base64.StdEncoding.EncodeToString(data)
		}
	}
	return string(data)
}

func unwrap(text string) ([]byte, error) {
	if packed, ok := strings.CutPrefix(text, base64Prefix); ok {
		return base64.StdEncoding.DecodeString(packed)
	}
	return []byte(text), nil
}

// fields are the parts of a line by their names in JSON.
func fields(l archive.Line) map[string]json.RawMessage {
	l.Masters, l.Layers = nil, nil
	out := map[string]json.RawMessage{}
	if json.Unmarshal(encode(l), &out) != nil {
		return map[string]json.RawMessage{}
	}
	return out
}

func union(a, b map[string]json.RawMessage) map[string]bool {
	out := map[string]bool{}
	for _, m := range []map[string]json.RawMessage{a, b} {
		for name := range m {
			out[name] = true
		}
	}
	return out
}

// paths returns the columns that a line has something for, in no order.
func paths(l *archive.Line) []string {
	var out []string
	langs := func(prefix string, t archive.Text) {
		for lang := range t {
			out = append(out, prefix+"."+lang)
		}
	}
	add := func(path string, there bool) {
		if there {
			out = append(out, path)
		}
	}
	for _, path := range plainPaths {
		add(path, showPlain(l, path) != "")
	}
	langs("titles", l.Titles)
	langs("descriptions", l.Descriptions)
	langs("text", l.Text)
	for _, i := range l.Identifiers {
		out = append(out, "identifiers."+i.Type)
	}
	for _, d := range l.Dimensions {
		out = append(out, "dimensions."+d.Type)
	}
	if p := l.Period; p != nil {
		add("period.from", p.From != 0)
		add("period.to", p.To != 0)
		langs("period.note", p.Note)
	}
	if p := l.Place; p != nil {
		langs("place.name", p.Name)
		add("place.lat", p.Lat != nil)
		add("place.lon", p.Lon != nil)
		add("place.precision", p.Precision != "")
	}
	for _, s := range l.Subjects {
		langs("subjects", s)
	}
	for _, p := range l.People {
		langs("people.name", p.Name)
		add("people.role", p.Role != "")
	}
	if r := l.Rights; r != nil {
		langs("rights.holder", r.Holder)
		add("rights.statement", r.Statement != "")
		add("rights.tier", r.Tier != "")
		add("rights.maxPixels", r.MaxPixels != 0)
		add("rights.until", r.Until != "")
	}
	for key := range l.Extra {
		out = append(out, "extra."+key)
	}
	add("materials", len(l.Materials) > 0)
	add("techniques", len(l.Techniques) > 0)
	add("quantity", l.Quantity != nil)
	add("inscriptions", len(l.Inscriptions) > 0)
	add("relations", len(l.Relations) > 0)
	add("stops", len(l.Stops) > 0)
	add("files", len(l.Files) > 0)
	return slices.DeleteFunc(out, func(path string) bool { return !plain(path) || strings.ContainsAny(path, "\n\t") })
}

var plainPaths = []string{
	"id", "collection", "partOf", "category", "level", "completeness", "condition", "source", "period.term",
	"location.site", "location.cave", "location.space", "location.surface", "location.position", "location.role",
}
