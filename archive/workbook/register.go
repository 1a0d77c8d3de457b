package workbook

import (
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
	{"extra.entryVoucher", "入馆凭证号"}, {"extra.removalVoucher", "注销凭证号"}, {"extra.remark", "备注"},
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
		cell.Text = allMeasures(l)
	} else {
		cell = show(v, l, path)
	}
	if other := otherwise[path]; cell.Text == "" && other != "" {
		return showOnly(v, l, other)
	}
	cell.Text = strings.TrimPrefix(presentable(cell.Text), jsonPrefix)
	return cell
}

// measureNames are what measures are called in one cell with others.
var measureNames = map[string]string{"length": "长", "width": "宽", "height": "高", "mass": "重", "diameter": "直径", "depth": "深", "thickness": "厚"}

func allMeasures(l *archive.Line) string {
	return joinOf(l.Dimensions, func(d archive.Dimension) (string, bool) {
		name, ok := measureNames[d.Type]
		if !ok {
			name = d.Type
		}
		return name + " " + measure(d), true
	})
}
