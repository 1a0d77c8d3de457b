package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"hexi/archive"
)

// noLayer is what is written for a file that is no layer.
const noLayer = "-"

// readLayers reads the cell that says which layers the files of a row are: as many as
// there are files, in their order. An empty cell is none.
func readLayers(v archive.Vocabulary, cell string, files []string) ([]*archive.Layer, archive.InvalidErrors) {
	out := make([]*archive.Layer, len(files))
	if strings.TrimSpace(cell) == "" {
		return out, nil
	}
	parts := splitCell(cell)
	if len(parts) != len(files) {
		return nil, archive.InvalidErrors{wrongCount("", len(parts), len(files))}
	}
	var faults archive.InvalidErrors
	for i, part := range parts {
		l, err := readLayer(v, part)
		if err != nil {
			faults = append(faults, about(fmt.Sprintf("%q", strings.TrimSpace(part)), "", err)...)
		}
		out[i] = l
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, toldApart("", out, files)
}

// layers is readLayers for a column.
func (b *builder) layers(c column, cell string, files []string) []*archive.Layer {
	layers, faults := readLayers(b.vocabulary, cell, files)
	for _, f := range faults {
		b.fault(c, "%s", f.Why)
	}
	return layers
}

// splitCell splits a cell where splitFiles does, but keeps what is empty between two
// separators, so that each part stands for the file in its place.
func splitCell(s string) []string {
	const mark = ";"
	s = strings.Map(func(r rune) rune {
		if isSeparator(r) {
			return rune(mark[0])
		}
		return r
	}, s)
	return strings.Split(strings.TrimRight(s, mark+" \t"), mark)
}

// readLayer reads one layer in the notation [view/]kind[(label)][@x,y,w,h].
func readLayer(v archive.Vocabulary, s string) (*archive.Layer, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == noLayer {
		return nil, nil
	}
	var l archive.Layer
	if i := strings.LastIndexAny(s, "@＠"); i >= 0 {
		s, l.Region = s[:i], strings.ReplaceAll(strings.TrimLeft(s[i:], "@＠"), "，", ",")
	}
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "(（"); i >= 0 && (strings.HasSuffix(s, ")") || strings.HasSuffix(s, "）")) {
		label := strings.Trim(s[i:], "()（）")
		s = s[:i]
		for part := range strings.FieldsFuncSeq(label, func(r rune) bool { return r == '/' || r == '／' }) {
			if part = strings.TrimSpace(part); part != "" {
				l.Label = withText(l.Label, "", part)
			}
		}
	}
	if i := strings.IndexAny(s, "/／"); i >= 0 {
		l.View, s = s[:i], strings.TrimLeft(s[i:], "/／")
	}
	l.Kind = archive.LayerKind(s)
	normal, err := archive.NormaliseLayer(v, l)
	return &normal, err
}

// decodeLayers reads the "layers" of a line: texts in the notation of a cell, or
// objects as the API takes them; null and "" for a file that is none.
func decodeLayers(v archive.Vocabulary, list []json.RawMessage, files []string) ([]*archive.Layer, error) {
	if list == nil {
		return nil, nil
	}
	if len(list) != len(files) {
		return nil, wrongCount("layers", len(list), len(files))
	}
	out := make([]*archive.Layer, len(list))
	var faults archive.InvalidErrors
	for i, raw := range list {
		field := fmt.Sprintf("layers[%d]", i)
		var err error
		var s string
		switch {
		case bytes.Equal(raw, []byte("null")):
		case json.Unmarshal(raw, &s) == nil:
			out[i], err = readLayer(v, s)
		default:
			var l archive.Layer
			if l, err = archive.DecodeLayer(raw); err == nil {
				l, err = archive.NormaliseLayer(v, l)
				out[i] = &l
			}
		}
		if err != nil {
			faults = append(faults, about("", field, err)...)
		}
	}
	if faults = append(faults, toldApart("layers", out, files)...); len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}

func wrongCount(field string, layers, files int) *archive.InvalidError {
	return archive.Invalid(field, "names %d layers for %d files; write one for each file, in their order, and %s for a file that is none", layers, files, noLayer)
}

// toldApart refuses two layers of a row that are the same.
func toldApart(field string, layers []*archive.Layer, files []string) archive.InvalidErrors {
	for i, l := range layers {
		for j := range i {
			if l != nil && layers[j] != nil && l.Same(*layers[j]) {
				return archive.InvalidErrors{archive.Invalid(field, "%s and %s would both be the layer %s of view %s; name their views, such as 1/%s and 2/%s, or give one a label: %s (1943)",
					files[j], files[i], l.Kind, l.View, l.Kind, l.Kind, l.Kind)}
			}
		}
	}
	return nil
}

// about says of which layer faults are, by what was written or by its field.
func about(written, field string, err error) archive.InvalidErrors {
	var many archive.InvalidErrors
	var one *archive.InvalidError
	if !errors.As(err, &many) && errors.As(err, &one) {
		many = archive.InvalidErrors{one}
	}
	var out archive.InvalidErrors
	for _, f := range many {
		switch {
		case written != "":
			out = append(out, archive.Invalid("", "%s: %s %s", written, f.Field, f.Why))
		case f.Field != "":
			out = append(out, archive.Invalid(field+"."+f.Field, "%s", f.Why))
		default:
			out = append(out, archive.Invalid(field, "%s", f.Why))
		}
	}
	return out
}
