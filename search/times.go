package search

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

var (
	// 705-781, 公元1372年, 公元前206年, 前206-公元220, 1936, 1936.10
	yearsText = regexp.MustCompile(`^(公元前|前|公元)?\s*([0-9]{1,4})\s*年?(?:\s*[-–—~至到]\s*(公元前|前|公元)?\s*([0-9]{1,4})\s*年?)?$`)
	// what a time inside of other words ends with
	timeEnds = "年代朝纪期初末叶间国化世型"
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
	return ix.datedAs(folded)
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
