package sheet

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func gb18030(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	must(t, err)
	return out
}

// damagedSheet is a sheet of caves, one line of which holds a byte that belongs to no
// character.
func damagedSheet(mark, headings string) string {
	var b strings.Builder
	b.WriteString(mark + headings + "\n1,莫高\xe7窟,x\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,莫高窟第%d窟,敦煌\n", i+2, i)
	}
	return b.String()
}

// One broken byte costs its own cell, wherever it stands and whatever marks the
// encoding: the rows after it are read as they are.
func TestOneBrokenByte(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"a mark, ASCII headings": damagedSheet("\ufeff", "id,name,note"),
		"ASCII headings":         damagedSheet("", "id,name,note"),
		"Chinese headings":       damagedSheet("", "序号,名称,备注"),
	} {
		rows := read(t, "a.csv", content)
		if len(rows) != 201 {
			t.Fatalf("%s: %d rows", name, len(rows))
		}
		if err := rows[0].Err; err == nil || !strings.Contains(err.Error(), "not valid text") || !strings.Contains(err.Error(), "na") && !strings.Contains(err.Error(), "名称") {
			t.Errorf("%s: the damaged row: %v", name, err)
		}
		for i, row := range rows[1:] {
			if want := fmt.Sprintf("莫高窟第%d窟", i); row.Record.Titles["zh"] != want {
				t.Fatalf("%s: row %d is called %q, want %q", name, row.Number, row.Record.Titles.In("zh"), want)
			}
		}
	}
}

// A mark settles that a sheet is in UTF-8, also where hardly anything in it is.
func TestMarkSettles(t *testing.T) {
	t.Parallel()
	rows := read(t, "a.csv", "\ufeffname,note\n莫高窟,x\n"+gb18030(t, "麦积山石窟,炳灵寺石窟\n榆林窟,西千佛洞\n"))
	if len(rows) != 3 || rows[0].Err != nil || rows[0].Record.Titles["zh"] != "莫高窟" || rows[1].Err == nil || rows[2].Err == nil {
		t.Errorf("%+v", rows)
	}
}

// A damaged byte of a sheet in GB18030 costs its own cell too.
func TestBrokenByteInGB18030(t *testing.T) {
	t.Parallel()
	content := gb18030(t, "名称,备注\n麦积山石窟,好\n莫高窟,") + "\xff" + gb18030(t, "\n榆林窟,好\n")
	rows := read(t, "a.csv", content)
	if len(rows) != 3 || rows[0].Err != nil || rows[2].Err != nil || rows[2].Record.Titles["zh"] != "榆林窟" ||
		rows[1].Err == nil || !strings.Contains(rows[1].Err.Error(), "备注") || !strings.Contains(rows[1].Err.Error(), "not valid text") {
		t.Errorf("%+v", rows)
	}
}

// A sheet that was put together out of both encodings is told to be that, and no line of
// it is read in the wrong one.
func TestBothEncodings(t *testing.T) {
	t.Parallel()
	var many, few strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, "莫高窟第%d窟,敦煌石窟\n", i)
	}
	few.WriteString("麦积山石窟,天水\n炳灵寺石窟,永靖\n")
	for name, test := range map[string]struct{ content, says string }{
		"mostly UTF-8":   {"name,note\n" + many.String() + gb18030(t, few.String()), "GB18030"},
		"mostly GB18030": {"name,note\n" + gb18030(t, many.String()) + few.String(), "UTF-8"},
	} {
		s := openBytes(t, "a.csv", []byte(test.content))
		notes := fmt.Sprint(s.Tables[0].Notes)
		if !strings.Contains(notes, "2 lines, the first of them line 32, are in "+test.says) {
			t.Errorf("%s: notes %s", name, notes)
		}
		rows, _ := rowsOf(s.Tables[0])
		for i, row := range rows {
			if want := fmt.Sprintf("莫高窟第%d窟", i); i < 30 && (row.Err != nil || row.Record.Titles["zh"] != want) || i >= 30 && row.Err == nil {
				t.Errorf("%s: row %d is %q, %v", name, row.Number, row.Record.Titles.In("zh"), row.Err)
			}
		}
	}
	_, err := Open("a.csv", strings.NewReader(gb18030(t, "名称,备注\n")+many.String()), Options{Vocabulary: terms{}})
	if err == nil || !strings.Contains(err.Error(), "two encodings") || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("headings in the other encoding: %v", err)
	}
}

// Damage of one to three bytes, wherever it is, never makes a sheet be read in the wrong
// encoding: all rows but the damaged ones and those next to them come out as they were.
func TestDamagedEncodings(t *testing.T) {
	t.Parallel()
	hanzi := []rune("敦煌莫高窟麦积山炳灵寺榆林彩陶罐唐宋元明清铜奔马汉简佛像壁画石碑经卷文物遗址博物馆一二三四五六七八九十模联通")
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11)) //nolint:gosec // the same damage each time
		var content strings.Builder
		for range r.IntN(2) * 300 {
			content.WriteString("name of a relic,plain\n") // kilobytes of ASCII
		}
		plain := strings.Count(content.String(), "\n")
		want := map[string]bool{}
		for i := range 12 + r.IntN(60) {
			title := []rune(fmt.Sprint("甲", i))
			for range 2 + r.IntN(9) {
				title = append(title, hanzi[r.IntN(len(hanzi))])
			}
			want[string(title)] = true
			fmt.Fprintf(&content, "%s,%c好\n", string(title), hanzi[r.IntN(len(hanzi))])
		}
		body, head := content.String(), []string{"name,note\n", "名称,备注\n"}[r.IntN(2)]
		inGB := r.IntN(2) == 1
		if inGB {
			body, head = gb18030(t, body), gb18030(t, head)
		} else if r.IntN(3) == 0 {
			head = "\ufeff" + head
		}
		data := []byte(body)
		for range 1 + r.IntN(3) {
			at := r.IntN(len(data))
			if r.IntN(2) == 0 {
				at = min(len(data)-1, plain*len("name of a relic,plain\n")+r.IntN(40)) // early
			}
			switch r.IntN(3) {
			case 0:
				data[at] = byte(r.IntN(256))
			case 1:
				data[at] ^= 1 << r.IntN(8)
			default:
				data = append(data[:at], data[at+1:]...)
			}
		}
		data, name := append([]byte(head), data...), "a.csv"
		if r.IntN(4) == 0 {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, err := w.Write(data)
			must(t, err)
			must(t, w.Close())
			data, name = packed.Bytes(), "a.csv.gz"
		}
		s := openBytes(t, name, data)
		right := 0
		for row := range s.Tables[0].Rows() {
			if row.Err == nil && want[row.Record.Titles.In("zh")] {
				right++
			}
		}
		if right < len(want)-6 {
			t.Errorf("seed %d (GB18030 %v): %d of %d rows came out as they were", seed, inGB, right, len(want))
		}
	}
}
