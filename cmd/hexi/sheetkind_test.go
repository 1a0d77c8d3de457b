package main

import (
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/vocab"
	"hexi/ingest/sheet"
)

// rowsTable opens a sheet of separated values with the vocabularies that hexi comes with.
func rowsTable(t *testing.T, name string, lines ...string) *sheet.Table {
	t.Helper()
	v, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sheet.Open(name, strings.NewReader(strings.Join(lines, "\n")+"\n"),
		sheet.Options{Collection: "dunhuang", Vocabulary: v, Profiles: v.Profiles()})
	if err != nil {
		t.Fatal(err)
	}
	return s.Tables[0]
}

// A sheet with the headings of a profile, and nothing else that says what its rows are, is
// read by that profile, in either language.
func TestHeadingsTellTheKindAndTheProfile(t *testing.T) {
	t.Parallel()
	v, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Profiles() {
		for _, lang := range []string{"zh", "en"} {
			var headings, cells []string
			for _, f := range p.Fields {
				cell := ""
				if f.Path == "titles.zh" {
					cell = "甲"
				}
				label := f.Label.In(lang)
				if strings.Contains(label, ",") {
					label = `"` + label + `"`
				}
				headings, cells = append(headings, label), append(cells, cell)
			}
			table := rowsTable(t, "s.csv", strings.Join(headings, ","), strings.Join(cells, ","))
			if table.Kind() != p.Kind || table.Profile() != p.Code {
				t.Errorf("%s in %s is read as %s, profile %s", p.Code, lang, table.Kind(), table.Profile())
			}
			if len(table.Notes) > 0 {
				t.Errorf("%s in %s: %s", p.Code, lang, table.Notes[0].Why)
			}
		}
	}
}

// Sheets as people write them, without the half of a profile's fields and with fields of
// their own.
func TestNaturalHeadingsTellTheKind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		headings, cells string
		kind            archive.Kind
		profile         string
	}{
		{"名称,其他名称,编码,工作编号,长城资源类型,单体建筑类型,时代,地点,纬度,经度,高程,材质,平面形制,剖面形制,高,宽,长,保存现状,损毁情况,病害,损毁原因,调查人,调查日期", "嘉峪关段墙体,,,,墙体,,明", archive.KindSite, "great-wall"},
		{"记录号,上级记录,名称,石窟,窟号,伯希和编号,形制,时代,重修时代,朝向,高,宽,进深,窟主,内容总录,保存状况,病害,采集日期,采集方式", "m285,,第285窟,莫高窟,285", archive.KindCave, "cave"},
		{"石窟,窟号,伯希和编号,形制,进深,窟主", "莫高窟,285", archive.KindCave, "cave"},
		{"记录号,上级记录,名称,石窟,窟号,空间,壁面,位置,时代,题材,主题,内容,榜题,工艺,颜料,高,宽,保存状况,病害,采集日期,采集人,分辨率", "m285-s,m285,第285窟南壁,莫高窟,285", archive.KindMural, "mural"},
		{"名称,空间,壁面,题材,榜题,颜料", "南壁,主室,南壁", archive.KindMural, "mural"},
		{"记录号,上级记录,名称,石窟,窟号,空间,壁面,时代,内容,画面范围,画面次序,保存状况", "m285-s-1,m285-s,受刑,莫高窟,285", archive.KindMural, "scene"},
		{"总登记号,名称,年代,质地,类别,级别,数量,来源,完残程度,保存状态,备注", "1,陶罐,汉,陶,陶器,一般", archive.KindRelic, "movable-relic"},
		{"总登记号,名称,质地,级别,完残程度,病害,采集日期,朝向", "1,石佛,石,一般", archive.KindRelic, ""},
		{"总登记号,名称,质地,出土地点,经度,纬度,海拔", "1,陶罐,陶", archive.KindRelic, ""},
		{"索书号,总登记号,题名,责任者,版本,刊刻年代,卷数,存卷,文种,装帧,行款,质地,册数,高,宽,类别,级别,完残程度,保存状态,来源,题跋,钤印,备注", "善001,G1,妙法莲华经", archive.KindDocument, "document"},
		{"名称,类别,年代,地址", "甲,古墓葬,汉", archive.KindSite, ""},
		{"姓名或番号,出生年,去世年,职务,籍贯,事迹", "董振堂,1895,1937", archive.KindEvent, "red-person"},
	} {
		table := rowsTable(t, "s.csv", test.headings, test.cells)
		if table.Kind() != test.kind || test.profile != "" && table.Profile() != test.profile {
			t.Errorf("%.40s is read as %s, profile %s, want %s, %s", test.headings, table.Kind(), table.Profile(), test.kind, test.profile)
		}
	}
}

// A class that relics and sites both have is that of the sheet's rows; a row whose class is
// of another kind than theirs is told.
func TestClassesOfBothKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		head string
		rows []string
		want string
	}{
		{"总登记号,名称,年代,质地,类别,级别,完残程度", []string{"1,木构件,清,木,其他,一般,完整", "2,陶罐,汉,陶,陶器,一般,完整", "3,石刻,唐,石,石窟寺及石刻,一般,完整"},
			"relic relic-35; relic 陶器; site 石窟寺及石刻 类别: \"石窟寺及石刻\" is a class of 遗址与建筑, while the sheet is one of 文物"},
		{"名称,年代,地址,类别", []string{"甲,汉,敦煌市,古遗址", "乙,清,敦煌市,其他"}, "site 古遗址; site immovable-0600"},
		{"名称,年代,类别", []string{"乙,清,其他"}, "relic relic-35"},
		{"记录类型,名称,类别", []string{"site,甲,其他", "文物,乙,其他"}, "site immovable-0600; 文物 relic-35"},
	} {
		var got []string
		for row := range rowsTable(t, "s.csv", append([]string{test.head}, test.rows...)...).Rows() {
			if row.Passed != "" {
				continue
			}
			says := string(row.Record.Kind) + " " + row.Record.Category
			for _, n := range row.Notes {
				why, _, _ := strings.Cut(n.Why, ";")
				says += " " + n.Field + ": " + why
			}
			got = append(got, says)
		}
		if got := strings.Join(got, "; "); got != test.want {
			t.Errorf("%s: %s, want %s", test.head, got, test.want)
		}
	}
}
