package sheet

import (
	"encoding/json"
	"strings"

	"hexi/archive"
)

// kindByClasses is the kind that most of the cells of a column of classes say, where that
// is another than the one of relics, which have their classes too.
func (t *Table) kindByClasses(data []line) (archive.Kind, bool) {
	all, of := 0, map[archive.Kind]int{}
	for _, l := range data {
		for i, c := range t.columns {
			if c.field != "category" || i >= len(l.cells) {
				continue
			}
			value := oneLine(clean(l.cells[i].text))
			if t.categoryOf(archive.KindRelic, value) != t.categoryOf(archive.KindSite, value) {
				continue // 其他 is a class of both
			}
			if kind, ok := t.kindByCategory(value); ok {
				all++
				of[kind]++
			}
		}
	}
	for _, kind := range []archive.Kind{archive.KindSite, archive.KindIntangible} {
		if of[kind]*2 > all {
			return kind, true
		}
	}
	return "", false
}

// kindByCategory derives the kind from the category where that settles it: the classes
// of immovable heritage are sites, the ten categories are intangible.
func (t *Table) kindByCategory(category string) (archive.Kind, bool) {
	term, ok := t.opts.Vocabulary.Term(archive.SchemeCategory, t.categoryOf(t.kind, category))
	switch {
	case !ok:
		return "", false
	case strings.HasPrefix(term.Code, "immovable-"):
		return archive.KindSite, true
	case strings.HasPrefix(term.Code, "ich-"):
		return archive.KindIntangible, true
	}
	return t.kind, true
}

// categoryOf reads a class as its kind has it: 其他 is the last class of relics, and that of
// sites.
func (t *Table) categoryOf(kind archive.Kind, category string) string {
	ending := ""
	switch kind {
	case archive.KindRelic, archive.KindDocument:
		ending = "可移动文物"
	case archive.KindSite:
		ending = "不可移动文物"
	}
	if term, ok := t.opts.Vocabulary.Term(archive.SchemeCategory, category+ending); ok && ending != "" && category != "" {
		return term.Code
	}
	return category
}

// kindOfRow settles the kind of a row that does not say it, and reads its class by it. A
// class of another kind than the table's other rows are goes before these; it may be a slip.
func (b *builder) kindOfRow() {
	r, t := b.record, b.table
	if r.Kind == "" {
		r.Kind = t.kind
		if kind, ok := t.kindByCategory(r.Category); ok && t.opts.Kind == "" && kind != t.kind {
			r.Kind = kind
			b.note(t.columnOf("category"), "%q is a class of %s, while the sheet is one of %s; the row is taken for what its class says: correct the class, or say the kind in a column 记录类型",
				r.Category, t.kindName(kind), t.kindName(t.kind))
		}
	}
	r.Category = t.categoryOf(t.codeOf(r.Kind), r.Category)
}

// doubtSubclass tells of a class within a class (类别细分) that is in another one than the
// row's: their codes begin with the digits of that, as 3p-0505 and immovable-0500.
func (b *builder) doubtSubclass() {
	r, t := b.record, b.table
	var name string
	if t.profile == nil || json.Unmarshal(r.Extra["subclass"], &name) != nil {
		return
	}
	f, _ := t.profile.Field("extra.subclass")
	within, ok := t.opts.Vocabulary.Term(f.Scheme, name)
	class, known := t.opts.Vocabulary.Term(archive.SchemeCategory, r.Category)
	of, immovable := strings.CutPrefix(class.Code, "immovable-")
	list, digits, split := strings.Cut(within.Code, "-")
	if !ok || !known || !immovable || !split || len(of) < 2 || strings.HasPrefix(digits, of[:2]) {
		return
	}
	if _, divided := t.opts.Vocabulary.Term(f.Scheme, list+"-"+of[:2]+"01"); !divided {
		return // the list has none within that class
	}
	for _, c := range t.columns {
		if c.field == "extra" && c.key == "subclass" {
			b.note(c, "%q is within another class than %q: correct the one or the other", name, r.Category)
		}
	}
}

// columnOf is the first column of a field, one without a name where there is none.
func (t *Table) columnOf(field string) column {
	for _, c := range t.columns {
		if c.field == field {
			return c
		}
	}
	return column{}
}

// kindName is what people who work with the table call a kind.
func (t *Table) kindName(kind archive.Kind) string {
	if term, ok := t.opts.Vocabulary.Term(archive.SchemeKind, string(kind)); ok {
		return term.Label.In(t.Lang)
	}
	return string(kind)
}
