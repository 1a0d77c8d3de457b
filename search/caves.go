package search

import (
	"regexp"
	"strconv"
	"strings"

	"hexi/archive"
	"hexi/search/zh"
)

// caveNo is the number of a cave: 220, 北77, 二百二十.
const caveNo = `(?:[北南]?\s*[0-9]{1,4}|[〇零一二三四五六七八九十百]{1,7})`

var (
	// 第220窟, 第二百二十窟, 220窟, 第 17 号窟, 北77窟
	caveZH = regexp.MustCompile(`^第?\s*(` + caveNo + `)\s*号?\s*[窟龛洞]`)
	// cave 220, caves no. 220, grotto 220
	caveEN = regexp.MustCompile(`^(?:cave|grotto|grottoe|k)s?\s*(?:no|nr|number|#)?\s*\.?\s*([0-9]{1,4})$`)
	// C220, as those who work there write it; c. 220 is about that year
	caveLetter = regexp.MustCompile(`^c([0-9]{1,3})$`)
	// 220 cave, no. 220, 220, 二百二十, 220号: behind the name of a site
	bareCave = regexp.MustCompile(`^(?:第|no\.?|#)?\s*([0-9]{1,4}|[〇零一二三四五六七八九十百]{1,7})\s*(?:号|窟|cave|号窟)?$`)

	// 第220、254窟, 220窟和254窟, 第220-254窟, 第45窟至第57窟
	cavesZH = regexp.MustCompile(`^第?\s*` + caveNo + `\s*号?\s*[窟龛洞]?(?:` + caveJoint + `第?\s*` + caveNo + `\s*号?\s*[窟龛洞]?)+`)
	// caves 220, 254 and 285; caves 220-254; caves 220 254
	cavesEN = regexp.MustCompile(`^(?:(?:cave|grotto|grottoe)s?\s*(?:no|number)?s?\.?\s*)[0-9]{1,3}(?:(?:\s*,\s*|\s+)?(?:and|&|or|to)?` + caveJoint + `(?:cave\s*)?[0-9]{1,3})+$`)
	// 220、254 behind the name of a site
	bareCaves = regexp.MustCompile(`^第?\s*[0-9]{1,4}(?:` + caveJoint + `第?\s*[0-9]{1,4})+\s*号?$`)
	anyCave   = regexp.MustCompile(caveNo)
)

// caveJoint is what stands between the numbers of several caves, and rangeJoint what of that
// says that those between are meant too.
const (
	caveJoint  = `\s*(?:[、,，/和与及或\-–—~～至到]|以及|\s)\s*`
	rangeJoint = "-–—~～至到"
)

// understandCave understands a folded text that names a cave: by its number, with its
// site before or behind it.
func (ix *Index) understandCave(folded string) *Understood {
	if m := caveLetter.FindStringSubmatch(folded); m != nil {
		return &Understood{Type: "cave", Value: plainNumber(m[1])}
	}
	for _, form := range [...]*regexp.Regexp{cavesZH, cavesEN} {
		if value, n := severalCaves(form, folded); n > 0 && n == len(folded) {
			return &Understood{Type: "cave", Value: value}
		}
	}
	if m := caveEN.FindStringSubmatch(folded); m != nil {
		return &Understood{Type: "cave", Value: plainNumber(m[1])}
	}
	if m := caveZH.FindStringSubmatch(folded); m != nil && m[0] == folded {
		if cave, ok := caveNumber(m[1]); ok {
			return &Understood{Type: "cave", Value: cave}
		}
	}
	site, rest := ix.siteBefore(folded)
	if site == nil {
		if site, rest = ix.siteBehind(folded); site == nil {
			return nil
		}
	}
	cave, ok := caveOf(strings.Trim(rest, " ,，、·-的"))
	if !ok {
		return nil
	}
	return &Understood{Type: "cave", Value: cave, Site: site.code, Label: site.label}
}

// caveOf reads what stands beside the name of a site as the number of a cave.
func caveOf(rest string) (string, bool) {
	for _, form := range [...]*regexp.Regexp{caveEN, bareCave, caveZH} {
		if m := form.FindStringSubmatch(rest); m != nil && m[0] == rest {
			return caveNumber(m[1])
		}
	}
	for _, form := range [...]*regexp.Regexp{bareCaves, cavesZH, cavesEN} {
		if value, n := severalCaves(form, rest); n > 0 && n == len(rest) {
			return value, true
		}
	}
	return "", false
}

