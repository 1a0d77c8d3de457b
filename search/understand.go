package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// Understood is a part of a query that was understood as more than words.
type Understood struct {
	Type  string       `json:"type"` // cave, site, period, years, kind, theme, field, spelling
	Text  string       `json:"text"` // as it was typed
	Value string       `json:"value"`
	Site  string       `json:"site,omitempty"`
	From  int          `json:"from,omitempty"`
	To    int          `json:"to,omitempty"`
	Label archive.Text `json:"label,omitempty"`
	Also  []OtherYears `json:"also,omitempty"` // of an era whose name others had too: the years of these, which count as well
}

// OtherYears are those of another era of the same name, with the period that it is of.
type OtherYears struct {
	From  int          `json:"from"`
	To    int          `json:"to"`
	Label archive.Text `json:"label,omitempty"`
}

// clause is a part of a query: words, an exact phrase, something understood.
type clause struct {
	typed

	understood *Understood
	things     []*thing   // of a theme: all that is called so
	ways       [][]string // in which letters can be read as syllables
	sure       bool       // it stands for nothing but what was understood: its words do not count
}

// understand takes a query apart.
func (ix *Index) understand(text string) []clause {
	pieces := parse(text)
	var out []clause
	for i := 0; i < len(pieces); {
		if !pieces[i].plain() {
			out = append(out, ix.understandMarked(pieces[i]))
			i++
			continue
		}
		// What another piece is an alternative to stands for itself.
		words := eachNumber(pieces[i].text)
		j := i + 1
		for ; j < len(pieces) && pieces[j].plain() && (j+1 == len(pieces) || !pieces[j+1].or); j++ {
			words = append(words, eachNumber(pieces[j].text)...)
		}
		out = append(out, ix.understandRun(words)...)
		i = j
	}
	for k := 1; k < len(out); k++ { // nothing is in two caves
		if out[k].plain() && (out[k-1].plain() || out[k-1].or) && (ix.ofCaves(&out[k-1]) && ix.ofCaves(&out[k]) || ix.shortNumber(&out[k-1]) && ix.shortNumber(&out[k])) {
			out[k].or = true
		}
	}
	said := slices.DeleteFunc(slices.Clone(out), ix.saysNothing)
	if len(said) == 0 {
		return out
	}
	return said
}

// listedNumbers are numbers of years, or of caves, one beside the other.
var listedNumbers = regexp.MustCompile(`^[0-9０-９]{2,4}(?:[、,，][0-9０-９]{2,4})+$`)

// eachNumber takes a list of numbers apart: 220、254.
func eachNumber(word string) []string {
	if !listedNumbers.MatchString(word) {
		return []string{word}
	}
	return strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("、,，", r) })
}

// ofCaves reports whether a clause is a cave, or several.
func (ix *Index) ofCaves(c *clause) bool {
	return c.understood != nil && c.understood.Type == "cave" && c.field == "" && !c.not
}

// shortNumber reports whether a clause is a number alone that may be that of a cave as well as
// a year.
func (ix *Index) shortNumber(c *clause) bool {
	u := c.understood
	return u != nil && u.Type == "years" && c.field == "" && !c.not && u.From == u.To && u.From > 0 && u.From <= maxCave && ix.folder.String(u.Text) == strconv.Itoa(u.From)
}

// shelves are what shelf marks begin with where a number follows: P. and P.t. of Pelliot, S. of
// Stein and so on; what follows is no year.
var shelves = regexp.MustCompile(`^(?:p\.? ?t|p|pelliot|s|stein|or|dx|f|ch|mg|eo|bd|iol|inv)\.?$`)

// numberWords say no more than that a number follows.
var numberWords = regexp.MustCompile(`^(?:no|nr|nos)\.?$|^№$`)

var bareNumber = regexp.MustCompile(`^[0-9]{1,5}$`)

// saysNothing reports whether a clause has none but words that join others.
func (ix *Index) saysNothing(c clause) bool {
	return c.plain() && c.understood == nil && len(c.ways) == 0 && !hasHan(c.text) && onlyStopWords(ix.wordsOf(c.text))
}

// understandMarked understands a piece that has marks.
func (ix *Index) understandMarked(p typed) clause {
	c := clause{typed: p}
	switch {
	case p.field == fieldFrom, p.field == "period" && ix.label(archive.SchemePeriod, p.text) == nil:
		c.understood = ix.asField(p)
		if u := ix.understandTime(ix.folder.String(p.text)); u != nil {
			c.understood, c.sure = u, true
			u.Text = p.source
		}
	case p.field != "":
		c.understood = ix.asField(p)
	case !p.phrase && !p.wild:
		run := ix.understandRun([]string{p.text})
		if len(run) == 1 {
			run[0].typed = p
			return run[0]
		}
	}
	return c
}

