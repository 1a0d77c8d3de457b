package search

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"hexi/search/engine"
)

// facts are what a plan asks of an index: how rare words are, what is written like one. A
// page after the first is to be ordered as the first was, whatever has changed meanwhile:
// so the answers are kept in its cursor, in the order in which they were asked for.
type facts struct {
	of     *engine.Snapshot
	among  engine.Node // what the asker may see: nothing else counts
	kept   []fact      // given by a cursor
	given  []fact
	cached map[string]fact
	before map[string]fact // what was answered to plans of the same search with less effort
	total  *uint64
	err    error
}

// fact is an answer.
type fact struct {
	N int // a rarity in hundredths, or 1 for yes
	W []string
}

// keptFacts are answers as a cursor holds them: a byte for each, and words where there
// are any.
type keptFacts struct {
	N []byte           `json:"n,omitempty"`
	W map[int][]string `json:"w,omitempty"`
}

func keepFacts(given []fact) (k keptFacts) {
	k.N = make([]byte, len(given))
	for i, f := range given {
		k.N[i] = byte(f.N)
		if len(f.W) > 0 {
			if k.W == nil {
				k.W = map[int][]string{}
			}
			k.W[i] = f.W
		}
	}
	return k
}

func (k keptFacts) list() []fact {
	out := make([]fact, len(k.N))
	for i, n := range k.N {
		out[i] = fact{N: min(int(n), 100), W: k.W[i]}
		out[i].W = out[i].W[:min(len(out[i].W), likelySpelling)]
	}
	return out
}

func (f *facts) ask(key string, answer func() (fact, error)) fact {
	if got, ok := f.cached[key]; ok {
		return got
	}
	got, known := f.before[key]
	if n := len(f.given); n < len(f.kept) {
		got = f.kept[n]
	} else if !known {
		var err error
		if got, err = answer(); err != nil {
			f.err = cmp.Or(f.err, err)
		}
	}
	f.given = append(f.given, got)
	f.cached[key] = got
	return got
}

// idf is how rare a term is: near 1 for one of few records, 0 for one of none.
func (f *facts) idf(term string) float64 {
	return f.rarity("idf "+term, func() (uint64, error) { return f.count(term) })
}

// rare is how rare a value of a filter is.
func (f *facts) rare(field, value string) float64 {
	return f.rarity("rare "+field+" "+value, func() (uint64, error) { return f.of.Count(field, value, f.among) })
}

func (f *facts) rarity(key string, count func() (uint64, error)) float64 {
	return float64(f.ask(key, func() (fact, error) {
		n, err := count()
		if err != nil || n == 0 {
			return fact{}, err
		}
		all := float64(f.all() + 1)
		rare := math.Log(1+all/(1+float64(n))) / math.Log(1+all/2)
		return fact{N: max(8, int(math.Round(100*min(1, rare))))}, nil
	}).N) / 100
}

// all is how many records there are that the asker may see.
func (f *facts) all() uint64 {
	if f.total == nil {
		n, err := f.of.Matching(f.among)
		if err != nil {
			f.err = cmp.Or(f.err, err)
		}
		f.total = &n
	}
	return *f.total
}

// count is in how many records a term is at least.
func (f *facts) count(term string) (uint64, error) {
	most := uint64(0)
	for _, field := range textFields {
		n, err := f.of.Count(field.name, term, f.among)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}

// has reports whether any record has a term in a field.
func (f *facts) has(field, term string) bool {
	return f.ask("has "+field+" "+term, func() (fact, error) {
		n, err := f.of.Count(field, term, f.among)
		if err != nil || n == 0 {
			return fact{}, err
		}
		return fact{N: 1}, nil
	}).N > 0
}

// more reports whether more than so many records match a node, which is what key says.
func (f *facts) more(key string, n engine.Node, than uint64) bool {
	return f.ask(key, func() (fact, error) {
		have, err := f.of.Matching(engine.And{n, f.among})
		if err != nil || have <= than {
			return fact{}, err
		}
		return fact{N: 1}, nil
	}).N > 0
}

// spellingFields are those whose words another may have been meant for.
var spellingFields = []string{"title", "location", "subject", "place", "people", "period_text", "description"}

// near returns the words that one which nobody wrote may have been meant for: the nearest,
// and of these the most frequent.
func (f *facts) near(word string) []string {
	return f.ask("near "+word, func() (fact, error) {
		letters := uint8(1)
		if utf8.RuneCountInString(word) > 7 {
			letters = 2
		}
		for d := uint8(1); d <= letters; d++ {
			found := map[string]uint64{}
			for _, field := range spellingFields {
				words, err := f.of.Near(field, word, d, f.among)
				if err != nil {
					return fact{}, err
				}
				for w, n := range words {
					if r := []rune(w); classOf(r[0]) == classLetter && len(r) > 2 && classOf(r[len(r)-1]) == classLetter && !slices.Contains(r, '_') {
						found[w] += n
					}
				}
			}
			if len(found) == 0 {
				continue
			}
			list := make([]string, 0, len(found))
			for w := range found {
				list = append(list, w)
			}
			slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(found[b], found[a]), cmp.Compare(a, b)) })
			return fact{W: list[:min(len(list), likelySpelling)]}, nil
		}
		return fact{}, nil
	}).W
}
