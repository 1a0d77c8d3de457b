package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numeral is a run of Chinese numerals. 两 is one only before something that is counted
// (两件); behind a numeral it is a unit of mass.
const numeral = `两|[〇○零一二三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾佰仟点]+`

// counted is a number in Chinese numerals with what is counted behind it.
var counted = regexp.MustCompile(`^((?:约)?\s*)(` + numeral + `)\s*([^\s\d]*)$`)

// inDates are the numerals of a date: 一九五〇年三月八日.
var inDates = regexp.MustCompile(`(?:` + numeral + `)([年月日])`)

// plainNumerals are the signs that are written for the same numeral.
var plainNumerals = strings.NewReplacer("○", "〇", "零", "〇", "壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七",
	"捌", "八", "玖", "九", "拾", "十", "佰", "百", "仟", "千", "廿", "二十", "卅", "三十", "两", "二")

// arabic writes a number in Chinese numerals, alone or with its unit (三, 二十厘米, 约两件),
// in digits; what is no such thing stays as it is.
func arabic(s string) string {
	m := counted.FindStringSubmatch(s)
	if m == nil || m[3] != "" && !isUnit(m[3]) || m[2] == "两" && m[3] == "" {
		return s
	}
	digits, ok := chineseNumber(m[2])
	if !ok {
		return s
	}
	return m[1] + digits + m[3]
}

// arabicDate writes the Chinese numerals of a date in digits.
func arabicDate(s string) string {
	return inDates.ReplaceAllStringFunc(s, func(part string) string {
		_, last := utf8.DecodeLastRuneInString(part)
		if digits, ok := chineseNumber(part[:len(part)-last]); ok {
			return digits + part[len(part)-last:]
		}
		return part
	})
}

// chineseNumber reads a Chinese numeral below 10,000 into digits: positional (一九三六), or
// with units (五十八, 一千二百); 点 parts what comes behind the decimal sign.
func chineseNumber(s string) (digits string, ok bool) {
	whole, part, decimal := strings.Cut(plainNumerals.Replace(s), "点")
	n, ok := wholeNumber(whole)
	if !ok {
		return "", false
	}
	digits = strconv.Itoa(n)
	if !decimal {
		return digits, true
	}
	if part == "" {
		return "", false
	}
	digits += "."
	for _, r := range part {
		d := numeralValue(r)
		if d < 0 {
			return "", false
		}
		digits += strconv.Itoa(d)
	}
	return digits, true
}

// numeralValue is the value of one of 〇 to 九, -1 for any other sign.
func numeralValue(r rune) int {
	const digits = "〇一二三四五六七八九"
	if i := strings.IndexRune(digits, r); i >= 0 {
		return i / len("〇")
	}
	return -1
}

func wholeNumber(s string) (n int, ok bool) {
	if s == "" {
		return 0, false
	}
	if !strings.ContainsAny(s, "十百千") {
		for _, r := range s {
			d := numeralValue(r)
			if d < 0 || n > 999 {
				return 0, false
			}
			n = n*10 + d
		}
		return n, true
	}
	last, digit := 10_000, -1 // units come in falling order: 一千二百, and no 百千
	for _, r := range s {
		if d := numeralValue(r); d >= 0 {
			if digit > 0 {
				return 0, false
			}
			digit = d
			continue
		}
		unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		if unit == 0 || unit >= last || digit == 0 && unit != 10 {
			return 0, false
		}
		if digit <= 0 {
			digit = 1
		}
		n, last, digit = n+digit*unit, unit, -1
	}
	return n + max(digit, 0), true
}
