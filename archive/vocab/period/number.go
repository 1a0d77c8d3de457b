package period

import (
	"regexp"
	"strconv"
	"strings"

	"hexi/archive"
)

const (
	maxYear = 2100       // a greater number is no year that a thing was made in
	minYear = -3_000_000 // what a record may hold
)

var (
	numberWord = regexp.MustCompile(`^(公元前|西元前|纪元前|前|-|bce? ?|公元|西元|公历|纪元|ad ?|a\.d\. ?|ce ?)?(\d{1,7}(?:\.\d{1,3})?)(万|百万)?( ?(?:±|\+/?-) ?\d{1,6})?`)
	fullDate   = regexp.MustCompile(`^(\d{4})(?:-(\d{1,2})-\d{1,2}|\.(\d{1,2})(?:\.\d{1,2})?|/(\d{1,2})(?:/\d{1,2})?)`)
	dayMonth   = regexp.MustCompile(`^(?:\d{1,2}(?:st|nd|rd|th)? )?(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|spring|summer|autumn|fall|winter)\.?,?(?: \d{1,2}(?:st|nd|rd|th)?,?)? (?:of )?`)
	monthAfter = regexp.MustCompile(`^(?:\d{1,2}月(?:\d{1,2}(?:日|号)|[上中下]旬|初|底)?|[春夏秋冬](?:季|天)?|初|底)`)
	agoWords   = regexp.MustCompile(`^(多|余|来|几)?年(?:之|以)?前`)
	bpSuffix   = regexp.MustCompile(`^ ?(?:cal\.? ?)?(?:yrs? |years? |a )?(?:bp|b\.p\.|before present|before the present|years ago|ya)`)
	moreYears  = regexp.MustCompile(`^(多|余|来|几)年`)
	centuryEnd = regexp.MustCompile(`^(?:st|nd|rd|th)?(?:[ -]?(?:centuries|century|cent\b\.?)| ?c\b\.?)`)
	millennium = regexp.MustCompile(`^(?:st|nd|rd|th)?[ -]?(?:millennia|millennium)`)
	decadesOf  = regexp.MustCompile(`^(\d0)(?:年代)?(?:(?:-|至|到|、|和)(\d0))?年代`)
	eraSuffix  = regexp.MustCompile(`^ ?(b\.?c\.?e\.?|b\.?c\.?|a\.?d\.?|c\.?e\.?)`)
)

// number reads a time that begins with a number.
func (p *reading) number() (span, bool) {
	if m := p.matchLoose(dayMonth); m != nil && (p.done() || p.rest()[0] < '0' || p.rest()[0] > '9') {
		return span{}, false
	}
	if m := fullDate.FindStringSubmatch(p.rest()); m != nil && !p.bp {
		year, _ := strconv.Atoi(m[1])
		month, _ := strconv.Atoi(m[2] + m[3] + m[4]) // only one of them is there
		if rest := p.rest()[len(m[0]):]; month >= 1 && month <= 12 && (rest == "" || rest[0] < '0' || rest[0] > '9') {
			p.at += len(m[0])
			return span{from: year, to: year, form: formYear, value: year, digits: 4, exact: true}, year > 0
		}
	}
	m := numberWord.FindStringSubmatch(p.rest())
	if m == nil {
		return p.lastCentury()
	}
	p.at += len(m[0])
	scale := map[string]float64{"": 1, "万": 1e4, "百万": 1e6}[m[3]]
	f, err := strconv.ParseFloat(m[2], 64)
	value := int(f * scale)
	if err != nil || value <= 0 || value > 20_000_000 || m[3] == "" && strings.Contains(m[2], ".") {
		return span{}, false
	}
	s := span{form: formNumber, value: value, digits: len(m[2]), exact: true}
	if m[4] != "" {
		s.margin, _ = strconv.Atoi(strings.TrimLeft(m[4], " ±+/-")) // digits
		if s, ok := p.unit(s, m[3] != ""); ok && s.form == formBP {
			return s, true
		}
		return span{}, false // no other time is measured
	}
	switch strings.TrimSpace(m[1]) {
	case "公元前", "西元前", "纪元前", "前", "-", "bc", "bce":
		s.mark = "bce"
	case "":
	default:
		s.mark = "ce"
	}
	return p.unit(s, m[3] != "")
}

