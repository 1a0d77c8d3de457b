package period

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// word is what a name stands for: a period (several, for a homonym), eras of that
// name, or the eras of a ruler of that name.
type word struct {
	periods []string
	eras    []Era
	rulers  []Era
}

func (w word) empty() bool { return w.periods == nil && w.eras == nil && w.rulers == nil }

// node is a place in the tree of all names, by bytes.
type node struct {
	next map[byte]*node
	word word
}

// add puts a name into the tree. A homonym stands in the place of the one period that
// has the name; otherwise meanings add up.
func (r *Reader) add(name string, w word) {
	at := r.words
	for _, b := range []byte(normal(name)) {
		if at.next == nil {
			at.next = map[byte]*node{}
		}
		child := at.next[b]
		if child == nil {
			child = &node{}
			at.next[b] = child
		}
		at = child
	}
	if at == r.words {
		return
	}
	if w.periods != nil {
		at.word.periods = w.periods
	}
	at.word.eras = append(at.word.eras, w.eras...)
	at.word.rulers = append(at.word.rulers, w.rulers...)
}

// longest finds the longest name that s begins with. A name in Latin letters must not
// end within a word.
func (r *Reader) longest(s string) (w word, length int) {
	at := r.words
	for i := range len(s) {
		if at = at.next[s[i]]; at == nil {
			return w, length
		}
		if !at.word.empty() && wordEnds(s, i+1) {
			w, length = at.word, i+1
		}
	}
	return w, length
}

// wordEnds reports whether no Latin word runs over the place i of s.
func wordEnds(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i:])
	return i >= len(s) || !latin(before) || !latin(after)
}

func latin(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) }

// traditional are the characters of names of periods and eras that are written in
// another way in Taiwan and Hong Kong; simple ones stand after them.
const traditional = "漢汉晉晋齊齐陳陈遼辽東东後后國国時时戰战貞贞觀观開开寶宝應应廣广歷历曆历順顺統统緒绪慶庆豐丰萬万啟启啓启禎祯長长壽寿龍龙鳳凤聖圣寧宁紹绍興兴靈灵義义禮礼節节紀纪約约馬马廠厂窪洼窯窑類类舊旧遠远爾尔涼凉趙赵漸渐蠶蚕會会鶻鹘蕃蕃歸归軍军燉敦莊庄終终鴻鸿綏绥竟竟衛卫儀仪諸诸黃黄黨党麗丽淵渊華华屬属顯显陽阳陰阴總总載载運运達达通通違违醫医鄉乡鎮镇鐵铁銅铜門门間间隊队際际雙双電电領领頭头類类願愿風风麟麟點点龜龟嶽岳樂乐歲岁氣气爲为為为無无熈熙祐祐禪禅穀谷竇窦筆笔終终維维經经緯纬縣县續续羅罗聲声臨临舉举藝艺蘭兰號号術术記记設设許许論论證证譚谭貨货資资賀贺質质車车農农遷迁適适選选邊边鄭郑釋释銀银錢钱閏闰閩闽陸陆隴陇雜杂靜静韓韩須须顧顾飛飞養养館馆魯鲁鳴鸣麥麦齡龄數数條条楊杨榮荣橋桥歐欧準准溫温滅灭漁渔災灾營营獨独瑪玛畫画當当發发盡尽監监碑碑種种稱称兩两"

// simple writes simple characters, and one kind of dash and of bracket.
var simple = sync.OnceValue(func() *strings.Replacer {
	var pairs []string
	runes := []rune(traditional)
	for i := 0; i+1 < len(runes); i += 2 {
		pairs = append(pairs, string(runes[i]), string(runes[i+1]))
	}
	for _, dash := range "–—―−‐‑‒~〜∼─━﹣" {
		pairs = append(pairs, string(dash), "-")
	}
	return strings.NewReplacer(append(pairs, "〔", "(", "〕", ")", "【", "(", "】", ")", "[", "(", "]", ")", "·", "", "•", "", "．", ".", "。", ";", "○", "〇", "零", "〇")...)
})

// normal brings words into the form in which they are read: NFKC, lower case, simple
// characters, one kind of dash and of bracket, numbers in Arabic digits where a year
// or a century is meant, and white space only between Latin words and numbers.
func normal(s string) string {
	s = simple().Replace(strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, " "))))
	var b strings.Builder
	var last rune
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' || r == '\u200b' {
			space = true
			continue
		}
		if space && plain(last) && plain(r) {
			b.WriteByte(' ')
		}
		if space = false; r == '-' && last == '-' {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return arabic(b.String())
}

// plain reports whether a space beside the character may mean something.
func plain(r rune) bool { return latin(r) || unicode.IsDigit(r) || r == '.' || r == '?' }
