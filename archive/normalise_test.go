package archive

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func validRecord() Record {
	return Record{
		ID: "dh-45", Collection: "dunhuang", Kind: KindMural,
		Titles: Text{"zh": "观无量寿经变", "en": "Illustration of the Amitayurdhyana Sutra"},
	}
}

func TestNormaliseBringsIntoForm(t *testing.T) {
	t.Parallel()
	r := validRecord()
	r.Collection, r.Kind, r.Level = " 敦煌 ", "壁画", "一级"
	r.Titles["zh"] = "  观无量寿经变 "
	r.Descriptions = Text{"zh": "   "}
	r.Location = &Location{Site: "莫高窟", Cave: " 45 "}
	r.Period = &Period{Term: "盛唐"}
	r.Materials = []string{"矿物颜料", "", "矿物颜料 "}
	r.Extra = map[string]json.RawMessage{"dpi": json.RawMessage("{ \"x\" : 300 }")}
	r.Rights = &Rights{}

	got, err := newArchive(t).Normalise(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"collection", got.Collection, "dunhuang"},
		{"kind", string(got.Kind), "mural"},
		{"level", got.Level, "grade-1"},
		{"title", got.Titles["zh"], "观无量寿经变"},
		{"site", got.Location.Site, "mogao"},
		{"cave", got.Location.Cave, "45"},
		{"term", got.Period.Term, "high-tang"},
		{"materials", strings.Join(got.Materials, "|"), "矿物颜料"},
		{"extra", string(got.Extra["dpi"]), `{"x":300}`},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
	if got.Period.From != 705 || got.Period.To != 780 {
		t.Errorf("years = %d–%d, want the site's 705–780", got.Period.From, got.Period.To)
	}
	if got.Descriptions != nil || got.Rights != nil {
		t.Errorf("empty fields stay: %v %v", got.Descriptions, got.Rights)
	}
}

func TestNormaliseLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	r := validRecord()
	r.Identifiers = []Identifier{{Type: "cave ", Value: " 莫高窟第45窟"}}
	r.Period = &Period{Term: "盛唐"}
	if _, err := newArchive(t).Normalise(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if r.Identifiers[0].Type != "cave " || r.Period.From != 0 {
		t.Errorf("the caller's record was changed: %+v %+v", r.Identifiers[0], r.Period)
	}
}

// A collection of an archive's own needs no other: it stands beside those that there are.
func TestCollectionOfItsOwn(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "liangzhou", "liangzhou": "liangzhou", "dunhuang": "dunhuang"} {
		r, err := newArchive(t).Normalise(t.Context(), Record{ID: "liangzhou", Kind: " collection", Collection: given, Titles: Text{"zh": "凉州"}})
		if err != nil || r.Collection != want {
			t.Errorf("%q: in %q, %v", given, r.Collection, err)
		}
	}
	for _, r := range []Record{
		{Kind: KindCollection, Titles: Text{"zh": "无记录号"}},
		{ID: "x", Kind: KindCollection, Collection: "y", Titles: Text{"zh": "在别处"}},
		{ID: "x", Kind: KindRelic, Collection: "x", Titles: Text{"zh": "不是专题"}},
	} {
		if _, err := newArchive(t).Normalise(t.Context(), r); err == nil {
			t.Errorf("%+v is taken", r)
		}
	}
}

