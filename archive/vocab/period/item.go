package period

import (
	"regexp"
	"strconv"
	"strings"

	"hexi/archive"
)

var (
	aboutWords = regexp.MustCompile(`^(?:大约在|大约为|大约|大概|约为|约在|约当|约|circa ?|ca\. ?|ca |c\. ?|c ?\d|about |around |approximately |approx\.? ?|roughly )`)
	doubtWords = regexp.MustCompile(`^(?:疑为|疑似|疑是|疑|相传为|相传|传为|传|可能为|可能是|可能|或为|或许|似为|似|应为|待考|probably |possibly |perhaps |presumably |attributed to |traditionally |said to be |\?)`)
	bpWords    = regexp.MustCompile(`^(?:距今)`)

	// halves and quarters of an English time, before its name
	sharePrefix = regexp.MustCompile(`^(?:the )?(?:(early|mid|middle|late)(?: ?- ?| to | ?/ ?)(mid|middle|late)[ -]|(early|mid|middle|late|later|high)[ -]|(first|1st|second|2nd|latter) half of (?:the )?|(first|1st|second|2nd|third|3rd|fourth|4th|last) quarter of (?:the )?|(beginning|start|end|close|middle) of (?:the )?)`)
	// thirds, halves and quarters of a Chinese time, after its name and before it
	shareSuffix   = regexp.MustCompile(`^(?:的)?(早中期|早、中期|中晚期|中、晚期|中后期|早期|前期|初期|初叶|初年|初|中期|中叶|中段|晚期|后期|末期|末叶|末年|末|晚叶|前半期|前半叶|前半|上半叶|上半|后半期|后半叶|后半|下半叶|下半|前叶|后叶|晚|早|中)`)
	chinesePrefix = regexp.MustCompile(`^(早期|初期|前期|中期|晚期|后期|末期|早|晚)`)

	nameNoise = regexp.MustCompile(`^(?:统治时期|统治|时期|时代|年间|王朝|朝代|朝|代|政权|之际|间|文化时期|文化| dynasties| dynasty| periods?| kingdoms?| culture| eras?| age| states?| times| reigns?)`)
	openAfter = regexp.MustCompile(`^(?:(以前|之前|及以前|前)|(以后|之后|及以后|以来|以降|起|后)|(至今|迄今|至现在|-今| to the present(?: day)?| to present| onwards?| or later| or after)|( or earlier| or before))`)
	openFirst = regexp.MustCompile(`^(?:(before |pre-|not later than |不晚于|不迟于|早于|by )|(after |since |from |not earlier than |不早于|晚于|自|从))`)
	aboutLast = regexp.MustCompile(`^(?: ?左右|前后|上下| ?\? ?|\(\?\)| ?\(约\)|\(circa\))`)
	nowWords  = []string{"今", "现在", "当前", "the present day", "the present", "present day", "present", "today", "now", "date"}
)

// item reads one time with what stands around it.
func (p *reading) item() (span, bool) {
	about, doubts := false, []string(nil)
	for {
		p.space()
		if m := p.match(bpWords); m != nil {
			p.bp = true
			continue
		}
		if m := aboutWords.FindString(p.rest()); m != "" {
			p.at += len(strings.TrimRight(m, "0123456789"))
			about = true
			continue
		}
		if m := doubtWords.FindString(p.rest()); m != "" && !p.named() {
			p.at += len(m)
			doubts = append(doubts, "the words leave it in doubt: "+strconv.Quote(strings.TrimSpace(m)))
			continue
		}
		break
	}
	s, ok := p.opened()
	if !ok {
		return span{}, false
	}
	if p.match(aboutLast) != nil {
		about = true
	}
	if about {
		s.approx, s.wide = true, true
	}
	s.doubts = append(doubts, s.doubts...)
	return p.bracket(s)
}

// named reports whether a name begins here.
func (p *reading) named() bool {
	_, length := p.reader.longest(p.rest())
	return length > 0
}

