package search

import (
	"regexp"
	"strconv"
	"strings"

	"hexi/archive"
	"hexi/search/zh"
)

// Understood is a part of a query that was understood as more than words.
type Understood struct {
	Type  string       `json:"type"` // cave, site, period, years
	Text  string       `json:"text"` // as it was typed
	Value string       `json:"value"`
	Site  string       `json:"site,omitempty"`
	From  int          `json:"from,omitempty"`
	To    int          `json:"to,omitempty"`
	Label archive.Text `json:"label,omitempty"`
}

// part is a piece of a query: words, an exact phrase, or something understood.
// Its Text is always searched for as well.
type part struct {
	text       string
	phrase     bool // in quotes
	not        bool // with a minus before it
	understood *Understood
}

var (
	quoted = regexp.MustCompile(`"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』`)
	// 第220窟, 第二百二十窟, 220窟, 第 17 号窟
	caveZH = regexp.MustCompile(`第?\s*([0-9]{1,3}|[〇零一二三四五六七八九十百]{1,7})\s*号?\s*[窟龛]`)
	// cave 220, caves no. 220, mogao 220 (with the site before it)
	caveEN = regexp.MustCompile(`^(?:cave|grotto)s?\s*(?:no\.?\s*)?([0-9]{1,3})$`)
	// 705-781, 公元1372年, 公元前206年, 前206-公元220
	yearsText = regexp.MustCompile(`^(公元前|前|公元)?\s*([0-9]{1,4})\s*年?(?:\s*[-–—~至到]\s*(公元前|前|公元)?\s*([0-9]{1,4})\s*年?)?$`)
	bareSite  = regexp.MustCompile(`^\s*([0-9]{1,3})\s*窟?$`)
)

// understand takes a query apart.
func (ix *Index) understand(text string) []part {
	var parts []part
	rest := quoted.ReplaceAllStringFunc(text, func(m string) string {
		inner := strings.Trim(m, "\"“”「」『』")
		if strings.TrimSpace(inner) != "" {
			parts = append(parts, part{text: inner, phrase: true})
		}
		return " "
	})
	rest = strings.NewReplacer("“", " ", "”", " ", "\"", " ").Replace(rest)
	words := strings.Fields(rest)
	for i := 0; i < len(words); {
		p, n := ix.understandWords(words[i:])
		if p != nil {
			parts = append(parts, *p)
			i += n
			continue
		}
		if w, ok := strings.CutPrefix(words[i], "-"); ok && w != "" && classOf([]rune(w)[0]) != classDigit {
			parts = append(parts, part{text: w, not: true})
		} else {
			parts = append(parts, ix.understandWord(words[i])...)
		}
		i++
	}
	return parts
}

// maxWords is how many words a name has at most.
const maxWords = 5

// understandWords looks for a name made of several words at the start, the
// longest first: "High Tang", "Mogao Caves", "Mogao Cave 220", "cave 17".
func (ix *Index) understandWords(words []string) (*part, int) {
	for n := min(len(words), maxWords); n >= 1; n-- {
		text := strings.Join(words[:n], " ")
		folded := ix.folder.String(text)
		if u := ix.understandName(folded); u != nil {
			u.Text = text
			return &part{text: text, understood: u}, n
		}
	}
	return nil, 0
}

// understandName understands a text as a whole.
func (ix *Index) understandName(folded string) *Understood {
	if m := caveEN.FindStringSubmatch(folded); m != nil {
		return &Understood{Type: "cave", Value: m[1]}
	}
	if m := caveZH.FindStringSubmatch(folded); m != nil && m[0] == folded {
		if cave, ok := caveNumber(m[1]); ok {
			return &Understood{Type: "cave", Value: cave}
		}
	}
	if site, rest, ok := ix.siteBefore(folded); ok {
		rest = strings.TrimSpace(rest)
		if rest == "" {
			return &Understood{Type: "site", Value: site, Label: ix.label(archive.SchemeSite, site)}
		}
		if cave, ok := caveOf(rest); ok {
			return &Understood{Type: "cave", Value: cave, Site: site, Label: ix.label(archive.SchemeSite, site)}
		}
	}
	if term, ok := ix.vocabulary.Term(archive.SchemePeriod, folded); ok {
		u := &Understood{Type: "period", Value: term.Code, Label: term.Label}
		u.From, u.To, _ = ix.vocabulary.PeriodYears(term.Code, "")
		return u
	}
	if m := yearsText.FindStringSubmatch(folded); m != nil && (m[1] != "" || m[4] != "" || strings.Contains(folded, "年")) {
		return understandYears(m)
	}
	return nil
}

