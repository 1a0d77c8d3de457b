package main

import (
	"encoding/json"
	"strings"
	"testing"

	"hexi/archive"
)

// A cell says a region on the row's one image by its numbers alone, and on one of several
// by the file's name before them; the image of the wall that a scene is part of counts
// where the row has none. The same sheet again changes nothing.
func TestRegionsOfASheet(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	for i, name := range []string{"one.jpg", "left.jpg", "right wall.jpg", "wall.jpg"} {
		fileOf(t, s.dir, "photos/"+name, photo(t, i+1, 700, 500))
	}
	photos := s.dir + "/photos"
	s.counted("the wall", s.ingest(s.write("walls.csv", "id,名称,文件", "w,北壁,wall.jpg"), photos, "--collection", "dunhuang", "--kind", "mural"), 1, 0, 0, 0)
	sheet := s.write("scenes.csv", "id,名称,上级记录,画面范围,画面次序,文件",
		`a,甲,,"10,20,300,400",1,one.jpg`,
		`b,乙,,"left.jpg 10,20,30,40；RIGHT WALL pct:1, 2, 3, 4",2,left.jpg；right wall.jpg`,
		`c,丙,w,"5,6,7,8",3,`,
		`d,丁,,"10,20,30,40",4,left.jpg；one.jpg`,
		`e,戊,,"10,20,30,40",5,`,
		`f,己,,"10,20,30",6,one.jpg`)
	scenes := []string{sheet, photos, "--collection", "dunhuang", "--kind", "mural"}
	for _, test := range []struct {
		how  []string
		want []int
	}{{[]string{"--dry-run"}, []int{3, 0, 0, 3}}, {nil, []int{3, 0, 0, 3}}, {nil, []int{0, 0, 3, 3}}} {
		r := s.ingest(append(scenes, test.how...)...)
		s.counted("the scenes", r, test.want...)
		told := ""
		for _, f := range r.Failed {
			told += f.Item + " " + f.Column + " " + f.Why + "\n"
		}
		for _, want := range []string{
			`scenes.csv row 5 D "10,20,30,40" names no image, and the row has 2: write the file's name before the numbers, as in "left.jpg 10,20,30,40"`,
			`scenes.csv row 6 D "10,20,30,40" names no image, and the row has none`, `scenes.csv row 7 D "10,20,30" is not a region`,
		} {
			if !strings.Contains(told, want) {
				t.Errorf("%q is not told:\n%s", want, told)
			}
		}
	}
	h := openedHouse(t, []string{"--data", s.data})
	for id, want := range map[string][]string{"a": {"one.jpg 10,20,300,400"}, "b": {"left.jpg 10,20,30,40", "right wall.jpg pct:1,2,3,4"}, "c": {"wall.jpg 5,6,7,8"}} {
		e, err := h.archive.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var regions []archive.Region
		if err := json.Unmarshal(e.Record.Extra["regions"], &regions); err != nil {
			t.Fatalf("%s: %s: %v", id, e.Record.Extra["regions"], err)
		}
		var got []string
		for _, region := range regions {
			a, err := h.archive.Asset(t.Context(), region.Asset)
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			got = append(got, a.Master.Filename+" "+region.XYWH)
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
