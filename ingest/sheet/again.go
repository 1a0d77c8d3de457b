package sheet

import (
	"strconv"
	"strings"

	"hexi/archive"
)

// What a cell was refused for that its text alone does not show, since the workbook kept
// it as a number, a formula or a fault: beginnings of what is said of it.
const (
	saidOfNumber  = "%q was kept as a quantity"
	saidOfFormula = "%q is a formula without a result"
	saidOfFault   = "%q is an error of the spreadsheet's formula; mend it"
)

// asRefused is the value under which a report has a cell that was refused for being a
// number: the number again, so that it is refused again unless somebody types over it.
// As a text it would be taken for what somebody has typed.
func asRefused(text string, why *archive.InvalidError) any {
	format, _ := why.Says()
	if v, err := strconv.ParseFloat(text, 64); err == nil && strings.HasPrefix(format, saidOfNumber) {
		return v
	}
	return fit(text)
}

// kindOf is what a workbook kept in a cell. In a report all formulas and faults are texts:
// one that the report's own reason still speaks of is what it was in the sheet. Value is
// the cell's text without what nobody sees.
func (t *Table) kindOf(l line, i int, value string) cellKind {
	kind := l.cells[i].kind
	if kind != cellText || !strings.HasPrefix(value, "=") && !strings.HasPrefix(value, "#") {
		return kind
	}
	for own, c := range l.cells {
		if own >= len(t.columns) || t.columns[own].field != "ignore" || !ownColumn(t.columns[own].name) || !strings.Contains(c.text, value) {
			continue
		}
		for format := range inChinese {
			for _, said := range []struct {
				of   string
				kind cellKind
			}{{saidOfFormula, cellFormula}, {saidOfFault, cellFault}} {
				if !strings.HasPrefix(format, said.of) {
					continue
				}
				why := archive.Invalid("", format, value)
				if strings.Contains(c.text, Reason("zh", why)) || strings.Contains(c.text, Reason("en", why)) {
					return said.kind
				}
			}
		}
	}
	return kind
}
