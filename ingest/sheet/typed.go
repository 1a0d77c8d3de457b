package sheet

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
)

// typed is a value of a field that a profile adds, as JSON of its type; false where the
// cell is of another type, and kept as it is written.
func (b *builder) typed(c column, value string) (json.RawMessage, bool) {
	switch c.typ {
	case archive.TypeNumber, archive.TypeInteger:
		_, v, _, ok := splitMeasure(value)
		if !ok {
			b.fault(c, "%q is not a number", value)
			return nil, false
		}
		if c.typ == archive.TypeInteger && v != float64(int64(v)) {
			b.fault(c, "%q is not a whole number", value)
			return nil, false
		}
		return json.RawMessage(strconv.FormatFloat(v, 'f', -1, 64)), true
	case archive.TypeYear:
		y, ok := year(value)
		if !ok {
			y, ok = b.yearOfDate(c, value)
		}
		if !ok {
			b.fault(c, "%q is not a year; write a whole number such as 1951, negative before our era, or a date of which it is taken", value)
			return nil, false
		}
		return json.RawMessage(strconv.Itoa(y)), true
	case archive.TypeDate:
		day, doubt, ok := readDate(value, b.table.dateOrder())
		switch {
		case doubt:
			b.twoDays(c, value)
			if c.words != "" {
				b.record.Extra[c.words] = rawString(value)
				return rawString(day), true
			}
		case !ok:
			b.note(c, "%q is not a date such as 2003-07-05, 2003年7月5日 or 2003; it is kept as it is written", value)
		default:
			return rawString(day), true
		}
		return rawString(value), true
	case archive.TypeBoolean:
		switch strings.ToLower(narrow(value)) {
		case "是", "有", "√", "✓", "y", "yes", "true", "1", "对":
			return json.RawMessage("true"), true
		case "否", "无", "×", "✗", "x", "n", "no", "false", "0":
			return json.RawMessage("false"), true
		}
		b.fault(c, "%q is neither yes nor no", value)
		return nil, false
	case archive.TypeList, archive.TypeTerms:
		list, err := json.Marshal(splitList(value))
		return list, err == nil
	}
	if c.typ == "" && saysDate.MatchString(c.name) {
		if _, doubt, _ := readDate(value, b.table.dateOrder()); doubt {
			b.twoDays(c, value)
		}
	}
	return rawString(value), true
}

// saysDate finds headings of dates.
var saysDate = regexp.MustCompile(`(?i)日期|时间|\bdated?\b`)

// twoDays tells of a date such as 03/04/1954.
func (b *builder) twoDays(c column, value string) {
	b.note(c, "%q can be two days, by the order of day and month; it is kept as it is written, only the year is sure, and the order can be said in the mapping (date: dmy)", value)
}

// yearOfDate reads the year of a date in a column of years; the date is kept beside it.
func (b *builder) yearOfDate(c column, value string) (int, bool) {
	day, doubt, ok := readDate(value, b.table.dateOrder())
	if !ok && !doubt {
		return 0, false
	}
	if doubt {
		b.twoDays(c, value)
	}
	if c.words != "" {
		b.record.Extra[c.words] = rawString(value)
	}
	return year(day[:4])
}

// dateOrder is how the mapping says that 03/04/1954 is meant, "" where it does not.
func (t *Table) dateOrder() string {
	if m := t.opts.Mapping; m != nil {
		return m.Date
	}
	return ""
}

var (
	ymd     = regexp.MustCompile(`^(\d{4})(?:[-/.年 ]\s*(\d{1,2})(?:[-/.月 ]\s*(\d{1,2})日?|月)?|年)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$`)
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dmy     = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$`)
)

// readDate reads a date in the orders that people write; order says how 03/04/1954 is
// meant ("dmy", "mdy"; "" where nobody said). doubt: it can be two days, of one year, which
// is returned.
func readDate(s, order string) (date string, doubt, ok bool) {
	s = arabicDate(strings.TrimSpace(norm.NFKC.String(narrow(s))))
	for _, layout := range []string{"2 January 2006", "January 2, 2006", "2 Jan 2006", "Jan 2, 2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.Format(time.DateOnly), false, true
		}
	}
	var y, m, d string
	if found := compact.FindStringSubmatch(s); found != nil {
		y, m, d = found[1], found[2], found[3]
	} else if found := ymd.FindStringSubmatch(s); found != nil {
		y, m, d = found[1], found[2], found[3]
	} else if found := dmy.FindStringSubmatch(s); found != nil {
		d, m, y = found[1], found[2], found[3]
		first, _ := strconv.Atoi(d)
		second, _ := strconv.Atoi(m)
		switch {
		case order == "mdy" || order == "" && second > 12:
			d, m = m, d
		case order == "" && first <= 12 && first != second:
			return y, true, false
		}
	} else {
		return "", false, false
	}
	full, layout := y, "2006"
	if m != "" {
		full, layout = fmt.Sprintf("%s-%02s", y, m), "2006-01"
	}
	if d != "" {
		full, layout = fmt.Sprintf("%s-%02s-%02s", y, m, d), time.DateOnly
	}
	if _, err := time.Parse(layout, full); err != nil {
		return "", false, false
	}
	return full, false, true
}