// caveOf reads what follows the name of a site as the number of a cave.
func caveOf(rest string) (string, bool) {
	if m := bareSite.FindStringSubmatch(rest); m != nil {
		return strings.TrimLeft(m[1], "0"), true
	}
	if m := caveEN.FindStringSubmatch(rest); m != nil {
		return m[1], true
	}
	if m := caveZH.FindStringSubmatch(rest); m != nil && m[0] == rest {
		return caveNumber(m[1])
	}
	return "", false
}

func caveNumber(s string) (string, bool) {
	if _, err := strconv.Atoi(s); err == nil {
		return strings.TrimLeft(s, "0"), true
	}
	n, ok := zh.Number(s)
	return strconv.Itoa(n), ok && n > 0
}

// siteBefore finds the longest name of a site at the start of a text.
func (ix *Index) siteBefore(folded string) (site, rest string, ok bool) {
	best := 0
	for _, s := range ix.sites {
		if len(s.name) > best && strings.HasPrefix(folded, s.name) && wordEnd(folded, len(s.name)) {
			best, site = len(s.name), s.code
		}
	}
	return site, folded[best:], best > 0
}

// wordEnd reports whether a name that ends at i does not cut a Latin word.
func wordEnd(s string, i int) bool {
	if i >= len(s) {
		return true
	}
	before, after := s[i-1], s[i]
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' }
	return !letter(before) || !letter(after)
}

func understandYears(m []string) *Understood {
	from, err := strconv.Atoi(m[2])
	if err != nil || from == 0 {
		return nil
	}
	if strings.HasSuffix(m[1], "前") {
		from = -from
	}
	to := from
	if m[4] != "" {
		if to, err = strconv.Atoi(m[4]); err != nil || to == 0 {
			return nil
		}
		if strings.HasSuffix(m[3], "前") {
			to = -to
		}
	}
	if from > to {
		return nil
	}
	return &Understood{Type: "years", Value: strconv.Itoa(from) + "/" + strconv.Itoa(to), From: from, To: to}
}

// understandWord takes a word without spaces apart: the name of a site and the
// number of a cave may stand inside of it (莫高窟第220窟药师经变).
func (ix *Index) understandWord(word string) []part {
	folded := []rune(ix.folder.String(word))
	if len(folded) != len([]rune(word)) {
		return []part{{text: word}} // places cannot be carried over
	}
	original := []rune(word)
	text := string(folded)
	m := caveZH.FindStringSubmatchIndex(text)
	if m == nil {
		return ix.understandStart(original, folded)
	}
	cave, ok := caveNumber(text[m[2]:m[3]])
	if !ok {
		return []part{{text: word}}
	}
	u := &Understood{Type: "cave", Value: cave}
	start, end := len([]rune(text[:m[0]])), len([]rune(text[:m[1]]))
	for _, s := range ix.sites {
		if strings.HasSuffix(text[:m[0]], s.name) && len(s.name) > 0 {
			if n := start - len([]rune(s.name)); u.Site == "" || n < start {
				u.Site, u.Label = s.code, ix.label(archive.SchemeSite, s.code)
				start = n
				break
			}
		}
	}
	u.Text = string(original[start:end])
	parts := []part{}
	if start > 0 {
		parts = append(parts, part{text: string(original[:start])})
	}
	parts = append(parts, part{text: u.Text, understood: u})
	if end < len(original) {
		parts = append(parts, part{text: string(original[end:])})
	}
	return parts
}

// understandStart takes the name of a period off the start of a word: 唐代壁画. A
// name of one character would be found in too many words.
func (ix *Index) understandStart(original, folded []rune) []part {
	for n := min(6, len(folded)-1); n >= 2; n-- {
		term, ok := ix.vocabulary.Term(archive.SchemePeriod, string(folded[:n]))
		if !ok {
			continue
		}
		u := &Understood{Type: "period", Text: string(original[:n]), Value: term.Code, Label: term.Label}
		u.From, u.To, _ = ix.vocabulary.PeriodYears(term.Code, "")
		return []part{{text: u.Text, understood: u}, {text: string(original[n:])}}
	}
	return []part{{text: string(original)}}
}
