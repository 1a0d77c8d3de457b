package iiif

import (
	"fmt"

	"hexi/archive"
)

// parts adds to the canvases of a record those of its parts, and returns the ranges that
// arrange them by where they are: each wall of a cave with what is on it, and its
// registers. A canvas of a part is that of the part's own manifest, which it names.
func (p Publisher) parts(m *Manifest, record *archive.Record, parts []Member) {
	var walls []*Range
	found := map[string]*Range{}
	wall := func(l archive.Location) *Range {
		key := l.Space + "/" + l.Surface
		if found[key] == nil {
			r := &Range{
				ID: fmt.Sprintf("%s/range/%s/%s", p.ManifestID(record.ID), EncodeID(orDash(l.Space)), EncodeID(orDash(l.Surface))), Type: "Range",
				Label: p.placeLabel(archive.Location{Space: l.Space, Surface: l.Surface}),
			}
			found[key] = r
			walls = append(walls, r)
		}
		return found[key]
	}
	for _, part := range parts {
		views := archive.Views(part.Assets)
		if len(views) == 0 {
			continue
		}
		one := Range{ID: p.ManifestID(record.ID) + "/range/part/" + EncodeID(part.Record.ID), Type: "Range", Label: label(part.Record.Titles, part.Record.ID)}
		for i := range views {
			c := p.borrowed(part.Record, views, i)
			if len(views) > 1 {
				c.Label = numbered(c.Label, i+1)
			}
			m.Items = append(m.Items, c)
			one.Items = append(one.Items, RangeItem{ID: c.ID, Type: "Canvas"})
		}
		l := archive.Location{}
		if part.Record.Location != nil {
			l = *part.Record.Location
		}
		w := wall(l)
		w.Items = append(w.Items, RangeItem{Range: &one})
	}
	for _, w := range walls {
		m.Structures = append(m.Structures, *w)
	}
}

// borrowed is a canvas of another record's manifest, which it names, with what that says of
// rights. Its label is the record's.
func (p Publisher) borrowed(record *archive.Record, views []archive.View, n int) Canvas {
	c := p.canvas(record, views, n)
	c.Label = label(record.Titles, record.ID)
	c.PartOf = []Reference{{ID: p.ManifestID(record.ID), Type: "Manifest", Label: c.Label}}
	c.Homepage = []Reference{p.page(c.Label, "records", record.ID)}
	c.Rights, c.RequiredStatement = p.rights(record)
	return c
}

// placeLabel names a wall; what is said of no wall is elsewhere in the cave.
func (p Publisher) placeLabel(l archive.Location) LanguageMap {
	if l == (archive.Location{}) {
		return LanguageMap{"zh": {"其他"}, "en": {"Elsewhere"}}
	}
	v := p.location(&l)
	return v.languageMap()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// numbered adds a number to a label in each of its languages.
func numbered(m LanguageMap, n int) LanguageMap {
	out := make(LanguageMap, len(m))
	for tag, list := range m {
		for _, s := range list {
			out[tag] = append(out[tag], fmt.Sprintf("%s %d", s, n))
		}
	}
	return out
}