// opened reads a time that one end may be open of.
func (p *reading) opened() (span, bool) {
	start := p.at
	if m := openFirst.FindStringSubmatch(p.rest()); m != nil && !p.named() {
		p.at += len(m[0])
		if s, ok := p.shared(); ok {
			if m[1] != "" {
				return before(p.fixed(s)), true
			}
			if rangeMark.MatchString(p.rest()) {
				return s, true // from 1900 to 1910
			}
			return since(p.fixed(s)), true
		}
		p.at = start
	}
	if p.take(nowWords...) != "" {
		return span{form: formOpen, exact: true, from: openYear}, true
	}
	s, ok := p.shared()
	if !ok {
		return span{}, false
	}
	m := openAfter.FindStringSubmatch(p.rest())
	switch {
	case m == nil:
		return s, true
	case m[1] != "" && !p.namedAfter(m[0]):
		p.at += len(m[0])
		return before(p.fixed(s)), true
	case m[2] != "" && !p.namedAfter(m[0]) && !strings.HasPrefix(p.rest(), "后半"):
		p.at += len(m[0])
		return since(p.fixed(s)), true
	case m[3] != "":
		p.at += len(m[0])
		return since(p.fixed(s)), true
	case m[4] != "":
		p.at += len(m[0])
		return before(p.fixed(s)), true
	}
	return s, true
}

// namedAfter reports whether a single character is the first of a name (后周, 前秦)
// and so does not open a time.
func (p *reading) namedAfter(m string) bool {
	return (m == "前" || m == "后") && (p.named() || strings.HasPrefix(p.rest(), "前后"))
}

// openYear stands for an end that is not reached, until the span is done.
const openYear = 1 << 30

// before is the time before one begins, or up to a year that is named.
func before(s span) span {
	if s.form == formYear || s.form == formNumber {
		s.from, s.approx = 0, true
		return s
	}
	s.from, s.to, s.term, s.approx, s.form = 0, archive.HistoricalYear(archive.AstronomicalYear(s.from)-1), "", true, formName
	return s
}

// since is a time without its end.
func since(s span) span {
	s.to = 0
	if s.form != formYear && s.form != formNumber {
		s.term = ""
	}
	return s
}

// shared reads a time or the part of one that words such as 早期 and "late" name.
func (p *reading) shared() (span, bool) {
	start := p.at
	if !p.named() {
		if m := p.matchLoose(sharePrefix); m != nil {
			if s, ok := p.core(); ok {
				if s.form == formNumber && s.digits == 0 { // late 19th–early 20th century
					s = hundred(s.value, 100, false)
				}
				a, b, of := shareOf(m[1:])
				return p.tail(p.fixed(s).part(a, b, of)), true
			}
			p.at = start
			return span{}, false
		}
		if m := p.matchLoose(chinesePrefix); m != nil && p.named() {
			if s, ok := p.core(); ok && s.form == formName {
				a, b, of := share(m[1])
				return p.tail(p.fixed(s).part(a, b, of)), true
			}
		}
		p.at = start
	}
	s, ok := p.core()
	if !ok {
		return span{}, false
	}
	return p.tail(s), true
}

// matchLoose is match for words that the name follows at once.
func (p *reading) matchLoose(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(p.rest())
	if m != nil {
		p.at += len(m[0])
	}
	return m
}

// tail reads what may follow a time: 时期, 晚期, a year of the sixty-year cycle.
func (p *reading) tail(s span) span {
	for {
		if s.form <= formEra && p.match(nameNoise) != nil {
			continue
		}
		if (s.form == formName || s.form == formEra && !s.exact || s.form == formCentury || s.form == formDecade) && !p.named() {
			if m := p.matchLoose(shareSuffix); m != nil {
				a, b, of := share(m[1])
				s = p.fixed(s).part(a, b, of)
				continue
			}
		}
		if s.form <= formEra {
			if next, ok := p.cycle(s); ok {
				s = next
				continue
			}
		}
		return s
	}
}

