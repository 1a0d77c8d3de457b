package harvest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// harvested is a record as it came from a source.
func harvested(t *testing.T, source string, at int, text string) archive.Record {
	t.Helper()
	var r archive.Record
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if err := remember(&r, Provenance{Source: source, Format: "test", At: time.Unix(int64(at), 0).UTC()}); err != nil {
		t.Fatal(err)
	}
	return r
}

// A later harvest changes what nobody here changed, and tells what it leaves.
func TestMergeKeepsACuratorsWords(t *testing.T) {
	t.Parallel()
	const first = `{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"罐","en":"Jar"},"materials":["陶"],"extra":{"a":"1","b":"2"},
		"rights":{"holder":{"zh":"馆"}},"period":{"note":{"zh":"唐"}}}`
	tests := []struct {
		name   string
		curate func(r *archive.Record)
		next   string
		want   string   // the record, without its memory
		kept   []string // fields
	}{
		{
			"nothing was touched", nil,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"彩陶罐"},"materials":["陶","彩"],"level":"grade-1","extra":{"a":"1","c":"3"},"period":{"note":{"zh":"汉"}}}`,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"彩陶罐"},"period":{"note":{"zh":"汉"}},"materials":["陶","彩"],"level":"grade-1","extra":{"a":"1","c":"3"}}`,
			nil,
		},
		{
			"words were mended, and the source changed others", func(r *archive.Record) { r.Titles["zh"] = "彩陶双耳罐" },
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"罐","en":"Painted jar"},"materials":["陶"],"extra":{"a":"1","b":"2"},"rights":{"holder":{"zh":"馆"}},"period":{"note":{"zh":"唐"}}}`,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"en":"Painted jar","zh":"彩陶双耳罐"},"period":{"note":{"zh":"唐"}},"materials":["陶"],"rights":{"holder":{"zh":"馆"}},"extra":{"a":"1","b":"2"}}`,
			nil,
		},
		{
			"words were mended, and the source changed the same", func(r *archive.Record) { r.Titles["zh"] = "彩陶双耳罐"; r.Materials = nil },
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"彩陶罐","en":"Jar"},"materials":["彩陶"],"extra":{"a":"1","b":"2"},"rights":{"holder":{"zh":"馆"}},"period":{"note":{"zh":"唐"}}}`,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"en":"Jar","zh":"彩陶双耳罐"},"period":{"note":{"zh":"唐"}},"rights":{"holder":{"zh":"馆"}},"extra":{"a":"1","b":"2"}}`,
			[]string{"materials", "titles.zh"},
		},
		{
			"what was added stays, what the source takes away goes", func(r *archive.Record) {
				r.Descriptions = archive.Text{"zh": "说明"}
				r.Extra["own"] = json.RawMessage(`true`)
			},
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"罐"}}`,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"罐"},"descriptions":{"zh":"说明"},"extra":{"own":true}}`,
			nil,
		},
		{
			"the collection was chosen here", func(r *archive.Record) { r.Collection = "dunhuang" },
			first,
			`{"id":"r","collection":"dunhuang","kind":"relic","titles":{"en":"Jar","zh":"罐"},"period":{"note":{"zh":"唐"}},"materials":["陶"],"rights":{"holder":{"zh":"馆"}},"extra":{"a":"1","b":"2"}}`,
			nil,
		},
		{
			"no title is left", nil,
			`{"id":"r","collection":"folk","kind":"relic","titles":{}}`,
			`{"id":"r","collection":"folk","kind":"relic","titles":{"en":"Jar","zh":"罐"}}`,
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			here := harvested(t, "https://a/", 1, first)
			if test.curate != nil {
				test.curate(&here)
			}
			got, kept, publish, err := Merge(harvested(t, "https://a/", 2, test.next), &archive.Entry{Record: here, Revision: 3, Published: 3})
			if err != nil || !publish {
				t.Fatal(publish, err)
			}
			var fields []string
			for _, k := range kept {
				fields = append(fields, k.Field)
			}
			if !slices.Equal(fields, test.kept) {
				t.Errorf("kept %q, want %q", fields, test.kept)
			}
			// Once more, nothing is left to tell.
			if again, kept, _, err := Merge(harvested(t, "https://a/", 3, test.next), &archive.Entry{Record: got}); err != nil || len(kept) > 0 {
				t.Errorf("again: %+v %v", kept, err)
			} else if x, y := line(t, again), line(t, got); x != y {
				t.Errorf("again:\n%s\n%s", x, y)
			}
			got.Extra = maps.Clone(got.Extra)
			if delete(got.Extra, Key); len(got.Extra) == 0 {
				got.Extra = nil
			}
			if line := line(t, got); line != test.want {
				t.Errorf("got  %s\nwant %s", line, test.want)
			}
		})
	}
}

func line(t *testing.T, r archive.Record) string {
	t.Helper()
	b, err := archive.Line{Record: r}.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// A record that never came from there is as a curator left it, and what nobody published
// is not published by a harvest.
func TestMergeIntoARecordOfOnesOwn(t *testing.T) {
	t.Parallel()
	own := archive.Record{ID: "r", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "罐"}}
	came := harvested(t, "https://b/", 1, `{"id":"r","collection":"red-culture","kind":"relic","titles":{"zh":"别的","en":"Other"}}`)
	got, kept, publish, err := Merge(came, &archive.Entry{Record: own, Revision: 2, Published: 1})
	if err != nil || publish {
		t.Fatal(publish, err)
	}
	if got.Titles["zh"] != "罐" || got.Titles["en"] != "Other" || got.Collection != "folk" || len(kept) != 2 {
		t.Errorf("%+v %+v", got, kept)
	}
	if _, _, publish, err = Merge(came, nil); err != nil || !publish {
		t.Error("a new record is not published", err)
	}
	if _, _, publish, err = Merge(came, &archive.Entry{Record: own, Revision: 1, Published: 1, Withdrawn: true}); err != nil || publish {
		t.Error("a withdrawn record is published", err)
	}
}

// A long value is remembered by its digest, and is known again by that.
func TestMergeKnowsLongValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", maxValue)
	text := func(s string) string {
		return `{"id":"r","collection":"folk","kind":"relic","titles":{"zh":"罐"},"text":{"zh":"` + s + `"}}`
	}
	here := harvested(t, "https://a/", 1, text(long))
	if len(here.Extra[Key]) > maxValue {
		t.Errorf("a value of %d bytes is kept in %d", len(long), len(here.Extra[Key]))
	}
	got, kept, _, err := Merge(harvested(t, "https://a/", 2, text(long+"更长")), &archive.Entry{Record: here})
	if err != nil || len(kept) > 0 || got.Text["zh"] != long+"更长" {
		t.Errorf("%+v %v", kept, err)
	}
	here.Text["zh"] = "短"
	if got, kept, _, err = Merge(harvested(t, "https://a/", 2, text(long+"更长")), &archive.Entry{Record: here}); err != nil || len(kept) != 1 || got.Text["zh"] != "短" {
		t.Errorf("%+v %v", kept, err)
	}
}
