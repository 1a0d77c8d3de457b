package ingest

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// given are sources as a folder has them.
func given(paths ...string) *sources {
	s := &sources{byRel: map[string]int{}, byBase: map[string][]int{}, used: map[int]bool{}, unclear: map[int]bool{}}
	for _, p := range paths {
		s.add(source{path: "/photos/" + p, rel: nfc(p)})
	}
	return s
}

func numbered(row int, number, title string) sheet.Row {
	r := sheet.Row{Number: row, Record: archive.Record{Titles: archive.Text{"zh": title}}}
	if number != "" {
		r.Record.Identifiers = []archive.Identifier{{Type: "accession", Value: number}}
	}
	return r
}

func TestMatch(t *testing.T) {
	t.Parallel()
	m := newMatcher()
	for _, row := range []sheet.Row{
		numbered(2, "0012", "彩陶罐"), numbered(3, "0012-1", "彩陶罐盖"), numbered(4, "D.0013", "Étoile"), numbered(5, "", "雷台铜马"),
		numbered(6, "77", "甲"), numbered(7, "77", "乙"), numbered(8, "甲/5", "丙"),
		{Number: 9, Record: archive.Record{Identifiers: []archive.Identifier{{Type: "accession", Value: "99"}}}, Files: []string{"x.jpg"}},
	} {
		m.add(row)
	}
	s := given("0012.JPG", "a/0012-1.jpg", "0012-2.jpg", "0012_10.tif", "0012(3).png", "0012正面.jpg", "00123.jpg", "0012a.jpg",
		"d.0013 2.jpg", norm.NFD.String("Étoile/x1.jpg"), "雷台铜马/IMG_10.jpg", "雷台铜马/IMG_9.jpg", "雷台铜马-2.jpg", "77.jpg", "甲5.jpg", "99.jpg", "0012.txt", "deep/0012 彩陶罐/a.jpg", "nobody.jpg")
	s.used[0] = false
	m.match(s, map[int]bool{})
	var got []string
	for row := 2; row <= 9; row++ {
		var names []string
		for _, f := range m.files(s, row) {
			names = append(names, f.rel)
		}
		got = append(got, fmt.Sprintf("%d: %s", row, strings.Join(names, " ")))
	}
	want := []string{
		"2: 0012.JPG 0012(3).png 0012-2.jpg 0012_10.tif 0012正面.jpg deep/0012 彩陶罐/a.jpg", "3: a/0012-1.jpg",
		"4: d.0013 2.jpg " + norm.NFC.String("Étoile/x1.jpg"), "5: 雷台铜马-2.jpg 雷台铜马/IMG_9.jpg 雷台铜马/IMG_10.jpg", "6: ", "7: ", "8: 甲5.jpg", "9: ",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s\nwant %s", got[i], want[i])
		}
	}
	if len(m.unclear) != 1 || fmt.Sprint(m.unclear[13]) != "[6 7]" {
		t.Errorf("unclear: %v", m.unclear)
	}
	var left []string
	for _, item := range s.unused() {
		left = append(left, strings.TrimPrefix(item.Item, "/photos/"))
	}
	if got := strings.Join(left, " "); got != "00123.jpg 0012a.jpg 77.jpg 99.jpg nobody.jpg" {
		t.Errorf("left: %s", got)
	}
}

// Names in sheets differ from those of files in case, width, composition and ending.
func TestFindNearly(t *testing.T) {
	t.Parallel()
	s := given("a/IMG_1.JPG", "b/Éa.tif", "c/两.jpg", "d/两.png", "e/２.jpg")
	for name, want := range map[string]string{
		"img_1.jpg": "a/IMG_1.JPG", "IMG_1": "a/IMG_1.JPG", "A/img_1": "a/IMG_1.JPG", norm.NFD.String("éA.TIF"): "b/Éa.tif",
		"2.JPG": "e/２.jpg", "c/两": "c/两.jpg", "两": "!", "三": "!", "b/IMG_1.JPG": "!",
	} {
		got := "!"
		if f, err := s.find(name); err == nil {
			got = f.rel
		}
		if got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}
