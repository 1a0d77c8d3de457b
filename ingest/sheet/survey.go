package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Survey is what a whole table says about each of its rows: what nearly all have and
// one lacks, names that stand more than once, measures with and without units. It is
// filled with every row, in any order, and then asked about each.
type Survey struct {
	table  *Table
	rows   int
	filled []int            // by column
	titles map[string][]int // rows by title
	places places
	units  []unitUse // by column
}

// places are the columns that an address is compared with.
type places struct{ province, city, county, address int }

// NewSurvey returns the survey of a table, without rows yet.
func (t *Table) NewSurvey() *Survey {
	s := &Survey{table: t, filled: make([]int, len(t.columns)), titles: map[string][]int{}, places: places{-1, -1, -1, -1}, units: make([]unitUse, len(t.columns))}
	for i, c := range t.columns {
		switch fold(c.name) {
		case "province", "provincezh", "省", "省份":
			s.places.province = i
		case "city", "cityzh", "市", "市州", "地市":
			s.places.city = i
		case "county", "countyzh", "县", "区县", "县区":
			s.places.county = i
		}
		if c.field == "place.name" && c.lang != "en" && s.places.address < 0 {
			s.places.address = i
		}
	}
	return s
}

// Add takes a row into the survey; lines that are no rows change nothing.
func (s *Survey) Add(row Row) {
	if row.Passed != "" || row.Cells == nil {
		return
	}
	s.rows++
	for i := range s.filled {
		if i < len(row.Cells) && clean(row.Cells[i]) != "" {
			s.filled[i]++
			s.units[i].add(row, s.table.columns[i], row.Cells[i])
		}
	}
	if title := row.Record.Titles.In("zh"); title != "" {
		s.titles[title] = append(s.titles[title], row.Number)
	}
}

var (
	// spaced are Han characters with a space between, as in 犭央 犭茶.
	spaced = regexp.MustCompile(`\p{Han}[ \t]+\p{Han}`)
	// component are parts of characters that are no characters of their own.
	component = regexp.MustCompile(`[亻冫氵忄扌犭礻衤纟讠饣钅阝刂灬艹宀辶疒]`)
	// untyped are signs that stand for a character which a program did not have.
	untyped = regexp.MustCompile(`[□■〓�]|\p{Han}[?？]\p{Han}|&[A-Za-z]{1,4}[0-9-]+;`)
)

// aMiss is how few of the rows may lack what the others have to be told of it.
const (
	aMiss      = 20 // one in so many
	enoughRows = 20
)

// Doubts are what is to be asked about a row, seen among the others.
func (s *Survey) Doubts(row Row) []Note {
	if row.Passed != "" || row.Cells == nil {
		return nil
	}
	var out []Note
	own := s.table.of(row.Record.Kind)
	for i, c := range own.columns {
		value := ""
		if i < len(row.Cells) {
			value = oneLine(clean(row.Cells[i]))
		}
		if c.name == "" || c.field == "ignore" {
			continue
		}
		if value == "" {
			out = append(out, s.missing(own, i, c)...)
			continue
		}
		out = append(out, s.units[i].doubt(row, c, value)...)
		if c.field != "titles" || c.lang == "en" {
			continue
		}
		switch part := component.FindString(value); {
		case part != "":
			out = append(out, newNote(c.name, "%q holds part of a character alone (%s): a rare character may have been split into parts", value, part))
		case spaced.MatchString(value):
			out = append(out, newNote(c.name, "%q holds spaces between its characters: a rare character may have been split into parts", value))
		}
		if sign := untyped.FindString(value); sign != "" {
			out = append(out, newNote(c.name, "%q holds %s, a sign for a character that could not be typed", value, sign))
		}
		out = append(out, s.repeated(row, c)...)
	}
	return append(out, s.elsewhere(row)...)
}

// missing tells of an empty cell: where a profile asks for it, where nearly all others
// have it, and of every time and register number.
func (s *Survey) missing(own *Table, i int, c column) []Note {
	if p := own.profile; p != nil {
		if f, ok := p.Field(c.path()); ok && f.Required {
			return []Note{newNote(c.name, "is empty; the profile %s asks for it", p.Label.In(s.table.Lang))}
		}
	}
	essential := c.field == "period" || c.field == "identifiers.accession"
	if c.lang == "en" || c.field == "extra" || c.field == "titles" || s.filled[i] == 0 {
		return nil
	}
	if essential || s.rows >= enoughRows && (s.rows-s.filled[i])*aMiss <= s.rows {
		return []Note{newNote(c.name, "is empty here, though the sheet has a column for it and other rows say it")}
	}
	return nil
}

// repeatedAll is up to how many rows of one name each is told; of more, the first.
const repeatedAll = 5

func (s *Survey) repeated(row Row, c column) []Note {
	rows := s.titles[row.Record.Titles.In("zh")]
	if len(rows) < 2 || len(rows) > repeatedAll && rows[0] != row.Number {
		return nil
	}
	var list []string
	for _, n := range rows[:min(len(rows), 8)] {
		list = append(list, fmt.Sprint(n))
	}
	if len(rows) > 8 {
		list = append(list, fmt.Sprintf("… (%d)", len(rows)))
	}
	return []Note{newNote(c.name, "the name %s stands in rows %s; they are taken for different things", row.Record.Titles.In("zh"), strings.Join(list, ", "))}
}

// divisionEnd ends the names of counties and districts.
const divisionEnd = "县区市旗州盟"

// elsewhere compares an address with the columns for the parts of one: historic names
// of counties, and slips.
func (s *Survey) elsewhere(row Row) []Note {
	at := func(i int) string {
		if i < 0 || i >= len(row.Cells) {
			return ""
		}
		return oneLine(clean(row.Cells[i]))
	}
	address, county, city := at(s.places.address), at(s.places.county), at(s.places.city)
	if address == "" || s.places.address == s.places.county || county == "" && city == "" {
		return nil
	}
	if s.places.county >= 0 && county != "" && strings.Contains(address, stem(county)) {
		return nil
	}
	named := city != "" && strings.Contains(address, stem(city))
	rest := address
	for _, known := range []string{at(s.places.province), city} {
		rest = strings.Replace(rest, known, "", 1)
	}
	rest = strings.TrimPrefix(rest, strings.TrimSuffix(at(s.places.province), "省"))
	other := slices.ContainsFunc([]rune(rest)[:min(len([]rune(rest)), 8)], func(r rune) bool { return strings.ContainsRune("县区旗", r) })
	switch {
	case county != "" && (other || !named) && unicode.Is(unicode.Han, []rune(county)[0]):
		return []Note{newNote(s.table.columns[s.places.address].name, "does not name %s, which the column %s says: a historic name, or a slip", county, s.table.columns[s.places.county].name)}
	case county == "" && city != "" && !named && unicode.Is(unicode.Han, []rune(city)[0]):
		return []Note{newNote(s.table.columns[s.places.address].name, "does not name %s, which the column %s says: a historic name, or a slip", city, s.table.columns[s.places.city].name)}
	}
	return nil
}

// stem is the name of a county or city without what says that it is one.
func stem(name string) string {
	runes := []rune(name)
	if len(runes) > 2 && strings.ContainsRune(divisionEnd, runes[len(runes)-1]) {
		return string(runes[:len(runes)-1])
	}
	return name
}
