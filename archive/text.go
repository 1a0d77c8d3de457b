package archive

// Text is a text in one or more languages. Keys are BCP 47 language tags
// ("zh", "en", "zh-Hant", "und" where the language is not known).
type Text map[string]string

// In returns the text in the wanted language, and if there is none, the one
// that a reader of that language is most likely to read: the same primary
// language, then Chinese, then English, then the first tag in alphabetical
// order. It returns "" only for an empty Text.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	primary := primaryTag(lang)
	best := ""
	for tag, s := range t {
		if s != "" && primaryTag(tag) == primary && (best == "" || tag < best) {
			best = tag
		}
	}
	if best != "" {
		return t[best]
	}
	for _, tag := range [...]string{"zh", "en"} {
		if s := t[tag]; s != "" {
			return s
		}
	}
	for tag, s := range t {
		if s != "" && (best == "" || tag < best) {
			best = tag
		}
	}
	return t[best]
}

// Empty reports whether no language holds any text.
func (t Text) Empty() bool {
	for _, s := range t {
		if s != "" {
			return false
		}
	}
	return true
}

func primaryTag(tag string) string {
	for i := range len(tag) {
		if tag[i] == '-' {
			return tag[:i]
		}
	}
	return tag
}