// share says which part of a time a Chinese word names: from a/of to b/of.
func share(word string) (a, b, of int) {
	switch strings.ReplaceAll(word, "、", "") {
	case "早", "早期", "前期", "前叶":
		return 0, 1, 3
	case "中", "中期", "中叶", "中段":
		return 1, 2, 3
	case "晚", "晚期", "后期", "末期", "晚叶", "后叶", "末叶":
		return 2, 3, 3
	case "早中期":
		return 0, 2, 3
	case "中晚期", "中后期":
		return 1, 3, 3
	case "初", "初期", "初叶", "初年":
		return 0, 1, 4
	case "末", "末年":
		return 3, 4, 4
	case "前半期", "前半叶", "前半", "上半叶", "上半":
		return 0, 1, 2
	}
	return 1, 2, 2 // 后半, 下半
}

// shareOf does the same for English words, as sharePrefix groups them.
func shareOf(m []string) (a, b, of int) {
	third := map[string]int{"early": 0, "mid": 1, "middle": 1, "high": 1, "late": 2, "later": 2}
	switch {
	case m[0] != "":
		return third[m[0]], third[m[1]] + 1, 3
	case m[2] != "":
		return third[m[2]], third[m[2]] + 1, 3
	case m[3] != "":
		if m[3] == "first" || m[3] == "1st" {
			return 0, 1, 2
		}
		return 1, 2, 2
	case m[4] != "":
		n := map[string]int{"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2}
		if q, ok := n[m[4]]; ok {
			return q, q + 1, 4
		}
		return 3, 4, 4
	case m[5] == "middle":
		return 1, 2, 3
	case m[5] == "beginning" || m[5] == "start":
		return 0, 1, 4
	}
	return 3, 4, 4
}

// core reads the time itself.
func (p *reading) core() (span, bool) {
	if p.take("the ") != "" {
		p.space()
	}
	w, length := p.reader.longest(p.rest())
	if length == 0 {
		if s, ok := p.cycle(span{form: formOpen}); ok {
			return s, true
		}
		return p.number()
	}
	if after, both := strings.CutPrefix(p.rest(), "元和"); both && length == len("元和") {
		if _, n := p.reader.longest(after); n > 0 { // 元和明 are two dynasties
			w, length = p.reader.longest("元")
		}
	}
	return p.name(w, length)
}

// bracket reads what stands in brackets after a time. Years there are the closer word
// for it: 渤海（公元698-926年）, 贞观十六年（642）.
func (p *reading) bracket(s span) (span, bool) {
	for {
		if !strings.HasPrefix(strings.TrimLeft(p.rest(), " "), "(") {
			return s, true
		}
		p.space()
		end, depth := -1, 0
		for i, r := range p.rest() {
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 {
				end = i
				break
			}
		}
		if end < 0 || p.depth > 3 {
			return s, false
		}
		inside := p.rest()[1:end]
		p.at += end + 1
		one := &reading{reader: p.reader, site: p.site, text: inside, depth: p.depth + 1}
		inner, ok := one.whole()
		s = p.fixed(s)
		switch {
		case !ok && strings.Trim(inside, " ?约") == "":
			s.approx = true
		case !ok:
			s.doubt("%q was not understood", inside)
		case s.exact && inner.exact && s.form == formEra && (inner.from != s.from || inner.to != s.to):
			s.doubt("the era's year is %s and the year in brackets %s; that in brackets is taken", yearsOf(s), yearsOf(inner))
			s.from, s.to = inner.from, inner.to
		case inner.exact && !s.exact || inner.exact && within(inner, s):
			if !overlap(inner, s) {
				s.doubt("the years in brackets, %s, are not those of what stands before them, %s; they are taken", yearsOf(inner), yearsOf(s))
			}
			s.from, s.to, s.exact = inner.from, inner.to, true
			s.approx = s.approx || inner.approx
			s.doubts = append(s.doubts, inner.doubts...)
			s.periods = nil
		case within(inner, s) && !inner.exact:
			s.from, s.to, s.term = inner.from, inner.to, either(inner.term, s.term)
		case within(s, inner):
		default:
			s.doubt("%q in brackets says another time, %s; it is left out", inside, yearsOf(inner))
		}
	}
}

func yearsOf(s span) string {
	if s.from == s.to {
		return strconv.Itoa(s.from)
	}
	return strconv.Itoa(s.from) + " to " + strconv.Itoa(s.to)
}