func TestNormaliseNamesTheFault(t *testing.T) {
	t.Parallel()
	lat := 91.0
	lon := 94.8
	nan := math.NaN()
	tests := []struct {
		name   string
		change func(*Record)
		field  string
		says   string
	}{
		{"id", func(r *Record) { r.ID = "a/b" }, "id", "letters"},
		{"long id", func(r *Record) { r.ID = strings.Repeat("x", 129) }, "id", "128"},
		{"no collection", func(r *Record) { r.Collection = "" }, "collection", "missing"},
		{"unknown collection", func(r *Record) { r.Collection = "atlantis" }, "collection", "create it first"},
		{"no kind", func(r *Record) { r.Kind = "" }, "kind", "missing"},
		{"unknown kind", func(r *Record) { r.Kind = "dragon" }, "kind", "dragon"},
		{"no title", func(r *Record) { r.Titles = Text{"zh": " "} }, "titles", "missing"},
		{"language tag", func(r *Record) { r.Titles["中文"] = "x" }, "titles", "BCP 47"},
		{"not UTF-8", func(r *Record) { r.Titles["zh"] = "\xff" }, "titles.zh", "UTF-8"},
		{"NUL", func(r *Record) { r.Titles["zh"] = "a\x00b" }, "titles.zh", "NUL"},
		{"long title", func(r *Record) { r.Titles["zh"] = strings.Repeat("长", 1001) }, "titles.zh", "1001"},
		{"part of itself", func(r *Record) { r.PartOf = r.ID }, "partOf", "itself"},
		{"unknown level", func(r *Record) { r.Level = "特级" }, "level", "grade-1 (一级)"},
		{"years reversed", func(r *Record) { r.Period = &Period{From: 800, To: 700} }, "period.from", "later"},
		{"year out of history", func(r *Record) { r.Period = &Period{From: 1, To: 20000} }, "period.to", "20000"},
		{"latitude", func(r *Record) { r.Place = &Place{Lat: &lat, Lon: &lon} }, "place.lat", "91"},
		{"not a number", func(r *Record) { r.Place = &Place{Lat: &nan, Lon: &lon} }, "place.lat", "NaN"},
		{"longitude alone", func(r *Record) { r.Place = &Place{Lon: &lon} }, "place", "both"},
		{"identifier", func(r *Record) { r.Identifiers = []Identifier{{Value: "1"}} }, "identifiers[0]", "type"},
		{"dimension", func(r *Record) { r.Dimensions = []Dimension{{Type: "height", Value: -1}} }, "dimensions[0].value", "-1"},
		{"rights", func(r *Record) { r.Rights = &Rights{Statement: "https://example.org/mine"} }, "rights.statement", "creativecommons"},
		{"rights of another scheme", func(r *Record) { r.Rights = &Rights{Statement: "javascript://rightsstatements.org/%0aalert(1)"} }, "rights.statement", "https"},
		{"rights by ftp", func(r *Record) { r.Rights = &Rights{Statement: "ftp://creativecommons.org/x"} }, "rights.statement", "https"},
		{"tier", func(r *Record) { r.Rights = &Rights{Tier: "secret"} }, "rights.tier", "embargoed"},
		{"reduced without pixels", func(r *Record) { r.Rights = &Rights{Tier: TierReduced} }, "rights.maxPixels", "missing"},
		{"embargo without end", func(r *Record) { r.Rights = &Rights{Tier: TierEmbargoed} }, "rights.until", "missing"},
		{"stop date", func(r *Record) { r.Stops = []Stop{{Record: "x", Date: "9.10.1936"}} }, "stops[0].date", "1936-10-09"},
		{"stop view", func(r *Record) { r.Stops = []Stop{{Record: "x", View: "pct:0,0,120,5"}} }, "stops[0].view", "region"},
		{"empty stop", func(r *Record) { r.Stops = []Stop{{}} }, "stops[0]", "caption"},
		{"relation", func(r *Record) { r.Relations = []Relation{{Record: "x"}} }, "relations[0].type", "missing"},
		{"extra", func(r *Record) { r.Extra = map[string]json.RawMessage{"a": json.RawMessage("{")} }, "extra.a", "JSON"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := validRecord()
			test.change(&r)
			_, err := newArchive(t).Normalise(t.Context(), r)
			var faults InvalidErrors
			if !errors.As(err, &faults) {
				t.Fatalf("error = %v, want InvalidErrors", err)
			}
			if faults[0].Field != test.field || !strings.Contains(faults[0].Why, test.says) {
				t.Errorf("fault = %v, want field %s and a reason with %q", faults[0], test.field, test.says)
			}
		})
	}
}

func TestNormaliseFindsEveryFault(t *testing.T) {
	t.Parallel()
	r := validRecord()
	r.Kind, r.Level, r.Titles = "dragon", "特级", nil
	_, err := newArchive(t).Normalise(t.Context(), r)
	var faults InvalidErrors
	if !errors.As(err, &faults) || len(faults) != 3 {
		t.Errorf("faults = %v, want three", err)
	}
}

