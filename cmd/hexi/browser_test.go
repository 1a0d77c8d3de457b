package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrowser does in Chromium what visitors, curators and gallery screens do;
// static/e2e/browser.mjs tells the stories.
func TestBrowser(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not there: make test installs it")
	}
	script, err := filepath.Abs("../../static/e2e/browser.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "..", "node_modules", "playwright-core")); err != nil {
		t.Skip("the browser's driver is not there: make generate fetches it")
	}
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	img := image.NewNRGBA(image.Rect(0, 0, 4200, 2600))
	for y := range 2600 {
		for x := range 4200 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(120 + x/64), uint8(90 + (x/40+y/40)%2*60), uint8(60 + y/32), 255})
		}
	}
	wall, err := os.Create(filepath.Join(dir, "wall.jpg"))
	if err == nil {
		err = jpeg.Encode(wall, img, nil)
	}
	if err == nil {
		err = wall.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := image.NewGray(image.Rect(0, 0, 2100, 1300)) // white paper, in half the size
	for i := range lines.Pix {
		lines.Pix[i] = 255
	}
	fileOf(t, dir, "lines.png", asPNG(t, lines))
	for i, text := range [][]byte{columnsALTO("甘肅通志", "卷一"), columnsALTO("渭水出首陽山", "流域甚廣")} {
		fileOf(t, dir, fmt.Sprintf("p%d.jpg", i+1), photo(t, 11+i, 1000, 1600))
		fileOf(t, dir, fmt.Sprintf("p%d.xml", i+1), text)
	}
	upload := fileOf(t, t.TempDir(), "upload.jpg", photo(t, 7, 800, 600))
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(
		`{"id":"dh-9","collection":"dunhuang","kind":"mural","titles":{"zh":"莫高窟第9窟北壁","en":"North wall of Cave 9"},"period":{"term":"late-tang","from":848,"to":907},"files":["wall.jpg"]}`+"\n"+
			`{"id":"dh-10","collection":"dunhuang","kind":"mural","titles":{"zh":"一壁两图","en":"One wall, two layers"},"files":["lines.png","wall.jpg"],"layers":["线描图","可见光"]}`+"\n"+
			`{"id":"book","collection":"ancestral","kind":"document","titles":{"zh":"方志","en":"A gazetteer"},"files":["p1.jpg","p2.jpg"]}`+"\n"+
			`{"id":"show","collection":"dunhuang","kind":"exhibition","titles":{"zh":"小展","en":"A small show"},"stops":[{"record":"dh-9","view":"pct:10,10,50,50","caption":{"zh":"北壁","en":"The north wall"}}]}`+"\n"))
	if got := hexi(t, "ingest", dir, sheet, "--publish", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	const password = "correct horse battery"
	var out strings.Builder
	if err := run(t.Context(), []string{"user", "add", "wang", "--role", "admin", "--data", data}, func(string) string { return "" }, strings.NewReader(password+"\n"+password+"\n"), &out, &out); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	address, _ := serve(t, "--data", data)
	shots := t.TempDir()
	if keep := os.Getenv("HEXI_TEST_SCREENSHOTS"); keep != "" {
		shots = keep
	}
	cmd := exec.CommandContext(t.Context(), node, script, address, password, upload, shots)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
}
