package search

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hexi/archive"
)

// terms is a small vocabulary: fixed data for these tests.
type terms struct{}

var fixed = map[archive.Scheme][]struct {
	code, zh, en, parent string
	from, to             int
}{
	archive.SchemePeriod: {
		{"tang", "唐", "Tang", "", 618, 907}, {"early-tang", "初唐", "Early Tang", "tang", 618, 704}, {"high-tang", "盛唐", "High Tang", "tang", 705, 780},
		{"middle-tang", "中唐", "Middle Tang", "tang", 781, 847}, {"late-tang", "晚唐", "Late Tang", "tang", 848, 906},
		{"northern-wei", "北魏", "Northern Wei", "", 386, 534}, {"western-wei", "西魏", "Western Wei", "", 535, 556}, {"sui", "隋", "Sui", "", 581, 618},
		{"western-xia", "西夏", "Western Xia", "", 1038, 1227}, {"ming", "明", "Ming", "", 1368, 1644}, {"song", "宋", "Song", "", 960, 1279},
		{"majiayao", "马家窑文化", "Majiayao culture", "", -3300, -2000}, {"han", "汉", "Han", "", -206, 220},
	},
	archive.SchemeSite:       {{"mogao", "莫高窟", "Mogao Caves", "", 0, 0}, {"yulin", "榆林窟", "Yulin Caves", "", 0, 0}, {"maijishan", "麦积山石窟", "Maijishan Grottoes", "", 0, 0}},
	archive.SchemeCollection: {{"dunhuang", "敦煌", "Dunhuang", "", 0, 0}, {"great-wall", "长城", "The Great Wall", "", 0, 0}, {"folk", "民俗与非遗", "Folk", "", 0, 0}},
	archive.SchemeKind:       {{"mural", "壁画", "Mural", "", 0, 0}, {"cave", "洞窟", "Cave", "", 0, 0}, {"relic", "文物", "Relic", "", 0, 0}, {"site", "遗址", "Site", "", 0, 0}},
	archive.SchemeLevel:      {{"grade-1", "一级文物", "Grade 1", "", 0, 0}},
	archive.SchemeCategory:   {{"relic-02", "陶器", "Pottery", "", 0, 0}},
}

func (terms) Term(scheme archive.Scheme, s string) (archive.Term, bool) {
	for _, t := range fixed[scheme] {
		if s == t.code || s == t.zh || s == t.en || s == lower(t.en) || scheme == archive.SchemePeriod && s == t.zh+"代" {
			return archive.Term{Code: t.code, Label: archive.Text{"zh": t.zh, "en": t.en}, Parent: t.parent}, true
		}
	}
	return archive.Term{}, false
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

func (t terms) Terms(scheme archive.Scheme) ([]archive.Term, bool) {
	var out []archive.Term
	for _, f := range fixed[scheme] {
		term, _ := t.Term(scheme, f.code)
		out = append(out, term)
	}
	return out, out != nil
}

func (terms) Names(scheme archive.Scheme, code string) []string {
	for _, t := range fixed[scheme] {
		if t.code == code {
			return []string{t.code, t.zh, t.en, t.code + "ku"}
		}
	}
	return nil
}

func (terms) PeriodYears(term, _ string) (int, int, bool) {
	for _, t := range fixed[archive.SchemePeriod] {
		if t.code == term {
			return t.from, t.to, true
		}
	}
	return 0, 0, false
}

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func memory(t testing.TB, entries ...*archive.Entry) *Index {
	t.Helper()
	ix, err := Open(context.Background(), "", Options{Vocabulary: terms{}, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	if err := ix.apply(ix.bleve, entries, nil, 1); err != nil {
		t.Fatal(err)
	}
	return ix
}

func entry(r archive.Record) *archive.Entry {
	return &archive.Entry{Record: r, Revision: 1, Published: 1, Updated: today}
}

func ids(t testing.TB, ix *Index, q Query) []string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	result, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range result.Hits {
		out = append(out, h.ID)
	}
	return out
}

// evalDir is the labelled set beside the test data.
func evalDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	return filepath.Join(dir, "..", "eval")
}

func evalRecords(t *testing.T) []*archive.Entry {
	t.Helper()
	f, err := os.Open(filepath.Join(evalDir(t), "records.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	var out []*archive.Entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r, err := archive.DecodeRecord(lines.Bytes(), "files")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry(r))
	}
	return out
}

type labelled struct {
	ID       string         `json:"id"`
	Category string         `json:"category"`
	Q        string         `json:"q"`
	Relevant map[string]int `json:"relevant"`
}

func evalQueries(t *testing.T) []labelled {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(evalDir(t), "queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b labelled) int { return len(a.Category) - len(b.Category) })
	return out
}
