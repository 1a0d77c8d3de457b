package sheet

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What was refused in a sheet for how the workbook keeps it is refused in its report, too,
// until somebody types over it; and what is typed is taken.
func TestReportIsRefusedAgain(t *testing.T) {
	t.Parallel()
	data := partsOf(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` +
		`<row r="1"><c t="str"><v>总登记号</v></c><c t="str"><v>名称</v></c><c t="str"><v>年代</v></c></row>` +
		`<row r="2"><c><v>620924000000000123</v></c><c t="str"><v>碗</v></c><c t="str"><v>唐</v></c></row>` +
		`<row r="3"><c t="str"><v>0012</v></c><c t="str"><v>瓶</v></c><c><f>A1&amp;A2</f></c></row>` +
		`<row r="4"><c t="str"><v>0013</v></c><c t="str"><v>罐</v></c><c t="e"><v>#N/A</v></c></row>` +
		`<row r="5"><c t="str"><v>0014</v></c><c t="str"><v>盘</v></c><c t="str"><v>唐</v></c></row>` +
		`</sheetData></worksheet>`})
	refused := func(data []byte) (out []int) {
		t.Helper()
		rows, _ := rowsOf(openBytes(t, "a.xlsx", data).Tables[0])
		for _, row := range rows {
			if row.Err != nil {
				out = append(out, row.Number)
			}
		}
		return out
	}
	first := refused(data)
	if fmt.Sprint(first) != "[2 3 4]" {
		t.Fatalf("the sheet: rows %v are refused", first)
	}
	report := reviewOf(t, "a.xlsx", data)
	if got := refused(report); fmt.Sprint(got) != fmt.Sprint(first) {
		t.Errorf("the report as it is: rows %v are refused", got)
	}
	f, err := excelize.OpenReader(bytes.NewReader(report))
	must(t, err)
	defer f.Close() //nolint:errcheck // written to a buffer
	tab := f.GetSheetList()[1]
	for cell, value := range map[string]string{"C2": "620924000000000000", "E3": "汉", "E4": "汉"} {
		must(t, f.SetCellStr(tab, cell, value))
	}
	var mended bytes.Buffer
	must(t, f.Write(&mended))
	if got := refused(mended.Bytes()); len(got) != 0 {
		t.Errorf("the report when it was mended: rows %v are refused", got)
	}
}