// unit reads what the number counts.
func (p *reading) unit(s span, large bool) (span, bool) {
	if m := agoWords.FindStringSubmatch(p.rest()); m != nil && !s.beforeYear(m[1], p.rest()[len(m[0]):]) {
		p.at += len(m[0])
		ago := present(s, true)
		if s.value < 1000 && s.value%100 != 0 && m[1] == "" && s.margin == 0 {
			ago.doubt("%d年前 is taken for %d years ago; write 公元%d年以前 for the time before that year", s.value, s.value, s.value)
		}
		return ago, true
	}
	if p.match(bpSuffix) != nil {
		return present(s, false), true
	}
	if p.bp {
		more := p.match(moreYears) != nil
		if !more {
			p.take("年")
		}
		p.take("前")
		return present(s, more), true
	}
	if large {
		if p.take("年") == "" {
			return span{}, false
		}
		return present(s, true), true
	}
	switch {
	case p.take("世纪") != "" || s.value <= 100 && p.match(centuryEnd) != nil:
		return p.century(s), s.value <= 100
	case p.take("千纪", "千年纪") != "" || p.match(millennium) != nil:
		return p.suffixed(hundred(min(s.value, 100), 1000, s.mark == "bce"), s), s.value <= 100
	case p.take("年代") != "":
		return decade(s)
	case strings.HasPrefix(p.rest(), "s") && wordEnds(p.rest(), 1):
		p.at++
		if s.value%100 == 0 && s.value >= 1000 {
			d := hundred(s.value/100+1, 100, false)
			d.from, d.to = d.from-1, d.to-1
			d.doubt("%ds may be the ten years or the hundred; the hundred are taken", s.value)
			return d, true
		}
		return decade(s)
	}
	if m := regexpOrdinal.FindString(p.rest()); m != "" {
		p.at += len(m)
		s.digits = 0 // of a century to come
		return s, true
	}
	if p.take("年", " year") != "" {
		s.form = formYear
		for p.match(monthAfter) != nil {
		}
	}
	if m := p.match(eraSuffix); m != nil {
		s.mark = "ce"
		if strings.HasPrefix(m[1], "b") {
			s.mark = "bce"
		}
	}
	return dated(s), true
}

// beforeYear reports whether a number with 年前 after it is a year: 642年以前 is the time
// before it, 642年前后 that around it; 500年前 and 5000多年前 are so many years ago.
func (s span) beforeYear(more, rest string) bool {
	switch {
	case strings.HasPrefix(rest, "后") || s.mark != "":
		return true
	case more != "" || s.margin > 0:
		return false
	}
	return s.value >= 1000 && s.value <= maxYear || s.value >= 100 && s.value < 1000 && s.value%10 != 0
}

var regexpOrdinal = regexp.MustCompile(`^(?:st|nd|rd|th)`)

// dated puts the years into a span that is a year.
func dated(s span) span {
	s.from = s.value
	if s.mark == "bce" {
		s.from = -s.value
	}
	s.to = s.from
	return s
}

// present counts back from 1950, the present of "before present". Round numbers give
// round years.
func present(s span, about bool) span {
	n := s.value
	s.form, s.exact = formBP, true
	year := 1950 - n
	switch {
	case n >= 20_000:
		year = -n
	case n%50 == 0:
		year = (year - 5) / 10 * 10
		if 1950-n > 0 {
			year = (1950 - n + 5) / 10 * 10
		}
	default:
		year = archive.HistoricalYear(year)
	}
	if year == 0 {
		year = -1
	}
	s.from, s.to, s.mark = year, year, ""
	s.approx = true
	s.wide = about
	if s.margin > 0 { // as a laboratory gives it: its years, without a calibration
		s.from, s.to, s.wide = archive.HistoricalYear(archive.AstronomicalYear(year)-s.margin), archive.HistoricalYear(archive.AstronomicalYear(year)+s.margin), false
	}
	return s
}

// century reads the decades of a century, or its mark.
func (p *reading) century(s span) span {
	c := hundred(min(s.value, 100), 100, s.mark == "bce")
	c.mark = s.mark
	if m := p.match(decadesOf); m != nil && s.mark != "bce" {
		first, _ := strconv.Atoi(m[1])
		last := first
		if m[2] != "" {
			last, _ = strconv.Atoi(m[2])
		}
		c.from, c.to, c.form = (s.value-1)*100+first, (s.value-1)*100+last+9, formDecade
		return c
	}
	return p.suffixed(c, s)
}

// suffixed turns a century into one before our era if the mark stands after it.
func (p *reading) suffixed(c, s span) span {
	m := p.match(eraSuffix)
	switch {
	case m == nil:
	case !strings.HasPrefix(m[1], "b"):
		c.mark = "ce"
	case c.from > 0:
		return hundred(min(s.value, 100), c.to-c.from+1, true)
	}
	return c
}

