package workbook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"hexi/archive"
)

// Row is a row that was read back.
type Row struct {
	Line archive.Line
	// Edited names fields whose cells were changed by somebody, and of which the last
	// column knew more than the cells show: that is gone.
	Edited []string
}

// decoded is a line in the making.
type decoded struct {
	line   archive.Line
	faults map[string]archive.InvalidErrors // by the field of the record
	period string                           // what stands under "period"
	filled map[string][]string              // paths of cells that are not empty, by the field
}

// Decode reads a row: the cells under the columns, and behind them those that go on with
// the last. Kind is that of the table. Its error is InvalidErrors, by the headings.
func Decode(v Vocabulary, columns []Column, kind archive.Kind, cells []Cell) (Row, error) {
	cells = slices.Clone(cells)
	text, pieces := "", 0
	if at := slices.IndexFunc(columns, func(c Column) bool { return c.Path == PathRest }); at >= 0 {
		var of []int
		text, of = restText(columns, cells, at)
		for _, i := range of {
			cells[i] = Cell{}
		}
		pieces = len(of)
	}
	d := decodeCells(v, columns, kind, cells)
	row := Row{Line: d.line}
	if text == "" {
		return row, d.faulty(columns)
	}
	var r rest
	data, err := unwrap(text)
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err == nil && r.Cells != 0 && r.Cells != pieces {
		err = fmt.Errorf("it was written into %d cells, and stands in %d", r.Cells, pieces)
	}
	if err != nil {
		return row, archive.InvalidErrors{archive.Invalid(headingOf(columns, PathRest), "is damaged (%v); it holds what the other cells cannot show and is not to be edited; empty it to take the cells as they are", err)}
	}
	if err := row.merge(r, d); err != nil {
		return row, err
	}
	return row, d.faulty(columns)
}

// restText is the text of the last column and the cells that it stands in. Where that one is
// full it goes on to the right, in cells without a heading; somebody may have written a
// heading above these, or put a column of their own before them.
func restText(columns []Column, cells []Cell, at int) (text string, of []int) {
	more := true
	for i := at; i < len(cells); i++ {
		nameless := i >= len(columns) || columns[i].Path == ""
		s := cells[i].Text
		switch {
		case s == "" && i > at:
		case i == at, nameless: // also what belongs to nobody, so that it is seen
			text, of, more = text+s, append(of, i), more && full(s)
		case more && (full(s) || ends(text, s)):
			text, of, more = text+s, append(of, i), full(s)
		}
	}
	return text, of
}

// full reports whether a text is one of those that are cut because a cell holds no more; a
// character of two units may not have fitted.
func full(s string) bool {
	units := 0
	for _, r := range s {
		units += utf16.RuneLen(r)
	}
	return units >= MaxCell-1
}

// ends reports whether a text is the last piece of one that goes on.
func ends(before, s string) bool {
	if strings.HasPrefix(before, base64Prefix) {
		return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == ""
	}
	return strings.HasSuffix(s, "}")
}

