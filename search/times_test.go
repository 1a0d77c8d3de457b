package search

import (
	"slices"
	"testing"

	"hexi/archive"
)

// sample is an index of the sample archive.
func sample(t *testing.T) *Index { return memory(t, readRecords(t, sampleRecords)...) }

// TestEpochs: a time that is no state finds what lies in it for the greater part, by words
// and by the filter, whose count is what the filter finds; a dynasty finds none of its
// contemporaries.
func TestEpochs(t *testing.T) {
	t.Parallel()
	ix := sample(t)
	for _, c := range []struct {
		text, code string
		in, out    []string
	}{
		{"魏晋南北朝", "wei-jin-northern-southern", []string{"dh-254", "dh-257", "dh-285", "dh-272", "gw-tombs", "an-queen-mother", "yr-binglingsi-169"}, []string{"dh-407", "dh-220", "gw-hecang"}},
		{"先秦", "pre-qin", []string{"an-dabuzi", "gw-lintao", "yr-qijia"}, []string{"gw-xuanquan", "yr-machang"}},
		{"史前", "prehistoric", []string{"yr-whirlpool", "yr-banshan", "yr-machang", "an-fish", "an-dadiwan", "an-head-bottle"}, []string{"yr-qijia", "an-dabuzi"}},
		{"近代", "early-modern", []string{"rc-huining", "rc-balujun", "rc-lutuohe", "yr-bridge"}, []string{"gw-guanghua"}},
		{"西汉", "western-han", []string{"gw-yumen", "gw-juyan", "gw-xuanquan"}, []string{"gw-hecang", "an-flying-horse"}},
		{"归义军", "guiyijun", []string{"dh-17", "dh-diamond"}, []string{"dh-45", "dh-yulin-3"}},
		{"东晋", "eastern-jin", nil, []string{"yr-binglingsi-169", "an-maijishan"}},
		{"唐", "tang", []string{"dh-220", "dh-17"}, []string{"dh-407"}},
	} {
		result, err := ix.Search(t.Context(), Query{Filters: map[string][]string{"period": {c.code}}, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		filtered := []string{}
		for _, h := range result.Hits {
			filtered = append(filtered, h.ID)
		}
		for _, v := range result.Facets["period"] {
			if v.Value == c.code && v.Count != len(filtered) {
				t.Errorf("the facet counts %d of %s, and the filter finds %d", v.Count, c.code, len(filtered))
			}
		}
		typed := ids(t, ix, Query{Text: c.text})
		for _, id := range c.in {
			if !slices.Contains(typed, id) || !slices.Contains(filtered, id) {
				t.Errorf("%s lies in %s: found by its name %v, by the filter %v", id, c.text, slices.Contains(typed, id), slices.Contains(filtered, id))
			}
		}
		for _, id := range c.out {
			if slices.Contains(typed, id) || slices.Contains(filtered, id) {
				t.Errorf("%s does not lie in %s: found by its name %v, by the filter %v", id, c.text, slices.Contains(typed, id), slices.Contains(filtered, id))
			}
		}
	}
}

// TestPeriodsOf: which periods a record is found under besides its own.
func TestPeriodsOf(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for _, c := range []struct {
		period string
		from   int
		to     int
		place  string
		want   []string
	}{
		{"han", -102, 98, "", []string{"han", "western-han"}},
		{"han", -111, 220, "", []string{"han"}},
		{"tang", 649, 700, "", []string{"tang", "early-tang"}},
		{"late-tang", 700, 704, "", []string{"late-tang", "tang"}}, // what it is said to be, it is
		{"late-tang", 868, 868, "甘肃省敦煌市", []string{"late-tang", "tang", "guiyijun"}},
		{"song", 1000, 1010, "甘肃省天水市", []string{"song", "northern-song"}}, // Tianshui was never theirs
		{"sixteen-kingdoms", 400, 410, "", []string{"sixteen-kingdoms", "wei-jin-northern-southern"}},
		{"qing", 1855, 1856, "", []string{"qing", "old-democratic", "early-modern"}}, // no 太平天国
		{"western-jin", 0, 0, "", []string{"western-jin", "jin-dynasty", "wei-jin", "wei-jin-northern-southern"}},
		{"", 440, 450, "", []string{"wei-jin-northern-southern"}},
		{"", 0, 0, "", nil},
	} {
		r := archive.Record{Period: &archive.Period{Term: c.period, From: c.from, To: c.to}, Place: &archive.Place{Name: archive.Text{"zh": c.place}}}
		if got := ix.periodsOf(&r, c.period); !slices.Equal(got, c.want) {
			t.Errorf("%s %d to %d at %q is found under %v, want %v", c.period, c.from, c.to, c.place, got, c.want)
		}
	}
}
