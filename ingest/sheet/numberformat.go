package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a cell's format does to its number, as far as it changes what
// the number means: dates, and zeros in front of a register number.
type numberFormat struct {
	date, clock bool
	parts       datePart
	digits      int    // at least so many before the point, 0 for no bound
	prefix      string // texts around register numbers, such as "甲"0000
	suffix      string
	percent     bool
}

// datePart says how much of a date a format shows.
type datePart uint8

const (
	dateDay datePart = iota
	dateMonth
	dateYear
)

// dateSystem is the day that a workbook counts from.
type dateSystem struct{ from1904 bool }

// builtinDate knows the number formats below 164 that show dates (ECMA-376 part 1,
// 18.8.30, those from 27 on as in Chinese): which part of them, and whether a time.
func builtinDate(id int) (parts datePart, clock, ok bool) {
	switch {
	case id == 17, id == 27, id == 36, id == 50, id == 52, id == 57:
		return dateMonth, false, true
	case id == 22:
		return dateDay, true, true
	case id >= 14 && id <= 16, id >= 28 && id <= 31, id >= 51 && id <= 54, id == 58:
		return dateDay, false, true
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return dateDay, true, true
	}
	return 0, false, false
}

// readStyles reads what the formats of cells do to numbers.
func (w *workbook) readStyles() error {
	codes := map[int]string{}
	inCells := false
	return w.walk("xl/styles.xml", maxSmallPart, func(e element) bool {
		switch {
		case e.name == "cellXfs":
			inCells = !e.end
		case e.end:
		case e.name == "numFmt":
			if id, err := strconv.Atoi(e.get("numFmtId")); err == nil {
				codes[id] = e.get("formatCode")
			}
		case e.name == "xf" && inCells:
			id, _ := strconv.Atoi(e.get("numFmtId")) // 0 is General
			if code, ok := codes[id]; ok {
				w.formats = append(w.formats, readFormat(code))
				break
			}
			var f numberFormat
			f.parts, f.clock, f.date = builtinDate(id)
			f.percent = id == 9 || id == 10
			w.formats = append(w.formats, f)
		}
		return true
	})
}

// readFormat reads the first section of a format code.
func readFormat(code string) numberFormat {
	var f numberFormat
	var text strings.Builder // quoted, seen since the last digit
	var years, months, days, clocks, zeros, others int
	seen := false // a digit
	flush := func() {
		if text.Len() == 0 {
			return
		}
		if seen {
			f.suffix += text.String()
		} else {
			f.prefix += text.String()
		}
		text.Reset()
	}
	runes := []rune(code)
scan:
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case ';':
			break scan
		case '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
				text.WriteRune(runes[i])
			}
		case '\\', '!':
			if i++; i < len(runes) {
				text.WriteRune(runes[i])
			}
		case '_', '*':
			i++
		case '[': // a colour, a condition, a language, or elapsed time
			start := i
			for i < len(runes) && runes[i] != ']' {
				i++
			}
			if inner := strings.ToLower(string(runes[start+1 : min(i, len(runes))])); inner == "h" || inner == "hh" || inner == "m" || inner == "mm" || inner == "s" || inner == "ss" {
				clocks++
			}
		case 'y', 'Y', 'e':
			years++
		case 'm', 'M':
			months++
		case 'd', 'D', 'a':
			days++
		case 'h', 'H', 's', 'S':
			clocks++
		case '0':
			flush()
			seen = true
			zeros++
		case '#', '?', '.', ',', 'E', '/':
			flush()
			seen = true
			others++
		case '%':
			f.percent = true
		case '@', '-', ' ', '(', ')', ':':
		default:
			text.WriteRune(r)
		}
	}
	if strings.Contains(strings.ToLower(code), "general") {
		return numberFormat{}
	}
	if years+days > 0 || months > 0 && clocks == 0 && zeros == 0 {
		f = numberFormat{date: true, clock: clocks > 0}
		switch {
		case days == 0 && months == 0 && clocks == 0:
			f.parts = dateYear
		case days == 0 && clocks == 0:
			f.parts = dateMonth
		}
		return f
	}
	if clocks > 0 {
		return numberFormat{date: true, clock: true}
	}
	flush()
	if zeros > 1 && others == 0 {
		f.digits = zeros
	} else {
		f.prefix, f.suffix = "", "" // units and the like, which are the heading's to say
	}
	return f
}

// show returns what a person sees of a number, as far as it matters here.
func (f numberFormat) show(raw string, system dateSystem) cell {
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return cell{text: raw, kind: cellText}
	}
	if f.date {
		if text, ok := system.date(value, f); ok {
			return cell{text: text, kind: cellDate}
		}
	}
	text := decimal(value)
	if f.digits > 0 && value >= 0 && value == math.Trunc(value) && value < 1e15 {
		text = f.prefix + strings.Repeat("0", max(0, f.digits-len(text))) + text + f.suffix
		return cell{text: text, kind: cellText}
	}
	if f.percent {
		text = decimal(value*100) + "%"
	}
	return cell{text: text, kind: cellNumber}
}

// decimal writes a number as people do, to the 15 digits that Excel has.
func decimal(v float64) string {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64); err == nil {
		v = rounded
	}
	if math.Abs(v) >= 1e300 || v != 0 && math.Abs(v) < 1e-30 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// date turns the number of a day into a date. Day 60 of the system that begins in
// 1900 is the 29th of February of that year, which never was.
func (s dateSystem) date(days float64, f numberFormat) (string, bool) {
	if days < 0 || days >= 2_958_466 { // the end of the year 9999
		return "", false
	}
	if f.clock && days < 1 {
		return time.Unix(int64(math.Round(days*86400)), 0).UTC().Format(time.TimeOnly), true
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case s.from1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 1:
		return "", false
	case days < 60:
		epoch = epoch.AddDate(0, 0, 1)
	case days < 61:
		return "1900-02-29", true
	}
	whole := math.Floor(days)
	at := epoch.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round((days-whole)*86400)) * time.Second)
	switch {
	case f.clock && (at.Hour() != 0 || at.Minute() != 0 || at.Second() != 0):
		return at.Format(time.DateTime), true
	case f.parts == dateYear:
		return at.Format("2006"), true
	case f.parts == dateMonth:
		return at.Format("2006-01"), true
	}
	return at.Format(time.DateOnly), true
}
