package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// region is a name of an administrative division, folded.
type region struct {
	name  string
	code  string
	depth int
	// shared says that a division elsewhere has the name too: 城关区 is in Lhasa as well.
	shared bool
	whole  bool // it says what it is (敦煌市), and is that wherever it stands; 敦煌 is in many names
}

// regions find the division that a place lies in by what the place is called.
type regions struct {
	han   []region          // the longest first
	latin map[string]region // by the whole name
}

// sharedNames are the names of divisions that divisions outside of the vocabulary have, too.
var sharedNames = []string{"城关区", "城关", "东乡县", "东乡", "chengguan", "chengguan district", "dongxiang", "dongxiang county"} //nolint:gochecknoglobals // never changed

// readRegions reads the divisions of the vocabulary.
func (ix *Index) readRegions() {
	ix.regions = &regions{latin: map[string]region{}}
	terms, _ := ix.vocabulary.Terms(archive.SchemeRegion)
	parents := map[string]string{}
	for _, t := range terms {
		parents[t.Code] = t.Parent
	}
	for _, t := range terms {
		depth := 0
		for code := t.Parent; code != "" && depth < 9; code = parents[code] {
			depth++
		}
		for _, name := range ix.vocabulary.Names(archive.SchemeRegion, t.Code) {
			r := region{name: ix.folder.String(name), code: t.Code, depth: depth}
			r.shared = slices.Contains(sharedNames, r.name)
			if !hasHan(r.name) {
				if _, taken := ix.regions.latin[r.name]; !taken {
					ix.regions.latin[r.name] = r
				}
				continue
			}
			last, _ := utf8.DecodeLastRuneInString(r.name)
			r.whole = strings.ContainsRune("省市县区州", last) && utf8.RuneCountInString(r.name) > 2 // 宁县 stands in 永宁县
			ix.regions.han = append(ix.regions.han, r)
		}
	}
	slices.SortStableFunc(ix.regions.han, func(a, b region) int { return cmp.Compare(len(b.name), len(a.name)) })
}

// regionOf is the code of the smallest division that a place's name says it lies in; ""
// for none.
func (ix *Index) regionOf(p *archive.Place) string {
	best := region{depth: -1}
	for _, name := range values(p.Name) {
		folded := ix.folder.String(name)
		found := ix.regions.inLatin(folded)
		if hasHan(folded) {
			found = ix.regions.inHan(folded)
		}
		for _, r := range found {
			if r.depth > best.depth {
				best = r
			}
		}
		if best.code != "" {
			break // the first language says it
		}
	}
	return best.code
}

// inHan finds the divisions that a name in Han is made of: 甘肃省敦煌市, or 甘肃敦煌莫高窟. One
// that does not say what it is counts at the beginning only, or behind another; one whose
// name is used elsewhere too does not count behind a province or city that is not known.
func (rs *regions) inHan(name string) (out []region) {
	begins, elsewhere := true, false
	for at := 0; at < len(name); {
		i := slices.IndexFunc(rs.han, func(r region) bool { return (begins || r.whole) && strings.HasPrefix(name[at:], r.name) })
		if i >= 0 {
			at += len(rs.han[i].name)
			begins = !rs.han[i].shared || !elsewhere
			if begins {
				out, elsewhere = append(out, rs.han[i]), false
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(name[at:])
		begins = classOf(r) == classNone
		at += n
		elsewhere = elsewhere || strings.ContainsRune("省市盟州", r) || strings.HasSuffix(name[:at], "自治区")
	}
	return out
}

// inLatin finds the divisions among what commas part: Liangjiayuan, Guazhou County. One
// whose name is used elsewhere too does not count before what is not known: Chengguan, Lhasa.
func (rs *regions) inLatin(name string) (out []region) {
	parts := strings.Split(name, ",")
	elsewhere := false
	for _, part := range slices.Backward(parts) { // the largest comes last
		r, ok := rs.latin[strings.TrimSpace(part)]
		switch {
		case !ok:
			elsewhere = elsewhere || len(out) == 0
		case !r.shared || !elsewhere:
			out, elsewhere = append(out, r), false
		}
	}
	return out
}
