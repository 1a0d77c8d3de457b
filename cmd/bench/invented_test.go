package main

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/vocab"
)

func testInventor(t testing.TB) *inventor {
	t.Helper()
	v, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	in, err := newInventor(v)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestInvented holds that invented records are what the measurement says of them: of
// about 1 kB, always the same, of terms that there are, and of few frequent and many
// rare words.
func TestInvented(t *testing.T) {
	t.Parallel()
	in := testInventor(t)
	const count = 5000
	size, named := 0, map[string]int{}
	for n := range count {
		e := in.entry(n, 0)
		r := &e.Record
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		size += len(b)
		if n%100 == 0 && !reflect.DeepEqual(e, in.entry(n, 0)) {
			t.Fatalf("record %d is another one the second time", n)
		}
		if reflect.DeepEqual(r, &in.entry(n, 1).Record) {
			t.Fatalf("the second version of record %d is the first", n)
		}
		if got, ok := inventedNumber(r.ID); !ok || got != n {
			t.Fatalf("the number of %s is %d", r.ID, got)
		}
		controlled := map[archive.Scheme]string{
			archive.SchemeKind: string(r.Kind), archive.SchemeCollection: r.Collection, archive.SchemeCondition: r.Condition, archive.SchemeSource: r.Source,
			archive.SchemeCategory: r.Category, archive.SchemeLevel: r.Level,
		}
		if r.Period != nil {
			controlled[archive.SchemePeriod] = r.Period.Term
		}
		for scheme, code := range controlled {
			if term, ok := in.vocabulary.Term(scheme, code); code != "" && (!ok || term.Code != code) {
				t.Fatalf("record %d: there is no %s %q", n, scheme, code)
			}
		}
		if p := r.Place; p.Lat != nil && (*p.Lat < 32 || *p.Lat > 43 || *p.Lon < 92 || *p.Lon > 109) {
			t.Fatalf("record %d is not in Gansu: %v, %v", n, *p.Lat, *p.Lon)
		}
		for _, s := range strings.Fields(r.Descriptions["en"]) {
			named[s]++
		}
		if strings.Contains(r.Descriptions["zh"]+r.Titles["zh"]+r.Descriptions["en"]+r.Titles["en"], "%!") {
			t.Fatalf("record %d is badly put together: %v", n, r)
		}
	}
	if mean := size / count; mean < 900 || mean > 1150 {
		t.Errorf("a record has %d bytes of JSON on average, want about 1 kB", mean)
	}
	once, many := 0, 0
	for _, n := range named {
		if n == 1 {
			once++
		}
		if n > count/2 {
			many++
		}
	}
	if once < len(named)/4 || many > 40 {
		t.Errorf("of %d words %d are in one record only and %d in most", len(named), once, many)
	}
}

func TestZipf(t *testing.T) {
	t.Parallel()
	d := dice(1)
	got := map[int]int{}
	for range 200_000 {
		got[zipf(&d, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})]++
	}
	if ratio := float64(got[0]) / float64(got[1]); math.Abs(ratio-1.71) > 0.1 || len(got) != 10 || got[8] < got[9] {
		t.Errorf("got %v", got)
	}
}

func TestInventedSource(t *testing.T) {
	t.Parallel()
	s := newInventedSource(testInventor(t), 2500)
	seen, after := 0, ""
	for {
		page, err := s.List(t.Context(), archive.ListQuery{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		seen, after = seen+len(page), page[len(page)-1].Record.ID
	}
	if seen != 2500 {
		t.Errorf("%d of 2500 records are listed", seen)
	}
	before := s.entry(7)
	s.change(7, 8, 7)
	changes, err := s.Changes(t.Context(), 1, 10)
	if err != nil || len(changes) != 2 || changes[0].Record != inventedID(8) || changes[1].Seq != 3 {
		t.Errorf("got %v and error %v", changes, err)
	}
	got, err := s.Entries(t.Context(), []string{inventedID(7), inventedID(2500), "other"}, true)
	if err != nil || len(got) != 1 || got[0].Revision != 3 || reflect.DeepEqual(got[0].Record, before.Record) {
		t.Errorf("got %v and error %v", got, err)
	}
}
