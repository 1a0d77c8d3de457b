package sheet

import (
	"regexp"
	"strconv"
	"strings"
)

// yearSpan is 1841年, 1860-1863年, 公元前206年, 公元698-926年, 1948年至1981年.
var yearSpan = regexp.MustCompile(`^(约)?(公元前|前|公元|c\. ?)?(\d{1,4})年?(?:[-—–~～至一](公元前|前|公元)?(\d{1,4})年?)?$`)

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
