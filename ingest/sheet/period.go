package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
)

var (
	// 1841年, 1860-1863年, 公元前206年, 公元698-926年, 1948年至1981年
	yearSpan = regexp.MustCompile(`^(约)?(公元前|前|公元|c\. ?)?(\d{1,4})年?(?:[-—–~～至一](公元前|前|公元)?(\d{1,4})年?)?$`)
	// what joins the parts of 汉—晋, 唐、宋, 明至清, 汉一晋 (a common misprint)
	periodJoin = regexp.MustCompile(`[-—–~～、，,至一]|到`)
	// 渤海（公元698-926年）
	bracketed = regexp.MustCompile(`[(（](.+)[)）]`)
)

// readPeriod reads a curator's words for a time. A single known period gives
// its term and years; several give the years from the first's start to the
// last's end; years are taken as they stand. What is not understood gives
// nothing: the words themselves are kept by the caller.
func readPeriod(v archive.Vocabulary, words, site string) (term string, from, to int) {
	s := strings.ReplaceAll(norm.NFKC.String(words), " ", "")
	if from, to, ok := readYears(s); ok {
		return "", from, to
	}
	if t, ok := v.Term(archive.SchemePeriod, words); ok {
		from, to, _ = v.PeriodYears(t.Code, site)
		return t.Code, from, to
	}
	if inner := bracketed.FindStringSubmatch(s); inner != nil {
		if from, to, ok := readYears(inner[1]); ok {
			return "", from, to
		}
		s = strings.Replace(s, inner[0], "", 1)
		if t, ok := v.Term(archive.SchemePeriod, s); ok {
			from, to, _ = v.PeriodYears(t.Code, site)
			return t.Code, from, to
		}
	}
	parts := periodJoin.Split(s, -1)
	if len(parts) < 2 {
		return "", 0, 0
	}
	for i, part := range parts {
		t, ok := v.Term(archive.SchemePeriod, part)
		if !ok {
			return "", 0, 0
		}
		start, end, _ := v.PeriodYears(t.Code, site)
		if i == 0 || start < from {
			from = start
		}
		if i == 0 || end > to {
			to = end
		}
	}
	return "", from, to
}

// readYears reads a year or a span of years.
func readYears(s string) (from, to int, ok bool) {
	m := yearSpan.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	from, _ = strconv.Atoi(m[3]) // at most four digits
	if strings.HasSuffix(m[2], "前") {
		from = -from
	}
	to = from
	if m[5] != "" {
		to, _ = strconv.Atoi(m[5])
		if strings.HasSuffix(m[4], "前") {
			to = -to
		}
	}
	if from == 0 || to == 0 || from > to {
		return 0, 0, false
	}
	return from, to, true
}
