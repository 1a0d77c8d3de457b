package sheet

import (
	"regexp"
	"slices"
	"strings"

	"hexi/archive"
)

// siteName ends the names of places that are protected where they stand.
var siteName = regexp.MustCompile(`(遗址|旧址|故址|城址|窑址|墓|墓群|墓葬群?|陵|古城|城堡|堡|寺|塔|庙|祠|观|殿|阁|楼|台|桥|石窟|窟群|摩崖|题刻|岩画|碑|故居|旧居|民居|宅|庄园|会馆|书院|牌坊|烽燧|烽火台|长城|关城?|渠|堰|古道|纪念地|纪念馆|陵园|古建筑群?|建筑群|戏台|祠堂|文庙|鼓楼|钟楼)([（(].*[)）])?$`)

// calledBy tells by the name of a file or a table what its rows are.
var calledBy = []struct {
	name *regexp.Regexp
	kind archive.Kind
}{
	{regexp.MustCompile(`(?i)非遗|非物质|intangible|(^|[^a-z])ich([^a-z]|$)`), archive.KindIntangible},
	{regexp.MustCompile(`(?i)文物保护单位|文保单位|不可移动|protection.?units?|protected.?sites?|(^|[^a-z])units([^a-z]|$)|长城资源`), archive.KindSite},
	{regexp.MustCompile(`(?i)壁画|murals?([^a-z]|$)`), archive.KindMural},
	{regexp.MustCompile(`(?i)洞窟|(^|[^a-z])caves?([^a-z]|$)`), archive.KindCave},
	{regexp.MustCompile(`(?i)古籍|文献|诗词|poems?([^a-z]|$)|books?([^a-z]|$)|manuscripts?([^a-z]|$)`), archive.KindDocument},
	{regexp.MustCompile(`(?i)可移动|藏品|文物账|登记账|总账|relics?([^a-z]|$)|artworks?([^a-z]|$)|artefacts?([^a-z]|$)|objects?([^a-z]|$)`), archive.KindRelic},
}

// has reports whether the table has a column of a field.
func (t *Table) hasColumn(field string) bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.field == field })
}

// guessKind says what rows are that do not say it themselves: by what stands under a
// heading of classes, by the profile that the headings fit, by what the table is called,
// by what stands in other columns. Where nothing tells, they are relics, and the table
// notes that this is a guess.
func (t *Table) guessKind(called string, data []line) archive.Kind {
	if t.opts.Kind != "" {
		return t.opts.Kind
	}
	if !t.hasColumn("titles") && identifies(t.columns) {
		return archive.KindCave
	}
	if kind, ok := t.kindByClasses(data); ok {
		return kind
	}
	if kind, ok := t.kindByHeadings(); ok {
		return kind
	}
	for _, by := range calledBy {
		if by.name.MatchString(called) {
			return by.kind
		}
	}
	names, sites, levels, protected, intangible, classes := 0, 0, 0, 0, 0, 0
	for _, l := range data {
		for i, c := range t.columns {
			if i >= len(l.cells) {
				break
			}
			value := oneLine(clean(l.cells[i].text))
			switch {
			case value == "":
			case c.field == "titles" && c.lang != "en":
				names++
				if siteName.MatchString(value) {
					sites++
				}
			case c.field == "level":
				levels++
				if term, ok := t.opts.Vocabulary.Term(archive.SchemeLevel, value); ok && strings.HasPrefix(term.Code, "protected-") {
					protected++
				} else if ok && strings.HasPrefix(term.Code, "ich-") {
					intangible++
				}
			case c.field == "category":
				if _, ok := t.kindByCategory(value); ok {
					classes++
				}
			}
		}
	}
	switch {
	case levels > 0 && protected*2 > levels:
		return archive.KindSite
	case names > 0 && sites*2 > names && (intangible > 0 || t.hasColumn("place.name") || t.hasAdministrative()):
		return archive.KindSite // 省级 alone says both
	case levels > 0 && intangible*2 > levels:
		return archive.KindIntangible
	case t.hasColumn("text") && t.hasColumn("people.author"):
		return archive.KindDocument
	case t.hasColumn("identifiers.accession"), t.hasColumn("kind"), classes > 0:
		return archive.KindRelic // what is kept under a register number; or rows say it
	}
	if len(data) > 0 {
		t.note("", "nothing says what the rows describe; they are taken for relics where a category does not say otherwise: give --kind or a column 记录类型 / kind if they are something else")
	}
	return archive.KindRelic
}

// administrative are the headings of parts of an address.
var administrative = []string{"province", "city", "county", "省", "市", "县", "省份", "市州", "区县", "县区", "provincezh", "cityzh", "countyzh"}

func (t *Table) hasAdministrative() bool {
	n := 0
	for _, c := range t.columns {
		if slices.Contains(administrative, fold(c.name)) {
			n++
		}
	}
	return n >= 2
}

// levelOf reads a level as its kind has it: 省级 is one thing of a protected site, and
// another of intangible heritage.
func (t *Table) levelOf(kind archive.Kind, level string) string {
	var endings []string
	switch kind {
	case archive.KindSite, archive.KindCave, archive.KindMural:
		endings = []string{"文物保护单位", "重点文物保护单位"}
	case archive.KindIntangible:
		endings = []string{"非物质文化遗产"}
	}
	for _, ending := range endings {
		if term, ok := t.opts.Vocabulary.Term(archive.SchemeLevel, level+ending); ok {
			return term.Code
		}
	}
	return level
}
