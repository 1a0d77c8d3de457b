package archive

import (
	"fmt"
	"strings"
	"testing"
)

// photo is an image of a record that can be shown.
func photo(id string, width, height int) Asset {
	return Asset{
		ID: id, State: AssetReady, Kind: AssetImage, Master: Master{Filename: id + ".tif"},
		Image: &Image{Width: width, Height: height}, Access: &Access{Version: "v"},
	}
}

// layer is one that is a layer of the view "1".
func layer(id string, kind LayerKind, width, height int) Asset {
	a := photo(id, width, height)
	a.Layer = &Layer{View: DefaultView, Kind: kind}
	return a
}

// tell writes views as "base[layers][parts@place]".
func tell(views []View) string {
	var out []string
	for _, v := range views {
		s := v.Base.ID + "["
		for i, a := range v.Layers {
			s += strings.Repeat(" ", min(1, i)) + a.ID
		}
		s += "]"
		for _, p := range v.Parts {
			s += fmt.Sprintf("+%s@%d,%d,%d,%d", p.Asset.ID, p.At.X, p.At.Y, p.At.W, p.At.H)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestViews(t *testing.T) {
	t.Parallel()
	with := func(a Asset, change func(*Asset)) Asset {
		change(&a)
		return a
	}
	at := func(region string) func(*Asset) { return func(a *Asset) { a.Layer.Region = region } }
	state := func(s AssetState) func(*Asset) { return func(a *Asset) { a.State = s } }
	of := func(view string) func(*Asset) { return func(a *Asset) { a.Layer.View = view } }
	for name, test := range map[string]struct {
		assets  []Asset
		want    string
		misfits string // ids
	}{
		"nothing":             {nil, "", ""},
		"no layers":           {[]Asset{photo("a", 40, 30), photo("b", 10, 20)}, "a[a] b[b]", ""},
		"what is not ready":   {[]Asset{with(photo("a", 4, 3), state(AssetRefused)), photo("b", 4, 3)}, "b[b]", ""},
		"visible light first": {[]Asset{layer("ir", "infrared", 2000, 1500), layer("uv", "ultraviolet", 4000, 3000), layer("vis", "visible", 4000, 3000)}, "vis[vis ir uv]", ""},
		"an order that is given": {
			[]Asset{with(layer("vis", "visible", 40, 30), func(a *Asset) { a.Layer.Order = 2 }), with(layer("ir", "infrared", 40, 30), func(a *Asset) { a.Layer.Order = 1 })},
			"ir[ir vis]", "",
		},
		"two views and a photograph, in the record's order": {
			[]Asset{with(layer("n", "visible", 40, 30), of("north")), photo("p", 1, 1), layer("a", "visible", 40, 30), with(layer("n2", "infrared", 40, 30), of("north")), layer("b", "raking", 40, 30)},
			"n[n n2] p[p] a[a b]", "",
		},
		"a shape within a hundredth":   {[]Asset{layer("a", "visible", 4000, 3000), layer("b", "infrared", 4039, 3000), layer("c", "x-ray", 1000, 757)}, "a[a b c]", ""},
		"a shape that is not the same": {[]Asset{layer("a", "visible", 4000, 3000), layer("b", "infrared", 4050, 3000), layer("c", "x-ray", 3000, 4000)}, "a[a] b[b] c[c]", "b c"},
		"a part":                       {[]Asset{layer("a", "visible", 4000, 3000), with(layer("b", "infrared", 800, 600), at("3600,2700,400,300"))}, "a[a]+b@3600,2700,400,300", ""},
		"a part beyond the edge":       {[]Asset{layer("a", "visible", 4000, 3000), with(layer("b", "infrared", 800, 600), at("3601,2700,400,300"))}, "a[a] b[b]", "b"},
		"a part of another shape":      {[]Asset{layer("a", "visible", 4000, 3000), with(layer("b", "infrared", 800, 600), at("0,0,300,400"))}, "a[a] b[b]", "b"},
		"parts of nothing":             {[]Asset{with(layer("b", "infrared", 800, 600), at("0,0,400,300"))}, "b[b]", "b"},
		"a base that is made again": {
			[]Asset{with(layer("a", "visible", 4000, 3000), state(AssetIdentified)), layer("b", "infrared", 2000, 1500), with(layer("c", "x-ray", 4, 3), at("0,0,400,300"))},
			"a[b]+c@0,0,400,300", "",
		},
		"only a part is ready": {
			[]Asset{with(layer("a", "visible", 4000, 3000), state(AssetIdentified)), with(layer("c", "x-ray", 4, 3), at("0,0,400,300"))}, "a[]+c@0,0,400,300", "",
		},
		"a base that was refused": {[]Asset{with(layer("a", "visible", 4000, 3000), state(AssetRefused)), layer("b", "infrared", 10, 10)}, "b[b]", "a"},
		"one without a size yet":  {[]Asset{with(layer("a", "visible", 0, 0), func(a *Asset) { a.Image, a.State = nil, AssetReceived }), layer("b", "infrared", 10, 10)}, "b[b]", ""},
	} {
		if got := tell(Views(test.assets)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		misfits := Misfits(test.assets)
		var ids []string
		for _, a := range test.assets {
			if misfits[a.ID] != nil {
				ids = append(ids, a.ID)
			}
		}
		if got := strings.Join(ids, " "); got != test.misfits {
			t.Errorf("%s: misfits %v, want %s", name, misfits, test.misfits)
		}
	}
}

func TestMisfitsSayWhy(t *testing.T) {
	t.Parallel()
	part := layer("d", "x-ray", 10, 10)
	part.Layer.Region = "90,0,20,20"
	got := Misfits([]Asset{layer("a", "visible", 100, 80), layer("b", "infrared", 100, 70), part})
	want := map[string]Text{
		"b": {"zh": "100 × 70 像素的长宽比与 a.tif（100 × 80）不同：相差 14.3%，容许 1%", "en": "its 100 × 70 pixels do not have the shape of a.tif, 100 × 80 (14.3 % off, at most 1 % fit)"},
		"d": {"zh": "局部位置 90,0,20,20 超出 a.tif 的 100 × 80 像素", "en": "its region 90,0,20,20 reaches beyond the 100 × 80 pixels of a.tif"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
}

func TestFirstOfAView(t *testing.T) {
	t.Parallel()
	part := layer("d", "x-ray", 4, 3)
	part.Layer.Region = "0,0,400,300"
	waiting := layer("a", "visible", 4000, 3000)
	waiting.State = AssetIdentified
	v := Views([]Asset{waiting, part})[0]
	if v.First().ID != "d" || v.Layered() || v.Width != 4000 {
		t.Errorf("%+v", v)
	}
	if v = Views([]Asset{layer("b", "infrared", 4, 3), layer("c", "visible", 4, 3)})[0]; v.First().ID != "c" || !v.Layered() {
		t.Errorf("%+v", v)
	}
}
