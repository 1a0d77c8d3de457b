package sheet

import (
	"fmt"
	"strings"
	"testing"

	"hexi/archive"
)

// A unit in a column of its own is that of the measures beside it.
func TestColumnsOfUnits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, lines, dimensions, note string }{
		{"of the mass", "具体质量,质量单位\n8,g", "[{mass 8 g }]", ""},
		{"in Chinese", "具体质量,质量单位\n8,克", "[{mass 8 g }]", ""},
		{"under a heading over both", "质量,\n具体质量,质量单位\n1.2,吨", "[{mass 1.2 t }]", ""},
		{"not said in a row", "质量,质量单位\n8,", "[{mass 8 kg }]", ""},
		{"known not to be said", "质量,质量单位\n8,/", "[{mass 8 kg }]", ""},
		{"before the measure", "质量单位,质量\n克,8", "[{mass 8 g }]", ""},
		{"not known", "质量,质量单位\n8,qian", "[{mass 8 qian }]", `质量单位: "qian" is no unit of this measure`},
		{"of something else", "质量,质量单位\n8,cm", "[{mass 8 cm }]", `质量单位: "cm" is no unit of this measure`},
		{"other than in the cell", "质量,质量单位\n8kg,g", "[{mass 8 kg }]", "质量单位: says g, and the measure itself 8 kg, which counts"},
		{"other than in the heading", "质量(kg),质量单位\n8,g", "[{mass 8 g }]", "质量单位: says g, which counts, and the heading of the measure says kg"},
		{"as in the heading", "质量(g),质量单位\n8,g", "[{mass 8 g }]", ""},
		{"of all lengths", "长,宽,高,质量,面积,尺寸单位\n120,50,30,8,2,mm", "[{length 120 mm } {width 50 mm } {height 30 mm } {mass 8 kg } {area 2 m² }]", ""},
		{"of measures in words", "尺寸,尺寸单位\n高12、口径8,毫米", "[{height 12 mm } {mouth-diameter 8 mm }]", ""},
		{"called 单位 behind one", "质量,单位,高\n8,克,3", "[{mass 8 g } {height 3 cm }]", ""},
		{"called 单位 behind several", "质量,长,高,单位\n8,4,3,mm", "[{mass 8 kg } {length 4 mm } {height 3 mm }]", ""},
		{"called 单位 behind each", "高,单位,质量,单位\n3,mm,8,g", "[{height 3 mm } {mass 8 g }]", ""},
		{"called 单位 under 外形尺寸", "外形尺寸,,\n高,宽,单位\n3,4,mm", "[{height 3 mm } {width 4 mm }]", ""},
		{"an institution", "高,单位\n3,敦煌市博物馆", "[{height 3 cm }]", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := strings.Split(test.lines, "\n")
			for i := range lines {
				front := [2]string{"A1", "罐"}
				if i < len(lines)-1 {
					front = [2]string{}
				}
				if i == len(lines)-2 {
					front = [2]string{"总登记号", "名称"}
				}
				lines[i] = front[0] + "," + front[1] + "," + lines[i]
			}
			rows := read(t, "a.csv", strings.Join(lines, "\n")+"\n")
			if len(rows) != 1 || rows[0].Err != nil {
				t.Fatalf("%+v", rows)
			}
			row := rows[0]
			if got := fmt.Sprint(row.Record.Dimensions); got != test.dimensions {
				t.Errorf("%s, want %s", got, test.dimensions)
			}
			notes := ""
			for _, n := range row.Notes {
				notes += n.Field + ": " + n.Why + "\n"
				if said := Reason("zh", n.Cause); said == n.Why {
					t.Errorf("not in Chinese: %s", said)
				}
			}
			if test.note == "" && notes != "" || !strings.Contains(notes, test.note) {
				t.Errorf("notes %q, want %q", notes, test.note)
			}
			if test.name == "an institution" && string(row.Record.Extra["单位"]) != `"敦煌市博物馆"` {
				t.Errorf("extra: %v", row.Record.Extra)
			}
		})
	}
	rows := read(t, "a.csv", "总登记号,名称,数量,单位\nA1,罐,3,件\n")
	if got := rows[0].Record.Quantity; got == nil || *got != (archive.Quantity{Value: 3, Unit: "件"}) {
		t.Errorf("the quantity: %+v", got)
	}
}

