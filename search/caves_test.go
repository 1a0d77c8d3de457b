package search

import (
	"slices"
	"strings"
	"testing"
)

// said is what is understood of a text, in short: its types and values, with | between what
// is needed and / between what are ways to match.
func said(ix *Index, text string) string {
	var b strings.Builder
	for i, c := range ix.understand(text) {
		switch {
		case i > 0 && c.or:
			b.WriteString("/")
		case i > 0:
			b.WriteString("|")
		}
		if u := c.understood; u != nil {
			b.WriteString(u.Type + " " + u.Value)
			if u.Site != "" {
				b.WriteString("@" + u.Site)
			}
			continue
		}
		b.WriteString(c.text)
	}
	return b.String()
}

// TestSeveralCaves: lists and ranges of caves are any of them; a number of caves is none.
func TestSeveralCaves(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for text, want := range map[string]string{
		"220窟和254窟": "cave 220,254", "第220、254窟": "cave 220,254", "第220-254窟": "cave 220-254", "第45窟至第57窟": "cave 45-57", "莫高窟第220、254窟": "cave 220,254@mogao",
		"caves 220, 254 and 285": "cave 220,254,285", "Mogao Caves 220-254": "cave 220-254@mogao", "caves 220–254": "cave 220-254", "莫高窟220、254": "cave 220,254@mogao", "第二二〇、二五四窟": "cave 220,254",
		"莫高窟第220窟和254窟壁画": "cave 220,254@mogao|kind mural", "第254-220窟": "cave 254,220",
		"220、254": "years 220/220/years 254/254", "220 254": "years 220/220/years 254/254", "220窟 254窟": "cave 220,254", "第220窟 OR 第254窟": "cave 220/cave 254", "220，254": "years 220/220/years 254/254", "1935、1936": "years 1935/1935|years 1936/1936",
		"莫高窟 北凉三窟": "site mogao|period northern-liang|三窟", "北凉三窟": "period northern-liang|三窟", "榆林三窟": "cave 3@yulin", "四十五窟": "cave 45", "C220": "cave 220", "c. 850": "years 845/855",
		"Pt 1257": "Pt 1257", "P.t. 1257": "P.t. 1257", "S. 3326": "S. 3326", "No. 17": "17", "cave no. 17": "cave 17",
	} {
		if got := said(ix, text); got != want {
			t.Errorf("%q is understood as %q, want %q", text, got, want)
		}
	}
}

// TestCavesFound: what lists, ranges and bare numbers find, and what is offered beside.
func TestCavesFound(t *testing.T) {
	t.Parallel()
	ix := sample(t)
	for _, c := range []struct {
		text         string
		first        []string // the caves, in any order
		in, out      []string
		why, offered string
	}{
		{text: "220", first: []string{"dh-220"}, in: []string{"dh-220-north", "dh-220-south"}, why: "cave", offered: "cave 220"},
		{text: "２２０", first: []string{"dh-220"}, why: "cave", offered: "cave 220"},
		{text: "642", first: nil, in: []string{"dh-220"}},
		{text: "220、254", first: []string{"dh-220", "dh-254"}, in: []string{"dh-254-sattva"}, why: "cave", offered: "cave 254"},
		{text: "220 254", first: []string{"dh-220", "dh-254"}, why: "cave"},
		{text: "220窟和254窟", first: []string{"dh-220", "dh-254"}, in: []string{"dh-220-north", "dh-254-sattva"}, out: []string{"dh-257"}, why: "cave"},
		{text: "第254-257窟", first: []string{"dh-254", "dh-257"}, out: []string{"dh-220", "dh-272"}, why: "cave"},
		{text: "莫高窟 北凉三窟", first: []string{"dh-272"}, out: []string{"dh-yulin-3"}},
		{text: "C220", first: []string{"dh-220"}, why: "cave"},
	} {
		result, err := ix.Search(t.Context(), Query{Text: c.text, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string][]string{}
		for i, h := range result.Hits {
			found[h.ID] = h.Why
			if i < len(c.first) && (!slices.Contains(c.first, h.ID) || c.why != "" && !slices.Contains(h.Why, c.why)) {
				t.Errorf("%q finds %s as number %d, because of %v", c.text, h.ID, i+1, h.Why)
			}
			for _, marked := range h.Highlights {
				if strings.Contains(strings.Join(marked, " "), "<mark>窟</mark>") {
					t.Errorf("%q marks a character alone in %s: %v", c.text, h.ID, marked)
				}
			}
		}
		for _, id := range slices.Concat(c.first, c.in) {
			if found[id] == nil {
				t.Errorf("%q does not find %s", c.text, id)
			}
		}
		for _, id := range c.out {
			if found[id] != nil {
				t.Errorf("%q finds %s, because of %v", c.text, id, found[id])
			}
		}
		offered := ""
		for _, u := range result.Understood {
			if u.Type == "cave" && strings.HasPrefix(result.Understood[0].Type, "years") {
				offered = u.Type + " " + u.Value
			}
		}
		if c.offered != "" && offered != c.offered || c.text == "642" && offered != "" {
			t.Errorf("%q offers %q, want %q", c.text, offered, c.offered)
		}
	}
}
