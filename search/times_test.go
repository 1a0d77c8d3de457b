package search

import (
	"slices"
	"strings"
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

// TestBriefDynasties: a dynasty of one character is found by its names, and not where the
// character is of another one's name or of an era's first year.
func TestBriefDynasties(t *testing.T) {
	t.Parallel()
	ix := sample(t)
	for _, c := range []struct {
		text    string
		in, out []string
	}{
		{"元", []string{"dh-yulin-3"}, []string{"yr-binglingsi-169"}},
		{"秦", []string{"gw-lintao", "an-dabuzi"}, []string{"yr-binglingsi-169"}},
		{"夏", nil, []string{"dh-yulin-3"}},
		{"明", []string{"gw-jiayuguan"}, nil},
		{"太和", []string{"dh-254", "dh-257"}, nil},
		{"正德元年", []string{"gw-guanghua"}, nil},
		{"至元", nil, []string{"dh-yulin-3"}},
		{"7800年前", []string{"an-dadiwan"}, nil},
		{"年代:642", []string{"dh-220"}, []string{"dh-45"}},
		{"-2070--222", []string{"an-dabuzi", "gw-lintao"}, []string{"dh-45"}},
	} {
		got := ids(t, ix, Query{Text: c.text})
		for _, id := range c.in {
			if !slices.Contains(got, id) {
				t.Errorf("%s does not find %s, but %v", c.text, id, got)
			}
		}
		for _, id := range c.out {
			if slices.Contains(got, id) {
				t.Errorf("%s finds %s", c.text, id)
			}
		}
	}
}

// TestWhyPeriod: a record is found for its time only where its years fit.
func TestWhyPeriod(t *testing.T) {
	t.Parallel()
	ix := sample(t)
	for _, c := range []struct {
		text, id string
		want     bool
	}{
		{"220", "dh-220", false}, {"169", "yr-binglingsi-169", false}, {"420 m²", "an-dadiwan", false}, {"现代", "rc-huining", false}, {"-300", "dh-starchart", false},
		{"642", "dh-220", true}, {"唐", "dh-220", true}, {"先秦", "gw-lintao", true}, {"贞观十六年", "dh-220", true},
	} {
		result, err := ix.Search(t.Context(), Query{Text: c.text, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, h := range result.Hits {
			if h.ID == c.id {
				found = true
				if got := slices.Contains(h.Why, "period"); got != c.want {
					t.Errorf("%q finds %s because of %v", c.text, c.id, h.Why)
				}
			}
		}
		if c.want && !found {
			t.Errorf("%q does not find %s", c.text, c.id)
		}
	}
}

// TestErasOfOneName: all years that an era's name stands for count, but where a dynasty is
// named.
func TestErasOfOneName(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for text, want := range map[string][][2]int{
		"正德": {{1506, 1521}, {1127, 1134}}, "正德元年": {{1506, 1506}, {1127, 1127}}, "明正德元年": {{1506, 1506}},
		"太和": {{827, 835}, {477, 499}, {227, 233}, {366, 371}, {328, 330}}, "北魏太和": {{477, 499}}, "唐太和": {{827, 835}},
		"建元": {{-140, -135}, {343, 344}, {315, 316}, {365, 385}, {479, 482}}, "上元": {{674, 676}, {760, 761}}, "至元": {{1264, 1294}, {1335, 1340}}, "天宝元年": {{742, 742}, {908, 908}},
		"贞观十六年": {{642, 642}}, "乾隆": {{1736, 1795}},
	} {
		c := ix.understand(text)
		if len(c) != 1 || c[0].understood == nil || c[0].understood.Type != "years" {
			t.Errorf("%s is understood as %s", text, said(ix, text))
			continue
		}
		u := c[0].understood
		got := [][2]int{{u.From, u.To}}
		for _, other := range u.Also {
			got = append(got, [2]int{other.From, other.To})
		}
		slices.SortFunc(got[1:], func(a, b [2]int) int { return a[0] - b[0] })
		slices.SortFunc(want[1:], func(a, b [2]int) int { return a[0] - b[0] })
		if !slices.Equal(got, want) {
			t.Errorf("%s is understood as %v, want %v", text, got, want)
		}
	}
}

// TestTimesAsTyped: the ways in which people write years, centuries and reigns.
func TestTimesAsTyped(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for text, want := range map[string]string{
		"500年以前": "years 0/500", "642年以前": "years 0/642", "500年以前的陶器": "years 0/500|陶器", "before 500": "years 0/500",
		"seventh century": "years 601/700", "fifth to seventh centuries": "years 401/700", "third century BCE": "years -300/-201", "second half of the seventh century": "years 651/700", "twenty-first century": "years 2001/2100",
		"-2070--222": "years -2070/-222", "−2070–222": "years -2070/222", "-300": "years -300/-300", "-206-220": "years -206/220",
		"年代:642": "years 642/642", "年代:唐代": "field period:唐代", "period:8th century": "field period:8th|century", "年代:贞观": "years 627/649", "period:tang": "field period:tang",
		"7800年前": "years -5950/-5750", "距今约七千八百年": "years -5950/-5750", "5000年前": "years -3300/-2800", "500年前": "years 1425/1475",
		"Tibetan period": "period tibetan-rule", "Emperor Wu of Han": "years -140/-87", "Emperor Taizong of the Tang dynasty": "years 627/649", "Emperor Xiaowen of Northern Wei": "years 471/499", "Emperor Q of Han": "",
	} {
		got := said(ix, text)
		if want == "" && strings.Contains(got, "years") || want != "" && got != want {
			t.Errorf("%q is understood as %q, want %q", text, got, want)
		}
	}
}
