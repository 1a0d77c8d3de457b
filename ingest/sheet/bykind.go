package sheet

import (
	"slices"
	"strings"

	"hexi/archive"
)

// splitByKind has each row read by the headings of its own kind where a column says the
// kind: in one table of a cave site 大类 is of the site, 形制 of its caves, 画面范围 of the
// scenes on their walls. A profile is chosen by the columns that the rows of a kind fill.
// generic are the columns as everybody understands them.
func (t *Table) splitByKind(read reader, found layout, generic []column) error {
	at := slices.IndexFunc(generic, func(c column) bool { return c.field == "kind" })
	if at < 0 || t.opts.Mapping != nil && t.opts.Mapping.Profile != "" {
		return nil
	}
	filled, err := t.filledByKind(at, len(generic))
	if err != nil || len(t.kinds) == 0 {
		return err
	}
	whole := *t // reads the rows that say no kind
	t.byKind = map[archive.Kind]*Table{}
	for _, kind := range t.kinds {
		own := whole
		own.kind, own.columns = kind, generic
		said := slices.Clone(generic)
		for i := range said {
			if !filled[kind][i] {
				said[i] = column{}
			}
		}
		own.profile = own.chooseProfile(said, kind)
		read.known = newChooser(t.opts.Mapping, own.profile).column
		if own.columns, err = readHeadings(read.laidOut(found)); err != nil {
			return err
		}
		own.has = withWhere(own.speaksOf())
		t.byKind[kind] = &own
	}
	t.byKind[""] = &whole
	t.columns = slices.Clone(t.columns)
	for i := range t.columns {
		for _, kind := range t.kinds { // what a column means to the first who fill it
			if c := t.byKind[kind].columns; i < len(c) && i < len(generic) && filled[kind][i] && !c[i].unknown() {
				t.columns[i] = c[i]
				break
			}
		}
	}
	return nil
}

// filledByKind notes which kinds rows say that they are, in the order of their first rows,
// and returns which columns the rows of each have anything in.
func (t *Table) filledByKind(at, columns int) (map[archive.Kind][]bool, error) {
	filled := map[archive.Kind][]bool{}
	for l := range t.grid.lines() {
		if interrupted(l.err) {
			return nil, l.err
		}
		if l.err != nil || l.number <= t.headTo || t.pass(l) != "" || at >= len(l.cells) {
			continue
		}
		term, ok := t.opts.Vocabulary.Term(archive.SchemeKind, oneLine(clean(l.cells[at].text)))
		if !ok {
			continue
		}
		kind := archive.Kind(term.Code)
		if filled[kind] == nil {
			filled[kind] = make([]bool, columns)
			t.kinds = append(t.kinds, kind)
		}
		for i := range min(columns, len(l.cells)) {
			filled[kind][i] = filled[kind][i] || clean(l.cells[i].text) != ""
		}
	}
	return filled, nil
}

// of is the table as rows of a kind, by code or label, are read.
func (t *Table) of(kind archive.Kind) *Table {
	if t.byKind == nil {
		return t
	}
	if own, ok := t.byKind[t.codeOf(kind)]; ok {
		return own
	}
	return t.byKind[""]
}

// codeOf is the code of a kind that is said by its code or label; one that is not known
// stays as it is.
func (t *Table) codeOf(kind archive.Kind) archive.Kind {
	if term, ok := t.opts.Vocabulary.Term(archive.SchemeKind, string(kind)); ok {
		return archive.Kind(term.Code)
	}
	return kind
}

// kindSaid is what a line says in a column of kinds, "" for nothing.
func (t *Table) kindSaid(l line) archive.Kind {
	for i, c := range t.columns {
		if c.field == "kind" && i < len(l.cells) {
			return archive.Kind(oneLine(clean(l.cells[i].text)))
		}
	}
	return ""
}

// Kinds are the kinds that rows of the table say themselves that they are.
func (t *Table) Kinds() []archive.Kind { return slices.Clone(t.kinds) }

// Profile is the code of the profile whose headings are meant, or "". Where rows say what
// they are, it names that of each kind: "cave-site, cave, scene".
func (t *Table) Profile() string {
	var codes []string
	if t.byKind == nil && t.profile != nil {
		return t.profile.Code
	}
	for _, kind := range t.kinds {
		if p := t.byKind[kind].profile; p != nil {
			codes = append(codes, p.Code)
		}
	}
	return strings.Join(codes, ", ")
}

// unknown reports whether nobody knows the heading, so that its cells are kept under it.
func (c column) unknown() bool { return c.field == "extra" && c.typ == "" }
