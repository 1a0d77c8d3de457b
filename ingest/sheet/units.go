package sheet

import (
	"slices"
	"strings"

	"hexi/archive"
)

// Units stand in the cell of a measure, in a column of their own, in the heading, or
// nowhere. That is the order in which they count: what is nearer to the number goes
// before what is said of many. Where two of them differ, that is told.

// unitCell is a unit in a column of its own.
type unitCell struct {
	column column
	unit   string
}

// unitPart says of which measure the part of a path, such as mass.unit, is the unit; ""
// is all lengths. ok is false where it is a measure.
func unitPart(part string) (of string, ok bool) {
	if part == "unit" {
		return "", true
	}
	return strings.CutSuffix(part, ".unit")
}

// isLength reports whether a measure is one of length.
func isLength(of string) bool { return of != "mass" && of != "area" && of != "volume" }

// unitsOf are the known units of a kind of measure, as they are kept.
func unitsOf(of string) []string {
	switch {
	case of == "mass":
		return []string{"g", "kg", "t", "mg", "斤", "两"}
	case of == "area":
		return []string{"cm²", "m²", "km²", "ha", "亩"}
	case isLength(of):
		return []string{"mm", "cm", "m", "km", "dm", "in", "ft", "寸", "尺", "丈"}
	}
	return nil
}

// measureUnit keeps what a column of units says, in the form in which units are kept.
func (b *builder) measureUnit(c column, of, value string) {
	if noNumber.MatchString(narrow(value)) {
		return
	}
	unit := value
	if known, ok := units[strings.ToLower(narrow(value))]; ok {
		unit = known
	}
	if known := unitsOf(of); len(known) > 0 && !slices.Contains(known, unit) {
		b.note(c, "%q is no unit of this measure that is known, such as %s; it is kept as it is written: correct it if it is a slip", value, strings.Join(known[:3], ", "))
	}
	if b.units == nil {
		b.units = map[string]unitCell{}
	}
	b.units[of] = unitCell{c, unit}
}

// unitFor is the unit that a column of its own says of a measure.
func (b *builder) unitFor(of string) (unitCell, bool) {
	if cell, ok := b.units[of]; ok {
		return cell, true
	}
	cell, ok := b.units[""]
	return cell, ok && isLength(of)
}

// addUnits completes the measures of a row, once all of its cells are known. headed are
// the columns of those without a unit in their cell.
func (b *builder) addUnits(list []archive.Dimension, headed func(of string) column) {
	for i := range list {
		d := &list[i]
		cell, own := b.unitFor(d.Type)
		heading := headed(d.Type).unit
		switch {
		case d.Unit != "" && own && d.Unit != cell.unit:
			b.note(cell.column, "says %s, and the measure itself %v %s, which counts", cell.unit, d.Value, d.Unit)
		case d.Unit != "":
		case own:
			if d.Unit = cell.unit; heading != "" && heading != cell.unit {
				b.note(cell.column, "says %s, which counts, and the heading of the measure says %s", cell.unit, heading)
			}
		case heading != "":
			d.Unit = heading
		default:
			d.Unit = b.defaultUnit(d.Type)
		}
	}
}

// defaultUnit is the unit in which the official forms measure what a row describes: sites,
// caves and the walls of these in metres, things in centimetres.
func (b *builder) defaultUnit(of string) string {
	switch of {
	case "mass":
		return "kg"
	case "area":
		return "m²"
	}
	kind := b.table.codeOf(b.record.Kind)
	switch p := b.table.profile; {
	case kind == archive.KindSite, kind == archive.KindCave:
		return "m"
	case kind == archive.KindMural && p != nil && p.Code == profileWall:
		return "m"
	}
	return "cm"
}

// profileWall is the profile of the walls of caves, which are of the kind of murals.
const profileWall = "wall-surface"

// besideMeasures finds columns that are only called 单位 (unit) and stand behind a measure,
// or several: where units stand in them, they are theirs. Elsewhere 单位 is an institution.
func besideMeasures(columns []column, data []line) []column {
	for i := 1; i < len(columns); i++ {
		c := &columns[i]
		if c.field != "extra" || c.typ != "" || c.key != c.name || !calledUnit(c.name) || !holdsUnits(data, i) {
			continue
		}
		of, before := measureOf(columns[i-1]), ""
		if i > 1 {
			before = measureOf(columns[i-2])
		}
		switch {
		case columns[i-1].field == "quantity":
			c.field = "quantity.unit"
		case of == "":
			continue
		case before != "" && isLength(before) && isLength(of):
			c.field = "dimensions.unit"
		default:
			c.field = "dimensions." + of + ".unit"
		}
		c.key = ""
	}
	return columns
}

func calledUnit(heading string) bool {
	plain, _ := splitUnit(heading)
	return slices.Contains([]string{"单位", "unit", "units"}, fold(plain))
}

// measureOf is the measure that a column holds, "" for none.
func measureOf(c column) string {
	part, ok := strings.CutPrefix(c.field, "dimensions.")
	if _, unit := unitPart(part); !ok || unit {
		return ""
	}
	return part
}

// holdsUnits reports whether what stands in a column are units.
func holdsUnits(data []line, column int) bool {
	some := false
	for _, l := range data {
		if column >= len(l.cells) {
			continue
		}
		value := strings.ToLower(narrow(oneLine(clean(l.cells[column].text))))
		if _, ok := units[value]; ok {
			some = true
		}
	}
	return some
}
