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

// A card says why it was found in words of the page's language, each once.
func TestWhyInWords(t *testing.T) {
	t.Parallel()
	why := []string{"title", "period", "kind", "text", "body", "pinyin", "location"}
	for lang, want := range map[string]string{"zh": "见于：题名、年代、记录类型、正文、读音、位置", "en": "Found in: title, period, type, text, its sound, location"} {
		if got := whyText(why, lang); got != want {
			t.Errorf("%s: %q, not %q", lang, got, want)
		}
	}
	if got := whyText(nil, "zh"); got != "" {
		t.Errorf("nothing was looked for: %q", got)
	}
}
