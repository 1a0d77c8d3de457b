package web

import (
	"testing"

	"hexi/search"
)

// A card leads to the page that was found and to what is marked on it.
func TestFoundOn(t *testing.T) {
	t.Parallel()
	for want, page := range map[string]*search.PageHit{
		"#view=2&find=%E6%B8%AD%E6%B0%B4+%22a+b%22": {Number: 2, Find: `渭水 "a b"`},
		"#view=3": {Number: 3},
		"":        {Find: "渭水"},
	} {
		var c card
		if c.foundOn(page, "zh"); c.Fragment != want || len(c.Found) != 1 {
			t.Errorf("%+v leads to %q, want %q", page, c.Fragment, want)
		}
	}
}
