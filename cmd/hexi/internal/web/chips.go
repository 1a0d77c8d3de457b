package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hexi/search"
)

// without is a query without a part that was understood; of one that was taken for another
// word, the query with the word as it was typed, in quotes. others are the parts that were
// understood beside it. Nothing is left that only joined the part to the rest.
func without(query string, u search.Understood, others ...search.Understood) string {
	from, to, found := standing(query, u)
	if !found {
		return query
	}
	respelt := slices.ContainsFunc(others, func(o search.Understood) bool {
		f, t, ok := standing(query, o)
		return ok && o.Type == "spelling" && f < to && t > from
	})
	if u.Type == "spelling" || respelt && lettered(query[:from]+query[to:]) == "" {
		return quotedAt(query, from, to)
	}
	before, after := cutEdges(query[:from], query[to:], others)
	// Brackets count for nothing in a query, and one of two would be a broken piece.
	ahead, behind := strings.Fields(bare(before)), strings.Fields(bare(after))
	switch {
	case len(ahead) > 0 && slices.Contains(ors, ahead[len(ahead)-1]):
		ahead = ahead[:len(ahead)-1]
	case len(behind) > 0 && slices.Contains(ors, behind[0]):
		behind = behind[1:] // what comes was another way to match it, and is no way to match what stands before
	}
	words := append(ahead, behind...)
	for again := true; again && len(words) > 0; {
		again = false
		last := len(words) - 1
		switch {
		case slices.Contains(joints, words[last]):
			words, again = words[:last], true
		case words[0] != "NOT" && slices.Contains(joints, words[0]):
			words, again = words[1:], true
		}
	}
	return lettered(strings.Join(words, " "))
}

// ors join ways to match the same.
var ors = []string{"OR", "|", "||", "AND", "&&", "&", "+"}

// joints are what joins parts of a query, and means nothing where one of them is gone.
var joints = []string{"OR", "AND", "NOT", "|", "||", "&&", "-", "–", `""`, "?", "？", "!", "！", "。", "，", ",", "、", "和", "与", "及", "或", "的", "and", "or", "of"}

// bare is a part of a query without brackets, but for those in quotes.
func bare(s string) string {
	quoted := false
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`"“”„＂`, r):
			quoted = !quoted
		case !quoted && strings.ContainsRune("()（）", r):
			return ' '
		}
		return r
	}, s)
}

// lettered is a query that says something, and "" instead of any other.
func lettered(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return s
	}
	return ""
}

// hanJoints join names without spaces: 220窟和254窟.
var hanJoints = []string{"和", "与", "及", "或", "的", "之"}

// cutEdges takes off what stands on both sides of a part that is cut out and only joined it:
// signs, and a word such as 和 where beyond it another part comes, or nothing.
func cutEdges(before, after string, others []search.Understood) (string, string) {
	sign := func(r rune) bool { return strings.ContainsRune("、，,；;·。.?？!！:：-–—~～/", r) }
	before, after = strings.TrimRightFunc(before, sign), strings.TrimLeftFunc(after, sign)
	for _, joint := range hanJoints {
		if rest, ok := strings.CutSuffix(before, joint); ok && (rest == "" || slices.ContainsFunc(others, func(o search.Understood) bool { return strings.HasSuffix(rest, o.Text) })) {
			before = rest
		}
		if rest, ok := strings.CutPrefix(after, joint); ok && (rest == "" || slices.ContainsFunc(others, func(o search.Understood) bool { return strings.HasPrefix(rest, o.Text) })) {
			after = rest
		}
	}
	return before, after
}

// quotedAt is a query with what stands in it from and to in quotes: with all of what it is
// written in one with (Ch'ien-fo-tung), since quotes within that would part it.
func quotedAt(query string, from, to int) string {
	piece := func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.Is(unicode.Han, r) && !strings.ContainsRune(`()（）:："“”、，`, r)
	}
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(query[:from])
		if !piece(r) {
			break
		}
		from -= n
	}
	for to < len(query) {
		r, n := utf8.DecodeRuneInString(query[to:])
		if !piece(r) {
			break
		}
		to += n
	}
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	from = to - len(strings.TrimLeftFunc(query[from:to], sign))
	to = from + len(strings.TrimRightFunc(query[from:to], sign))
	return strings.TrimSpace(query[:from] + `"` + query[from:to] + `"` + query[to:])
}

// letter is a letter or digit of a query as it is compared, and where it stands.
type letter struct {
	r        rune
	from, to int
}

// letters are those of a text: in small letters, without marks and signs.
func letters(s string) []letter {
	var out []letter
	for at, r := range s {
		end := at + utf8.RuneLen(r)
		for _, d := range norm.NFKD.String(string(unicode.ToLower(r))) {
			if unicode.IsLetter(d) || unicode.IsDigit(d) {
				out = append(out, letter{d, at, end})
			}
		}
	}
	return out
}

