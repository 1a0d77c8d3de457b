package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hexi/archive"
)

// How much of a table is looked at to find its headings, and over how many lines
// these may go.
const (
	lookedAt    = 64
	maxHeadings = 3
)

// layout says where in a table its headings are and what they mean.
type layout struct {
	from, to int // lines of the headings
	columns  []column
	holder   string // that the lines above them name
	headings []line
	data     []line // the first lines below them
}

// findLayout looks for the headings among the first lines of a table: the lines most
// of whose cells mean a field. ok is false where there are none; nearest is then the
// line that looks most like headings.
func findLayout(g grid, read reader) (out layout, nearest []string, err error) {
	var first []line
	for l := range g.lines() {
		if l.err != nil && len(first) == 0 || interrupted(l.err) {
			return out, nil, l.err
		}
		if l.err != nil {
			l.cells = nil
		}
		if first = append(first, l.clone()); len(first) == lookedAt {
			break
		}
	}
	best := 0
	for i, l := range first {
		if read.line > 0 && l.number != read.line || len(l.cells) == 0 || read.line == 0 && covered(l) {
			continue
		}
		for depth := 1; depth <= maxHeadings && i+depth <= len(first); depth++ {
			if read.line > 0 && depth != read.lines {
				continue
			}
			if read.line == 0 && depth > 1 && (filled(l) < 2 || !goesOn(first[i+depth-2], first[i+depth-1])) {
				break
			}
			columns := read.columns(first[i : i+depth])
			n, names := score(columns), identifies(columns)
			if !names {
				n, names = read.scoreOfProfiles(columns, n)
			}
			// Of the same last line the fewest: what is above them says something else.
			tighter := n == best && first[i+depth-1].number == out.to && best > 0
			if n <= best && !tighter && (read.line == 0 || n < best) || read.line == 0 && (!names || n == 1 && i > 0) {
				if nearest == nil && filled(l) > 1 || n > best {
					nearest = l.texts()
				}
				continue
			}
			best = max(n, 1)
			out = layout{from: l.number, to: first[i+depth-1].number, columns: columns, headings: first[i : i+depth], data: first[i+depth:]}
		}
	}
	if best == 0 {
		if nearest == nil && len(first) > 0 {
			nearest = first[0].texts()
		}
		return out, nearest, nil
	}
	out.columns = read.laidOut(out)
	for _, l := range first {
		if l.number < out.from && out.holder == "" {
			out.holder = holderOf(l)
		}
	}
	return out, nil, nil
}

// covered reports whether cells from above reach into a line, so that it begins nothing.
func covered(l line) bool {
	return slices.ContainsFunc(l.cells, func(c cell) bool { return c.kind == cellFilled })
}

// goesOn reports whether a line of headings is followed by a second one, below it:
// where cells of the first go over several columns, or none of theirs is under another.
func goesOn(upper, lower line) bool {
	if len(lower.cells) == 0 || lower.err != nil {
		return false
	}
	merged, own, under := false, 0, 0
	for i, c := range lower.cells {
		var above cell
		if i < len(upper.cells) {
			above = upper.cells[i]
		}
		merged = merged || above.kind == cellFilledNo || c.kind == cellFilled
		if c.kind != cellText || clean(c.text) == "" {
			if c.kind == cellNumber || c.kind == cellDate {
				return false
			}
			continue
		}
		own++
		if clean(above.text) != "" && above.kind != cellFilledNo {
			under++
		}
	}
	// The first column of a group has its heading above it, and something of its own.
	return own > 0 && (merged || under*2 <= own)
}

// score is how many different fields columns mean.
func score(columns []column) int {
	seen := map[string]bool{}
	for _, c := range columns {
		if c.field != "extra" && c.field != "ignore" {
			seen[c.field+"|"+c.lang] = true
		}
	}
	return len(seen)
}

// identifies reports whether columns can make records: by a title, or by the cave.
func identifies(columns []column) bool {
	has := func(field string) bool {
		return slices.ContainsFunc(columns, func(c column) bool { return c.field == field })
	}
	return has("titles") || has("location.cave") && has("location.site")
}

func filled(l line) (n int) {
	for _, c := range l.cells {
		if clean(c.text) != "" && c.kind != cellFilledNo && c.kind != cellFilled {
			n++
		}
	}
	return n
}

// reader turns lines of headings into columns.
type reader struct {
	line  int // where a person says that the headings are, or 0
	lines int // and how many lines they have
	known func(group, heading string) column
	// profiles have headings for names of their own, which are names; so a table may have
	// no others.
	profiles []archive.Profile
	names    map[string]bool
}

