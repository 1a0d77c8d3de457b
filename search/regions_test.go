package search

import (
	"slices"
	"testing"

	"hexi/archive"
)

// A place is in the smallest division that its name tells, and in what that is part of.
func TestRegionOf(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for name, want := range map[string]string{
		"敦煌市": "620982", "敦煌": "620982", "甘肃省敦煌市莫高镇": "620982", "甘肃敦煌莫高窟": "620982", "中国甘肃省天水市": "620500", "酒泉市瓜州县锁阳城镇": "620922",
		"永靖县": "622923", "臨夏回族自治州永靖縣": "622923", "白银": "620400", "白银市白银区": "620402", "会宁县": "620422", "宁县": "621026", "庆阳市宁县": "621026", "天祝县": "620623",
		"Guazhou": "620922", "Liangjiayuan, Guazhou County": "620922", "Dunhuang, Gansu": "620982", "Gansu": "620000",
		"": "", "伦敦": "", "永宁县": "", "大同市": "", "新敦煌酒店": "", "Paris, France": "", "莫高窟（敦煌市）": "620982", "临夏市": "622901", "临夏县": "622921",
		"城关区": "620102", "兰州市城关区": "620102", "蘭州市城關區": "620102", "五泉山城关区": "620102", "西藏拉萨市城关区": "", "西藏自治区城关区": "", "江西省抚州市东乡县": "",
		"西藏拉萨市驻兰州市城关区": "620102", "西藏拉萨市城关区敦煌路": "", "临夏州东乡县": "622926", "沙州敦煌市": "620982",
		"Chengguan District": "620102", "Wuquan, Chengguan, Lanzhou, China": "620102", "Chengguan District, Lhasa": "", "Wuquan, Chengguan": "620102",
	} {
		if got := ix.regionOf(&archive.Place{Name: archive.Text{"und": name}}); got != want {
			t.Errorf("%q is in %q, want %q", name, got, want)
		}
	}
	if got := ix.regionOf(&archive.Place{Name: archive.Text{"zh": "某村", "en": "A village, Gangu"}}); got != "620523" {
		t.Errorf("what only the English name tells is %q", got)
	}
}

// Regions are counted with what they are part of, and chosen by their names.
func TestRegionFacet(t *testing.T) {
	t.Parallel()
	rec := func(id, place string) *archive.Entry {
		return entry(archive.Record{ID: id, Kind: "relic", Collection: "dunhuang", Titles: archive.Text{"zh": "陶罐" + id}, Place: &archive.Place{Name: archive.Text{"zh": place}}})
	}
	ix := memory(t, rec("a", "敦煌市"), rec("b", "瓜州县"), rec("c", "天水市麦积区"), rec("d", "上海"))
	result, err := ix.Search(t.Context(), Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]FacetValue{}
	for _, v := range result.Facets["region"] {
		counts[v.Value] = v
	}
	for code, want := range map[string]int{"620000": 3, "620900": 2, "620982": 1, "620922": 1, "620500": 1, "620503": 1} {
		if counts[code].Count != want {
			t.Errorf("%s is counted %d times, want %d", code, counts[code].Count, want)
		}
	}
	if got := counts["620982"]; got.Parent != "620900" || got.Label["zh"] != "敦煌市" || got.Label["en"] != "Dunhuang" {
		t.Errorf("敦煌市 is %+v", got)
	}
	for value, want := range map[string][]string{"620900": {"a", "b"}, "酒泉市": {"a", "b"}, "Maiji": {"c"}, "62": {}} {
		if got := ids(t, ix, Query{Filters: map[string][]string{"region": {value}}, Sort: SortTitle}); !slices.Equal(got, want) {
			t.Errorf("region=%s finds %v, want %v", value, got, want)
		}
	}
}
