package search

import (
	"slices"
	"testing"

	"hexi/archive"
)

// What shows the same, is of the same cave or has two other things in common is alike;
// what is hidden is like nothing.
func TestSimilar(t *testing.T) {
	t.Parallel()
	records := readRecords(t, sampleRecords)
	for _, e := range records {
		e.Record.Rights = nil
	}
	ix := memory(t, records...)
	find := func(id string) *archive.Entry {
		i := slices.IndexFunc(records, func(e *archive.Entry) bool { return e.Record.ID == id })
		return records[i]
	}
	for id, test := range map[string]struct {
		first []string // the first is one of these
		why   string
	}{
		"dh-220-north":  {[]string{"dh-220", "dh-220-south"}, "cave"},
		"dh-254-sattva": {[]string{"dh-254", "dh-254-thousand"}, "cave"},
		"yr-whirlpool":  {[]string{"yr-rings", "yr-banshan", "yr-machang", "exh-pottery"}, "theme"},
		"rc-huining":    {[]string{"rc-jiangtai", "rc-shancheng"}, "theme"},
	} {
		hits, err := ix.Similar(t.Context(), find(id), Likeness{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 || !slices.Contains(test.first, hits[0].ID) || !slices.Contains(hits[0].Why, test.why) {
			t.Errorf("%s is like %+v", id, hits)
		}
		for _, h := range hits {
			if h.ID == id || len(h.Why) == 0 {
				t.Errorf("%s is like %s for %v", id, h.ID, h.Why)
			}
		}
	}
	hidden := entry(find("dh-220").Record)
	hidden.Record.Rights = &archive.Rights{Tier: archive.TierStaff}
	if err := ix.apply(t.Context(), ix.bleve, []*archive.Entry{hidden}, nil, 2); err != nil {
		t.Fatal(err)
	}
	for _, staff := range []bool{false, true} {
		hits, err := ix.Similar(t.Context(), find("dh-220-north"), Likeness{Limit: 50, Staff: staff})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(hits, func(h Hit) bool { return h.ID == "dh-220" }); got != staff {
			t.Errorf("staff %v: %v", staff, got)
		}
	}
}

func TestHue(t *testing.T) {
	t.Parallel()
	for colour, want := range map[string]string{
		"#ff0000": "0", "#ff8000": "1", "#ffff00": "2", "#00ff00": "4", "#0000ff": "8", "#ff0010": "0", "#000000": "grey-0", "#808080": "grey-1", "#ffffff": "grey-2",
		"": "", "red": "", "#12345g": "",
	} {
		if got := hue(colour); got != want {
			t.Errorf("%q is %q, not %q", colour, got, want)
		}
	}
}

// Pictures that look the same are alike though nothing said of them is, and of others those
// with more of the same colours come first.
func TestSimilarPictures(t *testing.T) {
	t.Parallel()
	rec := func(id string, look archive.Look, palette ...string) *archive.Entry {
		e := entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": id}})
		e.Assets = []archive.Asset{{
			ID: id + "-1", Record: id, Kind: archive.AssetImage, State: archive.AssetReady,
			Image: &archive.Image{Width: 10, Height: 10}, Access: &archive.Access{Version: "1", Look: look, Palette: palette, Colour: "#808080"},
		}}
		return e
	}
	const look = archive.Look(0x0f1e2d3c4b5a6978)
	asked := rec("asked", look, "#ff0000", "#00ff00", "#0000ff")
	ix := memory(t, asked, rec("copy", look^(1<<40|1<<63), "#808080"), rec("other", ^look^0xff00ff00ff00, "#101010"),
		rec("two", 0x1111222233334444, "#ff0000", "#00ff00"), rec("one", 0x5555666677778888, "#00ff00"))
	hits, err := ix.Similar(t.Context(), asked, Likeness{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, h := range hits {
		got = append(got, h.ID)
	}
	if want := []string{"copy", "two", "one"}; !slices.Equal(got, want) || !slices.Contains(hits[0].Why, "look") || !slices.Contains(hits[1].Why, "colour") {
		t.Errorf("like it are %v, want %v; %+v", got, want, hits)
	}
}
