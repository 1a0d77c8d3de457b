// Package zh folds Chinese and Latin letters into the form in which hexi
// compares them, reads Chinese numbers, and knows nothing else.
//
// It owns the table of traditional characters (see table.go for its source).
// Folding works on single characters, so that the place of each in the original
// text is known afterwards.
//
//	zh.Fold('藥') // '药'
//	zh.Number("二百二十") // 220, true
package zh

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Folder folds characters. It does not change once made, so that many
// goroutines may share one.
type Folder struct {
	simple map[rune]rune
	common [lastCommon - firstCommon + 1]rune // the same for the characters that nearly all are
}

// The block of the Unicode standard that has nearly all characters in use.
const (
	firstCommon = 0x4e00
	lastCommon  = 0x9fff
)

// variants are forms that the table does not have but Chinese sources of the
// region use: old and Japanese forms, and what scribes wrote.
var variants = map[rune]rune{
	'髙': '高', '燉': '敦', '於': '于', '峯': '峰', '巖': '岩', '嵓': '岩', '窻': '窗', '羣': '群', '仏': '佛', '経': '经', '僊': '仙',
	'卽': '即', '旣': '既', '産': '产', '缽': '钵', '盃': '杯', '牀': '床', '氷': '冰', '甎': '砖', '塼': '砖', '簷': '檐', '麤': '粗', '徧': '遍',
}

// NewFolder makes a folder.
func NewFolder() *Folder {
	f := &Folder{simple: make(map[rune]rune, 4200)}
	to := []rune(simplified)
	i := 0
	for _, r := range traditional {
		f.simple[r] = to[i]
		i++
	}
	for from, r := range variants {
		f.simple[from] = r
	}
	for i := range f.common {
		f.common[i] = firstCommon + rune(i)
		if s, ok := f.simple[f.common[i]]; ok {
			f.common[i] = s
		}
	}
	return f
}

// Fold appends the folded form of a character: simplified, lower case, of
// normal width, without accents. A combining accent folds to nothing; the vowel
// signs of scripts such as Tibetan are letters and stay.
func (f *Folder) Fold(dst []rune, r rune) []rune {
	if r < 0x80 {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, r)
	}
	if firstCommon <= r && r <= lastCommon {
		return append(dst, f.common[r-firstCommon])
	}
	if s, ok := f.simple[r]; ok {
		return append(dst, s)
	}
	if unicode.Is(unicode.Han, r) && r < 0xf900 {
		return append(dst, r)
	}
	for _, d := range norm.NFKD.String(string(r)) {
		if unicode.Is(unicode.Inherited, d) {
			continue
		}
		d = unicode.ToLower(d)
		if s, ok := f.simple[d]; ok {
			d = s
		}
		dst = append(dst, d)
	}
	return dst
}

// String folds a whole text.
func (f *Folder) String(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		out = f.Fold(out, r)
	}
	return string(out)
}

// IsHan reports whether a character is written without spaces between words and
// is therefore cut into pairs: Han, and the sign 〇 of numbers.
func IsHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || r == '〇'
}

var digits = map[rune]int{
	'〇': 0, '零': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '两': 2, '廿': 20, '卅': 30, '元': 1,
}

// Number reads a Chinese number below ten thousand, in words (二百二十) or digit
// by digit (二二〇).
func Number(s string) (int, bool) {
	total, current, place := 0, 0, 0
	spelled := false
	n := 0
	for _, r := range s {
		n++
		if n > 9 {
			return 0, false
		}
		unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		d, isDigit := digits[r]
		switch {
		case unit > 0:
			spelled = true
			if current == 0 && place == 0 {
				current = 1
			}
			total += current * unit
			current, place = 0, 0
		case isDigit && (d == 20 || d == 30):
			spelled = true
			total += d
			current, place = 0, 0
		case isDigit:
			if place > 0 && !spelled {
				current = current*10 + d
			} else {
				current = d
			}
			place++
		default:
			return 0, false
		}
	}
	if n == 0 || total+current > 9999 {
		return 0, false
	}
	return total + current, true
}
