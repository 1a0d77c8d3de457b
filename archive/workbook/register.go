package workbook

import (
	"cmp"
	"slices"
	"strings"

	"hexi/archive"
)

// Register is the general register of a museum (总登记账): a table to print and to keep,
// which is not read back. Its columns are those of the paper form; 数量 is what tradition
// counts (1套) where that is another number than what there is.
var Register = Sheet{"总登记账", []Column{
	{"extra.registered", "登记日期"}, {"identifiers.accession", "总登记号"}, {"extra.classNumber", "分类号"},
	{"titles.zh", "名称"}, {"period", "时代"}, {"extra.traditionalQuantity", "数量"}, {"quantity", "实际数量"},
	{"dimensions", "尺寸重量"}, {"materials", "质地"}, {"completeness", "完残情况"}, {"source", "来源"},
	{"extra.entryVoucher", "入馆凭证号"}, {"extra.removalVoucher", "注销凭证号"}, {"level", "级别"}, {"extra.remark", "备注"},
	{"extra.ledgerPage", "账页"},
}}

// otherwise are the paths that a table which only shows takes a cell from where a record
// has nothing under the column's own.
var otherwise = map[string]string{"extra.traditionalQuantity": "quantity"}

// Otherwise returns the path that Show takes a cell from where a record has nothing under
// the column's own, or "".
func Otherwise(path string) string { return otherwise[path] }

// showOnly returns what a cell of a table that is not read back shows.
func showOnly(v Vocabulary, l *archive.Line, path string) Cell {
	var cell Cell
	if path == "dimensions" {
		cell.Text = allMeasures(v, l)
	} else {
		cell = show(v, l, path)
	}
	if other := otherwise[path]; cell.Text == "" && other != "" {
		return showOnly(v, l, other)
	}
	cell.Text = shown(cell)
	return cell
}

func shown(c Cell) string { return strings.TrimPrefix(presentable(c.Text), jsonPrefix) }

// measureOrder is that in which a register says measures. Others come behind these, and
// the mass last.
var measureOrder = []string{
	"height", "length", "width", "depth", "thickness", "diameter",
	"mouth-diameter", "belly-diameter", "base-diameter", "foot-diameter", "hole-diameter",
}

// allMeasures says all measures of a record, each by its Chinese name: "高 32.5 cm；质量
// 2.3 kg". Where its size stands only in the curator's words, these take its place.
func allMeasures(v Vocabulary, l *archive.Line) string {
	var words string
	if !slices.ContainsFunc(l.Dimensions, func(d archive.Dimension) bool { return d.Type != "mass" }) {
		words = shown(show(v, l, dimensionWords))
	}
	place := func(d archive.Dimension) int {
		at := slices.Index(measureOrder, d.Type)
		switch {
		case d.Type == "mass":
			return len(measureOrder) + 1
		case at < 0:
			return len(measureOrder)
		}
		return at
	}
	sorted := slices.Clone(l.Dimensions)
	slices.SortStableFunc(sorted, func(a, b archive.Dimension) int { return cmp.Compare(place(a), place(b)) })
	said := joinOf(sorted, func(d archive.Dimension) (string, bool) {
		return measureName(v, d.Type) + " " + measure(d), true
	})
	if words != "" && said != "" {
		return words + separator + said
	}
	return words + said
}

// dimensionWords is where the words stand that a curator has for the size.
const dimensionWords = "extra.dimensionNote"

// measureName is what a type of measures is called in Chinese, or its code.
func measureName(v Vocabulary, typ string) string {
	if term, ok := v.Term(archive.SchemeDimension, typ); ok && term.Code == typ && term.Label["zh"] != "" {
		return term.Label["zh"]
	}
	return typ
}