// scoreOfProfiles is how many columns the profile knows that knows most of them, of those
// which find the names among them; ok is false where none does, and n is then the score.
func (r *reader) scoreOfProfiles(columns []column, score int) (n int, ok bool) {
	if !slices.ContainsFunc(columns, func(c column) bool { return r.names[fold(c.name)] }) {
		return score, false
	}
	for i := range r.profiles {
		if p := &r.profiles[i]; titled(nil, p, columns) {
			n = max(n, len(fits(p, columns).columns))
		}
	}
	return max(n, score), n > 0
}

// laidOut are the columns of a layout, with what the rows below their headings say of them.
func (r *reader) laidOut(found layout) []column {
	return besideMeasures(keepSpread(r.columns(found.headings), found.data), found.data)
}

// columns reads headings that go over one line or several.
func (r reader) columns(rows []line) []column {
	width := 0
	for _, l := range rows {
		width = max(width, len(l.cells))
	}
	var out []column
	above := make([]string, len(rows)) // the group that goes on to the right, by line
	for i := range width {
		var group, heading string
		spread := false // by a cell that goes over several columns, and nothing else
		for depth, l := range rows {
			text := ""
			if i < len(l.cells) {
				text = clean(l.cells[i].text)
				if text != "" && text != heading {
					spread = l.cells[i].kind == cellFilledNo
				}
			}
			last := depth == len(rows)-1
			if text != "" && !last {
				above[depth] = text
			}
			if text == "" && !last && below(rows[depth+1:], i) {
				text = above[depth] // not merged, but meant so
			}
			if text != "" && text != heading {
				group, heading = heading, text
			}
		}
		if spread {
			out = append(out, column{field: "extra", name: oneLine(heading), spread: true})
		} else {
			out = append(out, r.known(group, heading))
		}
	}
	for len(out) > 0 && out[len(out)-1].name == "" {
		out = out[:len(out)-1]
	}
	return out
}

// keepSpread names the columns that a heading over several goes over, after its first,
// where anything is in them; the others are none.
func keepSpread(columns []column, data []line) []column {
	at := 1
	for i := range columns {
		c := &columns[i]
		if !c.spread {
			at = 1
			continue
		}
		if at++; below(data, i) {
			c.name = fmt.Sprintf("%s %d", c.name, at)
			c.key = c.name
		} else {
			*c = column{field: "extra"}
		}
	}
	for len(columns) > 0 && columns[len(columns)-1].name == "" {
		columns = columns[:len(columns)-1]
	}
	return columns
}

// below reports whether a column has anything in the lines.
func below(rows []line, column int) bool {
	return slices.ContainsFunc(rows, func(l line) bool {
		return column < len(l.cells) && clean(l.cells[column].text) != ""
	})
}

// holderLine is a line above the headings that says whose things these are.
var holderLine = regexp.MustCompile(`(?i)^(?:收藏单位|馆藏单位|填报单位|普查单位|单位名称|藏品单位|收藏单位名称|holder|holding institution|institution|museum)\s*(?:\([^)]*\)|（[^）]*）)?\s*[:：]\s*(.*)$`)

func holderOf(l line) string {
	for i, c := range l.cells {
		found := holderLine.FindStringSubmatch(oneLine(clean(c.text)))
		if found == nil || c.kind == cellFilledNo {
			continue
		}
		if words := strings.Fields(found[1]); len(words) > 0 {
			if wide([]rune(words[0])[0]) {
				return words[0] // what follows after a space is the next thing: 填表日期 …
			}
			return found[1]
		}
		for _, next := range l.cells[i+1:] {
			if text := oneLine(clean(next.text)); text != "" && next.kind != cellFilledNo && text != clean(c.text) {
				return text
			}
		}
	}
	return ""
}

// Passed says why a line of a sheet became no record.
type Passed string

// The lines that are passed over.
const (
	PassedTitle   Passed = "title"   // above the headings
	PassedHeading Passed = "heading" // the headings, there and again further down
	PassedNote    Passed = "note"    // a note, a signature, the name of a part of the table
	PassedTotal   Passed = "total"   // a sum
)

var (
	totalWord = regexp.MustCompile(`(?i)^(合\s*计|总\s*计|小\s*计|共\s*计|本页合计|本页小计|累\s*计|(grand |sub)?totals?|sum)\s*[:：]?\s*\d*\s*[件套项条处个]*$`)
	noteWord  = regexp.MustCompile(`(?i)^(注|备注|说明|填表说明|填写说明|附注|制表|制表人|填表|填表人|填报人|审核|审核人|审定|审定人|复核|复核人|负责人|单位负责人|经手人|联系人|联系电话|填表日期|填报日期|制表日期|日期|资料来源|数据来源|note|notes|source|sources|remarks?|prepared by|checked by|approved by|date|printed|page)\s*(\d|[（(][^）)]*[）)])?\s*[:：.．].*$`)
	pageWord  = regexp.MustCompile(`(?i)^(第\s*\d+\s*页([，,/ ]*共\s*\d+\s*页)?|page \d+( of \d+)?|以下空白|以上共\s*\d+.*|共\s*\d+\s*[件套项条处个]+.*)$`)
	ordinal   = regexp.MustCompile(`^[(（\[]?[0-9０-９一二三四五六七八九十A-Za-z]{1,3}[)）\].]?$`)
)

