package sheet

import (
	"slices"

	"hexi/archive"
)

// unitUse counts in how many cells of a column of measures units stand.
type unitUse struct {
	with, without int
	first         int // the row of the first cell without
}

// bareMeasure reports whether a cell is a measure whose unit nothing in the sheet says.
// unit is the one that the cell says.
func bareMeasure(row Row, c column, value string) (bare bool, unit string) {
	of := measureOf(c)
	if of == "" || c.unit != "" {
		return false, ""
	}
	_, _, unit, ok := splitMeasure(value)
	if !ok || unit != "" {
		return false, unit
	}
	_, own := row.Units[of]
	_, all := row.Units[""]
	return !own && (!all || !isLength(of)), ""
}

func (u *unitUse) add(row Row, c column, value string) {
	switch bare, unit := bareMeasure(row, c, value); {
	case unit != "":
		u.with++
	case bare:
		if u.without++; u.first == 0 || row.Number < u.first {
			u.first = row.Number
		}
	}
}

// doubt tells of a cell without a unit where other cells of the column have one. Of many
// cells without, the first is told.
func (u *unitUse) doubt(row Row, c column, value string) []Note {
	if u.with == 0 || u.without == 0 || u.without > repeatedAll && row.Number != u.first {
		return nil
	}
	if bare, _ := bareMeasure(row, c, value); !bare {
		return nil
	}
	at := slices.IndexFunc(row.Record.Dimensions, func(d archive.Dimension) bool { return d.Type == measureOf(c) })
	if at < 0 {
		return nil
	}
	return []Note{newNote(c.name, "%q has no unit, and other cells of the column have one (%d have, %d have none); it is taken as %s: write the unit if that is not meant",
		value, u.with, u.without, row.Record.Dimensions[at].Unit)}
}
