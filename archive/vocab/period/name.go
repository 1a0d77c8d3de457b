package period

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

var (
	eraYear = regexp.MustCompile(`^ ?(?:第)?(\d{1,2}|元)(?:年|载|岁)?`)
	// month, day and season say nothing that years could hold
	inYear = regexp.MustCompile(`^(?:闰?(?:\d{1,2}|正|冬|腊|元)月(?:初?(?:\d{1,2}|[一二三四五六七八九十]{1,2})日?|[上中下]旬|初|底|末)?|(?:孟|仲|季)?[春夏秋冬](?:季|天|月)?|年?[初末中底](?:期)?)`)
	cyclic = regexp.MustCompile(`^(?:岁次|岁在|太岁)?([甲乙丙丁戊己庚辛壬癸])([子丑寅卯辰巳午未申酉戌亥])(?:年|岁)?`)
)

// name reads a period, an era or a ruler, and the era and the year that follow it.
func (p *reading) name(w word, length int) (span, bool) {
	start := p.at
	if name := p.rest()[:length]; strings.HasSuffix(name, "代") && strings.HasPrefix(p.rest()[length:], "宗") {
		if shorter, n := p.reader.longest(strings.TrimSuffix(name, "代")); n == length-len("代") { // 唐代宗
			w, length = shorter, n
		}
	}
	name := p.rest()[:length]
	p.at += length
	if w.eras != nil && (w.periods == nil || eraYear.MatchString(p.rest())) {
		return p.era(w.eras, nil, "")
	}
	if w.rulers != nil && w.periods == nil {
		return p.ruler(w.rulers, nil, name)
	}
	s := span{form: formName, periods: w.periods}
	// 民国二十五年 is a year of its era, which stands among the periods too.
	if next, _ := p.reader.longest(p.rest()); w.eras != nil && next.eras == nil && next.rulers == nil && p.match(nameNoise) == nil {
		return p.era(w.eras, nil, "")
	}
	// The era of a dynasty: 唐贞观十六年, 唐代贞观, 清德宗光绪三十年.
	mark := p.at
	for !strings.HasPrefix(p.rest(), "代宗") && p.match(nameNoise) != nil {
	}
	p.take("的", " ")
	next, n := p.reader.longest(p.rest())
	switch {
	case next.eras != nil && next.periods == nil && !p.joins():
		p.at += n
		if era, ok := p.era(next.eras, w.periods, name); ok {
			return era, true
		}
	case next.rulers != nil:
		p.at += n
		if reign, ok := p.ruler(next.rulers, w.periods, p.text[p.at-n:p.at]); ok {
			return reign, true
		}
	}
	p.at = mark
	if p.at == start {
		return span{}, false
	}
	return s, true
}

// joins reports whether what looks like an era is "to the Yuan" (唐至元), or 元 with
// the next word.
func (p *reading) joins() bool { return strings.HasPrefix(p.rest(), "至元") && !p.eraFollows() }

