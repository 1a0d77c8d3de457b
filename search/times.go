package search

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
	"hexi/search/zh"
)

var (
	// 705-781, 公元1372年, 公元前206年, 前206-公元220, 1936, 1936.10
	yearsText = regexp.MustCompile(`^(公元前|前|公元)?\s*([0-9]{1,4})\s*年?(?:\s*[-–—~至到]\s*(公元前|前|公元)?\s*([0-9]{1,4})\s*年?)?$`)
	// what a time inside of other words ends with
	timeEnds = "年代朝纪期初末叶间国化世型前"
)

// maxTime is how many characters a time has at most within other words.
const maxTime = 12

// understandTime understands a folded text that means a time; nil for none.
func (ix *Index) understandTime(folded string) *Understood {
	if m := yearsText.FindStringSubmatch(folded); m != nil {
		// A number alone may be a year, where it has as many digits as most have.
		if year, _ := strconv.Atoi(m[2]); m[1] != "" || m[4] != "" || strings.Contains(folded, "年") || len(m[2]) > 2 && year < 2100 {
			return understandYears(m)
		}
		return nil
	}
	if m := signedYears.FindStringSubmatch(folded); m != nil {
		era := "公元"
		if m[2] != "" {
			era = "前"
		}
		return understandYears([]string{m[0], "前", m[1], era, m[3]})
	}
	if m := untilYear.FindStringSubmatch(folded); m != nil {
		if year, _ := strconv.Atoi(m[1]); year > 0 && year < maxYearSaid {
			return &Understood{Type: "years", Value: "0/" + m[1], To: year}
		}
	}
	if u := ix.emperor(folded); u != nil {
		return u
	}
	return ago(ix.datedAs(centuries(folded)), folded)
}

// maxYearSaid is above every year of our era that is typed: 7800年以前 is so many years ago.
const maxYearSaid = 2100

var (
	// -300, -2070--222, -206-220
	signedYears = regexp.MustCompile(`^[-−]([0-9]{1,4})(?:\s*[-−–—~至到]\s*([-−]?)([0-9]{1,4}))?$`)
	// 500年以前, as 1900年以后 is from that year; 500年前 is so many years ago
	untilYear = regexp.MustCompile(`^(?:公元)?([0-9]{1,4})年(?:以前|之前)$`)
	// 7800年前, 距今约7800年, 7800 years ago
	yearsAgo = regexp.MustCompile(`^(?:距今)?(?:约|大约)?([0-9]{4,6}|[一二三四五六七八九十百千万零〇]{2,9})(?:多|余)?(?:年(?:[以之]?前)?| years ago| bp)$`)
	// the seventh century, fifth to seventh centuries
	ordinalCentury = regexp.MustCompile(`\b(` + strings.Join(ordinals, "|") + `)((?:\s*(?:-|/|,| to | or | and )\s*(?:the )?(?:early |mid |late )?[0-9]{1,2}(?:st|nd|rd|th))*[ -](?:centur|millenni))`)
)

// ordinals are the words for first, second and so on; the longer ones stand first where one
// ends with another.
var ordinals = []string{
	"twenty[ -]first", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
	"thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
}

// centuries writes the numbers of centuries that stand in words in digits, as they are read.
func centuries(folded string) string {
	for strings.Contains(folded, " centur") || strings.Contains(folded, " millenni") || strings.Contains(folded, "-centur") {
		at := ordinalCentury.FindStringSubmatchIndex(folded)
		if at == nil {
			break
		}
		word := folded[at[2]:at[3]]
		n := slices.Index(ordinals, word)
		if strings.HasPrefix(word, "twenty") {
			n = 21
		}
		folded = folded[:at[2]] + strconv.Itoa(n) + "th" + folded[at[3]:]
	}
	return folded
}

// ago widens a time that is so many hundred years ago to what may be called so: who writes
// 7800年前 and who writes 距今约七千八百年 mean the same and count from other years.
func ago(u *Understood, folded string) *Understood {
	const about = 100
	if u == nil || u.From >= 0 || u.To >= 0 || u.To-u.From >= 2*about {
		return u
	}
	m := yearsAgo.FindStringSubmatch(folded)
	if m == nil {
		return u
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		n, _ = zh.Number(m[1])
	}
	if middle := (u.From + u.To) / 2; n >= maxYearSaid && n%about == 0 && middle+about < 0 {
		u.From, u.To = middle-about, middle+about
		u.Value = strconv.Itoa(u.From) + "/" + strconv.Itoa(u.To)
	}
	return u
}

// emperorOf is a ruler in English: Emperor Wu of Han, Emperor Taizong of the Tang dynasty.
var emperorOf = regexp.MustCompile(`^emperor ([a-z]+) of (?:the )?(.+?)(?: dynasty)?$`)

// emperor understands the reign of a ruler who is named in pinyin: of the characters that are
// read so it is those that a ruler of the dynasty had.
func (ix *Index) emperor(folded string) *Understood {
	m := emperorOf.FindStringSubmatch(folded)
	if m == nil {
		return nil
	}
	dynasty, ok := ix.vocabulary.Term(archive.SchemePeriod, m[2])
	if !ok {
		return nil
	}
	first, ends := m[1], []string{"帝"}
	for end, characters := range map[string][]string{"zong": {"宗"}, "zu": {"祖"}} {
		if before, found := strings.CutSuffix(first, end); found && before != "" {
			first, ends = before, characters
		}
	}
	filial, second := "", first
	if after, found := strings.CutPrefix(first, "xiao"); found && after != "" {
		filial, second = "孝", after
	}
	for _, r := range ix.pinyin.Characters(second) {
		for _, end := range ends {
			d, ok := ix.vocabulary.Period(dynasty.Label.In("zh")+filial+string(r)+end, "")
			if ok && len(d.Doubts) == 0 && d.From != 0 && d.To != 0 {
				return &Understood{Type: "years", Value: strconv.Itoa(d.From) + "/" + strconv.Itoa(d.To), From: d.From, To: d.To}
			}
		}
	}
	return nil
}

