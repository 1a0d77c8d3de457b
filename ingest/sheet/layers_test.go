package sheet

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// as writes the layers of a row as JSON, "" where the row says nothing about them.
func as(t *testing.T, row Row) string {
	t.Helper()
	if row.Layers == nil {
		return ""
	}
	b, err := json.Marshal(row.Layers)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLayers(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"visible; infrared": `[{"view":"1","kind":"visible"},{"view":"1","kind":"infrared"}]`,
		"可见光；红外；":           `[{"view":"1","kind":"visible"},{"view":"1","kind":"infrared"}]`,
		"\"可见光\n红外\"":       `[{"view":"1","kind":"visible"},{"view":"1","kind":"infrared"}]`,
		"-; infrared":       `[null,{"view":"1","kind":"infrared"}]`,
		"; infrared":        `[null,{"view":"1","kind":"infrared"}]`,
		"":                  `[null,null]`,
		"北壁/可见光; 南壁／可见光":    `[{"view":"北壁","kind":"visible"},{"view":"南壁","kind":"visible"}]`,
		"可见光；可见光（1943 年）":   `[{"view":"1","kind":"visible"},{"view":"1","kind":"visible","label":{"zh":"1943 年"}}]`,
		"visible; 红外（940 纳米 / 940 nm）":               `[{"view":"1","kind":"visible"},{"view":"1","kind":"infrared","label":{"en":"940 nm","zh":"940 纳米"}}]`,
		`"visible; n/infrared (new)@10, 20,300,400"`: `[{"view":"1","kind":"visible"},{"view":"n","kind":"infrared","label":{"en":"new"},"region":"10,20,300,400"}]`,
	} {
		for _, heading := range []string{"layers", "图层"} {
			row := read(t, "a.csv", "名称,文件,"+heading+"\n壁画,a.tif;b.tif,"+cell+"\n")[0]
			if row.Err != nil {
				t.Errorf("%s: %v", cell, row.Err)
			} else if diff := cmp.Diff(want, as(t, row)); diff != "" {
				t.Errorf("%s: %s", cell, diff)
			}
		}
	}
	if row := read(t, "a.csv", "名称,文件\n壁画,a.tif;b.tif\n")[0]; as(t, row) != "" {
		t.Errorf("a sheet without the column says %s", as(t, row))
	}
}

func TestLayersRefused(t *testing.T) {
	t.Parallel()
	for cell, says := range map[string]string{
		"visible; infared":            `图层: "infared": kind "infared" is not a known layer`,
		"visible":                     "names 1 layers for 2 files",
		"visible; infrared; raking":   "names 3 layers for 2 files",
		"visible; visible":            "a.tif and b.tif would both be the layer visible of view 1; name their views, such as 1/visible and 2/visible",
		`"visible; infrared@1,2,3"`:   "is not a region like 1200,800,640,480",
		"visible; infrared@10%":       "is not a region",
		"visible; (940 nm)":           "kind is missing",
		"visible; north/":             "kind is missing",
		"壁/画/可见光; 红外":                 `kind "画/可见光" is not a known layer`,
		"visible; infrared (a) (b) x": `kind "infrared (a) (b) x" is not a known layer`,
	} {
		row := read(t, "a.csv", "名称,文件,图层\n壁画,a.tif;b.tif,"+cell+"\n")[0]
		if row.Err == nil || !strings.Contains(row.Err.Error(), says) {
			t.Errorf("%s: %v, want %s", cell, row.Err, says)
		}
	}
}

func TestLayersOfLines(t *testing.T) {
	t.Parallel()
	line := func(layers string) Row {
		return read(t, "a.jsonl", `{"kind":"mural","titles":{"zh":"壁画"},"files":["a.tif","b.tif"]`+layers+"}\n")[0]
	}
	for layers, want := range map[string]string{
		"":               "",
		`,"layers":null`: "",
		`,"layers":["visible","n/红外（x）"]`:                                            `[{"view":"1","kind":"visible"},{"view":"n","kind":"infrared","label":{"en":"x"}}]`,
		`,"layers":[null,{"kind":"红外","order":2,"tier":"staff","label":{"zh":"红"}}]`: `[null,{"view":"1","kind":"infrared","label":{"zh":"红"},"order":2,"tier":"staff"}]`,
	} {
		row := line(layers)
		if row.Err != nil || as(t, row) != want {
			t.Errorf("%s: %s, %v, want %s", layers, as(t, row), row.Err, want)
		}
	}
	for layers, says := range map[string]string{
		`,"layers":"visible"`:                       "layers: is not a list of layers",
		`,"layers":["visible"]`:                     "layers: names 1 layers for 2 files",
		`,"layers":["visible","infared"]`:           `layers[1].kind: "infared" is not a known layer`,
		`,"layers":["visible",{"kind":"红外","x":1}]`: `layers[1]: has no field "x"`,
		`,"layers":["visible",3]`:                   "layers[1]: is a JSON number",
		`,"layers":["visible","visible"]`:           "layers: a.tif and b.tif would both be",
	} {
		if row := line(layers); row.Err == nil || !strings.Contains(row.Err.Error(), says) {
			t.Errorf("%s: %v, want %s", layers, row.Err, says)
		}
	}
}
