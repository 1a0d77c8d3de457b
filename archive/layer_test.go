package archive

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestNormaliseLayer(t *testing.T) {
	t.Parallel()
	got, err := NormaliseLayer(fixedTerms{}, Layer{
		Kind: "红外", Label: Text{"zh": " 940 纳米 ", "en": ""}, Region: " 10, 20, 300,400 ", Tier: TierEmbargoed, Until: "2030-01-01",
	})
	want := Layer{View: "1", Kind: "infrared", Label: Text{"zh": "940 纳米"}, Region: "10,20,300,400", Tier: TierEmbargoed, Until: "2030-01-01"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = NormaliseLayer(fixedTerms{}, Layer{View: "north", Kind: "visible", Tier: TierPublic}); err != nil || got.View != "north" || got.Tier != "" {
		t.Errorf("%+v, %v", got, err)
	}
	for field, l := range map[string]Layer{
		"kind":   {Kind: "infared"},
		"view":   {Kind: "visible", View: strings.Repeat("壁", 65)},
		"label":  {Kind: "visible", Label: Text{"not a tag": "x"}},
		"order":  {Kind: "visible", Order: -1},
		"region": {Kind: "visible", Region: "pct:1,2,3,4"},
		"tier":   {Kind: "visible", Tier: "secret"},
		"until":  {Kind: "visible", Tier: TierEmbargoed},
	} {
		_, err := NormaliseLayer(fixedTerms{}, l)
		var faults InvalidErrors
		if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, region := range []string{"1,2,3", "1,2,0,4", "-1,2,3,4", "1,2,3,4,5", "1.5,2,3,4", "9999999999,0,1,1"} {
		if _, err := NormaliseLayer(fixedTerms{}, Layer{Kind: "visible", Region: region}); err == nil {
			t.Errorf("the region %s is taken", region)
		}
	}
	for _, l := range []Layer{{Kind: ""}, {Kind: "visible", Until: "2030-01-01"}, {Kind: "visible", Tier: TierEmbargoed, Until: "soon"}} {
		if _, err := NormaliseLayer(fixedTerms{}, l); err == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}

// TestHideLayers: what is closed is not named to the public, and what was measured on
// a closed base stands by itself.
func TestHideLayers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	entry := func(tier Tier, until string) *Entry {
		base, detail := layer("base", "visible", 4000, 3000), layer("detail", "infrared", 400, 300)
		base.Layer.Tier, base.Layer.Until, detail.Layer.Region = tier, until, "100,100,400,300"
		return &Entry{Assets: []Asset{base, detail}, Record: Record{Inscriptions: []Inscription{{Text: "题", Region: &Region{Asset: "base"}}}}}
	}
	for _, test := range []struct {
		tier  Tier
		until string
		seen  int
	}{{"", "", 2}, {TierStaff, "", 1}, {TierEmbargoed, "2026-11-25", 1}, {TierEmbargoed, "2026-11-24", 2}} {
		e := entry(test.tier, test.until)
		e.HideLayers(now)
		if len(e.Assets) != test.seen {
			t.Errorf("%s until %q: %d assets are seen", test.tier, test.until, len(e.Assets))
		}
		if open := test.seen == 2; (e.Assets[len(e.Assets)-1].Layer != nil) != open || (e.Record.Inscriptions[0].Region != nil) != open {
			t.Errorf("%s until %q: %+v, %+v", test.tier, test.until, e.Assets, e.Record.Inscriptions)
		}
	}
}