// mostDoubted is how many years a time has at most that words leave open: eras of several
// reigns come out as one span of centuries, which nobody means.
const mostDoubted = 130

func leftOpen(d archive.Dating) bool {
	return len(d.Doubts) > 0 && (d.From == 0 || d.To == 0 || d.To-d.From > mostDoubted)
}

// likelyDynasties are those that an era without one is taken to be of, where several had
// one of the name: the likeliest for the region first.
var likelyDynasties = []string{"唐", "北魏", "西魏", "汉", "隋", "宋", "明", "清", "西夏", "元", "晋"}

func (ix *Index) datedAs(folded string) *Understood {
	if !strings.ContainsFunc(folded, func(r rune) bool { return classOf(r) != classDigit && !strings.ContainsRune(" 、,，", r) }) {
		return nil // 220 285 and 220、285 are two numbers
	}
	d, ok := ix.vocabulary.Period(folded, "")
	if dry := strings.ReplaceAll(folded, "干", "乾"); !ok && dry != folded {
		folded = dry // 乾隆: folding makes 干 of it, as in 乾燥
		d, ok = ix.vocabulary.Period(folded, "")
	}
	if ok && len(d.Readings) > 1 {
		return ix.eras(d.Readings)
	}
	if ok && leftOpen(d) && hasHan(folded) {
		for _, dynasty := range likelyDynasties {
			if one, ok := ix.vocabulary.Period(dynasty+folded, ""); ok && len(one.Doubts) == 0 {
				d = one
				break
			}
		}
	}
	if !ok || d.From == 0 && d.To == 0 || leftOpen(d) {
		return nil
	}
	for _, doubt := range d.Doubts {
		if strings.Contains(doubt, "not understood") {
			return nil // not all of it was understood
		}
	}
	if d.Term != "" {
		from, to, _ := ix.vocabulary.PeriodYears(d.Term, "")
		if from == d.From && to == d.To {
			return &Understood{Type: "period", Value: d.Term, Label: ix.label("period", d.Term), From: from, To: to}
		}
	}
	return &Understood{Type: "years", Value: strconv.Itoa(d.From) + "/" + strconv.Itoa(d.To), From: d.From, To: d.To}
}

// eras are the times of several eras of one name: the likeliest, and the others beside it.
func (ix *Index) eras(readings []archive.Dating) *Understood {
	list := slices.Clone(readings)
	slices.SortStableFunc(list, func(a, b archive.Dating) int { return cmp.Compare(ix.likelihood(a.Term), ix.likelihood(b.Term)) })
	u := &Understood{Type: "years", From: list[0].From, To: list[0].To, Label: ix.label(archive.SchemePeriod, list[0].Term)}
	u.Value = strconv.Itoa(u.From) + "/" + strconv.Itoa(u.To)
	for _, d := range list[1:] {
		u.Also = append(u.Also, OtherYears{d.From, d.To, ix.label(archive.SchemePeriod, d.Term)})
	}
	return u
}

// likelihood is the place of a period, or of what it is part of, among the likely dynasties.
func (ix *Index) likelihood(code string) int {
	for i, dynasty := range likelyDynasties {
		term, ok := ix.vocabulary.Term(archive.SchemePeriod, dynasty)
		own, _ := ix.vocabulary.Term(archive.SchemePeriod, code)
		if ok && (term.Code == code || ix.isPart(own, term.Code)) {
			return i
		}
	}
	return len(likelyDynasties)
}

// timeAt understands a time that begins at a place within Han characters: 贞观十六年,
// 8世纪, 唐代.
func (ix *Index) timeAt(folded []rune, at int) (*Understood, int) {
	if at > 0 && classOf(folded[at]) == classDigit && classOf(folded[at-1]) == classDigit {
		return nil, 0
	}
	// The name of an era alone, of two characters, stands in too many words (光化楼).
	for n := min(maxTime, len(folded)-at); n >= 3; n-- {
		if at == 0 && n == len(folded) || !strings.ContainsRune(timeEnds, folded[at+n-1]) {
			continue
		}
		if u := ix.understandTime(string(folded[at : at+n])); u != nil {
			return u, n
		}
	}
	return nil, 0
}

func understandYears(m []string) *Understood {
	from, err := strconv.Atoi(m[2])
	if err != nil || from == 0 {
		return nil
	}
	if strings.HasSuffix(m[1], "前") {
		from = -from
	}
	to := from
	if m[4] != "" {
		if to, err = strconv.Atoi(m[4]); err != nil || to == 0 {
			return nil
		}
		if strings.HasSuffix(m[3], "前") || m[3] == "" && from < 0 && to < -from { // 前206-前9, 前500-400
			to = -to
		}
	}
	if from > to {
		return nil
	}
	return &Understood{Type: "years", Value: strconv.Itoa(from) + "/" + strconv.Itoa(to), From: from, To: to}
}
