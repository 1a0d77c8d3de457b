package harvest

import (
	"strings"

	"hexi/archive"
)

// held are the labels of a statement that names who holds a thing, as hexi writes it.
var held = []string{"held by", "收藏单位", "holder", "holding institution", "repository"}

// recordOf makes a record of a manifest (docs/harvest.md has the table).
func (m *manifest) recordOf(v archive.Vocabulary) archive.Record {
	b := builder{vocabulary: v, prefix: "iiif-"}
	b.titles(m.label, " / ")
	if b.record.Titles.Empty() {
		b.record.Titles = archive.Text{anyLanguage: short(m.id)}
	}
	b.record.Descriptions = m.summary.joined("\n\n")
	for _, p := range m.metadata {
		b.line(p)
	}
	b.rights(m.rights)
	m.statementInto(&b)
	for _, name := range m.providers {
		b.keep("provider", name)
	}
	if m.navDate != "" && b.record.Period == nil { // else the metadata say more
		b.keep("navdate", m.navDate)
	}
	m.placeInto(&b)
	for _, l := range m.homepage {
		if l.id != "" {
			b.keep("homepage", l.id)
		}
	}
	own, _ := ownLink(m.seeAlso)
	for _, l := range m.seeAlso {
		if l.id != "" && (own == "" || !strings.HasPrefix(l.id, own+"/")) { // the same record in other formats
			b.keep("seealso", map[string]string{"id": l.id, "format": l.format, "profile": l.profile})
		}
	}
	return b.record
}

// statementInto sets the holder where the statement says that it is one, and keeps
// another as it came: it is to be shown.
func (m *manifest) statementInto(b *builder) {
	if len(m.statement.value) == 0 {
		return
	}
	for _, list := range m.statement.label {
		for _, s := range list {
			for _, label := range held {
				if strings.EqualFold(s, label) {
					b.owned().Holder = m.statement.value.joined("；")
					return
				}
			}
		}
	}
	b.keep("required-statement", m.statement.asItCame())
}

func (m *manifest) placeInto(b *builder) {
	if m.place == nil {
		return
	}
	if b.record.Place == nil {
		b.record.Place = &archive.Place{Name: m.place.label.joined("；")}
	}
	b.record.Place.Lat, b.record.Place.Lon = &m.place.lat, &m.place.lon
}
