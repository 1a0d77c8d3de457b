package web

import (
	"encoding/json"
	"strconv"
	"strings"

	"hexi/archive"
)

// profileRows are what a record's profile adds, in the profile's order, with labels in
// the language of the page and terms by theirs.
func (s *Server) profileRows(r *archive.Record, lang string) []row {
	p, ok := s.Vocabulary.ProfileOf(r)
	if !ok {
		return nil
	}
	var rows []row
	for _, f := range p.Fields {
		key, ok := f.Extra()
		raw, there := r.Extra[key]
		if !ok || !there {
			continue
		}
		var kept []link
		for _, text := range s.fieldTexts(f, raw, lang) {
			if text != "" {
				kept = append(kept, link{Text: text})
			}
		}
		if len(kept) > 0 {
			rows = append(rows, row{f.Label.In(lang), kept})
		}
	}
	return rows
}

// fieldTexts are the values of one field for people.
func (s *Server) fieldTexts(f archive.Field, raw json.RawMessage, lang string) []string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case bool:
		if v {
			return []string{inLanguage(lang, "是", "yes")}
		}
		return []string{inLanguage(lang, "否", "no")}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case string:
		if f.Scheme != "" {
			return []string{s.termText(f.Scheme, v, lang)}
		}
		return []string{v}
	case []any:
		var out []string
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				continue // rectangles are drawn, not written
			}
			if f.Scheme != "" {
				text = s.termText(f.Scheme, text, lang)
			}
			out = append(out, text)
		}
		return []string{strings.Join(out, inLanguage(lang, "、", ", "))}
	case map[string]any:
		var t archive.Text
		if json.Unmarshal(raw, &t) == nil {
			return []string{t.In(lang)}
		}
	}
	return nil
}
