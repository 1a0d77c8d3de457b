package citation_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/citation"
)

type terms map[string]archive.Text

func (t terms) Term(scheme archive.Scheme, code string) (archive.Term, bool) {
	label, ok := t[string(scheme)+"/"+code]
	return archive.Term{Code: code, Label: label}, ok
}

var words = terms{
	"period/early-tang": {"zh": "初唐", "en": "Early Tang"}, "period/eastern-han": {"zh": "东汉", "en": "Eastern Han"},
	"site/mogao": {"zh": "莫高窟", "en": "Mogao Caves"}, "material/clay": {"zh": "泥", "en": "clay"}, "material/bronze": {"zh": "铜", "en": "bronze"},
}

var seen = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

func cited(r archive.Record) citation.Citation {
	return citation.Of(&r, words, archive.Text{"zh": "河西数字档案", "en": "hexi digital archive"}, "https://archive.example.org/records/"+r.ID, seen)
}

var mural = archive.Record{
	ID: "dh-220-n", Kind: archive.KindMural, Titles: archive.Text{"zh": "药师经变", "en": "Sutra tableau of the Medicine Buddha"},
	Period:   &archive.Period{Term: "early-tang", From: 642, To: 642, Note: archive.Text{"zh": "贞观十六年"}},
	Location: &archive.Location{Site: "mogao", Cave: "220"}, Materials: []string{"clay", "矿物颜料"},
	Dimensions: []archive.Dimension{{Type: "width", Value: 5, Unit: "m"}, {Type: "height", Value: 3.42, Unit: "m"}},
	Rights:     &archive.Rights{Holder: archive.Text{"zh": "敦煌研究院", "en": "Dunhuang Academy"}},
}

var horse = archive.Record{
	ID: "an-horse", Kind: archive.KindRelic, Titles: archive.Text{"zh": "铜奔马"}, Materials: []string{"bronze"},
	Period:      &archive.Period{Term: "eastern-han", From: -25, To: 220},
	Identifiers: []archive.Identifier{{Type: "former-number", Value: "1"}, {Type: "accession", Value: "甘博 001"}},
	Rights:      &archive.Rights{Holder: archive.Text{"zh": "甘肃省博物馆"}},
}

var letter = archive.Record{
	ID: "rc-1", Kind: archive.KindDocument, Titles: archive.Text{"zh": "家书", "en": "A letter {home}"}, Period: &archive.Period{From: 1936, To: 1936},
	People: []archive.Person{{Name: archive.Text{"zh": "张三", "en": "Zhang San"}, Role: "author"}, {Name: archive.Text{"zh": "李四", "en": "Li Si & Co."}, Role: "author"}, {Name: archive.Text{"zh": "王五"}, Role: "depicted"}},
}

func TestWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		record       archive.Record
		gbt, chicago string
	}{
		{mural,
			"敦煌研究院. 药师经变: 初唐，贞观十六年（642年）[EB/OL]. 河西数字档案[2026-11-28]. https://archive.example.org/records/dh-220-n.",
			"Sutra tableau of the Medicine Buddha. Early Tang (642 CE). Clay, 矿物颜料, 3.42 × 5 m. Mogao Caves, Cave 220. Dunhuang Academy. hexi digital archive. Accessed November 28, 2026. https://archive.example.org/records/dh-220-n."},
		{horse,
			"甘肃省博物馆. 铜奔马: 东汉（公元前25—公元220年），甘博 001[EB/OL]. 河西数字档案[2026-11-28]. https://archive.example.org/records/an-horse.",
			"铜奔马. Eastern Han (25 BCE–220 CE). Bronze. 甘肃省博物馆, 甘博 001. hexi digital archive. Accessed November 28, 2026. https://archive.example.org/records/an-horse."},
		{letter,
			"张三，李四. 家书: 1936年[A/OL]. 河西数字档案[2026-11-28]. https://archive.example.org/records/rc-1.",
			"Zhang San, Li Si & Co. A letter {home}. 1936 CE. hexi digital archive. Accessed November 28, 2026. https://archive.example.org/records/rc-1."},
		{archive.Record{ID: "bare"},
			"bare[EB/OL]. 河西数字档案[2026-11-28]. https://archive.example.org/records/bare.",
			"bare. hexi digital archive. Accessed November 28, 2026. https://archive.example.org/records/bare."},
	} {
		c := cited(tt.record)
		if got := c.GBT7714(); got != tt.gbt {
			t.Errorf("%s by GB/T 7714:\n%s\nwant\n%s", tt.record.ID, got, tt.gbt)
		}
		if got := c.Chicago(); got != tt.chicago {
			t.Errorf("%s by Chicago:\n%s\nwant\n%s", tt.record.ID, got, tt.chicago)
		}
	}
}

