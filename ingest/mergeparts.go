package ingest

import (
	"maps"
	"slices"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// mergePeriod keeps of a time what the sheet has no column for. Words that have changed
// bring their own years; those that are as they were leave the years alone, unless they
// were read anew.
func mergePeriod(period, known *archive.Period, has map[string]bool) *archive.Period {
	if known == nil {
		return period
	}
	var p archive.Period
	if period != nil {
		p = *period
	}
	read := p.Term != "" // of words
	p.Note = mergeText(p.Note, known.Note, has, "period")
	words := has["period"] || has["period.zh"] || has["period.en"]
	if read || words && (!maps.Equal(p.Note, known.Note) || !has["period.from"] && !has["period.to"] && (p.From != 0 || p.To != 0)) {
		return &p
	}
	p.Term = known.Term
	if !has["period.from"] {
		p.From = known.From
	}
	if !has["period.to"] {
		p.To = known.To
	}
	return &p // an empty one is dropped when it is saved
}

// mergeMeasures keeps of the quantity and the dimensions what the sheet has no column
// for. A unit in a column of its own is that of the number that is known.
func mergeMeasures(record *archive.Record, known archive.Record, row sheet.Row) {
	has, q := row.Has, known.Quantity
	switch {
	case q == nil:
	case has["quantity"]:
		if r := record.Quantity; r != nil && r.Unit == "" && !has["quantity.unit"] {
			record.Quantity = &archive.Quantity{Value: r.Value, Unit: q.Unit}
		}
	case has["quantity.unit"]:
		record.Quantity = &archive.Quantity{Value: q.Value, Unit: row.Unit}
	default:
		record.Quantity = q
	}
	list := slices.Clone(record.Dimensions)
	for i := range list {
		same := func(d archive.Dimension) bool { return d.Type == list[i].Type }
		if at := slices.IndexFunc(known.Dimensions, same); at >= 0 && list[i].Note == "" {
			list[i].Note = known.Dimensions[at].Note
		}
	}
	record.Dimensions = list
	if has["dimensions"] {
		return
	}
	list = mergeList(list, known.Dimensions, func(d archive.Dimension) bool { return has["dimensions."+d.Type] })
	if len(row.Units) > 0 {
		list = slices.Clone(list)
		for i := range list {
			if unit, ok := row.Units[list[i].Type]; ok && !has["dimensions."+list[i].Type] {
				list[i].Unit = unit
			}
		}
	}
	record.Dimensions = list
}

// mergeSubjects keeps the languages of subjects that the sheet has no column for. A
// subject is known again by what it is called in a language that both have; others are
// paired by their place, as the columns of two languages are.
func mergeSubjects(list, known []archive.Text, has map[string]bool) []archive.Text {
	spoken := func(lang string) bool {
		if has["subjects."+lang] {
			return true
		}
		return has["subjects"] && (len(list) == 0 || slices.ContainsFunc(list, func(s archive.Text) bool { return s[lang] != "" }))
	}
	kept := make([]archive.Text, len(known)) // in the other languages
	some := false
	for i, k := range known {
		kept[i] = archive.Text{}
		for lang, s := range k {
			if !spoken(lang) {
				kept[i][lang], some = s, true
			}
		}
	}
	if !some {
		return list
	}
	paired, place := make([]bool, len(known)), make([]int, len(list))
	for i, s := range list {
		place[i] = slices.IndexFunc(known, func(k archive.Text) bool { return sharesWord(s, k) })
		if at := place[i]; at >= 0 && paired[at] {
			place[i] = -1
		} else if at >= 0 {
			paired[at] = true
		}
	}
	var others []archive.Text
	for i, s := range list {
		at := place[i]
		if at < 0 && i < len(known) && !paired[i] && !has["subjects"] {
			at, paired[i] = i, true
		}
		if at < 0 {
			others = append(others, s)
			continue
		}
		maps.Copy(kept[at], s)
	}
	gone := func(i int) bool {
		return len(kept[i]) == 0 || has["subjects"] && !paired[i] && len(known[i]) != len(kept[i])
	}
	var out []archive.Text
	for i := range kept {
		if !gone(i) {
			out = append(out, kept[i])
		}
	}
	return append(out, others...)
}

// sharesWord reports whether two texts are the same in a language that both have.
func sharesWord(a, b archive.Text) bool {
	for lang, s := range a {
		if s != "" && b[lang] == s {
			return true
		}
	}
	return false
}

// keepNames keeps what sheets have no column for of people, by their names, and of
// inscriptions, by their words: other languages, translations, where it stands.
func keepNames(record *archive.Record, known archive.Record) {
	record.People = slices.Clone(record.People)
	for i, p := range record.People {
		same := func(k archive.Person) bool { return k.Role == p.Role && sharesWord(p.Name, k.Name) }
		if at := slices.IndexFunc(known.People, same); at >= 0 {
			name := maps.Clone(known.People[at].Name)
			maps.Copy(name, p.Name)
			record.People[i].Name = name
		}
	}
	record.Inscriptions = slices.Clone(record.Inscriptions)
	for i, in := range record.Inscriptions {
		same := func(k archive.Inscription) bool { return k.Text == in.Text }
		if at := slices.IndexFunc(known.Inscriptions, same); at >= 0 {
			record.Inscriptions[i] = known.Inscriptions[at]
		}
	}
}
