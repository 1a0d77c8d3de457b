package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/search/engine"
)

// foundBy is how many public records a search for a text finds; none where it finds only
// what has some of the words.
func (s *suggester) foundBy(text string) (uint64, error) {
	q := &Query{Text: text}
	clauses := s.ix.understand(text)
	best := uint64(0)
	before := map[string]fact{}
	for e := effortStrict; e <= q.most(); e++ {
		p := &plan{ix: s.ix, effort: e, single: map[string]bool{}, facts: s.ix.newFacts(s.snapshot, false, nil)}
		p.facts.before = before
		node := p.match(clauses)
		maps.Copy(before, p.facts.cached)
		if node == nil || p.facts.err != nil {
			return 0, p.facts.err
		}
		n, _, err := s.snapshot.First(engine.And{node, s.ix.visible()})
		if err != nil || e == effortStrict && n == 0 {
			return 0, err
		}
		if best = max(best, n); s.ix.enough(clauses, p, e, n) {
			break
		}
	}
	return best, nil
}

// The things of the vocabularies that one completion looks at, and how many of the
// suggestions are such: at most a quarter and one.
const (
	maxTried   = 16
	namedShare = 4
)

// called is a thing that what was typed may be meant for.
type called struct {
	thing *thing
	name  string
	rank  int // 0 it is called so, 1 it has it for another name
	count uint64
	text  string
}

// named suggests things of the vocabularies that are called so, those of most records first
// but for one whose name is whole; before stands what was typed before it.
func (s *suggester) named(prefix, before string) error {
	words := s.ix.wordsOf(prefix)
	if words == "" {
		return nil
	}
	var good []called
	tried := 0
	for _, c := range s.candidates(prefix, words) {
		if tried >= maxTried {
			break
		}
		if _, filter := offeredFields[c.thing.kind]; filter && c.rank > 0 {
			continue // by another name a filter is none that was meant
		}
		c.text = s.textOf(c.thing, prefix)
		if c.text == "" || s.known(before+c.text) {
			continue
		}
		tried++
		var err error
		if c.count, err = s.foundBy(before + c.text); err != nil {
			return err
		}
		if c.count > 0 {
			good = append(good, c)
		}
	}
	slices.SortStableFunc(good, func(a, b called) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), -compareBool(a.name == words, b.name == words), cmp.Compare(b.count, a.count))
	})
	room := min(s.limit, len(s.out)+s.limit/namedShare+1)
	for _, c := range good {
		if len(s.out) >= room {
			return nil
		}
		if s.known(before + c.text) {
			continue
		}
		var others []string
		if _, filter := offeredFields[c.thing.kind]; before == "" && !filter { // whose words ask for something else
			others = append(slices.Clone(c.thing.names), values(c.thing.label)...)
		}
		s.add(Suggestion{Text: before + c.text, Field: c.thing.kind, Label: c.thing.label, Count: int(c.count)}, others...) //nolint:gosec // of records
	}
	return nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// candidates are the things that have a name that begins so, each once: what is called so
// before what has it for another name, sites, periods, kinds and regions before themes, and
// short names first.
func (s *suggester) candidates(prefix, words string) []called {
	joined := strings.ReplaceAll(words, " ", "")
	var list []called
	add := func(t *thing, name string) {
		c := called{thing: t, name: name, rank: 1}
		zh := s.ix.folder.String(t.label.In("zh"))
		read, _ := s.ix.pinyin.Of(zh)
		for _, label := range []string{zh, s.ix.wordsOf(t.label.In("en")), read} {
			if strings.HasPrefix(label, words) || label == read && strings.HasPrefix(label, joined) {
				c.rank = 0
			}
		}
		list = append(list, c)
	}
	l := s.ix.lexicon
	for _, names := range []map[string][]*thing{l.names, l.pinyin, l.initials} {
		for name, things := range names {
			if strings.HasPrefix(name, words) || !hasHan(words) && strings.HasPrefix(name, joined) {
				for _, t := range things {
					add(t, name)
				}
			}
		}
	}
	for _, t := range l.offered {
		for _, name := range t.names {
			if strings.HasPrefix(name, words) || !hasHan(words) && strings.HasPrefix(name, joined) {
				add(t, name)
			}
		}
	}
	kind := map[string]int{"theme": 2, "material": 1, "category": 1} // others are 0
	slices.SortFunc(list, func(a, b called) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), -compareBool(a.name == words, b.name == words), cmp.Compare(kind[a.thing.kind], kind[b.thing.kind]),
			cmp.Compare(utf8.RuneCountInString(a.name), utf8.RuneCountInString(b.name)), cmp.Compare(a.name, b.name), cmp.Compare(a.thing.code, b.thing.code))
	})
	seen := map[*thing]bool{}
	return slices.DeleteFunc(list, func(c called) bool {
		again := seen[c.thing]
		seen[c.thing] = true
		return again
	})
}

// offeredFields are what the values of filters are asked for by, where words alone would ask
// for something else: 甘肃 stands in few of the records that are of Gansu.
var offeredFields = map[string]struct{ zh, en string }{"region": {"地区", "region"}, "material": {"质地", "material"}, "category": {"分类", "category"}}

// textOf is what is suggested of a thing, in the language that it was begun in.
func (s *suggester) textOf(t *thing, prefix string) string {
	text, english := t.label.In("zh"), false
	if en := t.label.In("en"); !hasHan(prefix) && strings.HasPrefix(s.ix.folder.String(en), prefix) {
		text, english = en, true
	}
	field, ok := offeredFields[t.kind]
	if !ok || text == "" {
		return text
	}
	if strings.ContainsAny(text, " ()（）、，,") {
		text = `"` + text + `"`
	}
	if english {
		return field.en + ":" + text
	}
	return field.zh + ":" + text
}

// lastPart completes what is typed behind other words: 敦煌莫, Tang mur.
func (s *suggester) lastPart(prefix string) error {
	if len(s.out) >= s.limit {
		return nil
	}
	head := func(text string) bool {
		words := s.ix.wordsOf(text)
		return s.ix.lexicon.names[words] != nil || s.ix.lexicon.regions[words]
	}
	if at := strings.LastIndexByte(prefix, ' '); at > 0 && head(prefix[:at]) {
		return s.named(prefix[at+1:], prefix[:at+1])
	}
	r := []rune(prefix)
	for at := len(r) - 1; at > 1; at-- { // behind the longest that has a name
		if before := string(r[:at]); hasHan(before) && head(before) {
			return s.named(string(r[at:]), before)
		}
	}
	return nil
}
