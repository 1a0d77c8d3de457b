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
	whole bool // it says what it is (敦煌市), and is that wherever it stands; 敦煌 is in many names
}

// regions find the division that a place lies in by what the place is called.
type regions struct {
	han   []region          // the longest first
	latin map[string]region // by the whole name
}

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
// that does not say what it is counts at the beginning only, or behind another.
func (rs *regions) inHan(name string) (out []region) {
	begins := true
	for at := 0; at < len(name); {
		i := slices.IndexFunc(rs.han, func(r region) bool { return (begins || r.whole) && strings.HasPrefix(name[at:], r.name) })
		if i >= 0 {
			out = append(out, rs.han[i])
			at += len(rs.han[i].name)
			begins = true
			continue
		}
		r, n := utf8.DecodeRuneInString(name[at:])
		begins = classOf(r) == classNone
		at += n
	}
	return out
}

// inLatin finds the divisions among what commas part: Liangjiayuan, Guazhou County.
func (rs *regions) inLatin(name string) (out []region) {
	for part := range strings.SplitSeq(name, ",") {
		if r, ok := rs.latin[strings.TrimSpace(part)]; ok {
			out = append(out, r)
		}
	}
	return out
}
