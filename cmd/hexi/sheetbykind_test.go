package main

import (
	"strings"
	"testing"
)

// Each row of one table from a site down to a scene is read, and checked, by the headings
// of its own kind.
func TestRowsAreReadByTheirOwnKind(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	lines := []string{
		"记录号,上级记录,记录类型,名称,石窟,窟号,空间,壁面,位置,时代,形制,题材,保存状况,病害,窟主,重修时代,画面范围,画面次序,大类,级别,地址",
		"mg,,site,莫高窟测试,莫高窟,,,,,十六国至元,,,,,,,,,石窟寺及石刻,全国重点文物保护单位,敦煌市",
		"mg285,mg,洞窟,第285窟,莫高窟,285,,,,西魏,覆斗顶,,一般,起甲；酥碱,曹元忠,中唐；宋,,,,,",
		"mg285-s,mg285,mural,南壁,莫高窟,285,主室,南壁,,西魏,,因缘,一般,空鼓,,,,,,,",
		"mg285-s-1,mg285-s,mural,受刑,莫高窟,285,主室,南壁,中部,西魏,,,一般,,,,,1,,,",
	}
	path := s.write("窟.csv", lines...)
	got := hexi(t, "ingest", path, "--collection", "dunhuang", "--dry-run", "--data", s.data)
	if want := "(by row: site, cave, mural, profile cave-site, cave, scene)"; !strings.Contains(got.stdout, want) {
		t.Errorf("%s\nwant %s", got.stdout, want)
	}
	for _, lost := range []string{"kept in extra", "nothing says"} {
		if strings.Contains(got.stdout+got.stderr, lost) {
			t.Errorf("%q in %s%s", lost, got.stdout, got.stderr)
		}
	}
	s.counted("the sheet", s.ingest(path, "--collection", "dunhuang"), 4, 0, 0, 0)
	want := map[string]string{
		"mg": `immovable-0400|protected-national||||`, "mg285": `|||"truncated-pyramid"|["中唐","宋"]|`,
		"mg285-s": `||||| "avadana"`, "mg285-s-1": `||middle|||1`,
	}
	for _, r := range s.records() {
		position := ""
		if r.Location != nil {
			position = r.Location.Position
		}
		says := strings.Join([]string{r.Category, r.Level, position, string(r.Extra["form"]), string(r.Extra["layers"]), string(r.Extra["sceneOrder"])}, "|")
		if theme := r.Extra["themeClass"]; theme != nil {
			says += " " + string(theme)
		}
		if says != want[r.ID] {
			t.Errorf("%s says %s, want %s", r.ID, says, want[r.ID])
		}
		if r.ID == "mg285" && (len(r.People) != 1 || r.People[0].Role != "donor") {
			t.Errorf("%s has %+v", r.ID, r.People)
		}
	}
	s.counted("the sheet again", s.ingest(path, "--collection", "dunhuang"), 0, 0, 4, 0)

	// What one kind of row may not say is told of that row.
	lines = append(lines, "mg285-s-2,mg285-s,mural,战斗,莫高窟,285,主室,南壁,,西魏,,,一般,,,,,二,,,", "mg249,mg,cave,第249窟,莫高窟,249,,,,西魏,无形,,一般,,,,,,,,")
	faulty := s.ingest(s.write("窟.csv", lines...), "--collection", "dunhuang")
	s.counted("the faulty sheet", faulty, 0, 0, 4, 2)
	for i, want := range []string{"画面次序", "extra.form"} {
		if i >= len(faulty.Failed) || faulty.Failed[i].Field != want {
			t.Errorf("refused: %+v, want %s", faulty.Failed, want)
		}
	}
}

// A column that is only called 单位 is that of the measure before it there too, as in a
// table of one kind.
func TestUnitsOfRowsByTheirOwnKind(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	path := s.write("表.csv", "记录号,记录类型,名称,高,单位", "jar,relic,罐,3,mm", "fort,site,城址,4,mm")
	s.counted("the sheet", s.ingest(path, "--collection", "dunhuang"), 2, 0, 0, 0)
	for _, r := range s.records() {
		if len(r.Dimensions) != 1 || r.Dimensions[0].Unit != "mm" {
			t.Errorf("%s has %+v", r.ID, r.Dimensions)
		}
	}
}
