package ingest

import (
	"encoding/json"
	"maps"
	"strings"

	"hexi/archive"
)

// hold sees that what the row fills in of the fields of its sheet's profile is checked: a
// record that would be held to a profile without these fields names the one of the sheet.
// Where it names another itself, or has one for its category while the sheet's is for
// all, that one stays, and the row has a doubt that says so. A profile that records must
// name, such as that of the third census, is not for all: the sheet means it.
func (n *row) hold(v archive.Vocabulary) {
	if n.said != nil && n.said.Profile != nil {
		n.doubt = holdToProfile(v, &n.record, n.said.Profile, n.said.Record.Extra, n.lang)
	}
}

func holdToProfile(v archive.Vocabulary, record *archive.Record, sheets *archive.Profile, filled map[string]json.RawMessage, lang string) (doubt *archive.InvalidError) {
	if !isTerm(v, archive.SchemeKind, string(record.Kind), string(sheets.Kind)) {
		return nil
	}
	coded := *record // labels are made codes only when it is saved
	coded.Kind = sheets.Kind
	if term, ok := v.Term(archive.SchemeCategory, record.Category); ok {
		coded.Category = term.Code
	}
	own, held := v.ProfileOf(&coded)
	if !held && record.ProfileName() != "" {
		return nil // that it names none is a fault of its own
	}
	var path string
	var without []string
	for _, f := range sheets.Fields {
		key, extra := f.Extra()
		if _, there := filled[key]; !extra || !there {
			continue
		}
		if has, ok := own.Field(f.Path); !ok || has.Scheme != f.Scheme || has.Type != f.Type {
			without = append(without, f.Label.In(lang))
			if path == "" {
				path = f.Path
			}
		}
	}
	if len(without) == 0 || own.Code == sheets.Code {
		return nil
	}
	fields := strings.Join(without, ", ")
	switch {
	case record.ProfileName() != "":
		return archive.Invalid(path, "the record names the profile %s and is held to it; %s is no field of that, or another, and not held to the sheet's profile, %s",
			own.Label.In(lang), fields, sheets.Label.In(lang))
	case len(own.Categories) > 0 && len(sheets.Categories) == 0 && !sheets.Explicit:
		return archive.Invalid(path, "the record is held to the profile %s, by its category; %s is no field of that, or another, and not held to the sheet's profile, %s",
			own.Label.In(lang), fields, sheets.Label.In(lang))
	}
	record.Extra = maps.Clone(record.Extra) // the row's own stays as it is
	record.Extra[archive.ExtraProfile] = []byte(`"` + sheets.Code + `"`)
	if len(sheets.Categories) > 0 && record.Category != "" {
		return archive.Invalid(path, "the record is held to the sheet's profile, %s, for the sake of %s; by its category it would be held to %s: if that is meant, correct the category or name another profile in the mapping",
			sheets.Label.In(lang), fields, own.Label.In(lang))
	}
	return nil
}

// isTerm reports whether a code or label is the term of a code.
func isTerm(v archive.Vocabulary, scheme archive.Scheme, codeOrLabel, code string) bool {
	term, ok := v.Term(scheme, codeOrLabel)
	return ok && term.Code == code
}
