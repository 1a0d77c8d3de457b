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