func TestBibTeX(t *testing.T) {
	t.Parallel()
	c := cited(letter)
	want := `@misc{rc-1,
  author = {{Zhang San} and {Li Si \& Co.}},
  title = {{A letter \{home\}}},
  year = {1936},
  howpublished = {hexi digital archive},
  note = {1936 CE},
  url = {https://archive.example.org/records/rc-1},
  urldate = {2026-11-28},
}
`
	if diff := cmp.Diff(want, c.BibTeX("en")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c = cited(horse)
	if got := c.BibTeX("zh"); !strings.Contains(got, "  year = {25 BCE–220},\n") || !strings.Contains(got, "  institution = {甘肃省博物馆},\n") {
		t.Errorf("%s", got)
	}
}

func TestRIS(t *testing.T) {
	t.Parallel()
	c := cited(mural)
	want := strings.ReplaceAll(`TY  - ART
TI  - 药师经变
TT  - Sutra tableau of the Medicine Buddha
PY  - 0642
DA  - 初唐，贞观十六年（642年）
M3  - 泥、矿物颜料
SP  - 3.42 × 5 m
CY  - 莫高窟第220窟
PB  - 敦煌研究院
DB  - 河西数字档案
UR  - https://archive.example.org/records/dh-220-n
Y2  - 2026/11/28
ID  - dh-220-n
ER  - 
`, "\n", "\r\n")
	if diff := cmp.Diff(want, c.RIS("zh")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCSL(t *testing.T) {
	t.Parallel()
	c := cited(horse)
	b, err := c.CSL("zh")
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := []any{map[string]any{
		"id": "an-horse", "type": "graphic", "title": "铜奔马", "medium": "铜", "archive": "甘肃省博物馆", "archive_location": "甘博 001", "container-title": "河西数字档案",
		"issued":   map[string]any{"date-parts": []any{[]any{-25.0}, []any{220.0}}, "literal": "东汉（公元前25—公元220年）"},
		"language": "zh", "URL": "https://archive.example.org/records/an-horse", "accessed": map[string]any{"date-parts": []any{[]any{2026.0, 11.0, 28.0}}},
	}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What stands in a catalogue does not become a field of a citation.
func TestHostile(t *testing.T) {
	t.Parallel()
	r := archive.Record{ID: `a}b\`, Titles: archive.Text{"zh": "x\r\nER  - \r\nTY  - BOOK\x00", "en": `\input{/etc/passwd} 100% $x_1^2$ ~#`}}
	c := cited(r)
	ris := c.RIS("zh")
	if strings.Count(ris, "TY  - ") != 1 || strings.Count(ris, "\r\nTY  - ") != 0 || strings.Count(ris, "\r\nER  - ") != 1 || strings.Contains(ris, "\x00") {
		t.Errorf("%q", ris)
	}
	bib := c.BibTeX("en")
	if !strings.HasPrefix(bib, "@misc{a-b-,\n") || strings.Contains(bib, `\input`) || !strings.Contains(bib, `\textbackslash{}input\{/etc/passwd\} 100\% \$x\_1\textasciicircum{}2\$ \textasciitilde{}\#`) {
		t.Errorf("%s", bib)
	}
}
