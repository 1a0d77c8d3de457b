package vocab

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hexi/archive"
)

// addCues adds what names a term inside longer words: its names in Chinese, which stand
// without spaces in what curators write, and its cues. A name goes before the cue of
// another term; one of a single character (好) is too short to be sure of.
func (s *scheme) addCues(r row, i int, names []string) error {
	for _, name := range names {
		name = fold(name)
		if strings.ContainsFunc(name, func(c rune) bool { return unicode.Is(unicode.Han, c) }) && utf8.RuneCountInString(name) > 1 {
			s.addInside(name, i)
		}
	}
	for cue := range strings.SplitSeq(r.get("cues"), "|") {
		if cue = fold(cue); cue == "" {
			continue
		}
		if other, ok := s.inside[cue]; ok && other != i {
			return r.fault("%q inside longer words names both %s and %s", cue, s.terms[other].Code, s.terms[i].Code)
		}
		s.addInside(cue, i)
	}
	return nil
}

func (s *scheme) addInside(name string, i int) {
	s.inside[name] = i
	s.longest = max(s.longest, utf8.RuneCountInString(name))
}

// notNamed are the words for "not" before a name, which then names nothing.
const notNamed = "不未无没非"

// Within implements archive.Vocabulary. Of names that stand in each other the longest
// counts (严重残缺 is no 残缺).
func (v *Vocabulary) Within(name archive.Scheme, words string) []archive.Term {
	s, ok := v.schemes[name]
	if !ok {
		return nil
	}
	var out []archive.Term
	found := map[int]bool{}
	text := []rune(fold(words))
	for at := 0; at < len(text); {
		term, length := s.longestAt(text[at:])
		if length == 0 {
			at++
			continue
		}
		if (at == 0 || !strings.ContainsRune(notNamed, text[at-1])) && !found[term] {
			found[term] = true
			out = append(out, s.terms[term])
		}
		at += length
	}
	return out
}

// longestAt is the longest name that a text begins with; its length is 0 where there is
// none.
func (s *scheme) longestAt(text []rune) (term, length int) {
	for n := min(s.longest, len(text)); n > 0; n-- {
		if i, ok := s.inside[string(text[:n])]; ok {
			return i, n
		}
	}
	return 0, 0
}
