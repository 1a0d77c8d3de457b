package vocab

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/vocab/period"
)

// expression is a line of testdata/periods.tsv.
type expression struct {
	words, site, term string
	from, to          int
	about             bool
	doubts            int
}

func expressions(t testing.TB) []expression {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "periods.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []expression
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		c := strings.Split(in.Text(), "\t")
		if len(c) != 7 {
			t.Fatalf("the line %q has %d cells", in.Text(), len(c))
		}
		e := expression{words: c[0], site: c[1], term: c[2], about: c[5] == "about"}
		if _, err := fmt.Sscan(c[3], &e.from); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(c[4], &e.to); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(c[6], &e.doubts); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func TestPeriodExpressions(t *testing.T) {
	t.Parallel()
	v := load(t)
	all := expressions(t)
	if len(all) < 500 {
		t.Errorf("there are only %d expressions", len(all))
	}
	for _, e := range all {
		d, ok := v.Period(e.words, e.site)
		if e.term == "-" {
			if ok {
				t.Errorf("%q is understood as %s %d to %d; it says no time", e.words, d.Term, d.From, d.To)
			}
			continue
		}
		if !ok || d.Term != e.term || d.From != e.from || d.To != e.to || d.Approximate != e.about || len(d.Doubts) != e.doubts {
			t.Errorf("%q at %q = %s %d to %d, about %v, doubts %q; want %s %d to %d, about %v, %d doubts",
				e.words, e.site, d.Term, d.From, d.To, d.Approximate, d.Doubts, e.term, e.from, e.to, e.about, e.doubts)
		}
	}
}

// sound is the promise of a Dating.
func sound(d archive.Dating, ok bool) error {
	switch {
	case !ok && (d.Term != "" || d.From != 0 || d.To != 0 || d.Doubts != nil):
		return fmt.Errorf("it is not understood, and yet means %+v", d)
	case ok && d.From == 0 && d.To == 0:
		return fmt.Errorf("it is understood and has no year")
	case ok && d.From != 0 && d.To != 0 && d.From > d.To:
		return fmt.Errorf("it lasts from %d to %d", d.From, d.To)
	case d.From < -3_000_000 || d.To > 9_999:
		return fmt.Errorf("a record cannot hold %d to %d", d.From, d.To)
	}
	return nil
}

// TestPeriodOwnLabels holds that a period is what its own labels, aliases and code say,
// and that the way in which it is written changes nothing.
func TestPeriodOwnLabels(t *testing.T) {
	t.Parallel()
	v := load(t)
	terms, _ := v.Terms(archive.SchemePeriod)
	shared := map[string]bool{}
	for _, h := range v.homonyms {
		shared[fold(h.Name)] = true
	}
	for _, term := range terms {
		for _, site := range []string{"", "mogao", "maijishan"} {
			from, to, _ := v.PeriodYears(term.Code, site)
			for _, name := range v.Names(archive.SchemePeriod, term.Code) {
				if shared[fold(name)] || slices.ContainsFunc(v.eras, func(e period.Era) bool { return e.Name == name }) {
					continue
				}
				d, ok := v.Period(name, site)
				if !ok || d.Term != term.Code || d.From != from || d.To != to || d.Doubts != nil {
					t.Errorf("%s at %q is %+v, want %s %d to %d", name, site, d, term.Code, from, to)
				}
				for _, other := range []string{" " + name + "　", strings.ToUpper(name), strings.ReplaceAll(name, "（", "(")} {
					if again, _ := v.Period(other, site); again.Term != d.Term || again.From != d.From || again.To != d.To {
						t.Errorf("%q is %+v, and %q %+v", name, d, other, again)
					}
				}
			}
		}
	}
}

// TestPeriodRanges holds that a range lasts from the start of its first to the end of
// its last period, however it is joined.
func TestPeriodRanges(t *testing.T) {
	t.Parallel()
	v := load(t)
	dynasties := []string{"夏", "商", "西周", "春秋", "战国", "秦", "汉", "三国", "西晋", "北魏", "北周", "隋", "唐", "五代", "宋", "元", "明", "清", "民国"}
	for i, a := range dynasties {
		for _, b := range dynasties[i+1:] {
			first, _ := v.Period(a, "")
			last, _ := v.Period(b, "")
			for _, join := range []string{"—", "-", "–", "～", "~", "至", "到", "、", "，", " ", "－", "一", "与", "和"} {
				if a+join+b == "战国 秦" {
					continue // the State of Qin, since white space between Chinese characters means nothing
				}
				d, ok := v.Period(a+join+b, "")
				if !ok || d.From != first.From || d.To != last.To || d.Doubts != nil {
					t.Errorf("%s is %+v, want %d to %d", a+join+b, d, first.From, last.To)
				}
			}
		}
	}
}

// TestPeriodEras holds every year of every era against the table, with its dynasty.
func TestPeriodEras(t *testing.T) {
	t.Parallel()
	v := load(t)
	numerals := []string{"", "元", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十", "二十一", "二十二"}
	for _, e := range v.eras {
		term, _ := v.Term(archive.SchemePeriod, e.Period)
		if e.Ruler == "" || e.Name[0] < 0x80 || strings.Contains(term.Label["zh"], "·") {
			continue
		}
		year := e.From
		for n := 1; n < len(numerals) && year <= e.To; n++ {
			words := term.Label["zh"] + e.Ruler + e.Name + numerals[n] + "年"
			if d, ok := v.Period(words, ""); !ok || d.From != year || d.To != year || d.Term != e.Period {
				t.Errorf("%s is %+v, want %d", words, d, year)
			}
			if year++; year == 0 {
				year = 1
			}
		}
	}
}

// TestPeriodNeverBreaks reads pieces of expressions put together at random.
func TestPeriodNeverBreaks(t *testing.T) {
	t.Parallel()
	v := load(t)
	all := expressions(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(3) {
			r := []rune(all[random.IntN(len(all))].words)
			if len(r) == 0 {
				continue
			}
			i := random.IntN(len(r))
			b.WriteString(string(r[i : i+random.IntN(len(r)-i)+1]))
		}
		for _, site := range []string{"", "mogao"} {
			if err := sound(v.Period(b.String(), site)); err != nil {
				t.Fatalf("%q at %q: %v", b.String(), site, err)
			}
		}
	}
}

// TestPeriodsOfNationalList reads every expression of the lists of protected sites.
func TestPeriodsOfNationalList(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	v := load(t)
	for _, test := range []struct {
		file, column string
		unknown      int // at most
	}{
		{"national_units.csv", "period_zh", 0}, {"national_units.csv", "period_en", 0},
		{"gansu_provincial_units_detail.csv", "period_zh", 0}, {"mogao_caves_northern_dynasties.csv", "dating", 0},
	} {
		f, err := os.Open(filepath.Join(dir, "records", test.file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		column := slices.Index(rows[0], test.column)
		seen, unknown := map[string]bool{}, 0
		for _, row := range rows[1:] {
			words := row[column]
			if words == "" || seen[words] {
				continue
			}
			seen[words] = true
			d, ok := v.Period(words, "")
			if err := sound(d, ok); err != nil {
				t.Errorf("%q: %v", words, err)
			}
			if !ok {
				unknown++
				t.Logf("not understood: %q", words)
			}
		}
		t.Logf("%s %s: %d of %d expressions understood", test.file, test.column, len(seen)-unknown, len(seen))
		if unknown > test.unknown {
			t.Errorf("%s: %d expressions are not understood, more than %d", test.file, unknown, test.unknown)
		}
	}
}

func FuzzPeriod(f *testing.F) {
	v, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range expressions(f)[:60] {
		f.Add(e.words, e.site)
	}
	f.Fuzz(func(t *testing.T, words, site string) {
		if err := sound(v.Period(words, site)); err != nil {
			t.Errorf("%q at %q: %v", words, site, err)
		}
	})
}

func BenchmarkPeriod(b *testing.B) {
	v, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	all := expressions(b)
	for i := 0; b.Loop(); i++ {
		e := all[i%len(all)]
		v.Period(e.words, e.site)
	}
}
