package workbook

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"hexi/archive"
)

// maxColumns bounds a table's columns; what else there is goes into the last one.
const maxColumns = 300

// named are the further columns whose headings are those of the profile's fields: what a
// profile adds to records, and the numbers that it names.
var named = map[string]bool{"extra.": true, "identifiers.": true}

// Survey finds out which columns the lines of a table need.
type Survey struct {
	sheet      Sheet
	vocabulary Vocabulary
	used       map[string]bool
	profiles   map[string]*profiled // by their codes
}

// profiled is a profile, and how many of the lines are held to it.
type profiled struct {
	archive.Profile
	lines int
}

// NewSurvey begins with the columns of a sheet.
func NewSurvey(s Sheet, v Vocabulary) *Survey {
	return &Survey{sheet: s, vocabulary: v, used: map[string]bool{}, profiles: map[string]*profiled{}}
}

// Add takes a line into account.
func (s *Survey) Add(l *archive.Line) {
	for _, path := range paths(l) {
		s.used[path] = true
	}
	if p, ok := s.vocabulary.ProfileOf(&l.Record); ok {
		if s.profiles[p.Code] == nil {
			s.profiles[p.Code] = &profiled{Profile: p}
		}
		s.profiles[p.Code].lines++
	}
}

// fields returns the fields of the profiles that the lines are held to, those of most
// lines first, and of each in its own order. Of a path that several have, the first counts.
func (s *Survey) fields() (out []archive.Field) {
	profiles := slices.SortedFunc(maps.Values(s.profiles), func(a, b *profiled) int {
		return cmp.Or(cmp.Compare(b.lines, a.lines), cmp.Compare(a.Code, b.Code))
	})
	for _, p := range profiles {
		for _, f := range p.Fields {
			if !slices.ContainsFunc(out, func(o archive.Field) bool { return o.Path == f.Path }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Columns returns the official columns, the further ones that are used, and PathRest.
func (s *Survey) Columns() []Column {
	out := slices.Clone(s.sheet.Columns)
	used := map[string]bool{}
	for path := range s.used {
		used[path] = true
	}
	words := false // the curator's own words for the period have a column
	for _, c := range out {
		delete(used, c.Path)
		words = words || c.Path == "period"
	}
	if words {
		delete(used, "period.note.zh")
	}
	for _, path := range []string{"id", "collection"} {
		used[path] = true
	}
	fields := s.fields()
	place := func(path string) int {
		at := slices.IndexFunc(fields, func(f archive.Field) bool { return f.Path == path })
		if at < 0 {
			return len(fields) // what no profile names comes last
		}
		return at
	}
	for _, f := range further {
		var found []Column
		for path := range used {
			if part, ok := strings.CutPrefix(path, f.Path); ok && (part == "" || strings.HasSuffix(f.Path, ".")) {
				h := s.heading(f, part)
				if at := place(path); at < len(fields) && named[f.Path] {
					h = presentable(fields[at].Label.In("zh"))
				}
				found = append(found, Column{path, h})
			}
		}
		slices.SortFunc(found, func(a, b Column) int {
			return cmp.Or(cmp.Compare(place(a.Path), place(b.Path)), cmp.Compare(a.Path, b.Path))
		})
		for _, c := range found {
			delete(used, c.Path)
			if len(out) < maxColumns {
				out = append(out, c)
			}
		}
	}
	out = append(out, Column{PathRest, HeadingRest})
	return distinct(out)
}

// heading is that of a further column; ingest/sheet understands most of them too.
func (s *Survey) heading(f Column, part string) string {
	if f.Path == "dimensions." {
		if name := measureName(s.vocabulary, part); name != part {
			return name
		}
	}
	switch {
	case part == "" || part == "zh" && f.Path != "extra.":
		return f.Heading
	case f.Path == "extra.":
		return part
	case part == "en":
		return f.Heading + "（英文）"
	}
	return f.Heading + "（" + part + "）"
}

// distinct gives each column a heading of its own.
func distinct(columns []Column) []Column {
	seen := map[string]bool{}
	for i, c := range columns {
		h := strings.TrimSpace(c.Heading)
		if h == "" || seen[h] {
			h = strings.TrimSpace(h + " [" + c.Path + "]")
		}
		seen[h] = true
		columns[i].Heading = h
	}
	return columns
}
