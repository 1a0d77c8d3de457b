package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lastTitle stands behind all titles, whatever they are written in.
const lastTitle = "\U0010ffff"

// titleSort are the fields that titles are sorted by, in either language. A record
// without a title in it stands where its other one does.
var titleSort = map[string]string{"zh": "title_sort", "en": "title_sort_en"}

// maxTitle is how many characters of a title it is sorted by.
const maxTitle = 120

// titleKey is what a title is sorted by: as a Chinese dictionary does, character by character,
// by its syllable, its tone, and of those that are read alike by the character itself; Latin
// letters before them, without the article that an English title begins with, and numbers by
// their size, so that 第45窟 comes before 第220窟. Signs are not counted: they only part words of
// letters. What begins another title begins its key, but for a number at its end.
func (ix *Index) titleKey(title string) string {
	folded := withoutArticle(ix.folder.String(clip(title, maxTitle)))
	var b strings.Builder
	apart := false // a sign stands between the letters before and what comes
	for at := 0; at < len(folded); {
		r, n := utf8.DecodeRuneInString(folded[at:])
		class := classOf(r)
		if class == classNone && !unicode.IsMark(r) { // a vowel sign of Tibetan belongs to its letter
			apart = apart || b.Len() > 0 && r != '\'' && r != '’'
			at += n
			continue
		}
		if apart && class != classHan {
			b.WriteByte(' ')
		}
		apart = false
		switch {
		case r >= '0' && r <= '9':
			end := at
			for end < len(folded) && folded[end] >= '0' && folded[end] <= '9' {
				end++
			}
			digits := strings.TrimLeft(folded[at:end-1], "0") + folded[end-1:end]
			b.WriteString(lengthMark(len(digits))) // the longer is the greater
			b.WriteString(digits)
			n = end - at
		case class == classHan:
			b.WriteString(hanMark)
			if readings := ix.pinyin.Readings(r); len(readings) > 0 {
				b.WriteString(readings[0])
			}
			b.WriteByte(byte('0' + ix.pinyin.Tone(r))) // which ends the syllable: hu before hua
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		at += n
	}
	return b.String()
}

// withoutArticle is a folded title without the article that it begins with, where the rest
// is English: "A 型" keeps its letter.
func withoutArticle(folded string) string {
	for _, article := range []string{"the ", "an ", "a "} {
		if rest, ok := strings.CutPrefix(folded, article); ok && strings.TrimSpace(rest) != "" && !hasHan(rest) {
			return rest
		}
	}
	return folded
}

// lengthMark stands before a number of n digits. Of any two numbers the mark of the longer one
// is the greater, and none begins another: 1 to 8, then 91 to 98, 991 and so on.
func lengthMark(n int) string {
	const most = 8
	nines := max(0, n-1) / most
	return strings.Repeat("9", nines) + string(byte('0'+n-nines*most))
}

// hanMark stands before each Han character of a key: behind the letters of Latin.
const hanMark = "{"

// titleBeginnings are how the keys begin of titles that begin so: of a number at the end
// more digits may follow. Of signs alone there are none.
func (ix *Index) titleBeginnings(typed string) []string {
	key := ix.titleKey(typed)
	digits := strings.TrimLeft(typed[len(strings.TrimRight(typed, "0123456789")):], "0")
	switch {
	case key == "":
		return nil
	case digits == "":
		return []string{key}
	}
	const more = 3
	stem := strings.TrimSuffix(key, lengthMark(len(digits))+digits)
	var out []string
	for n := len(digits); n <= len(digits)+more; n++ {
		out = append(out, stem+lengthMark(n)+digits)
	}
	return out
}
