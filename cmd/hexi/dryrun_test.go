package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"hexi/ingest"
)

// A dry run shows the first real value of each column and what the mapping fills in, which
// file goes to which row, and what is refused in the order of the rows, with what is to be
// done about all of it said once.
func TestDryRunShowsWhatWouldBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flags := []string{"--collection", "folk", "--dry-run", "--data", filepath.Join(dir, "data")}
	path := fileOf(t, dir, "register.csv", []byte("总登记号,名称,文物级别,年代,尺寸\n1,2,3,4,5\n"+
		"0012,彩陶罐,一级,唐,\n0013,,一级,唐,\n0014,铜镜,九级,唐,\n0015,,一级,唐,\n0016,瓷碗,二级,唐,\n"))
	fileOf(t, dir, "register.csv.mapping.yaml", []byte("constants: {rights.tier: staff}\ndefaults: {quantity: 1 件}\n"))
	photos := filepath.Join(dir, "photos")
	for i, name := range []string{"0012.jpg", "0012-2.jpg", "0016.jpg"} {
		fileOf(t, photos, name, photo(t, i+1, 300, 200))
	}
	got := hexi(t, append([]string{"ingest", path, photos}, flags...)...)
	if got.status != exitPart {
		t.Fatalf("%+v", got)
	}
	for _, want := range []string{
		"总登记号 → identifiers.accession   e.g. 0012\n", "every row → rights.tier: staff", "rows without it → quantity: 1 件",
		"row 3 ← 0012.jpg, 0012-2.jpg\n", "row 7 ← 0016.jpg\n",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%q is not said:\n%s", want, got.stdout)
		}
	}
	if n := strings.Count(got.stdout, "→ mend this in the sheet"); n != 1 {
		t.Errorf("what to do is said %d times:\n%s", n, got.stdout)
	}
	var r ingest.Report
	got = hexi(t, append([]string{"ingest", path, photos, "--json"}, flags...)...)
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, item := range r.Failed {
		rows = append(rows, strings.TrimPrefix(item.Item, "register.csv "))
	}
	if strings.Join(rows, ", ") != "row 4, row 5, row 6" {
		t.Errorf("refused: %v", rows)
	}
}
