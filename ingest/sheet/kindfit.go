package sheet

import "hexi/archive"

// How many headings say what the rows are: of those that only one kind of records has; and
// where a profile knows every heading of the table, of those that not everybody knows.
const (
	sureAlone = 2
	sureOwn   = 3
)

// kindByHeadings is the kind of the profile that the headings fit best. A heading weighs
// the less, the more kinds of records know it: 名称 is of all of them, 伯希和编号 of caves
// alone. ok is false where the headings do not settle it: two kinds fit alike, or too few
// headings are of the one kind only.
func (t *Table) kindByHeadings() (kind archive.Kind, ok bool) {
	columns := t.headed()
	fitting := make([]fitness, len(t.opts.Profiles))
	kinds := make([]map[archive.Kind]bool, len(columns)) // that know the column
	for i := range t.opts.Profiles {
		p := &t.opts.Profiles[i]
		if t.misnames(p, t.columns) {
			continue
		}
		fitting[i] = fits(p, columns)
		for _, at := range fitting[i].columns {
			if kinds[at] == nil {
				kinds[at] = map[archive.Kind]bool{}
			}
			kinds[at][p.Kind] = true
		}
	}
	best, next := 0.0, 0.0 // of the kind that fits best, and of all others
	for i, p := range t.opts.Profiles {
		weight, alone := 0.0, 0
		for _, at := range fitting[i].columns {
			weight += 1 / float64(len(kinds[at]))
		}
		for _, at := range fitting[i].own {
			if len(kinds[at]) == 1 {
				alone++
			}
		}
		sure := alone >= sureAlone || len(fitting[i].own) >= sureOwn && len(fitting[i].columns) == len(columns)
		switch {
		case weight > best:
			if p.Kind != kind {
				next = best
			}
			best, kind, ok = weight, p.Kind, sure
		case p.Kind == kind && weight == best:
			ok = ok || sure
		case p.Kind != kind:
			next = max(next, weight)
		}
	}
	return kind, ok && best > next
}

// headed are the columns whose headings speak for themselves: that say something, and that
// the mapping does not give a meaning of their own.
func (t *Table) headed() []column {
	var out []column
	for _, c := range t.columns {
		if _, mapped := t.opts.Mapping.column("", c.name); c.name != "" && c.field != "ignore" && !mapped && !everywhere[c.field] {
			out = append(out, c)
		}
	}
	return out
}

// everywhere are the fields of which no profile speaks, because every record has them.
var everywhere = map[string]bool{"id": true, "collection": true, "kind": true, "partOf": true, "files": true, "layers": true}