// asField is what is understood of a field and its value.
func (ix *Index) asField(p typed) *Understood {
	if p.field == fieldFrom {
		return nil // of which a time is needed
	}
	return &Understood{Type: "field", Text: p.source, Value: p.field + ":" + p.text, Label: ix.label(facetScheme[p.field], p.text)}
}

// maxWords is how many words a name has at most.
const maxWords = 6

// understandRun understands words that stand together.
func (ix *Index) understandRun(words []string) []clause {
	if apart(words) { // 莫 高 窟
		words = []string{strings.Join(words, "")}
	}
	if c := ix.understandWhole(words); c != nil {
		return []clause{*c}
	}
	var out []clause
	var rest []string // words without Han that nothing was understood of yet
	flush := func() {
		out = append(out, ix.understandRest(rest)...)
		rest = nil
	}
	for i := 0; i < len(words); {
		if i+1 < len(words) && bareNumber.MatchString(ix.folder.String(words[i+1])) {
			switch first := ix.folder.String(words[i]); {
			case numberWords.MatchString(first):
				i++ // "there are no" is not meant
				continue
			case shelves.MatchString(first):
				rest = append(rest, words[i:i+2]...)
				i += 2
				continue
			}
		}
		if n := ix.syllables(words[i:]); n > 2 || n == 2 && !ix.allNamed(words[i:i+n]) { // qing yang jian zhi: the first is no Qing
			rest = append(rest, words[i:i+n]...)
			i += n
			continue
		}
		if c, n := ix.understandWords(words[i:]); c != nil {
			flush()
			out = append(out, *c)
			i += n
			continue
		}
		if hasHan(words[i]) {
			flush()
			out = append(out, ix.understandHan(words[i])...)
		} else {
			rest = append(rest, words[i])
		}
		i++
	}
	flush()
	return out
}

// apart reports whether words are single characters, set apart.
func apart(words []string) bool {
	for _, w := range words {
		if r := []rune(w); len(r) > 1 || classOf(r[0]) != classHan && classOf(r[0]) != classDigit {
			return false
		}
	}
	return len(words) > 2
}

// understandWords looks for a name made of several words at the start, the longest
// first: "High Tang", "Mogao Caves", "Mogao Cave 220", "cave 17", "莫高窟 45 窟".
func (ix *Index) understandWords(words []string) (*clause, int) {
	if stopWords[ix.wordsOf(words[0])] {
		return nil, 0 // from the Northern Wei
	}
	for n := min(len(words), maxWords); n >= 1; n-- {
		text := strings.Join(words[:n], " ")
		if u := ix.understandName(text, n > 1); u != nil {
			u.Text = text
			return &clause{typed: typed{text: text, source: text}, understood: u, sure: signed(text)}, n
		}
	}
	return nil, 0
}

// understandWhole understands words that are together one name.
func (ix *Index) understandWhole(words []string) *clause {
	text := strings.Join(words, " ")
	c := clause{typed: typed{text: text, source: text}}
	if u := ix.understandName(text, len(words) > 1); u != nil {
		u.Text = text
		c.understood, c.sure = u, signed(text)
		return &c
	}
	if ix.theme(&c, ix.lexicon.find(ix.wordsOf(text), "theme")) {
		return &c
	}
	return nil
}

// signed reports whether a number has a sign, without which it is another.
func signed(text string) bool { return strings.IndexAny(text, minus) == 0 }

// theme makes a clause one of themes; false where there are none.
func (ix *Index) theme(c *clause, things []*thing) bool {
	if len(things) == 0 {
		return false
	}
	c.things = things
	c.understood = &Understood{Type: "theme", Text: c.text, Value: things[0].code, Label: things[0].label}
	return true
}

// understandName understands a text as a whole: a cave, a site, a kind, a time.
func (ix *Index) understandName(text string, several bool) *Understood {
	folded := ix.folder.String(text)
	if u := ix.understandCave(folded); u != nil {
		return u
	}
	words := ix.wordsOf(text)
	for _, t := range ix.lexicon.find(words, "site", "kind", "period") {
		return ix.understandThing(t)
	}
	if ix.lexicon.find(words, "theme") != nil {
		return nil // which may have the name of a time
	}
	// Several words that make a time have no Han among them, but for those that only say
	// how years are counted: 嘉峪关 明 is none, 公元 868 年 is.
	if several && hasHan(folded) {
		if m := yearsText.FindStringSubmatch(strings.ReplaceAll(folded, " ", "")); m != nil {
			return understandYears(m)
		}
		return nil
	}
	return ix.understandTime(folded)
}

func (ix *Index) understandThing(t *thing) *Understood {
	u := &Understood{Type: t.kind, Value: t.code, Label: t.label}
	if t.kind == "period" {
		u.From, u.To, _ = ix.vocabulary.PeriodYears(t.code, "")
	}
	return u
}

