package search

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// begunCave is the beginning of a cave's number, behind the name of its site or alone.
var begunCave = regexp.MustCompile(`^(?:第|cave|grotto|no\.?|#)?\s*0*([1-9][0-9]{0,3})\s*(?:号|窟|号窟|cave)?$`)

// caves suggests the caves whose number begins so, the number itself first.
func (s *suggester) caves(prefix string) error {
	site, rest := s.ix.siteBefore(prefix)
	m := begunCave.FindStringSubmatch(strings.Trim(rest, " ,，、·-的"))
	if m == nil {
		return nil
	}
	list, err := s.beginning(m[1], maxTitles, fieldCave)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c candidate) bool { return strings.Trim(c.term, "0123456789") != "" })
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(len(a.term), len(b.term)), cmp.Compare(b.count, a.count), cmp.Compare(a.term, b.term))
	})
	room := min(s.limit, s.limit/namedShare+1)
	for _, c := range list {
		if len(s.out) >= room {
			return nil
		}
		of := engine.And{engine.Term{Field: fieldCave, Value: c.term}, engine.Term{Field: "kind", Value: string(archive.KindCave)}, s.ix.visible()}
		if site != nil {
			of = append(of, engine.Term{Field: "site", Value: site.code})
		}
		n, hit, err := s.snapshot.First(of)
		if err == nil && n > 0 {
			english := strings.ContainsFunc(prefix, func(r rune) bool { return classOf(r) == classLetter })
			err = s.title(hit, 1, func(title string) bool { return hasHan(title) != english })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dated suggests what was typed where it is a time that the vocabularies do not name: a year,
// an era.
func (s *suggester) dated(prefix string) error {
	u := s.ix.understandTime(prefix)
	if u == nil || u.Type != "years" || prefix[0] == '0' || len(s.out) >= s.limit || s.known(prefix) {
		return nil
	}
	n, err := s.foundBy(prefix)
	if err != nil || n == 0 {
		return err
	}
	s.add(Suggestion{Text: prefix, Field: "period", Count: int(n)}) //nolint:gosec // of records
	return nil
}

// numbered suggests records by the beginning of their number or shelf mark, or of a part of
// it, until there are so many suggestions.
func (s *suggester) numbered(typed string, room int) error {
	number, whole := squeeze(typed), letterDigits(typed)
	if utf8.RuneCountInString(number) < 2 && utf8.RuneCountInString(whole) < 2 {
		return nil
	}
	var list []candidate
	var err error
	if utf8.RuneCountInString(number) > 1 { // 001 begins no 1257
		list, err = s.beginning(number, maxTitles, fieldShelf)
	}
	if err == nil && whole != number {
		var more []candidate
		more, err = s.beginning(whole, maxTitles, fieldShelf)
		list = append(list, more...)
	}
	if err == nil && strings.ContainsAny(number, "0123456789") && !hasHan(number) && utf8.RuneCountInString(number) > 1 {
		var more []candidate
		more, err = s.beginning(number, maxTitles, fieldExact)
		list = append(list, more...)
	}
	if err != nil {
		return err
	}
	for _, c := range list[:min(len(list), 2*s.limit)] {
		if len(s.out) >= room {
			return nil
		}
		found, err := s.snapshot.Collect(s.ctx, engine.Request{Match: engine.And{engine.Term{Field: c.field, Value: c.term}, s.ix.visible()}, Limit: sameNumber})
		if err != nil {
			return err
		}
		for i := range found.Hits {
			if err := s.numbersOf(&found.Hits[i], c.term, room); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameNumber is how many records are suggested that have the same part of a number: 001.
const sameNumber = 4

// numbersOf suggests those numbers of a record that have a key.
func (s *suggester) numbersOf(hit *engine.Hit, key string, room int) error {
	card, texts, err := s.ix.read(hit, true)
	if err != nil {
		return err
	}
	for _, written := range texts["identifier"] {
		folded := s.ix.folder.String(written)
		if (squeeze(folded) == key || written != hit.ID && slices.Contains(shelfKeys(folded), key)) && !s.known(written) && len(s.out) < room {
			s.add(Suggestion{Text: written, Field: "identifier", Label: card.Titles, Record: hit.ID, Count: 1})
		}
	}
	return nil
}

// maxShelfKeys bounds the parts of a shelf mark that it is suggested by.
const maxShelfKeys = 12

// shelfKeys are what a folded number or shelf mark is suggested by: it, and what of it begins
// with a later word or number, with the zeros that a number begins with and without: or8210s3326,
// 8210s3326, s3326 and 3326 of Or.8210/S.3326.
func shelfKeys(folded string) []string {
	var out []string
	add := func(key string) {
		if key = clip(key, maxKey); utf8.RuneCountInString(key) > 1 && !slices.Contains(out, key) && len(out) < maxShelfKeys {
			out = append(out, key)
		}
	}
	before := classNone
	for at, r := range folded {
		class := classOf(r)
		if class != classNone && class != before {
			if rest := folded[at:]; at == 0 || strings.ContainsAny(rest, "0123456789") {
				add(squeeze(rest))
				add(letterDigits(rest))
			}
		}
		before = class
	}
	return out
}

// letterDigits are the letters and digits of a folded text.
func letterDigits(folded string) string {
	return strings.Map(func(r rune) rune {
		if classOf(r) == classNone {
			return -1
		}
		return r
	}, folded)
}