// standing is where a part that was understood stands in a query. What was understood has
// only the letters of what was typed: signs and spaces between may be others, and of a word
// that was taken for another one it has the singular.
func standing(query string, u search.Understood) (from, to int, found bool) {
	have := letters(query)
	wanted := []string{u.Text}
	if stem, ok := strings.CutSuffix(u.Text, "y"); ok && u.Type == "spelling" {
		wanted = append(wanted, stem) // dynasties
	}
	for _, text := range wanted {
		want := letters(text)
		for at := 0; len(want) > 0 && at+len(want) <= len(have); at++ {
			if !slices.EqualFunc(have[at:at+len(want)], want, func(a, b letter) bool { return a.r == b.r }) || at > 0 && sameWord(query, have[at-1], have[at]) {
				continue
			}
			end := at + len(want)
			for u.Type == "spelling" && end < len(have) && sameWord(query, have[end-1], have[end]) {
				end++
			}
			if end < len(have) && sameWord(query, have[end-1], have[end]) {
				continue
			}
			from, to = have[at].from, have[end-1].to
			if i := strings.Index(query, u.Text); i >= 0 && i <= from && i+len(u.Text) >= to {
				from, to = i, i+len(u.Text) // with its quotes
			}
			return from, to, true
		}
	}
	return 0, 0, false
}

// sameWord reports whether two letters are of one word of letters, or one number.
func sameWord(query string, a, b letter) bool {
	between := query[min(a.to, b.from):b.from]
	if a.from == b.from || unicode.Is(unicode.Han, a.r) || unicode.Is(unicode.Han, b.r) || unicode.IsDigit(a.r) != unicode.IsDigit(b.r) {
		return a.from == b.from
	}
	return between == "" || between == "'" || between == "’"
}

// fieldWords are the fields that can be asked for alone and are no facets.
var fieldWords = []struct{ field, zh, en string }{
	{"title", "题名", "Title"}, {"identifier", "编号", "Number"}, {"description", "描述", "Description"}, {"location", "位置", "Location"},
	{"place", "地点", "Place"}, {"subject", "主题", "Subject"}, {"people", "人物", "People"}, {"body", "正文", "Text"}, {"text", "正文", "Text"},
	{"pages", "书页", "Pages"}, {"theme", "主题", "Theme"}, {"pinyin", "读音", "its sound"},
}

// fieldText is a field's name as it is shown; "" for one that has none.
func fieldText(field, lang string) string {
	for _, list := range [][]struct{ field, zh, en string }{facetNames, fieldWords} {
		for _, f := range list {
			if f.field == field {
				return inLanguage(lang, f.zh, f.en)
			}
		}
	}
	return ""
}

// understoodText says what was understood of a query.
func understoodText(u search.Understood, lang string) string {
	name := u.Label.In(lang)
	switch u.Type {
	case "cave":
		return caveText(name, u.Value, lang)
	case "period":
		return name + " " + yearsText(u.From, u.To, lang)
	case "years":
		said := strings.TrimSpace(name + " " + yearsText(u.From, u.To, lang))
		for _, other := range u.Also {
			said += inLanguage(lang, "、", ", ") + strings.TrimSpace(other.Label.In(lang)+" "+yearsText(other.From, other.To, lang))
		}
		return inLanguage(lang, "年代 ", "years ") + said
	case "spelling":
		return u.Text + " → " + cmp.Or(name, u.Value)
	case "field":
		field, value, _ := strings.Cut(u.Value, ":")
		if title := fieldText(field, lang); title != "" {
			return title + inLanguage(lang, "：", ": ") + cmp.Or(name, value)
		}
		return u.Text
	}
	return cmp.Or(name, u.Text)
}

// areaChips are the conditions of place that a search has, each with the search without it.
func (m *searchPage) areaChips(q *search.Query, values map[string][]string, lang string) {
	if n := q.Near; n != nil {
		at := degreesText(n.Lat) + ", " + degreesText(n.Lon)
		label := inLanguage(lang, "距 "+at+" "+degreesText(n.KM)+" 公里以内", "within "+degreesText(n.KM)+" km of "+at)
		m.Chips = append(m.Chips, choice{Label: label, URL: searchURL(values, func(v url.Values) {
			v.Del("near")
			if v.Get("sort") == string(search.SortDistance) {
				v.Del("sort") // there is nothing to measure from any more
			}
		})})
	}
	if q.Box != nil {
		m.Chips = append(m.Chips, choice{Label: inLanguage(lang, "地图范围内", "in an area of the map"), URL: searchURL(values, func(v url.Values) { v.Del("bbox") })})
	}
}

func degreesText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
