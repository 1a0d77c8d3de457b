package period

import (
	"fmt"
	"strings"
	"testing"
)

// reader knows a few periods and eras: fixed data, to test the grammar alone. The whole
// of them is tested in package vocab.
func reader() *Reader {
	years := map[string][2]int{
		"tang": {618, 907}, "high-tang": {705, 780}, "song": {960, 1279}, "ming": {1368, 1644}, "qing": {1616, 1911},
		"cao-wei": {220, 265}, "northern-wei": {386, 534}, "han": {-206, 220}, "prc": {1949, 0},
	}
	return New([]Name{
		{"tang", "", []string{"tang", "唐", "Tang"}}, {"high-tang", "tang", []string{"high-tang", "盛唐", "High Tang"}},
		{"song", "", []string{"song", "宋", "Song"}}, {"ming", "", []string{"ming", "明", "Ming"}}, {"qing", "", []string{"qing", "清", "Qing"}},
		{"cao-wei", "", []string{"cao-wei", "曹魏", "Cao Wei"}}, {"northern-wei", "", []string{"northern-wei", "北魏", "Northern Wei"}},
		{"han", "", []string{"han", "汉", "Han"}}, {"prc", "", []string{"prc", "新中国", "PRC"}},
	}, []Era{
		{"贞观", "tang", "太宗", 627, 649}, {"上元", "tang", "高宗", 674, 676}, {"上元", "tang", "肃宗", 760, 761},
		{"后元", "han", "武帝", -3, -1}, {"光绪", "qing", "德宗", 1875, 1908},
	}, []Homonym{{"魏", []string{"cao-wei", "northern-wei"}}}, func(code, _ string) (int, int, bool) {
		y, ok := years[code]
		return y[0], y[1], ok
	})
}

func ExampleReader_Read() {
	d, ok := reader().Read("贞观十六年", "")
	fmt.Println(d.Term, d.From, d.To, ok)
	d, _ = reader().Read("约5世纪末—盛唐", "")
	fmt.Println(d.From, d.To, d.Approximate)
	d, _ = reader().Read("上元二年", "")
	fmt.Println(d.From, d.To, d.Doubts)
	// Output:
	// tang 642 642 true
	// 476 780 true
	// 675 761 [上元 is 675 (唐高宗) or 761 (唐肃宗); write the dynasty or the ruler before it]
}

func TestDoubtsAreSaid(t *testing.T) {
	t.Parallel()
	r := reader()
	for words, want := range map[string]string{
		"贞观三十年": "贞观 had 23 years, not 30", "宋贞观三年": "宋 had no era 贞观", "疑为唐": "in doubt", "魏": "曹魏 and for 北魏",
		"光绪三十年（1905）": "1904 and the year in brackets 1905", "唐（宋）": "says another time", "唐，不知所云": "was not understood",
		"公元前770—476年": "taken for a year before our era", "50年代": "20th century", "1800s": "the hundred are taken", "清甲午": "甲午 came in 1654, 1714, 1774, 1834, 1894",
		"贞观十六年癸丑": "642 was not 癸丑", "1901-05": "may be a month", "新中国早期": "has no end",
	} {
		d, ok := r.Read(words, "")
		if !ok || !strings.Contains(strings.Join(d.Doubts, "; "), want) {
			t.Errorf("%s: the doubts are %q, want one that says %q", words, d.Doubts, want)
		}
	}
}

// TestNoYearZero holds the arithmetic over the turn of our era.
func TestNoYearZero(t *testing.T) {
	t.Parallel()
	r := reader()
	for words, want := range map[string][2]int{
		"后元三年": {-1, -1}, "后元四年": {1, 1}, "公元前1世纪": {-100, -1}, "1世纪": {1, 100}, "公元前1世纪—公元1世纪": {-100, 100}, "汉代前半期": {-206, 7},
		"约公元前3年": {-8, 3}, "距今1950年": {-1, -1}, "1st millennium BCE": {-1000, -1}, "距今1951年": {-2, -2},
	} {
		if d, ok := r.Read(words, ""); !ok || d.From != want[0] || d.To != want[1] {
			t.Errorf("%s is %d to %d, want %d to %d", words, d.From, d.To, want[0], want[1])
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]int{
		"一": 1, "十": 10, "十六": 16, "二十": 20, "廿三": 23, "卅": 30, "五十八": 58, "一百": 100, "一百〇五": 105, "一千二百": 1200,
		"一九三六": 1936, "二〇〇三": 2003, "六四二": 642, "两千": 2000, "一千二百三十四": 1234,
	} {
		if got, ok := number(words); !ok || got != want {
			t.Errorf("%s is %d, want %d", words, got, want)
		}
	}
	for _, words := range []string{"", "〇", "一二三四五六"} {
		if got, ok := number(words); ok {
			t.Errorf("%q is the number %d", words, got)
		}
	}
}

func TestHostileLength(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"(", "（唐", "唐至", "约", "1", "、", "until ", "距今", "甲子"} {
		for _, n := range []int{10, 60, 399, 100_000} {
			if d, ok := reader().Read(strings.Repeat(piece, n), ""); ok && d.From == 0 && d.To == 0 {
				t.Errorf("%d times %q has no years", n, piece)
			}
		}
	}
}
