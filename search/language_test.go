package search

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/search/engine"
)

// A statement of rights is found however its address is written.
func TestRightsInEverySpelling(t *testing.T) {
	rec := func(id, statement string) *archive.Entry {
		return entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": id}, Rights: &archive.Rights{Statement: statement}})
	}
	ix := memory(t,
		rec("a", "http://rightsstatements.org/vocab/InC/1.0/"), rec("b", "https://rightsstatements.org/vocab/InC/1.0/"),
		rec("c", "https://www.RightsStatements.org/vocab/InC/1.0/"), rec("d", "https://creativecommons.org/publicdomain/zero/1.0/"))
	for _, asked := range []string{"http://rightsstatements.org/vocab/InC/1.0/", "https://rightsstatements.org/vocab/InC/1.0/"} {
		q, err := ParseQuery(url.Values{"rights": {asked}})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, ix, q); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("%s finds %v", asked, got)
		}
		result, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		want := []FacetValue{{Value: "http://rightsstatements.org/vocab/InC/1.0/", Count: 3, Selected: true}, {Value: "http://creativecommons.org/publicdomain/zero/1.0/", Count: 1}}
		got := result.Facets["rights"]
		if len(got) != 2 || got[0].Value != want[0].Value || got[0].Count != 3 || !got[0].Selected || got[1].Value != want[1].Value || got[1].Selected {
			t.Errorf("%s: facet %+v, want %+v", asked, got, want)
		}
	}
}

// lang=en sorts by English titles, page after page, and shows English first.
func TestLanguageOfASearch(t *testing.T) {
	rec := func(id, zh, en string) *archive.Entry {
		titles := archive.Text{"zh": zh}
		if en != "" {
			titles["en"] = en
		}
		return entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: titles})
	}
	ix := memory(t, rec("1", "丙 Bowl", "Zither and bowl"), rec("2", "甲", "bowl"), rec("3", "乙", "Arrow bowl"), rec("4", "丁", ""))
	for lang, want := range map[string][]string{"": {"1", "4", "2", "3"}, "zh": {"1", "4", "2", "3"}, "en": {"3", "2", "1", "4"}} {
		values := url.Values{"sort": {"title"}, "lang": {lang}, "limit": {"2"}}
		var got []string
		for range 3 {
			q, err := ParseQuery(values)
			if err != nil {
				t.Fatal(err)
			}
			result, err := ix.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, hit := range result.Hits {
				got = append(got, hit.ID)
			}
			if result.Next == "" {
				break
			}
			values.Set("cursor", result.Next)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by title in %q: %v, want %v", lang, got, want)
		}
		// The next page of one language's order is none of the other's.
		other := map[string]string{"": "en", "zh": "en", "en": "zh"}[lang]
		values.Set("lang", other)
		var invalid *archive.InvalidError
		if _, err := ParseQuery(values); !errors.As(err, &invalid) || invalid.Field != "cursor" {
			t.Errorf("the cursor of %q is taken for %q: %v", lang, other, err)
		}
	}
	for lang, want := range map[string]string{"zh": "丙", "en": "Zither"} {
		result, err := ix.Search(t.Context(), Query{Text: "bowl", Lang: lang, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range result.Hits {
			if marked := hit.Highlights["title"]; hit.ID == "1" && (len(marked) != 2 || !strings.Contains(marked[0], want)) {
				t.Errorf("in %s the title is marked as %q", lang, marked)
			}
		}
	}
}

// A cursor that was given before the index was made anew in another schema, whose orders are
// others, is none of this one.
func TestCursorOfAnotherSchema(t *testing.T) {
	t.Parallel()
	for schema, taken := range map[string]bool{schemaVersion: true, answering[len(answering)-1]: false} {
		q, err := ParseQuery(url.Values{"q": {"马"}, "sort": {"title"}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(position{Of: q.fingerprintIn(schema), After: engine.Key{ID: "a"}})
		if err != nil {
			t.Fatal(err)
		}
		q.Cursor = base64.RawURLEncoding.EncodeToString(b)
		var invalid *archive.InvalidError
		if _, err := q.readCursor(); (err == nil) != taken || err != nil && !errors.As(err, &invalid) {
			t.Errorf("a cursor of schema %s: %v", schema, err)
		}
	}
}
