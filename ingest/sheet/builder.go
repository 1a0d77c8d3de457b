package sheet

import (
	"encoding/json"
	"math"
	"regexp"
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
	table      *Table

	words   column              // the heading of the words for a time
	written string              // these
	unit    string              // of the quantity, in a column of its own
	units   map[string]unitCell // of measures, in columns of their own; "" of all lengths
	bare    map[string]column   // of measures without a unit in their cell

	// measures are those that a cell of words says; a measure that has a column of its
	// own goes before them. unread says that there were words which are not understood,
	// so that what the archive knows of measures stays.
	measures []archive.Dimension
	measured column
	unread   bool

	saysCollection, saysKind bool // and do not leave it to the default or a guess

	worded [3]column // those of the fields that may hold free words; see inWords

	said map[string]bool // the paths that a cell was for; kept where there are defaults
}

// note tells of a cell that is taken, but not as its writer may expect.
func (b *builder) note(c column, format string, args ...any) {
	b.notes = append(b.notes, newNote(c.name, format, args...))
}

func (b *builder) fault(c column, format string, args ...any) {
	b.faults = append(b.faults, archive.Invalid(c.name, format, args...))
}

// set puts one cell, which is not empty, into its field.
func (b *builder) set(c column, value string, kind cellKind) {
	r := b.record
	field, part, _ := strings.Cut(c.field, ".")
	switch field { // those whose lines are kept
	case "descriptions", "text", "inscriptions", "extra", "materials", "techniques", "subjects", "people":
	default:
		value = oneLine(value)
	}
	switch field {
	case "id":
		r.ID = narrow(value)
	case "collection":
		r.Collection = value
	case "kind":
		r.Kind = archive.Kind(value)
	case "partOf":
		r.PartOf = narrow(value)
	case "titles":
		r.Titles = withText(r.Titles, c.lang, value)
	case "descriptions":
		r.Descriptions = withText(r.Descriptions, c.lang, value)
	case "text":
		r.Text = withText(r.Text, c.lang, value)
	case "identifiers":
		b.identifier(c, part, value, kind)
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
		b.worded[inWordsCompleteness] = c
	case "condition":
		r.Condition = value
		b.worded[inWordsCondition] = c
	case "source":
		r.Source = value
		b.worded[inWordsSource] = c
	case "materials":
		r.Materials = append(r.Materials, splitList(value)...)
	case "techniques":
		r.Techniques = append(r.Techniques, splitList(value)...)
	case "dimensions":
		b.dimension(c, part, value)
	case "quantity":
		b.quantity(c, part, value)
	case "subjects":
		b.subjects(c, value)
	case "people":
		for _, name := range splitList(value) {
			r.People = append(r.People, archive.Person{Name: withText(nil, "", name), Role: part})
		}
	case "inscriptions":
		r.Inscriptions = append(r.Inscriptions, archive.Inscription{Text: value})
	case "rights":
		b.rights(c, part, value)
	default:
		b.extra(c, value)
	}
}

// scientific is a long number as a spreadsheet shows it: its last digits are lost.
var scientific = regexp.MustCompile(`^\d([.,]\d+)?[eE]\+?\d+$`)

// noNumber are the words of those who know that a thing has no number. They are none:
// as numbers they would make all these things one.
var noNumber = regexp.MustCompile(`(?i)^\(?(无|无号|无编号|没有|暂无|未编|未编号|未登记|未登|待编|待编号|待定|待补|待查|不详|不明|未知|缺号?|none|nil|null|n/?a|no number|no no\.?|not numbered|unnumbered|not known|unknown)\)?$|^[-—–―/\\_.*、。…·]+$`)

// identifier keeps a number as it is written, in narrow letters. A long one that a
// spreadsheet has taken for a quantity is not the number any more.
func (b *builder) identifier(c column, typ, value string, kind cellKind) {
	value = narrow(value)
	switch {
	case noNumber.MatchString(value):
		return
	case scientific.MatchString(value):
		b.fault(c, "%q is a long number that the spreadsheet has shortened; format the column as text and type the number again", value)
		return
	case kind == cellNumber && len(strings.TrimLeft(value, "-")) > 15 && !strings.Contains(value, "."):
		b.fault(c, "%q was kept as a quantity, of which a spreadsheet has 15 digits: the last ones are lost; format the column as text and type the number again", value)
		return
	case kind == cellDate:
		b.note(c, "%q is a date in the workbook; if it is a number such as 3-12, format the column as text and type it again", value)
	}
	b.record.Identifiers = append(b.record.Identifiers, archive.Identifier{Type: typ, Value: value})
}

