package citation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// years are the first and the last year as reference managers count them: BCE negative, no
// year 0. ok is false where neither is known.
func (c *Citation) years() (from, to int, ok bool) {
	from, to = c.from, c.to
	if from == 0 {
		from = to
	}
	if to == 0 {
		to = from
	}
	return from, to, from != 0
}

// yearText writes the years for formats that have one field of text for them.
func (c *Citation) yearText() string {
	from, to, ok := c.years()
	if !ok {
		return ""
	}
	write := func(year int) string {
		if year < 0 {
			return strconv.Itoa(-year) + " BCE"
		}
		return strconv.Itoa(year)
	}
	if from == to {
		return write(from)
	}
	return write(from) + "–" + write(to)
}

// BibTeX is an entry for BibTeX and biblatex. Texts are UTF-8; what TeX takes for commands
// is escaped.
func (c *Citation) BibTeX(lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@misc{%s,\n", key(c.id))
	add := func(field, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s = {%s},\n", field, tex(value))
		}
	}
	var authors []string
	for _, m := range c.makers {
		authors = append(authors, "{"+tex(in(m, lang))+"}") // names are not parted into first and last
	}
	if len(authors) > 0 {
		fmt.Fprintf(&b, "  author = {%s},\n", strings.Join(authors, " and "))
	}
	fmt.Fprintf(&b, "  title = {{%s}},\n", tex(in(c.titles, lang)))
	add("year", c.yearText())
	add("howpublished", in(c.archive, lang))
	add("institution", in(c.holder, lang))
	add("note", joined(", ", in(c.when, lang), in(c.medium, lang), c.size, in(c.within, lang), c.number))
	fmt.Fprintf(&b, "  url = {%s},\n", texURL(c.url))
	add("urldate", c.seen.Format("2006-01-02"))
	b.WriteString("}\n")
	return b.String()
}

// key is an identifier as BibTeX allows it.
func key(id string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_') {
			return r
		}
		return '-'
	}, id)
}

var texEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `_`, `\_`, `%`, `\%`, `~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`,
)

func tex(s string) string { return texEscapes.Replace(oneLine(s)) }

// texURL leaves an address as it is but for what would end the field.
func texURL(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", `\`, "%5C").Replace(s)
}

// oneLine makes a text one line without control characters, which would begin a new field.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// RIS is a record of the RIS format, whose lines end with CR LF.
func (c *Citation) RIS(lang string) string {
	var b strings.Builder
	add := func(tag, value string) {
		if value = oneLine(value); value != "" {
			fmt.Fprintf(&b, "%s  - %s\r\n", tag, value)
		}
	}
	add("TY", c.typeRIS())
	for _, m := range c.makers {
		add("AU", in(m, lang))
	}
	add("TI", in(c.titles, lang))
	for _, tag := range slices.Sorted(maps.Keys(c.titles)) {
		if other := in(c.titles, tag); other != in(c.titles, lang) {
			add("TT", other)
		}
	}
	if from, _, ok := c.years(); ok && from > 0 {
		add("PY", fmt.Sprintf("%04d", from)) // years of four digits only
	}
	add("DA", in(c.when, lang))
	add("M3", in(c.medium, lang))
	add("SP", c.size)
	add("CY", in(c.within, lang))
	add("PB", in(c.holder, lang))
	add("AN", c.number)
	add("DB", in(c.archive, lang))
	add("UR", c.url)
	add("Y2", c.seen.Format("2006/01/02"))
	add("ID", c.id)
	b.WriteString("ER  - \r\n")
	return b.String()
}

func (c *Citation) typeRIS() string {
	switch c.kind {
	case "relic", "mural":
		return "ART"
	case "document":
		return "MANSCPT"
	case "report":
		return "RPRT"
	}
	return "GEN"
}

// cslItem is an item of CSL-JSON (schema csl-data, 1.0.2).
type cslItem struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Title     string    `json:"title"`
	Author    []cslName `json:"author,omitempty"`
	Issued    *cslDate  `json:"issued,omitempty"`
	Medium    string    `json:"medium,omitempty"`
	Size      string    `json:"dimensions,omitempty"`
	Archive   string    `json:"archive,omitempty"`
	Location  string    `json:"archive_location,omitempty"`
	Place     string    `json:"archive-place,omitempty"`
	Container string    `json:"container-title,omitempty"`
	Language  string    `json:"language,omitempty"`
	URL       string    `json:"URL"`
	Accessed  cslDate   `json:"accessed"`
}

type cslName struct {
	Literal string `json:"literal"`
}

type cslDate struct {
	Parts   [][]int `json:"date-parts,omitempty"`
	Literal string  `json:"literal,omitempty"`
}

// CSL is the citation as reference managers exchange it, a list of one item in JSON.
func (c *Citation) CSL(lang string) ([]byte, error) {
	item := cslItem{
		ID: c.id, Type: c.typeCSL(), Title: in(c.titles, lang), Medium: in(c.medium, lang), Size: c.size,
		Archive: in(c.holder, lang), Location: c.number, Place: in(c.within, lang), Container: in(c.archive, lang),
		URL: c.url, Language: lang,
		Accessed: cslDate{Parts: [][]int{{c.seen.Year(), int(c.seen.Month()), c.seen.Day()}}},
	}
	for _, m := range c.makers {
		item.Author = append(item.Author, cslName{in(m, lang)})
	}
	if from, to, ok := c.years(); ok {
		item.Issued = &cslDate{Parts: [][]int{{from}}, Literal: in(c.when, lang)}
		if to != from {
			item.Issued.Parts = append(item.Issued.Parts, []int{to})
		}
	} else if when := in(c.when, lang); when != "" {
		item.Issued = &cslDate{Literal: when}
	}
	b, err := json.MarshalIndent([]cslItem{item}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the citation of %s: %w", c.id, err)
	}
	return append(b, '\n'), nil
}

func (c *Citation) typeCSL() string {
	switch c.kind {
	case "relic", "mural":
		return "graphic"
	case "document":
		return "manuscript"
	case "report":
		return "report"
	case "event":
		return "event"
	}
	return "webpage"
}
