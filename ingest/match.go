package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// matcher finds the files of rows that name none: by the register number that a file's
// or a folder's name is or begins with, or by a folder or a file that is called as the
// thing is. A file belongs to the row whose number is the longest that fits.
type matcher struct {
	numbers, titles map[string][]int // rows, by folded name
	rows            map[int][]int    // files by row, in their natural order
	unclear         map[int][]int    // rows by file, where more than one fits
}

func newMatcher() *matcher {
	return &matcher{numbers: map[string][]int{}, titles: map[string][]int{}, rows: map[int][]int{}, unclear: map[int][]int{}}
}

// add makes a row known by its names.
func (m *matcher) add(row sheet.Row) {
	if len(row.Files) > 0 {
		return
	}
	for _, identifier := range row.Record.Identifiers {
		switch identifier.Type {
		case "accession", "shelfmark", "census", "auxiliary":
			addName(m.numbers, identifier.Value, row.Number)
		}
	}
	if row.Record.ID != "" {
		addName(m.numbers, row.Record.ID, row.Number)
	}
	for _, title := range row.Record.Titles {
		addName(m.titles, title, row.Number)
	}
}

// addName makes a row known by a name; rows come one after the other, so that one which
// is known by it already is the last.
func addName(names map[string][]int, name string, row int) {
	key := foldName(name)
	if rows := names[key]; key != "" && (len(rows) == 0 || rows[len(rows)-1] != row) {
		names[key] = append(rows, row)
	}
}

// foldName brings names into the form in which they are compared: narrow, lower case,
// without what file systems do not take, which people leave out or replace.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}

// match gives every file that nobody named to the row that it fits.
func (m *matcher) match(s *sources, reserved map[int]bool) {
	for i, f := range s.files {
		if s.used[i] || reserved[i] || !f.promised() {
			continue
		}
		rows := m.fitting(f.rel)
		switch {
		case len(rows) > 1:
			m.unclear[i] = rows
		case len(rows) == 1:
			m.rows[rows[0]] = append(m.rows[rows[0]], i)
		}
	}
	for _, files := range m.rows {
		// Without their endings, so that 0012.jpg comes before 0012-1.jpg and 0012 背面.jpg.
		slices.SortStableFunc(files, func(a, b int) int {
			return cmp.Or(natural(withoutEnding(s.files[a].rel), withoutEnding(s.files[b].rel)), natural(s.files[a].rel, s.files[b].rel))
		})
	}
}

// fitting are the rows that a file fits by its path, the closest part of it first.
func (m *matcher) fitting(rel string) []int {
	parts := strings.Split(rel, "/")
	base := parts[len(parts)-1]
	if at := strings.LastIndexByte(base, '.'); at > 0 {
		base = base[:at]
	}
	name := foldName(base)
	if rows := longest(m.numbers, base); rows != nil {
		return rows
	}
	for i := len(parts) - 2; i >= 0; i-- {
		folder := foldName(parts[i])
		for _, names := range []map[string][]int{m.numbers, m.titles} {
			if rows := names[folder]; rows != nil {
				return rows
			}
		}
		if rows := longest(m.numbers, parts[i]); rows != nil {
			return rows // 0012 彩陶罐
		}
	}
	if rows := m.titles[name]; rows != nil {
		return rows
	}
	return m.titles[withoutSequence(name)]
}

// longest finds the longest number that a name is, or begins with before something that
// cannot be part of a number: 0012-1, 0012_02, 0012(3), 0012正面.
func longest(numbers map[string][]int, name string) []int {
	if rows := numbers[foldName(name)]; rows != nil {
		return rows
	}
	runes := []rune(strings.ToLower(norm.NFKC.String(name)))
	for n := min(len(runes)-1, 200); n > 0; n-- {
		if joins(runes[n]) && joins(runes[n-1]) {
			continue // in the middle of a number
		}
		if rows := numbers[foldName(string(runes[:n]))]; rows != nil {
			return rows
		}
	}
	return nil
}

// joins reports whether a character goes on with the number or word before it.
func joins(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z'
}

// withoutSequence takes off a name what counts its pictures: 彩陶罐-1, 彩陶罐(2), 彩陶罐03.
func withoutSequence(name string) string {
	return strings.TrimRight(strings.TrimRight(strings.TrimRight(name, ")"), "0123456789"), "-_( .")
}

// natural compares names as people do: a2 before a10.
func natural(a, b string) int {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 {
		if unicode.IsDigit(x[0]) && unicode.IsDigit(y[0]) {
			p, q := digits(x), digits(y)
			m, n := strings.TrimLeft(string(x[:p]), "0"), strings.TrimLeft(string(y[:q]), "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n), cmp.Compare(p, q)); c != 0 {
				return c
			}
			x, y = x[p:], y[q:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Compare(len(x), len(y))
}

func digits(s []rune) int {
	n := 0
	for n < len(s) && unicode.IsDigit(s[n]) {
		n++
	}
	return n
}

// matchFiles finds the files of a table's rows, and tells of those that fit more than
// one row.
func (r *run) matchFiles(name string, m *matcher, reserved map[int]bool) {
	m.match(r.found, reserved)
	for i := range r.found.files {
		rows := m.unclear[i]
		if rows == nil {
			continue
		}
		r.found.unclear[i] = true
		r.report.note(Item{Item: r.found.files[i].path, Code: "unclear-file",
			Why: fmt.Sprintf("fits rows %s of %s by its name, and is given to none", list(rows), name), Do: "name it in the files column of the row that it belongs to"})
	}
}

// list names up to eight rows.
func list(rows []int) string {
	var out []string
	for _, n := range rows[:min(len(rows), 8)] {
		out = append(out, fmt.Sprint(n))
	}
	if len(rows) > 8 {
		out = append(out, fmt.Sprintf("… (%d)", len(rows)))
	}
	return strings.Join(out, ", ")
}

// files are those that a row fits.
func (m *matcher) files(s *sources, row int) []source {
	var out []source
	for _, i := range m.rows[row] {
		out = append(out, s.take(i))
	}
	return out
}

// nearly finds a file whose name differs from the wanted one in the case of letters, in
// width, or in having an ending at all; -1 for none.
func (s *sources) nearly(name string) (int, error) {
	if s.byFold == nil {
		s.byFold = map[string][]int{}
		for i, f := range s.files {
			base := foldPath(f.rel[strings.LastIndexByte(f.rel, '/')+1:])
			s.byFold[base] = append(s.byFold[base], i)
			if bare := withoutEnding(base); bare != base {
				s.byFold[bare] = append(s.byFold[bare], i)
			}
		}
	}
	wanted := foldPath(name)
	var found []int
	for _, i := range s.byFold[wanted[strings.LastIndexByte(wanted, '/')+1:]] {
		for _, rel := range []string{foldPath(s.files[i].rel), withoutEnding(foldPath(s.files[i].rel))} {
			if rel == wanted || strings.HasSuffix(rel, "/"+wanted) {
				found = append(found, i)
				break
			}
		}
	}
	switch len(found) {
	case 0:
		return -1, nil
	case 1:
		return found[0], nil
	}
	return -1, archive.Invalid("files", "%s is there %d times (%s, %s …); name it with its folder", name, len(found), s.files[found[0]].rel, s.files[found[1]].rel)
}

func foldPath(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// withoutEnding takes off what stands behind the last point of a file's name.
func withoutEnding(path string) string {
	if dot := strings.LastIndexByte(path, '.'); dot > strings.LastIndexByte(path, '/')+1 {
		return path[:dot]
	}
	return path
}
