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
