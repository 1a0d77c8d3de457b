package archive

import (
	"strings"
	"testing"
	"time"
)

// script is a text that can be read.
func script(filename string) Asset {
	return Asset{ID: filename, Kind: AssetText, State: AssetReady, Master: Master{Filename: filename}, Access: &Access{Version: "v", Pages: 1}}
}

// tellTexts writes page texts as "text@image".
func tellTexts(pages []PageText) string {
	var out []string
	for _, p := range pages {
		s := p.Text.ID + "@"
		if p.Image != nil {
			s += p.Image.ID
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestPageTexts(t *testing.T) {
	t.Parallel()
	replaced := photo("better", 10, 10)
	replaced.Replaces, replaced.Place = "f009", "f009"
	old := photo("f009", 5, 5)
	old.ReplacedBy = "better"
	waiting := script("f001.txt")
	waiting.State = AssetIdentified
	coming := Asset{ID: "coming", Kind: AssetImage, State: AssetReceived, Master: Master{Filename: "f001.alto.xml"}}
	for _, test := range []struct {
		name   string
		assets []Asset
		want   string
	}{
		{"in the order of the images", []Asset{photo("f001", 9, 9), photo("f002", 9, 9), script("f002.txt"), script("F001.XML")}, "F001.XML@f001 f002.txt@f002"},
		{"with the image's own ending", []Asset{photo("f001", 9, 9), script("f001.tif.hocr")}, "f001.tif.hocr@f001"},
		{"places before none", []Asset{photo("f001", 9, 9), script("f001.txt"), script("f001.alto.xml")}, "f001.alto.xml@f001"},
		{"without an image", []Asset{script("notes.txt"), photo("f001", 9, 9)}, "notes.txt@"},
		{"not ready", []Asset{waiting, photo("f001", 9, 9)}, ""},
		{"what is not known to be a text yet names no image", []Asset{coming, photo("f001", 9, 9), script("f001.xml")}, "f001.xml@f001"},
		{"by the name of the scan before", []Asset{replaced, script("f009.xml")}, "f009.xml@better"},
		{"which another has now", []Asset{replaced, photo("f009x", 9, 9), script("f009x.xml")}, "f009x.xml@f009x"},
	} {
		e := &Entry{Assets: test.assets, Earlier: []Asset{old}}
		if got := tellTexts(e.PageTexts()); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestTextsOfClosedImagesAreClosed(t *testing.T) {
	t.Parallel()
	closed := photo("f001", 9, 9)
	closed.Layer = &Layer{View: "1", Kind: LayerVisible, Tier: TierStaff}
	unread := script("f001.alto.xml")
	unread.State = AssetIdentified
	all := func() *Entry {
		return &Entry{Assets: []Asset{closed, photo("f002", 9, 9), script("f001.xml"), script("f002.xml"), script("f001.txt"), script("f002.txt"), script("whole.txt"), unread}}
	}
	e := all()
	e.HideLayers(time.Unix(0, 0))
	var left []string
	for _, a := range e.Assets {
		left = append(left, a.ID)
	}
	if got, want := strings.Join(left, " "), "f002 f002.xml"; got != want {
		t.Errorf("the public is left %s, want %s", got, want)
	}
	e = all()
	e.Assets[0].Layer = nil
	e.HideLayers(time.Unix(0, 0))
	if len(e.Assets) != 8 {
		t.Errorf("of a record that is open %d assets are left", len(e.Assets))
	}
}