// pass says whether a line below the headings is no row, and why.
func (t *Table) pass(l line) Passed {
	own, same, title, ordinals := 0, 0, false, 0
	firstText, notes := "", true
	for i, c := range l.cells {
		text := clean(c.text)
		if text == "" || c.kind == cellFilled || c.kind == cellFilledNo {
			continue
		}
		text = oneLine(text)
		if i < len(t.columns) && t.columns[i].field == "ignore" && ownColumn(t.columns[i].name) { // in a report that is taken in
			if passed := passedBy(text); passed != "" {
				return passed
			}
			continue
		}
		own++
		if firstText == "" {
			firstText = text
		}
		notes = notes && (noteWord.MatchString(text) || pageWord.MatchString(text))
		if ordinal.MatchString(text) {
			ordinals++
		}
		if i < len(t.columns) {
			name := t.columns[i].name
			if fold(text) == fold(name) && name != "" {
				same++
			}
			title = title || t.columns[i].field == "titles" && !totalWord.MatchString(text) && !noteWord.MatchString(text)
		}
	}
	_, plainColumns := t.named()
	switch {
	case own == 0:
		return ""
	case same >= 2 && same*10 >= own*6, same == 1 && own == 1 && plainColumns == 1:
		return PassedHeading
	case totalWord.MatchString(firstText) && (!title || own <= 3):
		return PassedTotal
	case notes && (own == 1 || !title):
		return PassedNote
	case own == 1 && l.wide >= 3 && l.wide*2 >= plainColumns:
		return PassedNote // the name of a part, over the whole table
	case ordinals == own && own >= 3 && own*10 >= plainColumns*8 && l.number <= t.headTo+1 && runs(l):
		return PassedHeading // the numbers of the columns
	}
	return ""
}

// runs reports whether the cells of a line count: 1, 2, 3 or 一, 二, 三.
func runs(l line) bool {
	const chinese = "一二三四五六七八九十"
	at := 0
	for _, c := range l.cells {
		s := strings.Trim(narrow(clean(c.text)), "()[]. ")
		if s == "" {
			continue
		}
		at++
		digit := ""
		if at <= 10 {
			digit = string([]rune(chinese)[at-1])
		}
		if n, ok := readNumber(s); (!ok || int(n) != at) && s != digit && s != string(rune('A'+at-1)) && s != string(rune('a'+at-1)) {
			return false
		}
	}
	return at > 0
}

// named counts the columns of a table that have a heading.
func (t *Table) named() (first, n int) {
	first = -1
	for i, c := range t.columns {
		if c.name != "" {
			if n++; first < 0 {
				first = i
			}
		}
	}
	return first, n
}

// readHeadings holds columns to each other: two may not mean the same, or a cell of
// one would silently replace the other's.
func readHeadings(columns []column) ([]column, error) {
	if len(columns) > maxColumns {
		return nil, archive.Invalid("", "the sheet has %d columns; at most %d are read", len(columns), maxColumns)
	}
	seen := map[string]bool{}
	out := bothQuantities(columns)
	for i, c := range out {
		if c.name == "" || c.field == "ignore" {
			continue
		}
		key := c.field + "\x00" + c.lang
		if c.field == "extra" {
			key += "\x00" + c.key
		}
		if !seen[key] || several[c.field] {
			seen[key] = true
			continue
		}
		if c.field == "extra" {
			return nil, archive.Invalid(c.name, "two columns have this heading; give each its own")
		}
		// The first column with a meaning has it; a second keeps its values in extra.
		out[i] = column{field: "extra", name: c.name, key: c.name}
		if key := "extra\x00\x00" + c.name; seen[key] {
			return nil, archive.Invalid(c.name, "two columns have this heading; give each its own")
		}
		seen["extra\x00\x00"+c.name] = true
	}
	return out, nil
}

// bothQuantities keeps the two numbers of a register apart: beside a column of what there
// is (实际数量), one of the quantity as such (数量) is what tradition counts, such as 1套.
func bothQuantities(columns []column) []column {
	out := slices.Clone(columns)
	is := func(c column, name string) bool {
		plain, _ := splitUnit(c.name)
		return c.field == "quantity" && fold(plain) == name
	}
	if !slices.ContainsFunc(out, func(c column) bool { return is(c, "实际数量") }) {
		return out
	}
	for i, c := range out {
		if is(c, "数量") || is(c, "传统数量") {
			out[i] = column{field: "extra", name: c.name, key: "traditionalQuantity"}
		}
	}
	return out
}

// several are the fields that more than one column may fill.
var several = map[string]bool{"files": true, "inscriptions": true}
