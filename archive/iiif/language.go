package iiif

import (
	"html"
	"strings"

	"hexi/archive"
)

// noLanguage is the key of texts without a language (Presentation API 3.0,
// section 4.1).
const noLanguage = "none"

// languages returns a text as a language map, nil for an empty one.
func languages(t archive.Text) LanguageMap {
	var m LanguageMap
	for tag, s := range t {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if tag == "und" || tag == "" {
			tag = noLanguage
		}
		if m == nil {
			m = LanguageMap{}
		}
		m[tag] = append(m[tag], s)
	}
	return m
}

// label returns a text as a label, which must not be empty: otherwise the name
// stands for it.
func label(t archive.Text, name string) LanguageMap {
	if m := languages(t); m != nil {
		return m
	}
	return LanguageMap{noLanguage: {name}}
}

// markup makes texts safe where viewers read HTML: they take a text for HTML if
// it begins with < and ends with > (Presentation API 3.0, section 4.2). Catalogue
// texts are never HTML, so that such a text is wrapped and escaped.
func markup(m LanguageMap) LanguageMap {
	for _, list := range m {
		for i, s := range list {
			if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") {
				list[i] = "<span>" + html.EscapeString(s) + "</span>"
			}
		}
	}
	return m
}

// values collects the values of one line of metadata, of which each may be in
// several languages or in none.
type values []archive.Text

// add adds a text unless it is empty.
func (v *values) add(t archive.Text) {
	if !t.Empty() {
		*v = append(*v, t)
	}
}

// plain adds a text without a language, such as a number.
func (v *values) plain(s string) {
	if s != "" {
		*v = append(*v, archive.Text{"und": s})
	}
}

// languageMap returns the values in every language that any of them has. A
// viewer shows the values of one language only, so that what a value lacks in
// it is filled in from its best other one.
func (v values) languageMap() LanguageMap {
	tags := map[string]bool{}
	for _, t := range v {
		for tag, s := range t {
			if s != "" && tag != "und" && tag != "" {
				tags[tag] = true
			}
		}
	}
	if len(tags) == 0 {
		tags[noLanguage] = true
	}
	m := LanguageMap{}
	for tag := range tags {
		for _, t := range v {
			m[tag] = append(m[tag], strings.TrimSpace(t.In(tag)))
		}
	}
	return markup(m)
}
