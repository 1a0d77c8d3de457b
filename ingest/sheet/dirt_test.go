package sheet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// dirt is what people and programs do to cells without meaning to: the value stays.
var dirt = []func(s string, r *rand.Rand) string{
	func(s string, _ *rand.Rand) string { return " " + s + "\u3000" },
	func(s string, _ *rand.Rand) string { return "\u00a0" + s + "\u200b" },
	func(s string, _ *rand.Rand) string { return "\ufeff" + s + "\t" },
	func(s string, _ *rand.Rand) string { return s + "\n" },
	func(s string, _ *rand.Rand) string { return norm.NFD.String(s) },
	func(s string, r *rand.Rand) string {
		runes := []rune(s)
		at := r.IntN(len(runes) + 1)
		return string(runes[:at]) + "\u200b" + string(runes[at:])
	},
}

// rubbish is what stands between rows and is none of them.
var rubbish = [][]string{
	{}, {"", "", ""}, {"合计", "", "", "12"}, {"注：以上为馆藏一级品"}, {"制表人：王五", "", "审核人：赵六"}, {"总登记号", "名称", "年代", "高", "备注"}, {"第 2 页，共 9 页"}, {"\u3000"},
}

// broken is what a cell may hold at worst: the row is a fault, or the cell a doubt.
var broken = []string{"#N/A", "1.23E+15", "\x00", "\xff\xfe", strings.Repeat("长", 3000), `"`, `"a"b`, "=1+1", "@x", "-", "，；、", "🏺", "a,b;c\td", "'", "𠮷", "\u202e倒", "9999999999999999999999"}

type dirty struct {
	rows  [][]string
	good  map[string]string // titles by register number
	other int               // rows that hold something broken
}

func makeDirty(r *rand.Rand) dirty {
	d := dirty{good: map[string]string{}}
	for range r.IntN(3) {
		d.rows = append(d.rows, []string{"可移动文物登记表"})
	}
	d.rows = append(d.rows, []string{"总登记号", "名称", "年代", "高", "备注"})
	for i := range 3 + r.IntN(40) {
		for r.IntN(4) == 0 {
			d.rows = append(d.rows, rubbish[r.IntN(len(rubbish))])
		}
		number, title := fmt.Sprintf("%05d", i), fmt.Sprintf("Étude 彩陶罐第%d号", i)
		row := []string{number, title, "唐", "12.5", "好"}
		if r.IntN(6) == 0 {
			row[r.IntN(len(row))] = broken[r.IntN(len(broken))]
			d.other++
			d.rows = append(d.rows, row)
			continue
		}
		d.good[number] = title
		for range r.IntN(4) {
			i := r.IntN(len(row))
			row[i] = dirt[r.IntN(len(dirt))](row[i], r)
		}
		d.rows = append(d.rows, row)
	}
	return d
}

func csvOf(rows [][]string, comma string) string {
	var b strings.Builder
	for _, row := range rows {
		for i, c := range row {
			if i > 0 {
				b.WriteString(comma)
			}
			if strings.ContainsAny(c, "\",;\t\n\r") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestDirt throws dirt at a good sheet: the good rows come out as they were written, and
// of the others each is a record, a fault, or passed over with a reason.
func TestDirt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same dirt each time
		d := makeDirty(r)
		text := csvOf(d.rows, []string{",", ";", "\t"}[r.IntN(3)])
		plain := !slices.ContainsFunc(d.rows, func(row []string) bool { return strings.Contains(strings.Join(row, ""), "\xff") })
		name, data := "a.csv", []byte(text)
		switch kind := r.IntN(5); {
		case kind == 0 && plain:
			data, _ = simplifiedchinese.GB18030.NewEncoder().Bytes(data) // every character has a place
		case kind == 1 && plain:
			data, _ = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(data)
		case kind == 2:
			data = append([]byte("\ufeff"), data...)
		case kind == 3 && plain && !strings.Contains(text, "\x00"):
			name = "a.xlsx"
			data = workbookOf(t, func(f *excelize.File) {
				for i, row := range d.rows {
					for j, c := range row {
						at, err := excelize.CoordinatesToCellName(j+1, i+1)
						must(t, err)
						must(t, f.SetCellStr("Sheet1", at, c))
					}
				}
			})
		}
		s := openBytes(t, name, data)
		good, others, last := map[string]string{}, 0, 0
		for row := range s.Tables[0].Rows() {
			if row.Number <= last {
				t.Fatalf("seed %d: row %d after row %d", seed, row.Number, last)
			}
			last = row.Number
			accession, title := row.Record.Identifier("accession"), row.Record.Titles.In("zh")
			switch {
			case row.Passed != "":
			case row.Err == nil && d.good[accession] != "" && d.good[accession] == title:
				good[accession] = title
			default:
				others++
			}
		}
		for number, title := range d.good {
			if good[number] != title {
				t.Errorf("seed %d (%s): the row %s is lost, or came out otherwise", seed, name, number)
			}
		}
		if others < d.other {
			t.Errorf("seed %d (%s): %d other rows came out, of %d", seed, name, others, d.other)
		}
	}
}
