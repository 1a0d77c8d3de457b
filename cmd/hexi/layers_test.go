package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// A sheet says which of a row's files are layers of one view; what does not fit is
// told, the same again changes nothing, and a mended sheet changes what it mends.
func TestLayersOfASheet(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		wall := pattern(900, 600, 2)
		fileOf(t, dir, "p/m45.png", asPNG(t, wall))
		fileOf(t, dir, "p/m45-ir.jpg", asJPEG(t, wall, 60)) // looks the same, and is not told as a near duplicate
		fileOf(t, dir, "p/m45-uv.png", asPNG(t, pattern(300, 300, 1)))
		sheet := func(kinds string) string {
			return fileOf(t, dir, "s.csv", []byte("id,名称,kind,文件,图层\nm45,壁画,mural,m45.png; m45-ir.jpg; m45-uv.png,"+kinds+"\nm46,另一壁画,mural,m45.png,红处\n"))
		}
		ingest := func(kinds string) (report, string) {
			args := append([]string{"ingest", filepath.Join(dir, "p"), sheet(kinds), "--collection", "dunhuang", "--publish"}, flags...)
			r := readReport(t, hexi(t, append(args, "--json")...))
			return r, hexi(t, args...).stdout
		}
		r, again := ingest("可见光；红外（940 纳米）；紫外")
		if r.Assets["ready"] != 3 || r.Layers != 3 || len(r.Failed) != 1 || len(r.Notes) != 1 {
			t.Fatalf("%+v", r)
		}
		if f := r.Failed[0]; f.Item != "s.csv row 3" || f.Field != "图层" || !strings.Contains(f.Why, "红外") {
			t.Errorf("an unknown kind: %+v", f)
		}
		if n := r.Notes[0]; n.Code != "layer-does-not-fit" || n.Item != "s.csv row 2, m45-uv.png" || n.Field != "layers" || !strings.Contains(n.Why, "300 × 300 pixels do not have the shape of m45.png") {
			t.Errorf("one that does not fit: %+v", n)
		}
		if strings.Contains(again, "\nlayers: ") || !strings.Contains(again, "records: 0 created, 0 updated, 1 unchanged") {
			t.Errorf("again: %s", again)
		}
		if r, _ = ingest(`"可见光；红外（940 纳米）；紫外@10,10,200,200"`); r.Layers != 1 || len(r.Notes) != 0 || r.Records["unchanged"] != 1 {
			t.Errorf("mended: %+v", r)
		}
		address, _ := serve(t, flags...)
		status, body := fetch(t, address+"/iiif/manifest/m45")
		var m struct {
			Items []struct {
				Width, Height int
				Items         []struct {
					Items []struct {
						Body struct {
							Type  string
							Items []struct{ Label map[string][]string }
						}
						Target string
					}
				}
			}
		}
		if err := json.Unmarshal(body, &m); status != http.StatusOK || err != nil || len(m.Items) != 1 || m.Items[0].Width != 900 {
			t.Fatalf("%d %v %s", status, err, body)
		}
		painted := m.Items[0].Items[0].Items
		if len(painted) != 2 || painted[0].Body.Type != "Choice" || painted[0].Body.Items[1].Label["zh"][0] != "红外（940 纳米）" || !strings.HasSuffix(painted[1].Target, "#xywh=10,10,200,200") {
			t.Errorf("%+v", painted)
		}
	})
}
