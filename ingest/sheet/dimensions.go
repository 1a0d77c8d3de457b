package sheet

import (
	"cmp"
	"slices"

	"hexi/archive"
)

// dimensionWords reads a cell that says several measures, each with its word. The words
// are kept where the profile has a field for them, and where they are not understood.
func (b *builder) dimensionWords(c column, value string) {
	found, ok := readDimensions(value, c.unit)
	if c.words != "" || !ok {
		b.extra(column{key: cmp.Or(c.words, c.name)}, value)
	}
	switch {
	case ok:
		b.measures, b.measured = append(b.measures, found...), c
	case !noNumber.MatchString(narrow(value)):
		b.unread = c.words != ""
		b.note(c, "%q says measures in a way that is not understood, such as 高12厘米，口径8厘米 is; it is kept in extra as it is written", value)
	}
}

// addMeasures adds what a cell of words says, but for measures that have a cell of their
// own in the row.
func (b *builder) addMeasures() {
	own := b.record.Dimensions
	for _, d := range b.measures {
		at := slices.IndexFunc(own, func(o archive.Dimension) bool { return o.Type == d.Type })
		switch {
		case at < 0:
			b.record.Dimensions = append(b.record.Dimensions, d)
		case own[at].Value != d.Value || own[at].Unit != d.Unit:
			b.note(b.measured, "the words say %s %v %s, and the column for it %v %s, which counts", d.Type, d.Value, d.Unit, own[at].Value, own[at].Unit)
		}
	}
}
