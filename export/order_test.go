package export

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

func TestNatural(t *testing.T) {
	t.Parallel()
	want := []string{"1", "2", "007", "7", "7-1", "7-2", "7-10", "10", "000011", "99999999999999999999", "100000000000000000000", "A", "A2", "A10", "A10b", "甲2", "甲10"}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, natural)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Rows stand in the order of the numbers of their kind, those without one at the end.
func TestOrdering(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind    archive.Kind
		records []archive.Record
		want    []string
	}{
		{archive.KindRelic, []archive.Record{
			{ID: "c"}, {ID: "b"}, {ID: "y", Identifiers: []archive.Identifier{{Type: "accession", Value: "10"}}},
			{ID: "x", Identifiers: []archive.Identifier{{Type: "old", Value: "1"}, {Type: "accession", Value: "9"}}},
		}, []string{"x", "y", "b", "c"}},
		{archive.KindSite, []archive.Record{
			{ID: "a", Extra: map[string]json.RawMessage{"code": json.RawMessage(`"620102-0010"`)}},
			{ID: "b", Extra: map[string]json.RawMessage{"code": json.RawMessage(`"620102-0009"`)}},
		}, []string{"b", "a"}},
		{archive.KindCave, []archive.Record{
			{ID: "a", Location: &archive.Location{Site: "mogao", Cave: "285"}}, {ID: "b", Location: &archive.Location{Site: "mogao", Cave: "45"}},
		}, []string{"b", "a"}},
		{archive.KindCollection, []archive.Record{{ID: "b"}, {ID: "a"}}, []string{"b", "a"}},
	} {
		o := ordering{kind: test.kind}
		for i := range test.records {
			o.add(&test.records[i])
		}
		if diff := cmp.Diff(test.want, o.ids()); diff != "" {
			t.Errorf("%s: %s", test.kind, diff)
		}
	}
}
