package period

import (
	"regexp"
	"strconv"
	"strings"
)

const numeral = `[〇一二三四五六七八九十百千两廿卅]+`

var (
	// 五六十年代: the fifties and the sixties.
	twoDecades = regexp.MustCompile(`([一二三四五六七八九])([一二三四五六七八九])十年代`)
	// 十六年, 二十世纪, 三十年代, 一九三六年十月, 五至七世纪, 十八、十九世纪
	counted = regexp.MustCompile(`(` + numeral + `)(?:([-至到、])(` + numeral + `))?(年|载|世纪|千纪|千年|月|日|万年|百年|余年|多年|余万年|多万年)`)
)

// arabic writes the numerals before 年, 世纪, 月 and the like in digits.
func arabic(s string) string {
	if !strings.ContainsAny(s, "一二三四五六七八九十廿卅百千两") {
		return s
	}
	s = twoDecades.ReplaceAllStringFunc(s, func(m string) string {
		parts := twoDecades.FindStringSubmatch(m)
		a, _ := number(parts[1])
		b, _ := number(parts[2])
		return strconv.Itoa(a*10) + "-" + strconv.Itoa(b*10) + "年代"
	})
	return counted.ReplaceAllStringFunc(s, func(m string) string {
		parts := counted.FindStringSubmatch(m)
		a, ok := number(parts[1])
		if !ok {
			return m
		}
		out := strconv.Itoa(a)
		if parts[3] != "" {
			b, ok := number(parts[3])
			if !ok {
				return m
			}
			out += parts[2] + strconv.Itoa(b)
		}
		return out + parts[4]
	})
}

// number reads a Chinese numeral below 10,000: positional (一九三六) or with units
// (五十八, 廿三, 一千二百).
func number(s string) (n int, ok bool) {
	const digits = "〇一二三四五六七八九"
	runes := []rune(s)
	positional, current := true, -1
	for _, r := range runes {
		positional = positional && strings.ContainsRune(digits, r)
	}
	for _, r := range runes {
		switch {
		case r == '两':
			current = 2
		case strings.ContainsRune(digits, r):
			d := strings.Index(digits, string(r)) / len("〇")
			if positional {
				n = n*10 + d
				if n > 9999 {
					return 0, false
				}
				continue
			}
			current = d
		case r == '廿' || r == '卅':
			n += map[rune]int{'廿': 20, '卅': 30}[r]
		default:
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			n += max(current, 1) * unit
			current = -1
		}
	}
	if !positional && current > 0 {
		n += current
	}
	return n, n > 0 && n < 10_000 && len(runes) > 0
}
