package export

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"hexi/archive"
)

// ordering finds the order of a table's rows: that of the numbers which the records of its
// kind go by, as people count (A2 before A10), and of ids where these are the same. Records
// without a number come last. Of each record it keeps no more than the id and the number.
type ordering struct {
	kind   archive.Kind
	places []place
}

type place struct{ number, id string }

func (o *ordering) add(r *archive.Record) {
	o.places = append(o.places, place{number: strings.Clone(number(o.kind, r)), id: strings.Clone(r.ID)})
}

func (o *ordering) ids() []string {
	if o.kind != archive.KindCollection { // each of these comes after the one that it belongs to
		slices.SortFunc(o.places, func(a, b place) int {
			switch {
			case a.number == "" && b.number != "":
				return 1
			case a.number != "" && b.number == "":
				return -1
			}
			return cmp.Or(natural(a.number, b.number), cmp.Compare(a.id, b.id))
		})
	}
	ids := make([]string, len(o.places))
	for i, p := range o.places {
		ids[i] = p.id
	}
	return ids
}

// number is what a record goes by in the register or the census sheet of its kind.
func number(kind archive.Kind, r *archive.Record) string {
	switch kind {
	case archive.KindRelic:
		return r.Identifier("accession")
	case archive.KindDocument:
		return cmp.Or(r.Identifier("shelfmark"), r.Identifier("accession"))
	case archive.KindIntangible:
		return cmp.Or(r.Identifier("number"), r.Identifier("item"))
	case archive.KindSite:
		var code string
		_ = json.Unmarshal(r.Extra["code"], &code) // what is no text is no number
		return code
	case archive.KindCave, archive.KindMural:
		if l := r.Location; l != nil && l.Cave != "" {
			return l.Site + " " + l.Cave
		}
	}
	return ""
}

// natural compares numbers as people count: a2 before a10, and 007 beside 7.
func natural(a, b string) int {
	for x, y := a, b; ; {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x == "" || y == "" || x[0] != y[0] {
				return cmp.Or(strings.Compare(x, y), strings.Compare(a, b))
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), strings.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
}

// digits counts those that a text begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
