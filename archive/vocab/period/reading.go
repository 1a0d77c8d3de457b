package period

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// reading is one expression that is being read, from left to right.
type reading struct {
	reader *Reader
	site   string
	text   string
	at     int
	depth  int
	bp     bool // 距今 was read: numbers count back from now
}

func (p *reading) rest() string { return p.text[p.at:] }
func (p *reading) done() bool   { return p.at >= len(p.text) }

// take moves past any of the words that comes next, the first that fits. A word in
// Latin letters must end there.
func (p *reading) take(words ...string) string {
	for _, w := range words {
		if strings.HasPrefix(p.rest(), w) && wordEnds(p.rest(), len(w)) {
			p.at += len(w)
			return w
		}
	}
	return ""
}

// match moves past what an anchored expression finds, and returns its groups.
func (p *reading) match(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(p.rest())
	if m == nil || m[0] == "" || !wordEnds(p.rest(), len(m[0])) {
		return nil
	}
	p.at += len(m[0])
	return m
}

func (p *reading) space() {
	for p.take(" ") != "" {
	}
}

// segments are cut at commas and semicolons outside of brackets; each is read whole
// or not at all.
func segments(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',', ';', '\n':
			if depth <= 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}

// whole reads everything: segment for segment, and those that are understood make the
// time. Years that stand in the words go before those of the periods beside them.
func (p *reading) whole() (span, bool) {
	if strings.HasPrefix(p.text, "(") && strings.Index(p.text, ")") == len(p.text)-1 {
		p.text = p.text[1 : len(p.text)-1]
	}
	// Without numbers a comma parts periods like any other mark, and each is read beside
	// the others: "Liao, Jin and Yuan Dynasties".
	if !strings.ContainsAny(p.text, "0123456789") {
		one := &reading{reader: p.reader, site: p.site, text: strings.Trim(p.text, " .,;"), depth: p.depth}
		if s, ok := one.list(); ok && one.done() && valid(s) {
			return s, true
		}
	}
	var parts []span
	var unknown []string
	for _, segment := range segments(p.text) {
		segment = strings.Trim(segment, " .")
		if segment == "" {
			continue
		}
		one := &reading{reader: p.reader, site: p.site, text: segment, depth: p.depth}
		s, ok := one.list()
		if !ok || !one.done() {
			if s, ok = one.stripped(segment); !ok {
				unknown = append(unknown, segment)
				continue
			}
		}
		parts = append(parts, s)
	}
	parts = p.settle(parts)
	if len(parts) == 0 {
		return span{}, false
	}
	all := parts[0]
	for _, s := range parts[1:] {
		all = together(all, s)
	}
	for _, u := range unknown {
		all.doubt("%q was not understood", u)
	}
	return all, valid(all)
}

// valid holds the promise of Dating.
func valid(s span) bool {
	return (s.from != 0 || s.to != 0) && (s.from == 0 || s.to == 0 || s.from <= s.to)
}

// together joins two segments. Years within a period beside them are the closer word
// for the same time: 约465—500，北魏中期.
func together(a, b span) span {
	for _, pair := range [][2]span{{a, b}, {b, a}} {
		years, name := pair[0], pair[1]
		if years.exact && !name.exact && overlap(years, name) && (years.form != formEra || name.form == formName) {
			years.term = either(years.term, name.term)
			years.approx = years.approx || name.approx
			years.doubts = append(years.doubts, name.doubts...)
			return years
		}
	}
	return union(a, b)
}