// severalCaves reads what a form finds at the start of a text as the numbers of several caves,
// 220,254 or 220-254, and says how long it is; it is 0 where that names no caves.
func severalCaves(form *regexp.Regexp, text string) (value string, n int) {
	found := form.FindString(text)
	if found == "" || form == cavesZH && !strings.ContainsAny(found[max(0, len(found)-len("窟")):], "窟龛洞") {
		return "", 0
	}
	before, after := "", 0 // the number before, and where it ends
	for _, at := range anyCave.FindAllStringIndex(found, -1) {
		cave, ok := caveNumber(strings.TrimSpace(found[at[0]:at[1]]))
		if !ok {
			return "", 0
		}
		joint := ","
		if between := found[after:at[0]]; strings.ContainsAny(between, rangeJoint) || strings.Contains(between, "to") {
			from, errFrom := strconv.Atoi(before)
			to, errTo := strconv.Atoi(cave)
			if errFrom == nil && errTo == nil && from < to && to <= maxCave && !strings.HasSuffix(value, "-"+before) {
				joint = "-" // else they are but named
			}
		}
		if value == "" {
			joint = ""
		}
		value, before, after = value+joint+cave, cave, at[1]
	}
	return value, len(found)
}

func caveNumber(s string) (string, bool) {
	s = strings.ReplaceAll(s, " ", "")
	if last := s[len(s)-1]; last >= '0' && last <= '9' {
		return plainNumber(s), true
	}
	n, ok := zh.Number(s)
	return strconv.Itoa(n), ok && n > 0
}

func plainNumber(s string) string {
	if trimmed := strings.TrimLeft(s, "0"); trimmed != "" {
		return trimmed
	}
	return s
}

// caveNumbers are the caves that a value names, at most so many: 220, 220,254 or 220-254.
func caveNumbers(value string, limit int) (out []string) {
	for part := range strings.SplitSeq(value, ",") {
		from, to, ranged := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		last, errLast := strconv.Atoi(to)
		if !ranged || err != nil || errLast != nil {
			out = append(out, part)
			continue
		}
		for n := first; n <= last && len(out) < limit; n++ {
			out = append(out, strconv.Itoa(n))
		}
	}
	return out[:min(len(out), limit)]
}

// siteBefore finds the longest name of a site at the start of a text.
func (ix *Index) siteBefore(folded string) (*thing, string) {
	var site *thing
	best := 0
	for _, s := range ix.sites {
		for _, name := range s.names {
			if len(name) > best && strings.HasPrefix(folded, name) && wordEnd(folded, len(name)) {
				best, site = len(name), s
			}
		}
	}
	return site, folded[best:]
}

// siteBehind finds the longest name of a site at the end: Cave 220, Mogao Caves.
func (ix *Index) siteBehind(folded string) (*thing, string) {
	var site *thing
	best := 0
	for _, s := range ix.sites {
		for _, name := range s.names {
			if at := len(folded) - len(name); at > 0 && len(name) > best && strings.HasSuffix(folded, name) && wordEnd(folded, at) {
				best, site = len(name), s
			}
		}
	}
	rest := strings.TrimSpace(folded[:len(folded)-best])
	for _, of := range []string{" of", " at", " in", " the"} {
		rest = strings.TrimSuffix(rest, of)
	}
	return site, rest
}

// wordEnd reports whether a name that ends, or begins, at i does not cut a Latin word.
func wordEnd(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return true
	}
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' }
	return !letter(s[i-1]) || !letter(s[i])
}

// countedCaves is how many caves there are, behind what they are: 北凉三窟 are three.
var countedCaves = regexp.MustCompile(`^[一二两三四五六七八九][窟龛洞]$`)

// caveAt understands a cave that begins at a place within Han characters, with its site
// before it.
func (ix *Index) caveAt(folded []rune, at int) (*Understood, int) {
	text := string(folded[at:])
	u := &Understood{Type: "cave"}
	length := 0
	if site, rest := ix.siteBefore(text); site != nil {
		u.Site, u.Label = site.code, site.label
		length = len(text) - len(rest)
	}
	if value, n := severalCaves(cavesZH, text[length:]); n > 0 {
		u.Value = value
		return u, len([]rune(text[:length+n]))
	}
	m := caveZH.FindStringSubmatch(text[length:])
	if m == nil {
		return nil, 0
	}
	if length == 0 && at > 0 && classOf(folded[at-1]) == classHan && countedCaves.MatchString(m[0]) {
		return nil, 0
	}
	cave, ok := caveNumber(m[1])
	if !ok {
		return nil, 0
	}
	u.Value = cave
	return u, len([]rune(text[:length+len(m[0])]))
}

// readSites lists the sites, whose names may stand beside the number of a cave.
func (ix *Index) readSites() {
	terms, _ := ix.vocabulary.Terms(archive.SchemeSite)
	for _, t := range terms {
		s := &thing{kind: "site", code: t.Code, label: t.Label}
		for _, name := range ix.vocabulary.Names(archive.SchemeSite, t.Code) {
			s.add(ix.folder.String(name))
		}
		s.shorten()
		ix.sites = append(ix.sites, s)
	}
}
