package web

import (
	"testing"

	"hexi/search"
)

// The × of what was understood leads to a query that still means something.
func TestQueryWithoutAPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ query, part, kind, want string }{
		{"盛唐 飞天", "盛唐", "period", "飞天"}, {"盛唐飞天", "飞天", "theme", "盛唐"}, {"九色鹿 OR 三兔", "九色鹿", "theme", "三兔"},
		{"长城 NOT 明", "长城", "theme", "NOT 明"}, {"Where is the Deer?", "Where is the Deer", "theme", ""}, {"jiayugan", "jiayugan", "spelling", `"jiayugan"`},
		{"莫高窟 45 窟 菩萨", "莫高窟 45 窟", "cave", "菩萨"}, {"飞天", "没有", "theme", "飞天"},
	} {
		if got := without(test.query, search.Understood{Text: test.part, Type: test.kind}); got != test.want {
			t.Errorf("%q without %q is %q, not %q", test.query, test.part, got, test.want)
		}
	}
}