// decade is ten years: 1950年代, 50年代 (of the last century).
func decade(s span) (span, bool) {
	if s.value%10 != 0 || s.mark == "bce" {
		return span{}, false
	}
	d := span{form: formDecade, exact: true, value: s.value, digits: s.digits}
	if s.value < 100 {
		d.doubt("%d年代 is taken for that of the 20th century", s.value)
		d.from = 1900 + s.value
	} else {
		d.from = s.value
	}
	d.to = d.from + 9
	return d, d.to <= maxYear
}

// lastCentury reads 上世纪80年代.
func (p *reading) lastCentury() (span, bool) {
	if p.take("上世纪", "上个世纪", "本世纪") == "" {
		return span{}, false
	}
	c := p.century(span{value: 20})
	c.doubt("上世纪 is taken for the 20th century")
	return c, true
}

// elide gives the first or the second of two times what it leaves to the other:
// 18-19世纪, 公元前770-476年, 1937-45, 康熙五十八年至六十一年.
func elide(a, b span) (first, second span) {
	bare := func(s span) bool { return s.form == formNumber && s.mark == "" || s.form == formYear && s.mark == "" }
	switch {
	case b.form == formBP && bare(a):
		return present(a, false), b
	case a.form == formBP && b.form == formNumber:
		return a, present(b, false)
	case b.form == formCentury && a.form == formNumber && a.value <= 100:
		long := b.to - b.from + 1
		if b.mark == "" && a.mark == "bce" && b.value < a.value {
			b = hundred(b.value, long, true)
		}
		return hundred(a.value, max(long/100, 1)*100, a.mark == "bce" || b.mark == "bce" && a.mark == "" && a.value >= b.value), b
	case b.form == formCentury && a.form == formCentury && b.mark == "" && a.mark == "bce" && b.value < a.value:
		b = hundred(b.value, 100, true)
		return a, b
	case b.form == formCentury && a.form == formCentury && a.mark == "" && b.mark == "bce" && a.value > b.value:
		return hundred(a.value, 100, true), b
	case b.form == formDecade && a.form == formNumber && a.value%10 == 0:
		if d, ok := decade(a); ok {
			d.doubts = nil
			return d, b
		}
	case a.form == formDecade && b.form == formDecade && b.digits <= 2 && a.value > 100 && b.value < 100 && b.value > 0:
		b.from = a.value/100*100 + b.value
		b.to, b.doubts = b.from+9, nil
		return a, b
	case a.form == formEra && a.exact && bare(b) && b.value < 100 && len(a.eras) > 0:
		second := span{form: formEra, eras: a.eras[:1], term: a.term, exact: true, value: b.value, doubts: b.doubts}
		e := a.eras[0]
		if b.value > length(e) {
			second.doubt("%s had %d years, not %d; the year is counted on", e.Name, length(e), b.value)
		}
		second.from = archive.HistoricalYear(archive.AstronomicalYear(e.From) + b.value - 1)
		second.to = second.from
		return a, second
	case a.mark == "bce" && bare(b) && b.value < a.value:
		b.mark, b.form = "bce", formYear
		b = dated(b)
		b.doubt("%d is taken for a year before our era, like %d", b.value, a.value)
		return a, b
	case b.mark == "bce" && bare(a) && a.value >= b.value:
		a.mark, a.form = "bce", formYear
		return dated(a), b
	case b.mark == "ce" && bare(a):
		a.mark, a.form = "ce", formYear
		return dated(a), b
	case a.mark == "bce" && bare(b):
		b.mark, b.form = "ce", formYear
		return a, dated(b)
	case bare(a) && bare(b) && a.value < 100 && b.value >= 100: // 25–220
		a.mark, a.form = "ce", formYear
		return dated(a), b
	case bare(a) && bare(b) && a.digits >= 3 && b.digits < a.digits && b.value < a.value:
		return short(a, b)
	}
	return a, b
}

// short completes the second year of 1937-45 and 1851-5, and reads 1936-10 as a month.
func short(a, b span) (first, second span) {
	power := 1
	for range b.digits {
		power *= 10
	}
	year := a.value/power*power + b.value
	switch {
	case year > a.value:
		if b.digits == 2 && b.value <= 12 && b.form == formNumber {
			b.doubt("%d-%02d may be a month; the years %d to %d are taken", a.value, b.value, a.value, year)
		}
		b.value, b.form = year, formYear
	case b.digits == 2 && b.value >= 1 && b.value <= 12:
		b.value, b.form = a.value, formYear
	}
	b.digits = 4
	return a, dated(b)
}