// faulty returns the faults in the order of the columns.
func (d *decoded) faulty(columns []Column) error {
	var out archive.InvalidErrors
	for _, c := range columns {
		for _, f := range d.faults[rootOf(c.Path)] {
			if f.Field == c.Heading {
				out = append(out, f)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func rootOf(path string) string { root, _, _ := strings.Cut(path, "."); return root }

// merge takes what the last column knows, but of fields whose cells were edited.
func (row *Row) merge(r rest, d *decoded) error {
	shown := fields(row.Line)
	for name, f := range r.Fields {
		if digest(shown[name], d.filled[name]) != f.Shown {
			row.Edited = append(row.Edited, name)
			continue
		}
		delete(d.faults, name) // what its cells show need not be readable
		if f.Value == nil {
			delete(shown, name)
		} else {
			shown[name] = f.Value
		}
	}
	slices.Sort(row.Edited)
	if len(d.faults) > 0 {
		return nil // said by who called
	}
	files := shown["files"]
	delete(shown, "files")
	record, err := archive.DecodeRecord(encode(shown))
	if err != nil {
		return err
	}
	row.Line = archive.Line{Record: record, Masters: archive.DecodeMasters(encode(r.Assets))}
	if files != nil {
		if err := json.Unmarshal(files, &row.Line.Files); err != nil {
			return archive.Invalid("files", "is no list of names")
		}
	}
	row.Line.Layers = layersOf(row.Line.Files, r)
	return nil
}

// layersOf gives each file the layer that it had; one that was added is none.
func layersOf(files []string, r rest) []*archive.Layer {
	if len(r.Layers) == 0 || len(r.Layers) != len(r.Assets) {
		return nil
	}
	out := make([]*archive.Layer, len(files))
	taken := make([]bool, len(r.Assets))
	for i, name := range files {
		at := slices.IndexFunc(r.Assets, func(m archive.LineMaster) bool { return m.Filename == name })
		for at >= 0 && at < len(r.Assets) && (taken[at] || r.Assets[at].Filename != name) {
			at++
		}
		if at >= 0 && at < len(r.Assets) {
			taken[at], out[i] = true, r.Layers[at]
		}
	}
	return out
}

// digest stands for what cells showed, and for which of them showed it: what a cell says
// may follow from another, and emptying it is an edit all the same.
func digest(raw json.RawMessage, filled []string) string {
	h := sha256.New()
	for _, part := range append([]string{string(raw)}, slices.Sorted(slices.Values(filled))...) {
		_, _ = io.WriteString(h, part) // a hash never fails to write
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func headingOf(columns []Column, path string) string {
	for _, c := range columns {
		if c.Path == path {
			return c.Heading
		}
	}
	return path
}

// decodeCells reads what the cells themselves say.
func decodeCells(v Vocabulary, columns []Column, kind archive.Kind, cells []Cell) *decoded {
	d := &decoded{filled: map[string][]string{}}
	d.line.Kind = kind
	extra := map[string]Cell{}
	for i, c := range columns {
		if i < len(cells) && cells[i].Text != "" && c.Path != PathRest {
			d.filled[rootOf(c.Path)] = append(d.filled[rootOf(c.Path)], c.Path)
			d.set(v, c, cells[i])
			if key, ok := strings.CutPrefix(c.Path, "extra."); ok {
				extra[key] = cells[i]
			}
		}
	}
	if len(extra) > 0 {
		d.readTerms(v, extra)
	}
	if d.period != "" {
		p := d.line.Period
		if p == nil {
			p = &archive.Period{}
			d.line.Period = p
		}
		if p.Term == "" || p.Note["zh"] != "" || label(v, archive.SchemePeriod, p.Term) != d.period {
			p.Note = with(p.Note, "zh", d.period)
		}
	}
	return d
}

func (d *decoded) fault(c Column, format string, args ...any) {
	if d.faults == nil {
		d.faults = map[string]archive.InvalidErrors{}
	}
	root := rootOf(c.Path)
	d.faults[root] = append(d.faults[root], archive.Invalid(c.Heading, format, args...))
}

func with(t archive.Text, lang, s string) archive.Text {
	if t == nil {
		t = archive.Text{}
	}
	t[lang] = s
	return t
}

func (d *decoded) set(v Vocabulary, c Column, cell Cell) {
	l := &d.line
	root, part, _ := strings.Cut(c.Path, ".")
	if field := plainField(&l.Record, c.Path, true); field != nil {
		*field = cell.Text
		if scheme, ok := schemes[c.Path]; ok {
			*field = code(v, scheme, cell.Text)
		}
		return
	}
	switch root {
	case "titles":
		l.Titles = with(l.Titles, part, cell.Text)
	case "descriptions":
		l.Descriptions = with(l.Descriptions, part, cell.Text)
	case "text":
		l.Text = with(l.Text, part, cell.Text)
	case "identifiers":
		for _, value := range split(cell.Text) {
			l.Identifiers = append(l.Identifiers, archive.Identifier{Type: part, Value: value})
		}
	case "dimensions":
		for _, value := range split(cell.Text) {
			m, ok := readMeasure(part, value)
			if !ok {
				d.fault(c, "%q is not a measure; write a number and its unit, such as 34.2 cm", value)
				continue
			}
			l.Dimensions = append(l.Dimensions, m)
		}
	case "quantity":
		m, ok := readMeasure("", cell.Text)
		if !ok {
			d.fault(c, "%q is not a quantity; write a number and its unit, such as 1 件", cell.Text)
			return
		}
		l.Quantity = &archive.Quantity{Value: m.Value, Unit: m.Unit}
	case "period":
		d.setPeriod(c, part, cell.Text)
	case "place":
		d.setPlace(c, part, cell.Text)
	case "rights":
		d.setRights(c, part, cell.Text)
	case "extra":
		if l.Extra == nil {
			l.Extra = map[string]json.RawMessage{}
		}
		l.Extra[part] = extraValue(cell)
	case "files":
		l.Files = strings.Split(cell.Text, "\n")
	default:
		d.setList(c, root, part, cell.Text)
	}
}

func (d *decoded) setList(c Column, root, part, text string) {
	l := &d.line
	switch root {
	case "materials":
		l.Materials = split(text)
	case "techniques":
		l.Techniques = split(text)
	case "subjects":
		for i, s := range split(text) {
			for len(l.Subjects) <= i {
				l.Subjects = append(l.Subjects, archive.Text{})
			}
			if s != "" {
				l.Subjects[i][part] = s
			}
		}
	case "people":
		lang := strings.TrimPrefix(part, "name.")
		for i, s := range split(text) {
			for len(l.People) <= i {
				l.People = append(l.People, archive.Person{})
			}
			switch {
			case part == "role":
				l.People[i].Role = s
			case s != "":
				l.People[i].Name = with(l.People[i].Name, lang, s)
			}
		}
	case "inscriptions":
		if !strings.HasPrefix(text, "[") {
			l.Inscriptions = []archive.Inscription{{Text: text}}
			return
		}
		d.json(c, text, &l.Inscriptions)
	case "stops":
		d.json(c, text, &l.Stops)
	case "relations":
		for _, s := range split(text) {
			typ, record, _ := strings.Cut(strings.TrimSpace(s), " ")
			l.Relations = append(l.Relations, archive.Relation{Type: typ, Record: record})
		}
	}
}

func (d *decoded) json(c Column, text string, into any) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil && plain(text) && !strings.HasSuffix(text, "…") {
		d.fault(c, "is no list in JSON as it was exported: %v", err)
	}
}

func (d *decoded) setPeriod(c Column, part, text string) {
	l := &d.line
	if part == "" {
		d.period = text
		return
	}
	if l.Period == nil {
		l.Period = &archive.Period{}
	}
	if lang, ok := strings.CutPrefix(part, "note."); ok {
		l.Period.Note = with(l.Period.Note, lang, text)
		return
	}
	y, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || y == 0 {
		d.fault(c, "%q is not a year; write a whole number, negative before our era", text)
		return
	}
	if part == "from" {
		l.Period.From = y
	} else {
		l.Period.To = y
	}
}

func (d *decoded) setPlace(c Column, part, text string) {
	l := &d.line
	if l.Place == nil {
		l.Place = &archive.Place{}
	}
	switch part {
	case "precision":
		l.Place.Precision = text
	case "lat", "lon":
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			d.fault(c, "%q is not a number of degrees such as 40.0417", text)
			return
		}
		if part == "lat" {
			l.Place.Lat = &v
		} else {
			l.Place.Lon = &v
		}
	default:
		l.Place.Name = with(l.Place.Name, strings.TrimPrefix(part, "name."), text)
	}
}

func (d *decoded) setRights(c Column, part, text string) {
	l := &d.line
	if l.Rights == nil {
		l.Rights = &archive.Rights{}
	}
	switch part {
	case "statement":
		l.Rights.Statement = text
	case "tier":
		l.Rights.Tier = archive.Tier(text)
	case "until":
		l.Rights.Until = text
	case "maxPixels":
		var err error
		if l.Rights.MaxPixels, err = strconv.ParseInt(strings.TrimSpace(text), 10, 64); err != nil {
			d.fault(c, "%q is not a whole number of pixels", text)
		}
	default:
		l.Rights.Holder = with(l.Rights.Holder, strings.TrimPrefix(part, "holder."), text)
	}
}
