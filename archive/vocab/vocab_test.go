package vocab

import (
	"testing"

	"hexi/archive"
)

func load(t *testing.T) *Vocabulary {
	t.Helper()
	v, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTerm(t *testing.T) {
	t.Parallel()
	v := load(t)
	for _, test := range []struct {
		scheme archive.Scheme
		in     string
		want   string
	}{
		{archive.SchemePeriod, "盛唐", "high-tang"}, {archive.SchemePeriod, "High Tang", "high-tang"}, {archive.SchemePeriod, "tang-2", "high-tang"},
		{archive.SchemePeriod, " ｈｉｇｈ ＴＡＮＧ ", "high-tang"}, {archive.SchemePeriod, "明代", "ming"}, {archive.SchemePeriod, "马家窑", "majiayao"},
		{archive.SchemePeriod, "金", "jin-jurchen"}, {archive.SchemePeriod, "晋", "jin-dynasty"}, {archive.SchemePeriod, "西汉", "western-han"},
		{archive.SchemeLevel, "国保", "protected-national"}, {archive.SchemeLevel, "一级", "grade-1"}, {archive.SchemeLevel, "Grade 1", "grade-1"},
		{archive.SchemeCategory, "古遗址", "immovable-0100"}, {archive.SchemeCategory, "陶器", "relic-02"}, {archive.SchemeCategory, "传统音乐", "ich-02"},
		{archive.SchemeCategory, "其他", "immovable-0600"}, {archive.SchemeCondition, "差", "poor"}, {archive.SchemeCondition, "状态稳定,不需修复", "stable"},
		{archive.SchemeSource, "发掘", "excavation"}, {archive.SchemeCompleteness, "严重残缺(含缺失部件)", "badly-damaged"},
		{archive.SchemeLayer, "可见光", "visible"}, {archive.SchemeLayer, "侧光", "raking"}, {archive.SchemeLayer, "X光", "x-ray"}, {archive.SchemeLayer, "UV", "ultraviolet"}, {archive.SchemeLayer, "线描图", "line-drawing"},
		{archive.SchemeCollection, "敦煌", "dunhuang"}, {archive.SchemeKind, "壁画", "mural"}, {archive.SchemeSite, "莫高窟", "mogao"}, {archive.SchemeSite, "Mogao Caves", "mogao"},
	} {
		if got, ok := v.Term(test.scheme, test.in); !ok || got.Code != test.want {
			t.Errorf("%s %q = %q, want %q", test.scheme, test.in, got.Code, test.want)
		}
	}
	for _, scheme := range []archive.Scheme{archive.SchemePeriod, "no such scheme"} {
		if _, ok := v.Term(scheme, "侏罗纪"); ok {
			t.Errorf("%s has the Jurassic", scheme)
		}
	}
}

func TestPeriodYears(t *testing.T) {
	t.Parallel()
	v := load(t)
	for _, test := range []struct {
		term, site string
		from, to   int
	}{
		{"middle-tang", "mogao", 781, 847}, {"high-tang", "", 705, 780}, {"song", "", 960, 1279}, {"song", "mogao", 960, 1035},
		{"song", "yulin", 960, 1035}, {"song", "maijishan", 960, 1279}, {"western-zhou", "", -1046, -771}, {"prc", "", 1949, 0},
	} {
		from, to, ok := v.PeriodYears(test.term, test.site)
		if !ok || from != test.from || to != test.to {
			t.Errorf("%s at %q = %d–%d, want %d–%d", test.term, test.site, from, to, test.from, test.to)
		}
	}
	if _, _, ok := v.PeriodYears("jurassic", ""); ok {
		t.Error("the Jurassic has years")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	v := load(t)
	for value, want := range map[string]string{"全国重点文保单位": "protected-national", "一級": "grade-1", "国家一级文": "grade-1"} {
		near := v.Nearest(archive.SchemeLevel, value, nil)
		if len(near) == 0 || near[0].Code != want {
			t.Errorf("nearest to %s: %v, want %s", value, near, want)
		}
	}
	if near := v.Nearest(archive.SchemeLevel, "zzzzzzzzzzzz", nil); len(near) != 0 {
		t.Errorf("nearest to nonsense: %v", near)
	}
}

func TestChildrenAndNames(t *testing.T) {
	t.Parallel()
	v := load(t)
	if got := v.Children(archive.SchemePeriod, "tang"); len(got) != 4 || got[0].Code != "early-tang" {
		t.Errorf("children of Tang: %v", got)
	}
	if got := v.Names(archive.SchemeSite, "mogao"); len(got) < 5 || got[0] != "mogao" {
		t.Errorf("names of Mogao: %v", got)
	}
	if terms, ok := v.Terms(archive.SchemeCategory); !ok || len(terms) != 35+6+10 {
		t.Errorf("%d categories", len(terms))
	}
}
