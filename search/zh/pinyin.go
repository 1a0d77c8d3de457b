package zh

import (
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Pinyin knows how characters are read, without tones but where these are asked for: ü is u, as on a keyboard that
// has none. It does not change once made.
type Pinyin struct {
	readings  map[rune][]string
	syllables map[string]bool
	common    map[string][]rune
	longest   int
}

// NewPinyin returns the readings of all characters. They are made once.
func NewPinyin() *Pinyin { return makePinyin() }

//nolint:gochecknoglobals // made once, at first need, and never changed
var makePinyin = sync.OnceValue(func() *Pinyin {
	p := &Pinyin{readings: make(map[rune][]string, len(pinyin.PinyinDict)), syllables: map[string]bool{}, common: map[string][]rune{}}
	folder := NewFolder()
	for code, list := range pinyin.PinyinDict {
		var plain []string
		for _, reading := range strings.Split(list, ",") {
			s := letters(folder.String(reading))
			if s != "" && !slices.Contains(plain, s) {
				plain = append(plain, s)
			}
		}
		if first := inNames[rune(code)]; slices.Contains(plain, first) {
			plain = append([]string{first}, slices.DeleteFunc(plain, func(s string) bool { return s == first })...)
		}
		p.readings[rune(code)] = plain
	}
	for r, plain := range p.readings {
		if inGB2312(r) {
			for _, s := range plain {
				p.common[s] = append(p.common[s], r)
			}
		}
	}
	for _, list := range p.common {
		slices.Sort(list)
	}
	// What hardly any character is read as (hm, ng, n) is no syllable of a name.
	for _, plain := range p.readings {
		if s := plain[:min(1, len(plain))]; len(s) == 1 && strings.ContainsAny(s[0], "aeiou") {
			p.syllables[s[0]] = true
			p.longest = max(p.longest, len(s[0]))
		}
	}
	return p
})

// inNames are characters that are mostly read otherwise in the names of things than the
// table has first: 长城 and 长征, 藏经洞 and 藏戏.
var inNames = map[rune]string{'长': "chang", '藏': "zang"}

// inGB2312 reports whether a character is of GB 2312, whose rows of characters are those
// of GBK from B0A1 to F7FE.
func inGB2312(r rune) bool {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) == 2 && b[0] >= 0xb0 && b[0] <= 0xf7 && b[1] >= 0xa1
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, s)
}

// Characters returns the simplified characters in common use (those of GB 2312) that are
// read so.
func (p *Pinyin) Characters(syllable string) []rune { return p.common[syllable] }

// Readings returns how a character is read, the most common first; nil for one that is
// not Han or not known.
func (p *Pinyin) Readings(r rune) []string { return p.readings[r] }

// toneMarks are the vowels, and the consonants that some syllables have instead, with the
// marks of the four tones.
var toneMarks = [...]string{"āēīōūǖ", "áéíóúǘńḿ", "ǎěǐǒǔǚň", "àèìòùǜǹ"}

// Tone returns the tone, 1 to 4, of the most common reading of a character; 0 for one that
// has none, as 了 and what is not known.
func (p *Pinyin) Tone(r rune) int {
	list := strings.Split(pinyin.PinyinDict[int(r)], ",")
	reading := list[0]
	if first, ok := inNames[r]; ok {
		for _, other := range list {
			if letters(NewFolder().String(other)) == first {
				reading = other
				break
			}
		}
	}
	for i, marked := range toneMarks {
		if strings.ContainsAny(reading, marked) {
			return i + 1
		}
	}
	return 0
}

// Of returns the most common reading of a text, a syllable for each Han character; other
// letters and digits stand as they are. Initials are the first letters of it.
func (p *Pinyin) Of(s string) (joined, initials string) {
	var a, b strings.Builder
	for _, r := range s {
		switch list := p.readings[r]; {
		case len(list) > 0:
			a.WriteString(list[0])
			b.WriteByte(list[0][0])
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			a.WriteRune(r)
			b.WriteRune(r)
		}
	}
	return a.String(), b.String()
}

// manyReadings bounds the readings of one character that a pair is made of.
const manyReadings = 3

// Pairs returns the neighbouring syllables of the Han characters of a text, in every
// reading of a character: "jiu_se" and "se_lu" for 九色鹿, "chang_an" and "zhang_an" for
// 长安. A text that is not folded should be so first.
func (p *Pinyin) Pairs(s string) []string { return p.AppendPairs(nil, s) }

// AppendPairs appends the pairs of a text to others.
func (p *Pinyin) AppendPairs(out []string, s string) []string {
	var before []string
	for _, r := range s {
		now := p.readings[r]
		now = now[:min(len(now), manyReadings)]
		for _, a := range before {
			for _, b := range now {
				out = append(out, a+"_"+b)
			}
		}
		before = now
	}
	return out
}

// Spellings returns the readings of a text with every reading of its characters, at most
// so many, the most common first: zangjingdong and cangjingdong for 藏经洞.
func (p *Pinyin) Spellings(s string, limit int) []string {
	return p.combine(s, limit, func(reading string) string { return reading })
}

// Initials returns the first letters of these readings, each once.
func (p *Pinyin) Initials(s string, limit int) []string {
	return p.combine(s, limit, func(reading string) string { return reading[:1] })
}

func (p *Pinyin) combine(s string, limit int, part func(reading string) string) []string {
	out := []string{""}
	for _, r := range s {
		list := p.readings[r]
		switch {
		case len(list) > manyReadings:
			list = list[:manyReadings]
		case len(list) == 0 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
			list = []string{string(r)}
		case len(list) == 0:
			continue
		}
		var next, parts []string
		for _, reading := range list {
			piece := part(reading)
			if slices.Contains(parts, piece) {
				continue
			}
			parts = append(parts, piece)
			for _, begin := range out {
				if len(next) < limit {
					next = append(next, begin+piece)
				}
			}
		}
		out = next
	}
	return out
}

// maxSplits bounds the ways in which letters are cut into syllables.
const maxSplits = 12

// Split returns the ways in which letters can be cut into syllables, those of fewest
// syllables first: "xian" is xian and xi an. An apostrophe ends a syllable. It returns
// nil for what is no pinyin.
func (p *Pinyin) Split(s string) [][]string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "v", "u"), "’", "'")
	if len(s) > 60 {
		return nil
	}
	dead := map[int]bool{} // nothing whole comes of what begins there
	var out [][]string
	var walk func(at int, have []string) bool
	walk = func(at int, have []string) bool {
		if at == len(s) {
			out = append(out, slices.Clone(have))
			return true
		}
		if s[at] == '\'' && at > 0 {
			return walk(at+1, have)
		}
		if dead[at] || len(out) >= maxSplits {
			return false
		}
		found := false
		for n := min(p.longest, len(s)-at); n > 0; n-- {
			if p.syllables[s[at:at+n]] && walk(at+n, append(have, s[at:at+n])) {
				found = true
			}
		}
		dead[at] = !found && len(out) < maxSplits
		return found
	}
	walk(0, nil)
	slices.SortStableFunc(out, func(a, b []string) int { return len(a) - len(b) })
	return out
}
