package harvest

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	nethtml "golang.org/x/net/html"

	"hexi/archive"
)

// words are texts by language, several of each, in their order: a language map of
// Presentation API 3.0 (section 4.1), or what came of the forms before it.
type words map[string][]string

// anyLanguage is the key of texts whose language nobody said.
const anyLanguage = "und"

// The tags that the archive keeps, see archive.Text.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// add adds a text under a language tag. One without a language is Chinese where it is
// written in Chinese characters.
func (w words) add(tag, s string) {
	if s = plainText(s); s == "" {
		return
	}
	if tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"); tag == "none" || !languageTag.MatchString(tag) {
		tag = anyLanguage
	}
	if tag == anyLanguage && isChinese(s) {
		tag = "zh"
	}
	w[tag] = append(w[tag], s)
}

// isChinese reports whether a text has Chinese characters and none of the letters with
// which Japanese and Korean are written.
func isChinese(s string) bool {
	han := false
	for _, r := range s {
		if unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			return false
		}
		han = han || unicode.Is(unicode.Han, r)
	}
	return han
}

// readWords reads a label, a value or a summary in any form: a text, a list of texts,
// {"@value", "@language"} (Presentation API 2.1, section 4.3), or a language map.
func readWords(v any) words {
	w := words{}
	w.read(v, "", 0)
	return w
}

func (w words) read(v any, tag string, depth int) {
	if depth > 4 {
		return
	}
	switch v := v.(type) {
	case string:
		w.add(tag, v)
	case float64: // no text, but what is meant is plain
		w.add(tag, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for _, one := range v {
			w.read(one, tag, depth+1)
		}
	case map[string]any:
		o := object(v)
		if value, ok := v["@value"]; ok {
			w.read(value, o.text("@language"), depth+1)
			return
		}
		if _, ok := v["id"]; ok || o["@id"] != nil { // a resource where a text was expected
			w.read(v["label"], tag, depth+1)
			return
		}
		for _, key := range sortedKeys(v) {
			w.read(v[key], key, depth+1)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// joined returns one text a language, several with a separator between them.
func (w words) joined(separator string) archive.Text {
	t := archive.Text{}
	for tag, list := range w {
		t[tag] = strings.Join(slices.Compact(slices.Clone(list)), separator)
	}
	return dropRepeated(t)
}

// dropRepeated drops from a text the languages that only repeat another one, as
// documents do whose values must be there in every language.
func dropRepeated(t archive.Text) archive.Text {
	for tag, s := range t {
		chinese := isChinese(s)
		if tag != "zh" && s == t["zh"] && chinese || tag == "zh" && s == t["en"] && !chinese || tag == anyLanguage && len(t) > 1 && repeats(t, s) {
			delete(t, tag)
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

func repeats(t archive.Text, s string) bool {
	for tag, other := range t {
		if tag != anyLanguage && other == s {
			return true
		}
	}
	return false
}

// texts returns the values one by one, each in every language that it is there in: the
// n-th of each language belong together where all have as many.
func (w words) texts() []archive.Text {
	n, even := -1, true
	for _, list := range w {
		if n >= 0 && len(list) != n {
			even = false
		}
		n = len(list)
	}
	var out []archive.Text
	if even {
		for i := range max(n, 0) {
			t := archive.Text{}
			for tag, list := range w {
				t[tag] = list[i]
			}
			out = append(out, dropRepeated(t))
		}
		return out
	}
	for _, tag := range sortedKeys(w) {
		for _, s := range w[tag] {
			out = append(out, archive.Text{tag: s})
		}
	}
	return out
}

// plain returns the values in one language, the first of these that there is.
func (w words) plain(tags ...string) []string {
	for _, tag := range append(tags, "zh", anyLanguage, "en") {
		if list := w[tag]; len(list) > 0 {
			return list
		}
	}
	if keys := sortedKeys(w); len(keys) > 0 {
		return w[keys[0]]
	}
	return nil
}

// one returns the first of the values that plain returns, or "".
func (w words) one(tags ...string) string {
	if list := w.plain(tags...); len(list) > 0 {
		return list[0]
	}
	return ""
}

// plainText takes marks of HTML off a text (Presentation API 3.0, section 4.2, admits
// some; the archive's texts are plain).
func plainText(s string) string {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "<") || !strings.Contains(s, ">") {
		if strings.Contains(s, "&") && strings.Contains(s, ";") {
			s = html.UnescapeString(s)
		}
		return strings.TrimSpace(s)
	}
	var out strings.Builder
	hidden := 0
	z := nethtml.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return strings.TrimSpace(out.String())
		case nethtml.TextToken:
			if hidden == 0 {
				out.Write(z.Text())
			}
		case nethtml.StartTagToken:
			hidden += hides(z)
			lineBreak(z, &out)
		case nethtml.EndTagToken:
			hidden = max(0, hidden-hides(z))
		case nethtml.SelfClosingTagToken:
			lineBreak(z, &out)
		}
	}
}

func hides(z *nethtml.Tokenizer) int {
	if raw := strings.ToLower(string(z.Raw())); strings.HasPrefix(strings.TrimLeft(raw, "</"), "script") || strings.HasPrefix(strings.TrimLeft(raw, "</"), "style") {
		return 1
	}
	return 0
}

func lineBreak(z *nethtml.Tokenizer, out *strings.Builder) {
	switch name, _ := z.TagName(); string(name) {
	case "br", "p", "li":
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
	}
}
