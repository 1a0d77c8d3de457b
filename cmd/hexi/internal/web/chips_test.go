package web

import (
	"testing"

	"hexi/archive"
	"hexi/search"
)

// The × of what was understood leads to a query that still means something.
func TestQueryWithoutAPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ query, part, kind, want string }{
		{"盛唐 飞天", "盛唐", "period", "飞天"}, {"盛唐飞天", "飞天", "theme", "盛唐"}, {"九色鹿 OR 三兔", "九色鹿", "theme", "三兔"},
		{"长城 NOT 明", "长城", "theme", "NOT 明"}, {"Where is the Deer?", "Where is the Deer", "theme", ""}, {"jiayugan", "jiayugan", "spelling", `"jiayugan"`},
		{"莫高窟 45 窟 菩萨", "莫高窟 45 窟", "cave", "菩萨"}, {"飞天", "没有", "theme", "飞天"},
		{"220、254", "220", "years", "254"}, {"220、254", "254", "years", "220"},
	} {
		if got := without(test.query, search.Understood{Text: test.part, Type: test.kind}); got != test.want {
			t.Errorf("%q without %q is %q, not %q", test.query, test.part, got, test.want)
		}
	}
}

// What was understood is said as people write it.
func TestWhatWasUnderstood(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		u      search.Understood
		zh, en string
	}{
		{search.Understood{Type: "cave", Value: "220"}, "第220窟", "Cave 220"},
		{search.Understood{Type: "cave", Value: "220,254-257"}, "第220、254–257窟", "Caves 220, 254–257"},
		{search.Understood{Type: "years", From: 642, To: 642}, "年代 642", "years 642"},
		{
			search.Understood{Type: "years", From: 827, To: 835, Label: archive.Text{"zh": "唐", "en": "Tang"}, Also: []search.OtherYears{{From: 477, To: 499, Label: archive.Text{"zh": "北魏", "en": "Northern Wei"}}}},
			"年代 唐 827–835、北魏 477–499", "years Tang 827–835, Northern Wei 477–499",
		},
	} {
		if zh, en := understoodText(test.u, "zh"), understoodText(test.u, "en"); zh != test.zh || en != test.en {
			t.Errorf("%+v is said as %q and %q, not %q and %q", test.u, zh, en, test.zh, test.en)
		}
	}
}

// Whatever was typed between and around its words, a part goes whole, with what joined it;
// quotes hold a word as it is, with all that it is written in one with.
func TestChipsLeaveNoPieces(t *testing.T) {
	t.Parallel()
	part := func(kind, text string) search.Understood { return search.Understood{Type: kind, Text: text} }
	for _, test := range []struct {
		query  string
		part   search.Understood
		others []search.Understood
		want   string
	}{
		{"200 BCE - 200 CE", part("years", "200 BCE 200 CE"), nil, ""}, {"murals 200 BCE - 200 CE", part("years", "200 BCE 200 CE"), nil, "murals"},
		{"Avalokiteshvara", part("spelling", "avalokiteshvara"), []search.Understood{part("theme", "Avalokiteshvara")}, `"Avalokiteshvara"`},
		{"Avalokiteshvara", part("theme", "Avalokiteshvara"), []search.Understood{part("spelling", "avalokiteshvara")}, `"Avalokiteshvara"`},
		{"Ch'ien-fo-tung", part("spelling", "chien"), nil, `"Ch'ien-fo-tung"`}, {"Ch'ien-fo-tung 唐", part("spelling", "tung"), nil, `"Ch'ien-fo-tung" 唐`},
		{"maijishan grotoes", part("spelling", "grotoe"), []search.Understood{part("site", "maijishan")}, `maijishan "grotoes"`},
		{"Tang dynesties", part("spelling", "dynesty"), nil, `Tang "dynesties"`}, {"甘肃Lazykou", part("spelling", "lazykou"), nil, `甘肃"Lazykou"`},
		{"(飞天 OR 彩陶) 莫高窟", part("theme", "飞天"), nil, "彩陶 莫高窟"}, {"(飞天 OR 彩陶) 莫高窟", part("theme", "彩陶"), nil, "飞天 莫高窟"},
		{"(飞天 OR 彩陶) 莫高窟", part("site", "莫高窟"), nil, "飞天 OR 彩陶"}, {"飞天 AND 彩陶", part("theme", "彩陶"), nil, "飞天"},
		{"220窟和254窟", part("cave", "220窟"), []search.Understood{part("cave", "254窟")}, "254窟"},
		{"220窟和254窟", part("cave", "254窟"), []search.Understood{part("cave", "220窟")}, "220窟"}, {"飞天和平", part("theme", "飞天"), nil, "和平"},
		{"唐代、飞天", part("period", "唐代"), nil, "飞天"}, {"飞天 -明", part("theme", "飞天"), nil, "-明"}, {"kind:mural 飞天", part("field", "kind:mural"), nil, "飞天"},
		{`title:"great wall" 明`, part("field", `title:"great wall"`), nil, "明"}, {"Tangier Tang", part("period", "Tang"), nil, "Tangier"},
		{"DŪNHUÁNG, 明", part("spelling", "dunhuang"), nil, `"DŪNHUÁNG", 明`},
	} {
		if got := without(test.query, test.part, test.others...); got != test.want {
			t.Errorf("%q without %q is %q, not %q", test.query, test.part.Text, got, test.want)
		}
	}
}

// A field that was asked for is told in words.
func TestFieldsInWords(t *testing.T) {
	t.Parallel()
	mural := search.Understood{Type: "field", Text: "kind:mural", Value: "kind:mural", Label: map[string]string{"zh": "壁画", "en": "Mural"}}
	for _, test := range []struct {
		u            search.Understood
		lang, expect string
	}{
		{mural, "zh", "记录类型：壁画"}, {mural, "en", "Type: Mural"}, {search.Understood{Type: "field", Text: "题名:飞天", Value: "title:飞天"}, "zh", "题名：飞天"},
		{search.Understood{Type: "field", Text: "text:deer", Value: "body:deer"}, "en", "Text: deer"},
	} {
		if got := understoodText(test.u, test.lang); got != test.expect {
			t.Errorf("%s is told as %q, not %q", test.u.Text, got, test.expect)
		}
	}
}

// The name that is proposed for a search does not take a number for a year that may be a cave's.
func TestProposedWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		u    search.Understood
		want string
	}{
		{search.Understood{Type: "years", Text: "220", From: 220, To: 220}, "220"}, {search.Understood{Type: "years", Text: "220年", From: 220, To: 220}, "年代 220"},
		{search.Understood{Type: "years", Text: "1936", From: 1936, To: 1936}, "年代 1936"},
	} {
		if got := wordsOf(test.u.Text, []search.Understood{test.u}, "zh"); got != test.want {
			t.Errorf("%s is called %q, not %q", test.u.Text, got, test.want)
		}
	}
}