// understandRest understands words of letters and digits that no name was found in.
func (ix *Index) understandRest(words []string) []clause {
	if len(words) == 0 {
		return nil
	}
	text := strings.Join(words, " ")
	c := clause{typed: typed{text: text, source: text}}
	if ix.theme(&c, ix.mostly(ix.wordsOf(text))) {
		return []clause{c}
	}
	if letters := strings.ReplaceAll(ix.wordsOf(text), " ", ""); len(words) > 1 && len(letters) > 9 && ix.lexicon.pinyin[letters] == nil && ix.syllabic(words) {
		if _, found := nearest(ix.lexicon.pinyin, letters, bold(letters)); found != nil && ix.themeOr(&c, found) {
			return []clause{c}
		}
	}
	var out []clause
	plain := []string{}
	flush := func() {
		if len(plain) > 0 {
			text := strings.Join(plain, " ")
			out = append(out, clause{typed: typed{text: text, source: text}})
			plain = nil
		}
	}
	for i := 0; i < len(words); {
		c, n := ix.understandPinyin(words[i:])
		if c == nil {
			plain = append(plain, words[i])
			i++
			continue
		}
		flush()
		out = append(out, *c)
		i += n
	}
	flush()
	return out
}

// syllables counts the words at the start that are each a syllable of pinyin.
func (ix *Index) syllables(words []string) int {
	for i, w := range words {
		if ways := ix.pinyin.Split(ix.folder.String(w)); len(ways) == 0 || len(ways[0]) > 1 {
			return i
		}
	}
	return len(words)
}

// allNamed reports whether each word is a name: ming qing.
func (ix *Index) allNamed(words []string) bool {
	for _, w := range words {
		if ix.lexicon.find(ix.wordsOf(w), "site", "kind", "period") == nil {
			return false
		}
	}
	return true
}

// syllabic reports whether one of several words is the start of a name in pinyin, so that
// all of them may be one.
func (ix *Index) syllabic(words []string) bool {
	return len(ix.pinyin.Split(ix.folder.String(words[0]))) > 0
}

// understandPinyin reads words at the start as pinyin: as many as make a name, or else as
// many as are syllables.
func (ix *Index) understandPinyin(words []string) (*clause, int) {
	if len(words[0]) > 3*maxGuessed || onlyStopWords(ix.wordsOf(words[0])) { // "are" is no 阿热
		return nil, 0
	}
	for n := min(len(words), 2*maxWords); n >= 1; n-- {
		text := strings.Join(words[:n], " ")
		folded := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, ix.folder.String(text))
		c := &clause{typed: typed{text: text, source: text}}
		found := ix.lexicon.pinyin[folded]
		c.ways = ix.pinyin.Split(folded)
		if n < len(words) && len(c.ways) > 0 && len(c.ways[0]) < 2 {
			found = nil // one syllable of several is no name
		}
		if len(found) == 0 && n == 1 {
			found = ix.lexicon.initials[folded]
		}
		if len(found) == 0 {
			continue
		}
		if ix.themeOr(c, found) {
			return c, n
		}
	}
	n, joined := 0, ""
	for ; n < len(words); n++ {
		folded := ix.folder.String(words[n])
		if len(ix.pinyin.Split(folded)) == 0 {
			break
		}
		joined += "'" + folded
	}
	if ways := ix.pinyin.Split(strings.TrimPrefix(joined, "'")); n > 0 && len(ways) > 0 && len(ways[0]) > 1 {
		text := strings.Join(words[:n], " ")
		return &clause{typed: typed{text: text, source: text}, ways: ways}, n
	}
	return nil, 0
}

// themeOr makes a clause one of the things that were found.
func (ix *Index) themeOr(c *clause, found []*thing) bool {
	if found[0].kind == "theme" {
		return ix.theme(c, found)
	}
	c.understood, c.sure = ix.understandThing(found[0]), true
	c.understood.Text = c.text
	return true
}

// The longest names of themes have fewer characters of Han, and fewer words: what is longer
// need not be looked for. Without them a query of hundreds of words took a second.
const (
	maxHanName   = 48
	maxNameWords = 24
)

// mostly returns the themes whose name makes at least four fifths of a text: what is
// less would bring more that was not meant than it finds.
func (ix *Index) mostly(words string) []*thing {
	if found := ix.lexicon.find(words, "theme"); found != nil {
		return found
	}
	whole := utf8.RuneCountInString(words)
	if hasHan(words) {
		r := []rune(words)
		for n := min(len(r)-1, maxHanName); n*5 >= len(r)*4; n-- {
			for at := 0; at+n <= len(r); at++ {
				if found := ix.lexicon.find(string(r[at:at+n]), "theme"); found != nil {
					return found
				}
			}
		}
		return nil
	}
	list := strings.Fields(words)
	for n := min(len(list)-1, maxNameWords); n > 0; n-- {
		for at := 0; at+n <= len(list); at++ {
			part := strings.Join(list[at:at+n], " ")
			found := ix.lexicon.find(part, "theme")
			if found == nil {
				continue
			}
			rest := strings.Join(append(append([]string{}, list[:at]...), list[at+n:]...), " ")
			if utf8.RuneCountInString(part)*5 >= whole*4 || onlyStopWords(rest) {
				return found
			}
		}
	}
	return nil
}