func overlap(a, b span) bool {
	return (a.from == 0 || b.to == 0 || a.from <= b.to) && (a.to == 0 || b.from == 0 || b.from <= a.to)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var (
	// words before and after a time that say nothing of when it was
	opinion = regexp.MustCompile(`^(.{1,24}?)(?:说|认为|以为|:)(.+)$`)
	verbs   = regexp.MustCompile(`^\??(?:and|between|(?:first |re|re-)?(?:published|printed|exhibited|engraved|executed|painted|made|built|founded|begun|completed|cast|dated|drawn|issued|erected|constructed|commissioned|written|composed|copied|carved|restored|reconstructed|fabricated|enlarged version|assembled|remade|replica|reproduced)|建于|始建于|始建|创建于|重建于|重修于|初建于|开凿于|凿于|成书于|刻于|写于|绘于|作于|造于|铸于|埋藏于|年代为|时代为|年代|时代|date[ds]?:?|dating to|dating from|from the|from|the|in the|in|of the|of|reign of|the reign of|ca\.? date)[ :]*`)
	after   = regexp.MustCompile(`(?:始建|建|修建|创建|重建|重修|刻|立|造|铸|书|写|写本|抄本|刻本|印本|绘|作|遗存|遗物|遗址|墓葬|文化层|修|增修|补绘|重绘|重刻|改建|建成|开凿|落成|扩建|补修)$`)
)

var doneThen = regexp.MustCompile(`^(?:始建|初建|修建|创建|重建|扩建|改建|建|重修|增修|补修|修|补绘|重绘|绘|重刻|刻|立|造|铸|书)`)

// stripped reads a segment without the words around a time: 始建于明代, 宿白说 484,
// "published 1851", 清代重修. What is left out of the last is said.
func (p *reading) stripped(segment string) (span, bool) {
	if m := verbs.FindString(segment); m != "" && len(m) < len(segment) {
		if s, ok := p.again(segment[len(m):]); ok {
			return s, true
		}
	}
	if m := after.FindString(segment); m != "" && len(m) < len(segment) {
		if s, ok := p.again(strings.TrimSuffix(segment, m)); ok {
			return s, true
		}
	}
	if m := opinion.FindStringSubmatch(segment); m != nil {
		if s, ok := p.again(m[2]); ok {
			s.doubt("it is the opinion of some: %s", m[1])
			return s, true
		}
	}
	return span{}, false
}

func (p *reading) again(text string) (span, bool) {
	if p.depth > 3 {
		return span{}, false
	}
	one := &reading{reader: p.reader, site: p.site, text: strings.Trim(text, " "), depth: p.depth + 1}
	s, ok := one.list()
	if ok && one.done() {
		return s, true
	}
	return one.stripped(one.text)
}

var listMark = regexp.MustCompile(`^(?: ?(?:、|,|;|/|\+|&) ?(?:and )?|以及|和|与|及|或|暨| ?(?:and|or) )`)

// list reads times one beside the other: 唐、宋, 明清, "Tang and Song Dynasties".
func (p *reading) list() (span, bool) {
	var parts []span
	for !p.done() {
		p.space()
		start := p.at
		if len(parts) > 0 {
			if m := listMark.FindString(p.rest()); m != "" {
				p.at += len(m)
				p.space()
			}
		}
		s, ok := p.chain()
		if !ok {
			p.at = start
			break
		}
		// What was done then may stand between two times: 明洪武五年始建、清乾隆三十年重修.
		if m := doneThen.FindString(p.rest()); m != "" && (len(m) == len(p.rest()) || listMark.MatchString(p.rest()[len(m):])) {
			p.at += len(m)
		}
		if n := len(parts); n > 0 && p.text[start] != ' ' && listMark.FindString(p.text[start:]) == "" && p.refines(parts[n-1], s) {
			parts[n-1] = refined(parts[n-1], s)
			continue
		}
		parts = append(parts, s)
	}
	for i := 1; i < len(parts); i++ {
		parts[i-1], parts[i] = elide(parts[i-1], parts[i])
	}
	parts = p.settle(parts)
	if len(parts) == 0 || parts[0].form == formOpen {
		return span{}, false
	}
	all := parts[0]
	for _, s := range parts[1:] {
		all = union(all, s)
	}
	return all, true
}

// refines reports whether a period that follows another without a mark is a part of it
// (十六国北凉) and so the closer word, and not the next (明清).
func (p *reading) refines(a, b span) bool {
	if len(a.periods) != 1 || len(b.periods) != 1 {
		return false
	}
	for code, depth := p.reader.parent[b.periods[0]], 0; code != "" && depth < 5; code, depth = p.reader.parent[code], depth+1 {
		if code == a.periods[0] {
			return true
		}
	}
	return false
}

func refined(a, b span) span {
	b.doubts = append(a.doubts, b.doubts...)
	b.approx = a.approx || b.approx
	return b
}

var rangeMark = regexp.MustCompile(`^(?: ?- ?| ?(?:到|迄|延续至|延续到|直至|直到|至|-至) ?| (?:to|through|until|till|up to) )`)

var restOfDate = regexp.MustCompile(`^(?:\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号])`)

// chain reads a time, or a range of times: 汉—晋, 唐至元, 1851-1861年.
func (p *reading) chain() (span, bool) {
	s, ok := p.item()
	if !ok {
		return span{}, false
	}
	ranged := false
	for !p.done() {
		start := p.at
		m := rangeMark.FindString(p.rest())
		switch {
		case m != "":
		case strings.HasPrefix(p.rest(), "一"): // a misprint for the dash
			m = "一"
		default:
			return p.single(s, ranged)
		}
		if strings.HasPrefix(p.rest(), "至元") && p.eraFollows() {
			return p.single(s, ranged)
		}
		p.at += len(m)
		p.space()
		if s.form == formYear && p.match(restOfDate) != nil {
			continue // 1936年10月7日至9日
		}
		next, ok := p.item()
		if !ok {
			p.at = start
			return p.single(s, ranged)
		}
		a, b := elide(s, next)
		settled := p.settle([]span{a, b})
		if settled != nil {
			a, b = settled[0], settled[1]
		}
		if settled == nil || !ordered(a, b) {
			p.at = start
			return span{}, false
		}
		joined := union(a, b)
		joined.form, joined.value, joined.digits, joined.mark = b.form, b.value, b.digits, b.mark
		if a.form == formEra && b.form == formEra {
			joined.eras = b.eras
		}
		s, ranged = joined, true
	}
	return p.single(s, ranged)
}

// single widens a year that is only about right, unless it is one end of a range.
func (p *reading) single(s span, ranged bool) (span, bool) {
	if s.wide && !ranged && (s.form == formYear || s.form == formNumber || s.form == formBP || s.form == formEra && s.exact) {
		written := s.value
		if s.form == formEra {
			written = 1
		}
		if s.form == formNumber && s.mark == "" && s.digits < 3 {
			return s, true // one end of a list: 约5、6世纪
		}
		if s = p.fixed(s); s.from != 0 || s.to != 0 {
			s = s.widen(written)
		}
	}
	return s, true
}

// ordered reports whether a range runs forward in time.
func ordered(a, b span) bool { return a.from == 0 || b.to == 0 || a.from <= b.to }

// eraFollows reports whether 至元 is the era and not "to the Yuan": a number or 年
// comes after it.
func (p *reading) eraFollows() bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(p.rest(), "至元"))
	return r >= '0' && r <= '9' || r == '元' || r == '年'
}
