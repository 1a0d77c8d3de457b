package search

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hexi/archive"
)

// slowest is how long a query that somebody typed may take on a machine that others use,
// too, over an index of a few records: all the time goes into reading what was typed.
const slowest = 5 * time.Second

// seedQueries are the labelled queries, and what people type by mistake.
func seedQueries(f *testing.F) {
	f.Helper()
	for _, name := range []string{"sample-queries.json", "sample-typos.json"} {
		for i, q := range readQueries(f, filepath.Join("testdata", name)) {
			if i%4 == 0 { // one of a kind is enough to begin from
				f.Add(q.Q)
			}
		}
	}
	for _, s := range []string{
		"", " ", "\x00", "\xff\xfe", "𠀀𠀁", "́́́", "\u202e窟", `"`, `""""`, "“「『", "-(", "- - -", "OR OR NOT", "NOT NOT 明", "题名：", "题名：题名：飞天", "年份:-", "cave:第窟", "a?*?*b", "***", strings.Repeat("窟", 500),
		strings.Repeat("xian", 125), strings.Repeat("二百", 250), strings.Repeat("a ", 250), strings.Repeat("(", 500), strings.Repeat("-220 ", 100), strings.Repeat("公元前", 160), strings.Repeat("唐-", 250), "99999999999999999999窟", "前99999999-99999999",
	} {
		f.Add(s)
	}
}

// FuzzParse takes apart what nobody would type: no piece is empty, each stands in what was
// typed, and none is of a field that there is not.
func FuzzParse(f *testing.F) {
	seedQueries(f)
	fields := []string{""}
	for _, name := range fieldNames {
		fields = append(fields, name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pieces := parse(text)
		if most := utf8.RuneCountInString(text); len(pieces) > most {
			t.Fatalf("%d pieces of %d characters", len(pieces), most)
		}
		valid := string([]rune(text)) // as it is read: what is no character is its replacement
		for _, p := range pieces {
			switch {
			case !strings.ContainsFunc(p.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
				t.Fatalf("%q has a piece that says nothing: %+v", text, p)
			case !strings.Contains(valid, p.source) || !strings.Contains(p.source, p.text):
				t.Fatalf("%q: a piece that was not typed: %+v", text, p)
			case !slices.Contains(fields, p.field):
				t.Fatalf("%q: there is no field %q", text, p.field)
			case p.phrase && p.wild:
				t.Fatalf("%q: a phrase with wildcards: %+v", text, p)
			}
		}
	})
}

// FuzzUnderstand asks for whatever may be typed: it is never an error, takes no time that
// anyone would notice, and what was understood of it stands in it, so that it can be taken
// out again.
func FuzzUnderstand(f *testing.F) {
	seedQueries(f)
	ix := memory(f, crowd(20)...)
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		q, err := ParseQuery(url.Values{"q": {text}})
		if err != nil {
			t.Fatalf("%q is refused: %v", text, err)
		}
		for _, c := range ix.understand(q.Text) {
			if c.understood != nil && c.understood.From != 0 && c.understood.To != 0 && c.understood.From > c.understood.To {
				t.Fatalf("%q: years that end before they begin: %+v", text, c.understood)
			}
		}
		for _, staff := range []bool{false, true} {
			q.Staff = staff
			result, err := ix.Search(t.Context(), q)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if _, err := json.Marshal(result); err != nil {
				t.Fatalf("%q: an answer that cannot be written: %v", text, err)
			}
			if result.Next == "" {
				continue
			}
			q.Cursor = result.Next // the search's own cursors are taken
			if _, err := ix.Search(t.Context(), q); err != nil {
				t.Fatalf("%q: the next page: %v", text, err)
			}
			q.Cursor = ""
		}
		if _, err := ix.Suggest(t.Context(), q.Text, 5); err != nil {
			t.Fatalf("%q: suggestions: %v", text, err)
		}
		if took := time.Since(began); took > slowest {
			t.Fatalf("%q took %s", text, took)
		}
	})
}

// FuzzCursor sends cursors that belong to the query and hold anything else.
func FuzzCursor(f *testing.F) {
	ix := memory(f, crowd(30)...)
	orders := []Sort{SortRelevance, SortDate, SortDateDown, SortTitle, SortUpdated, SortDistance}
	for i, sort := range orders {
		q := Query{Text: "木", Sort: sort, Limit: 3, Lang: "zh"}
		if sort == SortDistance {
			q.Near = &Near{40, 95, 20_000}
		}
		result, err := ix.Search(f.Context(), q)
		if err != nil {
			f.Fatal(err)
		}
		if result.Next == "" {
			continue
		}
		b, err := base64.RawURLEncoding.DecodeString(result.Next)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(q.Text, uint8(i), b)
	}
	f.Add("莫高窟 飞天", uint8(0), []byte(`{"after":{"id":"x","score":1e308},"effort":3,"facts":{"n":[-1,0],"w":["\u0000"]}}`))
	f.Fuzz(func(t *testing.T, text string, order uint8, held []byte) {
		began := time.Now()
		q := Query{Text: clip(strings.ToValidUTF8(text, ""), maxText), Sort: orders[int(order)%len(orders)], Limit: 3, Lang: "zh", Near: &Near{40, 95, 20_000}}
		var at position
		if json.Unmarshal(held, &at) != nil {
			return
		}
		at.Of = q.fingerprint()
		b, err := json.Marshal(at)
		if err != nil {
			return
		}
		q.Cursor = base64.RawURLEncoding.EncodeToString(b)
		var invalid *archive.InvalidError
		if _, err := ix.Search(t.Context(), q); err != nil && !errors.As(err, &invalid) {
			t.Fatalf("%s: %v", b, err)
		}
		if took := time.Since(began); took > slowest {
			t.Fatalf("%s took %s", b, took)
		}
	})
}