// hanStops are characters that join words in a question and, alone, name nothing.
const hanStops = "的了里中之和与及在有是讲着过把被让给从对于以其这那哪些吗呢吧么什怎样谁几个最很"

// hanEdges are words of a question that may stand before or behind what it is about, the
// longer ones first.
var hanEdges = []string{"有哪些", "是什么", "为什么", "请问", "什么", "怎样", "怎么", "哪个", "哪里", "哪些", "多少", "关于", "谁的", "的", "了", "里", "之", "吗", "呢", "吧", "在", "是", "讲", "有"}

// understandHan takes a word without spaces apart: the name of a site, the number of a
// cave, a time and a kind may stand inside of it (莫高窟第220窟药师经变, 唐代壁画).
func (ix *Index) understandHan(text string) []clause {
	original := []rune(text)
	folded := []rune(ix.folder.String(text))
	if len(folded) != len(original) {
		return []clause{{typed: typed{text: text, source: text}}} // places cannot be carried over
	}
	var out []clause
	begin := 0
	words := func(to int) {
		out = append(out, ix.hanWords(original[begin:to], folded[begin:to])...)
	}
	for at := 0; at < len(folded); {
		u, n := ix.insideHan(folded, at)
		if u == nil {
			at++
			continue
		}
		words(at)
		u.Text = string(original[at : at+n])
		out = append(out, clause{typed: typed{text: u.Text, source: u.Text}, understood: u})
		at += n
		begin = at
	}
	words(len(folded))
	return out
}

// insideHan understands what begins at a place within Han characters.
func (ix *Index) insideHan(folded []rune, at int) (*Understood, int) {
	if u, n := ix.caveAt(folded, at); u != nil {
		return u, n
	}
	for n := min(ix.lexicon.longest, len(folded)-at); n >= 2; n-- {
		found := ix.lexicon.names[string(folded[at:at+n])]
		if len(found) == 0 || at == 0 && n == len(folded) {
			continue
		}
		switch {
		case found[0].kind == "theme":
			return nil, 0 // a longer name, of which a part is no site
		case found[0].kind == "kind" && at+n < len(folded):
			continue // within other words it says nothing
		}
		return ix.understandThing(found[0]), n
	}
	if u, n := ix.timeAt(folded, at); u != nil {
		return u, n
	}
	// 明长城: a period of one character, before a name.
	if at == 0 && len(folded) > 2 && ix.lexicon.find(string(folded[1:]), "theme") != nil {
		for _, t := range ix.lexicon.find(string(folded[:1]), "period") {
			return ix.understandThing(t), 1
		}
	}
	return nil, 0
}

// hanWords makes clauses of Han words that no name was found in: a theme, or the words,
// cut where names begin and end.
func (ix *Index) hanWords(original, folded []rune) []clause {
	for again := true; again; {
		again = false
		for len(folded) > 0 && classOf(folded[0]) == classNone {
			original, folded = original[1:], folded[1:]
		}
		for len(folded) > 0 && classOf(folded[len(folded)-1]) == classNone {
			original, folded = original[:len(original)-1], folded[:len(folded)-1]
		}
		for _, edge := range hanEdges {
			e := []rune(edge)
			if len(folded) > len(e) && string(folded[:len(e)]) == edge {
				original, folded, again = original[len(e):], folded[len(e):], true
			}
			if n := len(folded) - len(e); n > 0 && string(folded[n:]) == edge {
				original, folded, again = original[:n], folded[:n], true
			}
		}
	}
	if len(folded) == 0 || len(folded) == 1 && strings.ContainsRune(hanStops, folded[0]) || slices.Contains(hanEdges, string(folded)) {
		return nil
	}
	c := clause{typed: typed{text: string(original), source: string(original)}}
	if ix.theme(&c, ix.mostly(string(folded))) {
		return []clause{c}
	}
	for at := range folded {
		for n := min(ix.lexicon.longest, len(folded)-at); n >= 2; n-- {
			if len(ix.lexicon.names[string(folded[at:at+n])]) == 0 {
				continue
			}
			middle := clause{typed: typed{text: string(original[at : at+n]), source: string(original[at : at+n])}}
			out := ix.hanWords(original[:at], folded[:at])
			out = append(out, middle)
			return append(out, ix.hanWords(original[at+n:], folded[at+n:])...)
		}
	}
	return []clause{c}
}
