package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// DiffOp says what became of a value between two states of a record.
type DiffOp string

// What can become of a value.
const (
	DiffAdded   DiffOp = "added"
	DiffRemoved DiffOp = "removed"
	DiffChanged DiffOp = "changed"
)

// Difference is one value that differs between two states of a record. Path is where
// it stands in the record's JSON shape ("titles.en", "people[1].role"): in the later
// state, or, of what was removed, in the earlier one. Before and After are the JSON of
// the value; the one that is not there is nil. A Path that names a list says that the
// order of its items changed.
type Difference struct {
	Path   string          `json:"path"`
	Label  Text            `json:"label"`
	Scheme Scheme          `json:"scheme,omitempty"` // of which the values are terms
	Op     DiffOp          `json:"op"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Diff lists what differs from a to b, field by field in the order of the record's
// shape, texts language by language. Items of lists are compared with those that they
// come from: identifiers and dimensions by their type, people by their name, and so on.
func Diff(a, b Record) ([]Difference, error) {
	before, err := fields(a)
	if err != nil {
		return nil, err
	}
	after, err := fields(b)
	if err != nil {
		return nil, err
	}
	d := &differ{}
	for _, shape := range recordShape {
		d.value(shape.key, shape.label(), shape, before[shape.key], after[shape.key])
	}
	return d.out, d.err
}

// fields returns a record as JSON does, with numbers as they are written.
func fields(r Record) (map[string]any, error) {
	data, err := encode(r)
	if err != nil {
		return nil, fmt.Errorf("encode record %s: %w", r.ID, err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	out := map[string]any{}
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("decode record %s: %w", r.ID, err)
	}
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == "" }) // of a record that is not there yet
	return out, nil
}

type differ struct {
	out []Difference
	err error
}

// value compares what stands at a path; nil is nothing.
func (d *differ) value(path string, label Text, shape fieldShape, before, after any) {
	if before == nil && after == nil {
		return
	}
	left, leftMap := before.(map[string]any)
	right, rightMap := after.(map[string]any)
	if (leftMap || before == nil) && (rightMap || after == nil) {
		d.object(path, label, shape, left, right)
		return
	}
	if list, ok := asList(before, after); ok {
		d.list(path, label, shape, list[0], list[1])
		return
	}
	d.whole(path, label, shape, before, after)
}

func asList(before, after any) (lists [2][]any, ok bool) {
	left, isLeft := before.([]any)
	right, isRight := after.([]any)
	return [2][]any{left, right}, (isLeft || before == nil) && (isRight || after == nil)
}

// whole notes a value that is compared as one.
func (d *differ) whole(path string, label Text, shape fieldShape, before, after any) {
	one := Difference{Path: path, Label: label, Scheme: shape.scheme, Op: DiffChanged}
	if before != nil {
		one.Before = d.encode(before)
	}
	if after != nil {
		one.After = d.encode(after)
	}
	switch {
	case before == nil:
		one.Op = DiffAdded
	case after == nil:
		one.Op = DiffRemoved
	case bytes.Equal(one.Before, one.After):
		return
	}
	d.out = append(d.out, one)
}

func (d *differ) encode(v any) json.RawMessage {
	b, err := encode(v)
	if err != nil && d.err == nil {
		d.err = err
	}
	return b
}

// object compares the parts of an object: those that the shape names first, the others
// (languages, keys of extra) by name.
func (d *differ) object(path string, label Text, shape fieldShape, before, after map[string]any) {
	keys := slices.Sorted(maps.Keys(after))
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[key]; !ok {
			keys = append(keys, key)
		}
	}
	for _, part := range shape.parts {
		d.value(path+"."+part.key, label.and(part.label()), part, before[part.key], after[part.key])
		keys = slices.DeleteFunc(keys, func(key string) bool { return key == part.key })
	}
	slices.SortStableFunc(keys, func(a, b string) int { return languageRank(a) - languageRank(b) })
	for _, key := range keys {
		d.whole(path+"."+key, label.and(languageName(key)), shape, before[key], after[key])
	}
}

// itemPair is an item of a list in two states; -1 is nowhere.
type itemPair struct{ before, after int }

// list compares the items of a list.
func (d *differ) list(path string, label Text, shape fieldShape, before, after []any) {
	pairs := matchItems(shape, before, after)
	moved := false
	last := -1
	for _, p := range pairs {
		if p.before >= 0 && p.after >= 0 {
			moved = moved || p.before < last
			last = max(last, p.before)
		}
	}
	for _, p := range pairs {
		switch {
		case p.before < 0:
			d.whole(at(path, p.after), label.and(itemName(shape, after[p.after])), shape.item(), nil, after[p.after])
		case p.after < 0:
			d.whole(at(path, p.before), label.and(itemName(shape, before[p.before])), shape.item(), before[p.before], nil)
		default:
			d.value(at(path, p.after), label.and(itemName(shape, after[p.after])), shape.item(), before[p.before], after[p.after])
		}
	}
	if moved {
		d.whole(path, label.and(Text{"zh": "顺序", "en": "order"}), shape.item(), before, after)
	}
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// matchItems finds for the items of a list those that they come from: first what is
// the same, then what the shape takes for the same thing, most telling first. The pairs
// are in the order of after; what is gone stands at the end.
func matchItems(shape fieldShape, before, after []any) []itemPair {
	from := make([]int, len(after))
	for i := range from {
		from[i] = -1
	}
	taken := make([]bool, len(before))
	by := func(key func(any) string) {
		places := map[string][]int{}
		for i, item := range before {
			if k := key(item); !taken[i] && k != "" {
				places[k] = append(places[k], i)
			}
		}
		for i, item := range after {
			if from[i] >= 0 {
				continue
			}
			if k := key(item); k != "" && len(places[k]) > 0 {
				from[i], places[k] = places[k][0], places[k][1:]
				taken[from[i]] = true
			}
		}
	}
	by(func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	})
	for _, keys := range shape.same {
		by(func(v any) string { return itemKey(v, keys) })
	}
	var pairs []itemPair
	for i, j := range from {
		pairs = append(pairs, itemPair{j, i})
	}
	for i := range before {
		if !taken[i] {
			pairs = append(pairs, itemPair{i, -1})
		}
	}
	return pairs
}

// itemKey joins the texts at the given places of an item; "" where one is missing.
func itemKey(v any, keys []string) string {
	out := ""
	for _, key := range keys {
		s := textAt(v, key)
		if s == "" {
			return ""
		}
		out += s + "\x00"
	}
	return out
}

// textAt returns the text at a place such as "name.zh".
func textAt(v any, path string) string {
	for path != "" {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		key, rest, _ := strings.Cut(path, ".")
		v, path = m[key], rest
	}
	s, _ := v.(string)
	return s
}

// itemName tells an item from the others of its list.
func itemName(shape fieldShape, v any) Text {
	for _, keys := range shape.same {
		if s := textAt(v, keys[0]); s != "" && len([]rune(s)) <= 40 {
			if t, ok := itemWords[s]; ok {
				return t
			}
			return Text{"zh": s, "en": s}
		}
	}
	return nil
}

// and puts a narrower label behind a wider one.
func (t Text) and(narrower Text) Text {
	if len(narrower) == 0 {
		return t
	}
	return Text{"zh": t["zh"] + " · " + narrower["zh"], "en": t["en"] + " · " + narrower["en"]}
}
