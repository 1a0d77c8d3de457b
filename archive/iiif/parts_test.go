package iiif_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/iiif"
)

func TestNavigation(t *testing.T) {
	t.Parallel()
	lat, lon := 40.0417, 94.8039
	for _, tt := range []struct {
		period *archive.Period
		want   string
	}{
		{nil, ""},
		{&archive.Period{}, ""},
		{&archive.Period{From: 642, To: 642}, "0642-01-01T00:00:00Z"},
		{&archive.Period{From: 1936}, "1936-01-01T00:00:00Z"},
		{&archive.Period{To: 907}, "0907-01-01T00:00:00Z"},
		{&archive.Period{From: -1046, To: -771}, ""},
		{&archive.Period{From: -206, To: 220}, ""},
	} {
		r := mural()
		r.Period = tt.period
		m, err := publisher.Manifest(r, []archive.Asset{photograph("a1", 100, 100)})
		if err != nil {
			t.Fatal(err)
		}
		if m.NavDate != tt.want || m.NavPlace != nil || len(m.Context) != 1 {
			t.Errorf("%+v: navDate %q, want %q; navPlace %v in %v", tt.period, m.NavDate, tt.want, m.NavPlace, m.Context)
		}
	}
	r := mural()
	r.Place.Lat, r.Place.Lon, r.Place.Precision = &lat, &lon, "approximate"
	m, err := publisher.Manifest(r, []archive.Asset{photograph("a1", 100, 100)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"@context":["http://iiif.io/api/extension/navplace/context.json","http://iiif.io/api/presentation/3/context.json"]`,
		`"geometry":{"type":"Point","coordinates":[94.8039,40.0417]}`, `"label":{"zh":["敦煌市"]},"precision":"approximate"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}

func TestPhysicalScale(t *testing.T) {
	t.Parallel()
	size := func(w, h float64, unit string) []archive.Dimension {
		return []archive.Dimension{{Type: "height", Value: h, Unit: unit}, {Type: "width", Value: w, Unit: unit}}
	}
	for name, tt := range map[string]struct {
		kind   archive.Kind
		sizes  []archive.Dimension
		images int
		want   float64 // centimetres a pixel
	}{
		"a wall":                   {archive.KindMural, size(4, 3, "m"), 1, 0.1},
		"a page":                   {archive.KindDocument, size(200, 150, "mm"), 1, 0.005},
		"a wall with a margin":     {archive.KindMural, size(4.2, 3, "m"), 1, 0.1025},
		"a detail of it":           {archive.KindMural, size(9, 3, "m"), 1, 0},
		"two pictures":             {archive.KindMural, size(4, 3, "m"), 2, 0},
		"a bowl":                   {archive.KindRelic, size(4, 3, "cm"), 1, 0},
		"one side only":            {archive.KindMural, size(4, 0, "m"), 1, 0},
		"a unit that nobody knows": {archive.KindMural, size(4, 3, "丈"), 1, 0},
		"not measured":             {archive.KindMural, nil, 1, 0},
	} {
		r := mural()
		r.Kind, r.Dimensions = tt.kind, tt.sizes
		var assets []archive.Asset
		for i := range tt.images {
			assets = append(assets, photograph(fmt.Sprint("a", i), 4000, 3000))
		}
		m, err := publisher.Manifest(r, assets)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		if list := m.Items[0].Service; len(list) > 0 {
			if got = list[0].PhysicalScale; list[0].Profile != "http://iiif.io/api/annex/services/physdim" || list[0].PhysicalUnits != "cm" || list[0].Context == "" {
				t.Errorf("%s: %+v", name, list[0])
			}
		}
		if got != tt.want {
			t.Errorf("%s: %v cm a pixel, want %v", name, got, tt.want)
		}
	}
}

// book is a document of some pages.
func book(t *testing.T, extra map[string]string, images ...archive.Asset) *iiif.Manifest {
	t.Helper()
	r := &archive.Record{ID: "b1", Kind: archive.KindDocument, Titles: archive.Text{"zh": "甘肃通志"}, Extra: map[string]json.RawMessage{}}
	for field, v := range extra {
		if field == "category" {
			r.Category = v
			continue
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		r.Extra[field] = b
	}
	m, err := publisher.Manifest(r, images)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReading(t *testing.T) {
	t.Parallel()
	page := func(id string) archive.Asset { return photograph(id, 600, 900) }
	spread := func(id string) archive.Asset { return photograph(id, 1200, 900) }
	for name, tt := range map[string]struct {
		extra  map[string]string
		images []archive.Asset
		want   string
	}{
		"stitched, by page":        {map[string]string{"binding": "线装"}, []archive.Asset{page("1"), page("2")}, "right-to-left paged"},
		"stitched, by opening":     {map[string]string{"binding": "线装"}, []archive.Asset{spread("1"), spread("2")}, "right-to-left individuals"},
		"a scroll":                 {map[string]string{"binding": "卷轴装"}, []archive.Asset{spread("1"), spread("2")}, "right-to-left continuous"},
		"folded":                   {map[string]string{"binding": "经折装"}, []archive.Asset{page("1"), page("2")}, "right-to-left continuous"},
		"leaves of a Tibetan book": {map[string]string{"binding": "梵夹装"}, []archive.Asset{spread("1"), spread("2")}, "top-to-bottom individuals"},
		"a rare book":              {map[string]string{"category": "relic-20"}, []archive.Asset{page("1"), page("2")}, "right-to-left paged"},
		"one sheet":                {map[string]string{"binding": "线装"}, []archive.Asset{page("1")}, ""},
		"a modern one":             {nil, []archive.Asset{page("1"), page("2")}, ""},
	} {
		m := book(t, tt.extra, tt.images...)
		if got := strings.TrimSpace(m.ViewingDirection + " " + strings.Join(m.Behavior, " ")); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	var pages []archive.Asset
	for i := range 6 {
		pages = append(pages, photograph(fmt.Sprint(i+1), 600, 900))
	}
	m := book(t, map[string]string{"contents": "目录\n序……1\n卷一 2\n  建置沿革 · 2\nbackwards 1\n卷二：5\nbeyond 7\n 3\n"}, pages...)
	var got []string
	for _, r := range m.Structures {
		line := r.Label["zh"][0]
		for _, item := range r.Items {
			line += " " + item.ID[strings.LastIndexByte(item.ID, '/')+1:]
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"序 1", "卷一 2", "建置沿革 2 3 4", "卷二 5 6"}, got); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	validateManifest(t, m)
}

func TestCave(t *testing.T) {
	t.Parallel()
	cave := &archive.Record{ID: "dh-220", Collection: "dunhuang", Kind: archive.KindCave, Titles: archive.Text{"zh": "莫高窟第220窟"}}
	part := func(id, surface string, rights *archive.Rights, images ...archive.Asset) iiif.Member {
		r := mural()
		r.ID, r.PartOf, r.Titles, r.Rights = id, cave.ID, archive.Text{"zh": "画" + id}, rights
		if r.Location.Surface = surface; surface == "" {
			r.Location = nil
		}
		return iiif.Member{Record: r, Assets: images}
	}
	free := &archive.Rights{Statement: "https://creativecommons.org/publicdomain/zero/1.0/", Holder: archive.Text{"zh": "敦煌研究院"}}
	m, err := publisher.Manifest(cave, nil,
		part("n1", "north", free, photograph("a1", 1000, 800), photograph("a2", 500, 500)), part("s1", "south", nil, photograph("a3", 10, 10)),
		part("n2", "north", nil, photograph("a4", 10, 10)), part("x", "", nil, photograph("a5", 10, 10)), part("bare", "east", nil))
	if err != nil {
		t.Fatal(err)
	}
	const base = "https://archive.example.org/iiif/manifest/"
	var got []string
	for _, wall := range m.Structures {
		line := wall.Label["zh"][0]
		for _, item := range wall.Items {
			line += " | " + item.Range.Label["zh"][0]
			for _, canvas := range item.Range.Items {
				line += " " + strings.TrimPrefix(canvas.ID, base)
			}
		}
		got = append(got, line)
	}
	want := []string{"主室，北壁 | 画n1 n1/canvas/a1 n1/canvas/a2 | 画n2 n2/canvas/a4", "主室，南壁 | 画s1 s1/canvas/a3", "其他 | 画x x/canvas/a5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	first := m.Items[0]
	if len(m.Items) != 5 || first.Label["zh"][0] != "画n1 1" || first.PartOf[0].ID != base+"n1" || first.Rights != "http://creativecommons.org/publicdomain/zero/1.0/" || first.RequiredStatement == nil {
		t.Errorf("%d canvases, the first %+v", len(m.Items), first)
	}
	if m.Thumbnail == nil || m.Placeholder == nil || m.Placeholder.Width != m.Thumbnail[0].Width {
		t.Errorf("thumbnail %+v, placeholder %+v", m.Thumbnail, m.Placeholder)
	}
	validateManifest(t, m)
}

func TestStops(t *testing.T) {
	t.Parallel()
	route := &archive.Record{ID: "route", Kind: archive.KindRoute, Titles: archive.Text{"zh": "河西走廊"}, Stops: []archive.Stop{
		{Record: "a", Caption: archive.Text{"zh": "起点"}, View: "pct:50,0,50,50"}, {Caption: archive.Text{"zh": "只有文字"}},
		{Record: "b", Asset: "b2", View: "0,0,10,10"}, {Record: "closed"}, {Record: "a", View: "pct:0,0,100,100"}, {Record: "bare"},
	}}
	member := func(id string, assets ...archive.Asset) iiif.Member {
		return iiif.Member{Record: &archive.Record{ID: id, Titles: archive.Text{"zh": "题" + id}}, Assets: assets}
	}
	m, err := publisher.Manifest(route, nil, member("b", photograph("b1", 100, 100), photograph("b2", 20, 40)), member("a", photograph("a1", 200, 100)), member("bare"))
	if err != nil {
		t.Fatal(err)
	}
	var canvases []string
	for _, c := range m.Items {
		canvases = append(canvases, strings.TrimPrefix(c.ID, "https://archive.example.org/iiif/manifest/"))
	}
	if diff := cmp.Diff([]string{"a/canvas/a1", "b/canvas/b2"}, canvases); diff != "" {
		t.Errorf("canvases (-want +got):\n%s", diff)
	}
	var stops []string
	for _, r := range m.Structures {
		stops = append(stops, r.Label["zh"][0]+" "+strings.Join(r.Summary["zh"], "")+" "+r.Items[0].Part)
	}
	if diff := cmp.Diff([]string{"题a 起点 xywh=100,0,100,50", "题b  xywh=0,0,10,10", "题a  "}, stops); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	validateManifest(t, m)
}

// validateManifest holds a manifest to the official schema.
func validateManifest(t *testing.T, m *iiif.Manifest) {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, presentationSchema(t), b); err != nil {
		t.Errorf("%v\n%s", err, b)
	}
}

func TestPartsCollection(t *testing.T) {
	t.Parallel()
	site := &archive.Record{ID: "mogao", Collection: "dunhuang", Kind: archive.KindSite, Titles: archive.Text{"zh": "莫高窟"}}
	cave := &archive.Record{ID: "dh-220", PartOf: "mogao", Kind: archive.KindCave, Titles: archive.Text{"zh": "第220窟"}}
	wall := mural()
	wall.PartOf = cave.ID
	pictures := []archive.Asset{photograph("a1", 100, 80)}

	c := publisher.PartsCollection(site, pictures, false, []iiif.Member{{Record: cave, Nested: true}, {Record: wall, Assets: pictures}, {Record: &archive.Record{ID: "bare"}}})
	c.Continued("", "dh-220-n")
	const base = "https://archive.example.org/iiif/"
	var got []string
	for _, item := range c.Items {
		got = append(got, item.Type+" "+item.ID)
	}
	want := []string{"Manifest " + base + "manifest/mogao", "Collection " + base + "collection/dh-220", "Manifest " + base + "manifest/dh-220-n", "Collection " + base + "collection/mogao?after=dh-220-n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if c.PartOf[0].ID != base+"collection/dunhuang" {
		t.Errorf("part of %+v", c.PartOf)
	}
	rest := publisher.PartsCollection(cave, nil, true, []iiif.Member{{Record: wall, Assets: pictures}})
	rest.Continued("x", "")
	if rest.ID != base+"collection/dh-220?after=x" || rest.PartOf[0].ID != base+"collection/dh-220" || rest.PartOf[1].ID != base+"collection/mogao" || rest.Items[0].ID != base+"manifest/dh-220" || len(rest.Items) != 2 {
		t.Errorf("%+v", rest)
	}
	schema := presentationSchema(t)
	for _, doc := range []any{c, rest} {
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, b); err != nil {
			t.Errorf("%v\n%s", err, b)
		}
	}
}
