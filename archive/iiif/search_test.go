package iiif_test

import (
	"net/url"
	"testing"

	"hexi/archive"
	"hexi/archive/iiif"
)

// Places on an image come onto the canvas of its view: of a layer in another size, of a part
// of the view, and where the public sees fewer pixels.
func TestOnCanvas(t *testing.T) {
	t.Parallel()
	layer := func(id string, w, h int, l archive.Layer) archive.Asset {
		a := photograph(id, w, h)
		a.Layer = &l
		return a
	}
	assets := []archive.Asset{
		layer("base", 1000, 800, archive.Layer{View: "1", Kind: archive.LayerVisible}),
		layer("half", 500, 400, archive.Layer{View: "1", Kind: "infrared"}),
		layer("part", 400, 400, archive.Layer{View: "1", Kind: "raking", Region: "100,200,200,200"}),
	}
	views := archive.Views(assets)
	if len(views) != 1 {
		t.Fatalf("%d views", len(views))
	}
	reduced := &archive.Record{ID: "r", Rights: &archive.Rights{Tier: archive.TierReduced, MaxPixels: 200_000}}
	for _, test := range []struct {
		record *archive.Record
		image  int
		at     archive.Box
		want   archive.Box
		ok     bool
	}{
		{&archive.Record{}, 0, archive.Box{X: 10, Y: 20, W: 30, H: 40}, archive.Box{X: 10, Y: 20, W: 30, H: 40}, true},
		{&archive.Record{}, 1, archive.Box{X: 10, Y: 20, W: 30, H: 40}, archive.Box{X: 20, Y: 40, W: 60, H: 80}, true},
		{&archive.Record{}, 2, archive.Box{X: 100, Y: 0, W: 200, H: 400}, archive.Box{X: 150, Y: 200, W: 100, H: 200}, true},
		{&archive.Record{}, 2, archive.Box{X: 390, Y: 390, W: 100, H: 100}, archive.Box{X: 295, Y: 395, W: 5, H: 5}, true},
		{reduced, 0, archive.Box{X: 100, Y: 200, W: 100, H: 100}, archive.Box{X: 50, Y: 100, W: 50, H: 50}, true},
		{&archive.Record{}, 0, archive.Box{X: 1000, Y: 0, W: 10, H: 10}, archive.Box{}, false},
		{&archive.Record{}, 0, archive.Box{}, archive.Box{}, false},
	} {
		got, ok := publisher.OnCanvas(test.record, views[0], &assets[test.image], test.at)
		if ok != test.ok || ok && got != test.want {
			t.Errorf("%v on %s is %v, %v, want %v", test.at, assets[test.image].ID, got, ok, test.want)
		}
	}
	if _, ok := publisher.OnCanvas(reduced, views[0], &archive.Asset{ID: "text"}, archive.Box{W: 1, H: 1}); ok {
		t.Error("something stands on what is no image")
	}
}

func TestRegionBox(t *testing.T) {
	t.Parallel()
	for xywh, want := range map[string]archive.Box{
		"10,20,30,40": {X: 10, Y: 20, W: 30, H: 40}, "pct:50,25,50,10": {X: 100, Y: 25, W: 100, H: 10}, "pct:0.3,0,0.4,1": {X: 0, Y: 0, W: 2, H: 1},
		"": {}, "1,2,3": {}, "pct:": {}, "a,b,c,d": {}, "0,0,0,5": {}, "-1,0,5,5": {}, "NaN,0,1,1": {}, "1e300,0,1,1": {}, "1,2,3,4,5": {},
	} {
		got, ok := iiif.RegionBox(xywh, 200, 100)
		if ok != (want != archive.Box{}) || ok && got != want {
			t.Errorf("%q is %v, %v, want %v", xywh, got, ok, want)
		}
	}
}

// What stands around a match is cut on the borders of characters, and a match without a
// place is on all of its canvas.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	text := "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃，辰宿列張"
	at := len("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒")
	page := publisher.SearchPage(iiif.Search{
		Record: "r", Query: url.Values{"q": {"日月"}}, Page: 1, Pages: 3, Before: 100, Total: 201,
		Hits: []iiif.SearchHit{{Canvas: "c", Source: "page-1", Text: text, Start: at, End: at + len("日月")}},
	})
	if len(page.Items) != 1 || page.Items[0].Target != publisher.CanvasID("r", "c") || page.Items[0].Body.Value != "日月" {
		t.Errorf("%+v", page.Items)
	}
	quote := page.Annotations[0].Items[0].Target[0].Selector[0]
	if quote.Prefix != text[:at] || quote.Suffix != "盈昃，辰宿列張" || quote.Exact != "日月" {
		t.Errorf("%+v", quote)
	}
	whole := publisher.SearchID("r") + "?q=%E6%97%A5%E6%9C%88"
	if page.ID != whole+"&page=1" || page.Prev.ID != whole || page.Next.ID != whole+"&page=2" || page.PartOf.First.ID != whole || page.PartOf.Last.ID != whole+"&page=2" || *page.StartIndex != 100 || page.PartOf.Total != 201 {
		t.Errorf("%+v %+v", page, page.PartOf)
	}
}