// The official forms measure sites, caves and their walls in metres, things in centimetres.
func TestUnitsOfKinds(t *testing.T) {
	t.Parallel()
	wall := []archive.Profile{{Code: "wall-surface", Kind: archive.KindMural, Fields: []archive.Field{{Path: "extra.wallShape", Label: archive.Text{"zh": "壁形"}, Type: archive.TypeText}}}}
	for _, test := range []struct {
		kind     archive.Kind
		profiles []archive.Profile
		want     string
	}{
		{archive.KindSite, nil, "[{height 7 m } {length 1200 m } {mass 2 kg } {area 3 m² }]"},
		{archive.KindCave, nil, "[{height 7 m } {length 1200 m } {mass 2 kg } {area 3 m² }]"},
		{archive.KindMural, wall, "[{height 7 m } {length 1200 m } {mass 2 kg } {area 3 m² }]"},
		{archive.KindMural, nil, "[{height 7 cm } {length 1200 cm } {mass 2 kg } {area 3 m² }]"},
		{archive.KindRelic, nil, "[{height 7 cm } {length 1200 cm } {mass 2 kg } {area 3 m² }]"},
	} {
		s, err := Open("a.csv", strings.NewReader("名称,高,长,质量,面积,壁形\n甲,7,1200,2,3,方\n"), Options{Collection: "dunhuang", Kind: test.kind, Vocabulary: terms{}, Profiles: test.profiles})
		must(t, err)
		rows, _ := rowsOf(s.Tables[0])
		if got := fmt.Sprint(rows[0].Record.Dimensions); got != test.want {
			t.Errorf("%s: %s, want %s", test.kind, got, test.want)
		}
	}
}

// A measure without a unit is in doubt where others of its column have one.
func TestMeasuresWithAndWithoutUnits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, sheet, want string }{
		{"mixed", "名称,高,宽\n甲,7,3\n乙,6.5米,4\n丙,/,5\n", `2 高 "7" has no unit, and other cells of the column have one (1 have, 1 have none); it is taken as m: write the unit if that is not meant`},
		{"the heading says it", "名称,高(cm)\n甲,7\n乙,6.5米\n", ""},
		{"a column says it", "名称,高,尺寸单位\n甲,7,cm\n乙,6.5米,\n", ""},
		{"all with", "名称,高\n甲,7m\n乙,6.5米\n", ""},
		{"many without", "名称,高\n甲,7m\n乙,1\n丙,2\n丁,3\n戊,4\n己,5\n庚,6\n", `3 高 "1" has no unit, and other cells of the column have one (1 have, 6 have none); it is taken as m: write the unit if that is not meant`},
	} {
		s, err := Open("a.csv", strings.NewReader(test.sheet), Options{Collection: "dunhuang", Kind: archive.KindSite, Vocabulary: terms{}})
		must(t, err)
		survey := s.Tables[0].NewSurvey()
		for row := range s.Rows() {
			survey.Add(row)
		}
		var got []string
		for row := range s.Rows() {
			for _, n := range survey.Doubts(row) {
				got = append(got, fmt.Sprint(row.Number, " ", n.Field, " ", n.Why))
				if Reason("zh", n.Cause) == n.Why {
					t.Errorf("not in Chinese: %s", n.Why)
				}
			}
		}
		if said := strings.Join(got, "\n"); said != test.want {
			t.Errorf("%s: %s, want %s", test.name, said, test.want)
		}
	}
}
