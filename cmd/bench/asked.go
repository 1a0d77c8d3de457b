package main

import (
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search"
	"hexi/search/zh"
)

// question is one search, in no engine's own words.
type question struct {
	words     []string // all of them are needed
	phrase    string   // as it stands
	from, to  int      // years, 0 for none
	box       *search.Box
	filters   []filter
	byDate    bool // the order; else what fits best comes first
	facets    bool // count six of them; hexi counts all ten that it has with every question
	highlight bool
	page      int    // of twenty hits each; 0 is the first
	prefix    string // completions are asked for, and nothing else
}

// filter keeps what has a value of a facet.
type filter struct{ facet, value string }

// line is one sort of question: one line of what is printed.
type line struct {
	name string
	goal float64 // milliseconds that the median should not pass, 0 for none
	p99  float64 // the same for 99 %
	ask  func(*asker) question
}

// boxLine is the line that is also asked by two clients, and while the index follows.
var boxLine = line{"the search box: two words, two filters, facets, highlights", 15, 80, (*asker).searchBox}

var askedLines = []line{
	boxLine,
	{"one word", 0, 0, (*asker).word},
	{"one word, facets", 0, 0, (*asker).wordFacets},
	{"a phrase", 0, 0, (*asker).exact},
	{"everything, facets", 80, 0, (*asker).everything},
	{"years", 15, 0, (*asker).years},
	{"a box on the map", 15, 0, (*asker).area},
	{"by date, with a filter", 15, 0, (*asker).dated},
	{"page 200 and those that follow, by cursor", 0, 0, (*asker).deep},
	{"completions of what is typed", 10, 0, (*asker).typed},
}

// asker thinks of questions. Words come out of records, so that a word that is in many
// of these is asked for often; no two questions are alike but by chance.
type asker struct {
	d      dice
	in     *inventor
	count  int // of records
	pinyin *zh.Pinyin
	folder *zh.Folder
}

func newAsker(seed int, in *inventor, count int) *asker {
	return &asker{d: dice(uint64(seed)), in: in, count: count, pinyin: zh.NewPinyin(), folder: zh.NewFolder()} //nolint:gosec // a small number
}

func (a *asker) questions(l line, n int) []question {
	out := make([]question, n)
	for i := range out {
		out[i] = l.ask(a)
	}
	return out
}

func (a *asker) record() *archive.Record { return &a.in.entry(a.d.roll(a.count), 0).Record }

// wordOf is a word of a record, in either language.
func (a *asker) wordOf(r *archive.Record) string {
	switch a.d.roll(6) {
	case 0:
		return r.Subjects[0]["zh"]
	case 1:
		return strings.Trim(pick(&a.d, strings.Fields(r.Titles["en"])), ",")
	case 2:
		return firstRunes(r.Place.Name["zh"], 3)
	case 3:
		return lastRunes(r.Titles["zh"], 2)
	case 4:
		if len(r.People) > 0 {
			return r.People[0].Name["zh"]
		}
		return pick(&a.d, r.Materials)
	}
	return firstRunes(r.Titles["zh"], 2)
}

func firstRunes(s string, n int) string { return string([]rune(s)[:min(n, utf8.RuneCountInString(s))]) }

func lastRunes(s string, n int) string {
	runes := []rune(s)
	return string(runes[max(0, len(runes)-n):])
}

func (a *asker) word() question { return question{words: []string{a.wordOf(a.record())}} }

func (a *asker) wordFacets() question {
	q := a.word()
	q.facets = true
	return q
}

// exact asks for a piece of a description, in quotes.
func (a *asker) exact() question {
	r := a.record()
	if a.d.roll(3) == 0 {
		words := strings.Fields(r.Descriptions["en"])
		from := a.d.roll(len(words) - 3)
		return question{phrase: strings.Join(words[from:from+3], " ")}
	}
	for _, clause := range strings.FieldsFunc(r.Descriptions["zh"], func(c rune) bool { return strings.ContainsRune("，。", c) }) {
		if n := utf8.RuneCountInString(clause); n >= 6 && a.d.roll(3) == 0 {
			return question{phrase: firstRunes(lastRunes(clause, 4+a.d.roll(n-4)), 4+a.d.roll(4))}
		}
	}
	return question{phrase: r.Titles["zh"]}
}

func (a *asker) everything() question { return question{facets: true} }

// years asks for a time somewhere in the last four thousand years.
func (a *asker) years() question {
	from := a.d.roll(3800) - 2000
	if from == 0 {
		from = 1
	}
	to := from + 1 + a.d.roll(300)
	if to == 0 {
		to = 1
	}
	return question{from: from, to: to}
}

// area asks for what lies within a box of up to three degrees in Gansu.
func (a *asker) area() question {
	west, south := 93+float64(a.d.roll(14000))/1000, 33+float64(a.d.roll(8000))/1000
	return question{box: &search.Box{West: west, South: south, East: west + .1 + float64(a.d.roll(3000))/1000, North: south + .1 + float64(a.d.roll(2000))/1000}}
}

func (a *asker) dated() question {
	return question{filters: a.filters(a.record(), 1), byDate: true}
}

// filters are so many that a record passes.
func (a *asker) filters(r *archive.Record, n int) []filter {
	all := []filter{{"kind", string(r.Kind)}, {"collection", r.Collection}, {"material", r.Materials[0]}}
	if r.Period != nil {
		all = append(all, filter{"period", r.Period.Term})
	}
	if r.Level != "" {
		all = append(all, filter{"level", r.Level})
	}
	from := a.d.roll(len(all))
	out := make([]filter, n)
	for i := range out {
		out[i] = all[(from+i)%len(all)]
	}
	return out
}

// searchBox is what people do most: words, a choice of values, facets and marked words.
func (a *asker) searchBox() question {
	r := a.record()
	return question{words: []string{a.wordOf(r), a.wordOf(r)}, filters: a.filters(r, 2), facets: true, highlight: true}
}

// deep goes through what a frequent value has, far behind.
func (a *asker) deep() question {
	return question{filters: []filter{{"kind", pick(&a.d, []string{"relic", "mural", "document"})}}, words: []string{pick(&a.d, []string{"发现", "画面", "Dunhuang", "showing"})}, page: 200}
}

// typed is the beginning of a title, a subject, a place or a person, in characters, in
// pinyin or in English.
func (a *asker) typed() question {
	r := a.record()
	of := pick(&a.d, []archive.Text{r.Titles, r.Subjects[0], r.Place.Name})
	switch a.d.roll(3) {
	case 0:
		joined, _ := a.pinyin.Of(a.folder.String(of["zh"]))
		return question{prefix: firstRunes(joined, 3+a.d.roll(5))}
	case 1:
		return question{prefix: strings.TrimSpace(strings.ToLower(firstRunes(of["en"], 3+a.d.roll(5))))}
	}
	return question{prefix: firstRunes(of["zh"], 1+a.d.roll(4))}
}
