package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the archive has of a sheet's rows is asked for many rows together. Each row must
// still be recognised as if it were asked for alone: across the places where rows are
// saved, with refused and repeated rows in between, with numbers that get a holder later,
// and rows that are told apart by their order.
func TestRowsAreRecognised(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		const groups = 130 // of nine rows
		sheet := func(name string, holder func(i int) string, remark func(i int) string) string {
			var b strings.Builder
			b.WriteString("id,总登记号,收藏单位,名称,级别,备注\n")
			for i := range groups {
				row := func(cells ...string) { b.WriteString(strings.Join(cells, ",") + "\n") }
				row(fmt.Sprintf("by-id-%03d", i), "", "", "铜镜", "", remark(i))
				row("", fmt.Sprintf("甲%03d", i), "甘肃省博物馆", "彩陶罐", "一级", remark(i))
				row("", fmt.Sprintf("甲%03d", i), "敦煌市博物馆", "彩陶盆", "", remark(i)) // the same number elsewhere
				row("", fmt.Sprintf("乙%03d", i), holder(i), "陶俑", "", remark(i))
				row("", "", "", fmt.Sprintf("木简%03d", i), "", remark(i))
				row("", "", "", "无号陶片", "", fmt.Sprint("第", i, "片", remark(i))) // told apart by their order
				row("", fmt.Sprintf("丙%03d", i), "甘肃省博物馆", "坏级别", "第九级", "")
				row(fmt.Sprintf("by-id-%03d", i)+"!", "", "", "坏编号", "", "")
				row("", fmt.Sprintf("甲%03d", i), "甘肃省博物馆", "彩陶罐", "一级", remark(i)) // cell by cell the second
			}
			return fileOf(t, dir, name, []byte(b.String()))
		}
		none, same := func(int) string { return "" }, func(int) string { return "旧" }
		ingest := func(path string) (created, updated, unchanged, refused int) {
			t.Helper()
			got := hexi(t, append([]string{"ingest", path, "--collection", "folk", "--kind", "relic", "--json"}, flags...)...)
			if got.status != exitPart {
				t.Fatalf("status %d: %s", got.status, got.stderr)
			}
			r := readReport(t, got)
			var of struct {
				Sheets []struct {
					Rows   int
					Passed map[string]int
				}
			}
			if err := json.Unmarshal([]byte(got.stdout), &of); err != nil || len(of.Sheets) != 1 || of.Sheets[0].Rows != 9*groups || of.Sheets[0].Passed["same"] != groups {
				t.Errorf("%s: %+v, %v", path, of, err)
			}
			return r.Records["created"], r.Records["updated"], r.Records["unchanged"], r.Records["refused"]
		}
		for _, step := range []struct {
			what, path             string
			holder, remark         func(int) string
			created, updated, same int
		}{
			{"at first", "a.csv", none, same, 6 * groups, 0, 0},
			{"the same again", "a.csv", none, same, 0, 0, 6 * groups},
			{"every third number has got a holder", "b.csv", func(i int) string {
				if i%3 == 0 {
					return "甘肃省博物馆"
				}
				return ""
			}, same, 0, (groups + 2) / 3, 6*groups - (groups+2)/3},
			// The holders that were given go again, as the column is empty now.
			{"every fifth group has another remark", "c.csv", none, func(i int) string {
				if i%5 == 0 {
					return "新"
				}
				return "旧"
			}, 0, 6*26 + 35, 6*groups - 6*26 - 35},
		} {
			created, updated, unchanged, refused := ingest(sheet(step.path, step.holder, step.remark))
			if created != step.created || updated != step.updated || unchanged != step.same || refused != 2*groups {
				t.Errorf("%s: %d created, %d updated, %d unchanged, %d refused; want %d, %d, %d, %d", step.what,
					created, updated, unchanged, refused, step.created, step.updated, step.same, 2*groups)
			}
		}
		out := filepath.Join(dir, "out.jsonl")
		if got := hexi(t, append([]string{"export", "--to", out}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		ids := map[string]bool{}
		lines, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(lines)) {
			ids[l[:strings.IndexByte(l, ',')]] = true
		}
		if len(ids) != 6*groups {
			t.Errorf("%d records are there, not %d", len(ids), 6*groups)
		}
	})
}
