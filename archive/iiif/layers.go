package iiif

import (
	"fmt"
	"math"

	"hexi/archive"
)

// LayerLabel names a layer in Chinese and in English: its kind, and in brackets what
// tells it from others of that kind.
func LayerLabel(terms Terms, l archive.Layer) archive.Text {
	kind := archive.Text{"zh": string(l.Kind), "en": string(l.Kind)}
	if terms != nil {
		if term, ok := terms.Term(archive.SchemeLayer, string(l.Kind)); ok {
			kind = term.Label
		}
	}
	zh, en := kind.In("zh"), kind.In("en")
	if !l.Label.Empty() {
		zh += "（" + l.Label.In("zh") + "）"
		en += " (" + l.Label.In("en") + ")"
	}
	return archive.Text{"zh": zh, "en": en}
}

// painting returns the annotations that put the images of a view on its canvas: those
// that fill it as one, between which viewers let people choose (Presentation API 3.0,
// section 5.7; the first is the default), and each of the others on its part.
func (p Publisher) painting(record *archive.Record, v archive.View, canvas string) []Annotation {
	var out []Annotation
	paint := func(id string, body Reference, target string) {
		out = append(out, Annotation{ID: id, Type: "Annotation", Motivation: "painting", Body: body, Target: target})
	}
	switch len(v.Layers) {
	case 0:
	case 1:
		paint(canvas+"/image", p.layer(record, v, v.Layers[0]), canvas)
	default:
		choice := Reference{Type: "Choice"}
		for _, a := range v.Layers {
			choice.Items = append(choice.Items, p.layer(record, v, a))
		}
		paint(canvas+"/image", choice, canvas)
	}
	shown := p.view(record, v.Base)
	for _, part := range v.Parts {
		at := scaled(part.At, v, shown.Width, shown.Height)
		paint(canvas+"/layer/"+EncodeID(part.Asset.PlaceID()), p.layer(record, v, part.Asset), fmt.Sprintf("%s#xywh=%d,%d,%d,%d", canvas, at.X, at.Y, at.W, at.H))
	}
	return out
}

// layer returns the picture of a layer under its name; an image alone in its view
// needs none.
func (p Publisher) layer(record *archive.Record, v archive.View, a *archive.Asset) Reference {
	picture := p.picture(record, a)
	if v.Layered() && a.Layer != nil {
		picture.Label = languages(LayerLabel(p.Terms, *a.Layer))
	}
	return picture
}

// scaled brings a place on a view's base, in its pixels, onto a canvas that is smaller
// where the public sees fewer of them.
func scaled(b archive.Box, v archive.View, width, height int) archive.Box {
	if width == v.Width && height == v.Height {
		return b
	}
	line := func(at, length, from, to int) (int, int) {
		f := float64(to) / float64(from)
		start := min(int(math.Round(float64(at)*f)), to-1)
		return start, max(1, min(int(math.Round(float64(at+length)*f)), to)-start)
	}
	b.X, b.W = line(b.X, b.W, v.Width, width)
	b.Y, b.H = line(b.Y, b.H, v.Height, height)
	return b
}
