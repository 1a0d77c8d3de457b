package archive

import (
	"strconv"
	"strings"
)

// Words says when a thing was made to readers of Chinese and of English: the name of the
// period, which the caller looks up, the curator's own words, and the years (初唐，贞观十六年（642年）,
// "Early Tang (642 CE)"). A language in which nothing is known is empty.
func (p *Period) Words(name Text) Text {
	if p == nil {
		return nil
	}
	if name.Empty() && p.Term != "" && p.Note.Empty() {
		name = Text{"zh": p.Term, "en": p.Term}
	}
	zhYears, enYears := yearWords(p.From, p.To)
	return Text{
		"zh": joinPeriod(name["zh"], p.Note["zh"], "，", zhYears, "（", "）"),
		"en": joinPeriod(name["en"], p.Note["en"], ", ", enYears, " (", ")"),
	}
}

func joinPeriod(term, note, comma, years, open, end string) string {
	name := term
	if note != "" && !strings.Contains(term, note) {
		if name != "" {
			name += comma
		}
		name += note
	}
	switch {
	case years == "":
		return name
	case name == "":
		return years
	}
	return name + open + years + end
}

// yearWords writes a range of historical years (−1046 is 1046 BCE; 0 is unknown).
func yearWords(from, to int) (zh, en string) {
	switch {
	case from == 0 && to == 0:
		return "", ""
	case from == 0 || to == 0 || from == to:
		year := from
		if from == 0 {
			year = to
		}
		zh, en = zhYear(year)+"年", enYear(year)+era(year)
		if from == 0 {
			return zh + "以前", "until " + en
		}
		if to == 0 {
			return zh + "以后", "from " + en
		}
		return zh, en
	case from < 0 && to > 0:
		return zhYear(from) + "—公元" + zhYear(to) + "年", enYear(from) + era(from) + "–" + enYear(to) + era(to)
	case to < 0: // 公元前1046—前771年
		return zhYear(from) + "—" + strings.TrimPrefix(zhYear(to), "公元") + "年", enYear(from) + "–" + enYear(to) + era(to)
	}
	return zhYear(from) + "—" + zhYear(to) + "年", enYear(from) + "–" + enYear(to) + era(to)
}

func zhYear(year int) string {
	if year < 0 {
		return "公元前" + enYear(year)
	}
	return strconv.Itoa(year)
}

func enYear(year int) string { return strings.TrimPrefix(strconv.Itoa(year), "-") }

func era(year int) string {
	if year < 0 {
		return " BCE"
	}
	return " CE"
}
