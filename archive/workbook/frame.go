package workbook

import (
	"fmt"
	"iter"
	"strings"
)

const (
	namespace     = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relations     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages      = "http://schemas.openxmlformats.org/package/2006"
	contentPrefix = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// The styles of cells, by their place in styles.xml.
const (
	styleText    = 1 // text, also what somebody types into it
	styleHeading = 2
	styleNumber  = 3
)

const styles = `<styleSheet xmlns="` + namespace + `">` +
	`<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FFEDE6D6"/></patternFill></fill></fills>` +
	`<borders count="2"><border/><border><left/><right/><top/><bottom style="thin"><color rgb="FF8A7A55"/></bottom></border></borders>` +
	`<cellStyleXfs count="1"><xf/></cellStyleXfs>` +
	`<cellXfs count="4"><xf/>` +
	`<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>` +
	`<xf numFmtId="49" fontId="1" fillId="2" borderId="1" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>` +
	`<xf applyAlignment="1"><alignment vertical="top"/></xf>` +
	`</cellXfs></styleSheet>`

// frame yields the parts that hold a workbook together, by their names.
func (w *Writer) frame() iter.Seq2[string, string] {
	var types, sheets, links strings.Builder
	for i, t := range w.tables {
		n, state := i+1, ""
		if t.name == MarkerTable {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, contentPrefix)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, appendText(nil, t.name), n, state, n)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relations, n)
	}
	styled := len(w.tables) + 1
	fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, styled, relations)
	return func(yield func(string, string) bool) {
		_ = yield("[Content_Types].xml", `<Types xmlns="`+packages+`/content-types">`+
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
			`<Default Extension="xml" ContentType="application/xml"/>`+
			`<Override PartName="/xl/workbook.xml" ContentType="`+contentPrefix+`sheet.main+xml"/>`+
			`<Override PartName="/xl/styles.xml" ContentType="`+contentPrefix+`styles+xml"/>`+types.String()+`</Types>`) &&
			yield("_rels/.rels", `<Relationships xmlns="`+packages+`/relationships"><Relationship Id="rId1" Type="`+relations+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`) &&
			yield("xl/workbook.xml", `<workbook xmlns="`+namespace+`" xmlns:r="`+relations+`"><sheets>`+sheets.String()+`</sheets>`+`</workbook>`) &&
			yield("xl/_rels/workbook.xml.rels", `<Relationships xmlns="`+packages+`/relationships">`+links.String()+`</Relationships>`) &&
			yield("xl/styles.xml", styles)
	}
}
