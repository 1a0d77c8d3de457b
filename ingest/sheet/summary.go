package sheet

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// summary writes the first tab of a report: what became of the rows, what the columns
// mean, and what is to be known of the tables as a whole.
func (p *reviewer) summary(name, lang string, tables []Reviewed, counts []reviewCount) error {
	w, err := p.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for _, width := range []struct {
		column int
		width  float64
	}{{1, 30}, {2, 34}, {3, 12}, {4, 12}, {5, 12}, {6, 12}, {7, 14}} {
		if err := w.SetColWidth(width.column, width.column, width.width); err != nil {
			return err
		}
	}
	at := 0
	line := func(style int, values ...any) error {
		at++
		cells := make([]any, len(values))
		for i, v := range values {
			if s, ok := v.(string); ok {
				v = fit(s)
			}
			cells[i] = excelize.Cell{StyleID: style, Value: v}
		}
		return w.SetRow(fmt.Sprintf("A%d", at), cells)
	}
	lines := [][]any{
		{p.big, say(lang, "表格检查结果", "What was found in the sheets")},
		{p.plain, say(lang, "红色：有误，该行未录入（试运行时：不会录入）。黄色：存疑，该行照常录入，请核对。灰色：不是记录的行。", "Red: wrong, the row is not taken. Yellow: in doubt, the row is taken; please check. Gray: lines that are no records.")},
		{p.plain, say(lang, "可直接在本工作簿中改正，再用 hexi ingest 录入；前两列会被忽略。", "This workbook can be mended and taken in with hexi ingest; its first two columns are passed over.")},
		{p.plain, ""},
		{p.bold, say(lang, "文件", "File"), say(lang, "工作表", "Tab"), say(lang, "行数", "Lines"), say(lang, "记录行", "Rows"), say(lang, "有误", "Wrong"), say(lang, "存疑", "In doubt"), say(lang, "非记录行", "No records")},
	}
	for i, c := range counts {
		style := p.plain
		if c.wrong > 0 {
			style = p.wrong
		} else if c.doubts > 0 {
			style = p.doubt
		}
		lines = append(lines, []any{style, tables[i].Sheet, c.name, c.lines, c.rows, c.wrong, c.doubts, c.passed})
	}
	for i, t := range tables {
		own := t.Table.Lang
		lines = append(lines, []any{p.plain, ""}, []any{p.big, counts[i].name})
		if t.Table.Profile() != "" {
			lines = append(lines, []any{p.plain, say(own, "著录规范", "Profile"), t.Table.Profile()})
		}
		lines = append(lines, []any{p.plain, say(own, "记录类型", "Kind"), kindWords(t.Table)},
			[]any{p.bold, say(own, "标题", "Heading"), say(own, "对应字段", "Field"), say(own, "示例", "Sample")})
		for _, c := range t.Table.Columns() {
			lines = append(lines, []any{p.plain, c.Heading, fieldWords(own, c), c.Sample})
		}
		for _, f := range t.Table.Constants() {
			lines = append(lines, []any{p.plain, say(own, "（对照表：每行）", "(mapping: every row)"), fieldWords(own, Column{Field: f.Field}), f.Value})
		}
		for _, f := range t.Table.Defaults() {
			lines = append(lines, []any{p.plain, say(own, "（对照表：空缺时）", "(mapping: where a row says nothing)"), fieldWords(own, Column{Field: f.Field}), f.Value})
		}
		for _, n := range t.Notes {
			words := Reason(own, n.Reason)
			if n.Field != "" {
				words = n.Field + say(own, "：", ": ") + words
			}
			lines = append(lines, []any{p.doubt, words})
		}
	}
	for _, l := range lines {
		style, _ := l[0].(int) // the first of each is its style
		if err := line(style, l[1:]...); err != nil {
			return err
		}
	}
	return w.Flush()
}

// kindWords are the kinds that rows say, and else what they are that say none.
func kindWords(t *Table) string {
	var words []string
	for _, kind := range t.kinds {
		words = append(words, string(kind))
	}
	if len(words) == 0 {
		return string(t.kind)
	}
	return strings.Join(words, ", ")
}

// fieldWords say what a column means to a curator.
func fieldWords(lang string, c Column) string {
	words := c.Field
	switch {
	case c.Field == "ignore":
		words = say(lang, "不录入", "not taken")
	case FieldName(lang, c.Field) != c.Field:
		words = FieldName(lang, c.Field) + " (" + c.Field + ")"
	}
	if c.Unit != "" {
		words += " " + c.Unit
	}
	return words
}