func TestDecodeRecord(t *testing.T) {
	t.Parallel()
	r, err := DecodeRecord([]byte(`{"id":"a","kind":"mural","titles":{"zh":"甲"},"revision":3,"assets":[],"files":["x.tif"]}`), "files")
	if err != nil || r.ID != "a" || r.Titles["zh"] != "甲" {
		t.Fatalf("got %+v, %v", r, err)
	}
	for _, test := range []struct{ in, field, says string }{
		{`{"titel":{}}`, "titel", "not a field"},
		{`{"files":[]}`, "files", "not a field"},
		{`{"place":{"latt":1}}`, "place", "latt"},
		{`{"titles":"甲"}`, "titles", "languages"},
		{`{"period":{"from":"642"}}`, "period.from", "whole number"},
		{`{"materials":"泥"}`, "materials", "list"},
		{`{`, "", "JSON"},
		{`null`, "", "object"},
		{`[]`, "", "object"},
	} {
		_, err := DecodeRecord([]byte(test.in))
		var invalid *InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: error = %v, want an InvalidError", test.in, err)
			continue
		}
		if invalid.Field != test.field || !strings.Contains(invalid.Why, test.says) {
			t.Errorf("%s: fault = %q %q, want field %q and %q", test.in, invalid.Field, invalid.Why, test.field, test.says)
		}
	}
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	in := `{"id":"dh-220-n","collection":"dunhuang","kind":"mural","partOf":"dh-220","titles":{"en":"Medicine Buddha","zh":"药师经变"},` +
		`"period":{"term":"early-tang","from":642,"to":642,"note":{"zh":"贞观十六年"}},"place":{"name":{"zh":"敦煌市"},"lat":40.0417,"lon":94.8039,"precision":"public"},` +
		`"location":{"site":"mogao","cave":"220","surface":"north"},"dimensions":[{"type":"height","value":3.42,"unit":"m"}],` +
		`"stops":[{"record":"x","view":"pct:10,20,30,30","date":"1936-10-09"}],"extra":{"any":{"deep":[1,2.50]}}}`
	r, err := DecodeRecord([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(r)
	if err != nil || string(out) != in {
		t.Errorf("round trip:\n in  %s\n out %s (%v)", in, out, err)
	}
}

func TestTextIn(t *testing.T) {
	t.Parallel()
	text := Text{"zh-Hant": "藥師", "en": "Medicine Buddha", "fr": "Bouddha"}
	for lang, want := range map[string]string{"en": "Medicine Buddha", "zh": "藥師", "de": "Medicine Buddha", "fr-CA": "Bouddha"} {
		if got := text.In(lang); got != want {
			t.Errorf("In(%s) = %q, want %q", lang, got, want)
		}
	}
	if got := (Text{"bo": "x", "ug": "y"}).In("zh"); got != "x" {
		t.Errorf("first tag = %q, want x", got)
	}
}

func TestRightsOpen(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		rights *Rights
		want   bool
	}{
		{nil, true},
		{&Rights{}, true},
		{&Rights{Tier: TierReduced, MaxPixels: 1}, true},
		{&Rights{Tier: TierStaff}, false},
		{&Rights{Tier: TierEmbargoed, Until: "2026-11-24"}, true},
		{&Rights{Tier: TierEmbargoed, Until: "2026-11-25"}, false},
		{&Rights{Tier: TierEmbargoed}, false},
		{&Rights{Tier: "unheard-of"}, false},
	} {
		if got := test.rights.Open(day); got != test.want {
			t.Errorf("Open(%+v) = %v, want %v", test.rights, got, test.want)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	a, b := AssetID("rec", "00ff"), AssetID("re", "c00ff")
	if a == b || !ValidID(a) || a != AssetID("rec", "00ff") {
		t.Errorf("asset ids: %s %s", a, b)
	}
	if x := randomID(); !ValidID(x) || x == randomID() {
		t.Errorf("random id %s", x)
	}
	for id, want := range map[string]bool{"": false, "a": true, "A-z_9": true, "a.b": false, "a/b": false, "敦": false, "a b": false} {
		if ValidID(id) != want {
			t.Errorf("ValidID(%q) = %v", id, !want)
		}
	}
}

func TestRoleAtLeast(t *testing.T) {
	t.Parallel()
	if !RoleAdmin.AtLeast(RoleViewer) || RoleViewer.AtLeast(RoleCurator) || Role("king").AtLeast(RoleViewer) || RoleAdmin.AtLeast("king") {
		t.Error("roles are out of order")
	}
}
