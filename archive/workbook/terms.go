package workbook

import (
	"encoding/json"
	"strings"

	"hexi/archive"
)

// extraTerms are the fields below extra in which a record holds terms, by their keys: those
// of its profile, and the profile itself.
func extraTerms(v Vocabulary, r *archive.Record) map[string]archive.Field {
	out := map[string]archive.Field{archive.ExtraProfile: {Scheme: archive.SchemeProfile, Type: archive.TypeTerm}}
	p, ok := v.ProfileOf(r)
	if !ok {
		return out
	}
	for _, f := range p.Fields {
		key, extra := f.Extra()
		if _, there := r.Extra[key]; extra && there && f.ControlledIn(r) {
			out[key] = f
		}
	}
	return out
}

// termCell is what a cell shows of terms: their labels. It is false where the value is no
// such terms, and is shown as it is.
func termCell(v Vocabulary, f archive.Field, raw json.RawMessage) (Cell, bool) {
	if f.Type == archive.TypeTerm {
		var code string
		if json.Unmarshal(raw, &code) != nil || code == "" {
			return Cell{}, false
		}
		shown := label(v, f.Scheme, code)
		return Cell{Text: shown}, shown != code
	}
	var codes []string
	if json.Unmarshal(raw, &codes) != nil || len(codes) == 0 {
		return Cell{}, false
	}
	for i, code := range codes {
		term, known := v.Term(f.Scheme, code)
		if !known || term.Code != code {
			return Cell{}, false
		}
		codes[i] = label(v, f.Scheme, code)
	}
	return Cell{Text: join(codes)}, true
}

// termValue is the reverse of termCell. Words that are no terms stay as they are, and
// are told of where the record is held to the vocabulary.
func termValue(v Vocabulary, f archive.Field, cell Cell) json.RawMessage {
	if strings.HasPrefix(cell.Text, jsonPrefix) {
		return extraValue(cell)
	}
	if f.Type == archive.TypeTerm {
		if term, ok := v.Term(f.Scheme, strings.TrimSpace(cell.Text)); ok {
			return encode(term.Code)
		}
		return extraValue(cell)
	}
	codes := split(cell.Text)
	for i, s := range codes {
		term, ok := v.Term(f.Scheme, strings.TrimSpace(s))
		if !ok {
			return extraValue(cell)
		}
		codes[i] = term.Code
	}
	return encode(codes)
}

// readTerms turns the labels below extra into codes, once it is known what the record is.
func (d *decoded) readTerms(v Vocabulary, cells map[string]Cell) {
	r := &d.line.Record
	if cell, ok := cells[archive.ExtraProfile]; ok {
		r.Extra[archive.ExtraProfile] = termValue(v, archive.Field{Scheme: archive.SchemeProfile, Type: archive.TypeTerm}, cell)
	}
	for key, f := range extraTerms(v, r) {
		if cell, ok := cells[key]; ok {
			r.Extra[key] = termValue(v, f, cell)
		}
	}
}