// of keeps those eras that belong to the named period: one of its codes, a part of it,
// or a period whose label has the name in it (周 for 后周).
func (p *reading) of(eras []Era, periods []string, name string) []Era {
	if periods == nil {
		return eras
	}
	var out []Era
	for _, e := range eras {
		for code, depth := e.Period, 0; code != "" && depth < 5; code, depth = p.reader.parent[code], depth+1 {
			if slices.Contains(periods, code) {
				out = append(out, e)
				break
			}
		}
	}
	if out != nil {
		return out
	}
	for _, e := range eras {
		if strings.Contains(p.reader.labels[e.Period], strings.TrimRight(name, "代朝")) {
			out = append(out, e)
			continue
		}
		for _, code := range periods { // 十六国 and 北朝 hold states that they are no parents of
			if from, to, ok := p.reader.years(code, ""); ok && e.From >= from && (to == 0 || e.To <= to) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// era reads the year after an era's name, or takes the whole era.
func (p *reading) era(eras []Era, periods []string, dynasty string) (span, bool) {
	candidates := p.of(eras, periods, dynasty)
	s := span{form: formEra}
	if candidates == nil {
		candidates = eras
		s.doubt("%s had no era %s; that of %s is taken", dynasty, eras[0].Name, p.reader.labels[eras[0].Period])
	}
	p.take("年间", "时期", "朝", "间")
	start := p.at
	m := eraYear.FindStringSubmatch(p.rest())
	if m == nil || strings.HasPrefix(p.rest()[len(m[0]):], "世纪") || strings.HasPrefix(p.rest()[len(m[0]):], "月") {
		s.eras = candidates
		return p.settleEra(s, 0), true
	}
	n := 1
	if m[1] != "元" {
		n, _ = strconv.Atoi(m[1]) // two digits
	}
	if n == 0 || m[1] == "元" && !strings.HasSuffix(m[0], "年") && !strings.HasSuffix(m[0], "载") {
		p.at = start
		s.eras = candidates
		return p.settleEra(s, 0), true
	}
	p.at += len(m[0])
	s.eras = candidates
	s = p.settleEra(s, n)
	if c, ok := p.cycle(s); ok {
		s = c
	}
	for p.match(inYear) != nil {
	}
	return s, true
}

// settleEra dates the n-th year of the eras that it may be, or all of them for 0.
func (p *reading) settleEra(s span, n int) span {
	fits := s.eras
	if n > 0 {
		fits = nil
		for _, e := range s.eras {
			if n <= length(e) {
				fits = append(fits, e)
			}
		}
		if fits == nil { // 贞观三十年: those far away went on counting, from the era that lasted
			e := slices.MaxFunc(s.eras, func(a, b Era) int { return length(a) - length(b) })
			fits = []Era{e}
			s.doubt("%s had %d years, not %d; the year is counted on", e.Name, length(e), n)
		}
	}
	s.from, s.to, s.readings = 0, 0, nil
	var said []string
	for _, e := range fits {
		from, to := e.From, e.To
		if n > 0 {
			from = archive.HistoricalYear(archive.AstronomicalYear(e.From) + n - 1)
			to = from
		}
		if s.from == 0 || from < s.from {
			s.from = from
		}
		if s.to == 0 || to > s.to {
			s.to = to
		}
		years := strconv.Itoa(from)
		if to != from {
			years += " to " + strconv.Itoa(to)
		}
		s.readings = append(s.readings, archive.Dating{Term: e.Period, From: from, To: to})
		said = append(said, fmt.Sprintf("%s (%s%s)", years, p.reader.labels[e.Period], e.Ruler))
	}
	s.term = fits[0].Period
	if len(fits) > 1 {
		s.doubt("%s is %s; write the dynasty or the ruler before it", fits[0].Name, strings.Join(said, " or "))
		for _, e := range fits[1:] {
			if e.Period != s.term {
				s.term = ""
			}
		}
	}
	s.exact = n > 0
	s.value = n
	return s
}

func length(e Era) int { return archive.AstronomicalYear(e.To) - archive.AstronomicalYear(e.From) + 1 }

// ruler reads a ruler's reign, or the era of his that follows.
func (p *reading) ruler(eras []Era, periods []string, name string) (span, bool) {
	own := p.of(eras, periods, "")
	if own == nil {
		return span{}, false
	}
	if next, n := p.reader.longest(p.rest()); next.eras != nil {
		var both []Era
		for _, e := range next.eras {
			if slices.Contains(own, e) {
				both = append(both, e)
			}
		}
		if both != nil {
			p.at += n
			return p.era(both, nil, "")
		}
	}
	s := span{form: formEra, term: own[0].Period}
	first := own[0].Period
	for _, e := range own {
		if e.Period != first {
			s.doubt("several rulers are called %s; write the dynasty before it", name)
			s.term = ""
		}
		if s.from == 0 || e.From < s.from {
			s.from = e.From
		}
		if s.to == 0 || e.To > s.to {
			s.to = e.To
		}
	}
	return s, true
}

// cycle reads a year of the sixty-year cycle (甲午) and finds it in the time that
// stands before it. Where there are several, that time stays, and they are said.
func (p *reading) cycle(s span) (span, bool) {
	m := cyclic.FindStringSubmatch(p.rest())
	if m == nil {
		return span{}, false
	}
	stem := strings.Index("甲乙丙丁戊己庚辛壬癸", m[1]) / len("甲")
	branch := strings.Index("子丑寅卯辰巳午未申酉戌亥", m[2]) / len("子")
	if (stem-branch)%2 != 0 || s.form == formOpen {
		return span{}, false // 甲丑 does not exist; alone it comes every sixty years
	}
	s = p.fixed(s)
	if s.from == 0 || s.to == 0 {
		return span{}, false
	}
	p.at += len(m[0])
	var years []string
	found := 0
	for y := archive.AstronomicalYear(s.from); y <= archive.AstronomicalYear(s.to); y++ {
		if mod(y-4, 10) == stem && mod(y-4, 12) == branch {
			found = archive.HistoricalYear(y)
			years = append(years, strconv.Itoa(found))
		}
	}
	name := m[1] + m[2]
	switch {
	case s.exact && len(years) == 0:
		s.doubt("%d was not %s", s.from, name)
	case len(years) == 0:
		s.doubt("%s does not come in %s", name, yearsOf(s))
	case len(years) == 1:
		s.from, s.to, s.exact = found, found, true
	default:
		if len(years) > 6 {
			years = append(years[:6], "…")
		}
		s.doubt("%s came in %s; write the era", name, strings.Join(years, ", "))
	}
	for p.match(inYear) != nil {
	}
	return s, true
}

func mod(a, b int) int { return (a%b + b) % b }