// extra keeps what has no field of its own under its heading.
func (b *builder) extra(c column, value string) {
	if b.record.Extra == nil {
		b.record.Extra = map[string]json.RawMessage{}
	}
	if raw, ok := b.typed(c, value); ok {
		b.record.Extra[c.key] = raw
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

// finish fills in what the row leaves to the table, and what needs the whole row.
func (b *builder) finish() {
	r := b.record
	b.fill()
	m := b.table.opts.Mapping
	b.saysCollection = r.Collection != "" || m != nil && m.Collection != ""
	b.saysKind = r.Kind != "" || b.table.opts.Kind != "" // the mapping's is among them
	if r.Collection == "" {
		r.Collection = b.table.opts.Collection
	}
	b.kindOfRow()
	b.doubtSubclass()
	if r.Level != "" {
		r.Level = b.table.levelOf(r.Kind, r.Level)
	}
	if b.table.holder != "" && r.Holder() == "" {
		b.rights(column{}, "holder", b.table.holder)
	}
	b.addUnits(r.Dimensions, func(of string) column { return b.bare[of] })
	b.addUnits(b.measures, func(string) column { return b.measured })
	b.addMeasures()
	b.freeWords()
	if b.words.name != "" {
		b.periodWords(b.words, b.written)
	}
	if b.unit != "" && r.Quantity != nil && r.Quantity.Unit == "" {
		r.Quantity.Unit = b.unit
	}
	if len(r.Titles) == 0 && !b.table.hasColumn("titles") && r.Location != nil && r.Location.Cave != "" {
		r.Titles = archive.Text{"zh": r.Location.Site + "第" + strings.TrimSuffix(strings.TrimPrefix(r.Location.Cave, "第"), "窟") + "窟"}
	}
}

// fill sets what a mapping says of every row, and of rows that say nothing.
func (b *builder) fill() {
	m := b.table.opts.Mapping
	if m == nil {
		return
	}
	for _, c := range m.constants {
		b.set(c.column, c.value, cellText)
	}
	for _, d := range m.defaults {
		if !b.said[d.column.path()] {
			b.set(d.column, d.value, cellText)
		}
	}
}

// year reads one year: 1841, 1841年, -206, 公元前206年, 一八四一年.
func year(s string) (int, bool) {
	s = arabicDate(arabic(strings.TrimSpace(s)))
	if v, ok := readNumber(s); ok {
		return int(v), v == math.Trunc(v) && v != 0 && math.Abs(v) < 1e9
	}
	from, to, ok := readYears(strings.ReplaceAll(norm.NFKC.String(s), " ", ""))
	return from, ok && from == to
}

func (b *builder) period(c column, part, value string) {
	if b.record.Period == nil {
		b.record.Period = &archive.Period{}
	}
	p := b.record.Period
	switch part {
	case "from", "to":
		year, ok := year(value)
		if !ok {
			b.fault(c, "%q is not a year; write a whole number such as 1951, negative before our era", value)
			return
		}
		if part == "from" {
			p.From = year
		} else {
			p.To = year
		}
	default:
		p.Note = withText(p.Note, c.lang, value)
		if b.words.name == "" || c.lang == "zh" {
			b.words, b.written = c, value
		}
	}
}

// unknownTime are the words of those who know that they do not know.
var unknownTime = regexp.MustCompile(`(?i)^(年代|时代)?(不详|不明|待定|待考|未知|无)$|^(date )?(not known|unknown)$|^n\.?d\.?$|^no date$|^undated$|^[-—–/]+$`)

// periodWords reads the words for a time, once the place that dates it is known.
func (b *builder) periodWords(c column, value string) {
	p := b.record.Period
	if p.Term != "" || p.From != 0 || p.To != 0 {
		return
	}
	site := ""
	if b.record.Location != nil {
		if site = b.record.Location.Site; site != "" {
			if term, ok := b.vocabulary.Term(archive.SchemeSite, site); ok {
				site = term.Code
			}
		}
	}
	d, ok := b.vocabulary.Period(value, site)
	if !ok {
		if !unknownTime.MatchString(value) {
			b.note(c, "%q is no period or year that is known; it is kept as it is written, and the record is not found by its time", value)
		}
		return
	}
	p.Term, p.From, p.To = d.Term, d.From, d.To
	for _, doubt := range d.Doubts {
		b.note(c, "%q is read as %s: %s", value, yearsOf(d), doubt)
	}
}

// yearsOf says the years of a dating to people.
func yearsOf(d archive.Dating) string {
	switch {
	case d.From == d.To:
		return strconv.Itoa(d.From)
	case d.From == 0:
		return "up to " + strconv.Itoa(d.To)
	case d.To == 0:
		return "from " + strconv.Itoa(d.From) + " on"
	}
	return strconv.Itoa(d.From) + " to " + strconv.Itoa(d.To)
}

// degree reads 40.0417, 北纬40.0417°, 40°2'30"N and 40度2分30秒.
var degree = regexp.MustCompile(`^(东经|北纬|西经|南纬|[EWNS])?\s*([+-]?\d+(?:[.,]\d+)?)\s*[°度]?\s*(?:(\d+(?:[.,]\d+)?)\s*['′’分]\s*(?:(\d+(?:[.,]\d+)?)\s*(?:["″”秒]|''|′′)?)?)?\s*([EWNS])?$`)

func degrees(s string) (float64, bool) {
	m := degree.FindStringSubmatch(strings.TrimSpace(norm.NFKC.String(narrow(s))))
	if m == nil {
		return 0, false
	}
	var out float64
	for i, part := range m[2:5] {
		if part == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(part, ",", ".", 1), 64)
		if err != nil || i > 0 && v >= 60 {
			return 0, false
		}
		out += v / math.Pow(60, float64(i))
	}
	if m[3] != "" {
		out = math.Round(out*1e7) / 1e7 // a centimetre
	}
	if strings.ContainsAny(m[1]+m[5], "WS西南") {
		out = -out
	}
	return out, true
}

func (b *builder) place(c column, part, value string) {
	if b.record.Place == nil {
		b.record.Place = &archive.Place{}
	}
	p := b.record.Place
	switch part {
	case "name":
		p.Name = withText(p.Name, c.lang, value)
		return
	case "precision":
		p.Precision = value
		return
	}
	at, ok := degrees(value)
	if !ok {
		b.fault(c, "%q is not a number of degrees such as 40.0417", value)
		return
	}
	if part == "lat" {
		p.Lat = &at
	} else {
		p.Lon = &at
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
	if of, ok := unitPart(part); ok {
		b.measureUnit(c, of, value)
		return
	}
	if part == "" {
		b.dimensionWords(c, value)
		return
	}
	if noNumber.MatchString(narrow(value)) {
		return
	}
	of, v, unit, ok := splitMeasure(value)
	if !ok || strings.ContainsAny(unit, "0123456789") {
		b.fault(c, "%q is not a measure; write a number and its unit, such as 34.2 cm", value)
		return
	}
	if of != "" && of != part && (of == "mass") != (part == "mass") {
		b.fault(c, "%q measures something else than the column", value)
		return
	}
	if unit == "" {
		if b.bare == nil {
			b.bare = map[string]column{}
		}
		b.bare[part] = c
	}
	b.record.Dimensions = append(b.record.Dimensions, archive.Dimension{Type: part, Value: v, Unit: unit})
	if aboutMeasure.MatchString(value) {
		b.note(c, "%q is taken as the number that it is about; say in a note or in the description that it was not measured", value)
	}
}

func (b *builder) quantity(c column, part, value string) {
	if part == "unit" {
		b.unit = value
		return
	}
	if noNumber.MatchString(narrow(value)) {
		return
	}
	_, v, unit, ok := splitMeasure(value)
	if !ok {
		b.fault(c, "%q is not a quantity; write a number and its unit, such as 1 件", value)
		return
	}
	if unit == "" {
		unit = c.unit
	}
	b.record.Quantity = &archive.Quantity{Value: v, Unit: unit}
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

func (b *builder) rights(c column, part, value string) {
	if b.record.Rights == nil {
		b.record.Rights = &archive.Rights{}
	}
	switch part {
	case "holder":
		b.record.Rights.Holder = withText(b.record.Rights.Holder, "", value)
	case "statement":
		b.record.Rights.Statement = value
	case "tier":
		b.record.Rights.Tier = tierOf(value)
	case "maxPixels":
		v, ok := readNumber(value)
		if !ok || v != math.Trunc(v) || v < 0 || v > 1e15 {
			b.fault(c, "%q is not a whole number", value)
			return
		}
		b.record.Rights.MaxPixels = int64(v)
	case "until":
		b.record.Rights.Until = value
		if day, _, ok := readDate(value, ""); ok {
			b.record.Rights.Until = day
		}
	}
}

// tierOf reads an access tier by its name in either language.
func tierOf(s string) archive.Tier {
	switch strings.ToLower(s) {
	case "公开":
		return archive.TierPublic
	case "内部", "不公开", "馆内":
		return archive.TierStaff
	case "限制", "有限公开":
		return archive.TierReduced
	case "暂不公开":
		return archive.TierEmbargoed
	}
	return archive.Tier(strings.ToLower(s))
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
