package iiif

import (
	"fmt"
	"strconv"

	"hexi/archive"
)

// stops adds to the canvases of a route or an exhibition those of what it shows, and a range
// for each stop: the canvas, or the part of it that the stop looks at, with its caption. A
// canvas is that of the record's own manifest, which it names.
func (p Publisher) stops(m *Manifest, record *archive.Record, members []Member) {
	found := make(map[string]Member, len(members))
	for _, member := range members {
		found[member.Record.ID] = member
	}
	placed := map[string]bool{}
	for i, stop := range record.Stops {
		member, ok := found[stop.Record]
		if !ok {
			continue // it is not public, or words alone
		}
		views := archive.Views(member.Assets)
		if len(views) == 0 {
			continue
		}
		at := archive.Placed(views)[stop.Asset] // the first view where no asset is named
		c := p.borrowed(member.Record, views, at)
		r := Range{ID: p.ManifestID(record.ID) + "/range/stop/" + strconv.Itoa(i+1), Type: "Range", Label: c.Label, Summary: markup(languages(stop.Caption))}
		r.Items = []RangeItem{{ID: c.ID, Type: "Canvas"}}
		if part, ok := partOf(stop.View, views[at], c); ok {
			r.Items = []RangeItem{{ID: c.ID, Type: "Canvas", Part: part}}
		}
		m.Structures = append(m.Structures, r)
		if placed[c.ID] {
			continue
		}
		placed[c.ID] = true
		m.Items = append(m.Items, c)
	}
}

// partOf returns what a stop looks at as a media fragment, in pixels of the canvas; false
// where it looks at all of it.
func partOf(view string, v archive.View, c Canvas) (fragment string, ok bool) {
	if view == "" {
		return "", false
	}
	region, err := parseRegion(view)
	if err != nil {
		return "", false
	}
	rect, err := region.resolve(v.Width, v.Height)
	if err != nil || rect.Dx() == v.Width && rect.Dy() == v.Height {
		return "", false
	}
	at := scaled(archive.Box{X: rect.Min.X, Y: rect.Min.Y, W: rect.Dx(), H: rect.Dy()}, v, c.Width, c.Height)
	return fmt.Sprintf("xywh=%d,%d,%d,%d", at.X, at.Y, at.W, at.H), true
}
