package workbook

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"hexi/archive"
)

// separator stands between the values of a cell that holds several.
const separator = "；"

// plain reports whether a cell holds a text exactly: whatever program saves the workbook
// again, the text is the same.
func plain(s string) bool {
	units := 0
	for i, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			return false
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return false
		case r == '_' && escaped(s[i:]):
			return false
		}
		units += utf16.RuneLen(r)
	}
	return units <= MaxCell
}

// escaped reports whether a text begins like _x000D_, by which workbooks write characters
// that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
func escaped(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 16)
	return err == nil
}

// presentable is the nearest text that is plain. It is cut where it is too long.
func presentable(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	units := 0
	for i, r := range s {
		switch {
		case r == '\r':
			r = '\n'
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			r = utf8.RuneError
		case r == '_' && escaped(s[i:]):
			r = '＿'
		}
		if units += utf16.RuneLen(r); units > MaxCell-1 {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// chunks cuts a text into cells.
func chunks(s string) []string {
	var out []string
	for s != "" {
		units, end := 0, len(s)
		for i, r := range s {
			if units += utf16.RuneLen(r); units > MaxCell {
				end = i
				break
			}
		}
		out, s = append(out, s[:end]), s[end:]
	}
	return out
}

// numberCell keeps a number as one where a cell can do that: to 15 digits, as spreadsheet
// programs have them.
func numberCell(v float64) Cell {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	number := err == nil && short == v && (v == 0 || math.Abs(v) >= 1e-15 && math.Abs(v) < 1e15)
	if !number {
		text = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return Cell{Text: text, Number: number && !(v == 0 && math.Signbit(v))}
}

// join puts several values into one cell; they cannot be told apart again where one has the
// separator in it, which is seen when they are split.
func join(values []string) string {
	return strings.TrimRight(strings.Join(values, separator), separator)
}

func split(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, separator)
}

// Values of extra that are no text and no number are written as JSON behind this.
const jsonPrefix = "json:"

func extraCell(raw json.RawMessage) Cell {
	var s string
	if json.Unmarshal(raw, &s) == nil && string(raw) != "null" && s != "" && !strings.HasPrefix(s, jsonPrefix) {
		return Cell{Text: s}
	}
	if v, err := strconv.ParseFloat(string(raw), 64); err == nil {
		if c := numberCell(v); c.Number && c.Text == string(raw) {
			return c
		}
	}
	return Cell{Text: jsonPrefix + string(raw)}
}

func extraValue(c Cell) json.RawMessage {
	if raw, ok := strings.CutPrefix(c.Text, jsonPrefix); ok && json.Valid([]byte(raw)) {
		return json.RawMessage(raw)
	}
	if c.Number && json.Valid([]byte(c.Text)) {
		return json.RawMessage(c.Text)
	}
	return encode(c.Text)
}

// encode is JSON without escapes for HTML, as records are kept.
func encode(v any) json.RawMessage {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil // what came from JSON goes to JSON
	}
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n"))
}

// label is what a cell shows of a code: the Chinese label, if it leads back to the code.
func label(v Vocabulary, scheme archive.Scheme, code string) string {
	term, ok := v.Term(scheme, code)
	if !ok || term.Code != code {
		return code
	}
	zh := term.Label["zh"]
	if back, ok := v.Term(scheme, zh); zh == "" || !ok || back.Code != code {
		return code
	}
	return zh
}

// code is the reverse of label.
func code(v Vocabulary, scheme archive.Scheme, cell string) string {
	if term, ok := v.Term(scheme, cell); ok {
		return term.Code
	}
	return cell
}

// measure writes "3.42 m（at the rim）".
func measure(d archive.Dimension) string {
	s := strconv.FormatFloat(d.Value, 'g', -1, 64)
	if d.Unit != "" {
		s += " " + d.Unit
	}
	if d.Note != "" {
		s += "（" + d.Note + "）"
	}
	return s
}

func readMeasure(typ, s string) (archive.Dimension, bool) {
	d := archive.Dimension{Type: typ}
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "（"); i >= 0 && strings.HasSuffix(s, "）") {
		d.Note = strings.TrimSuffix(s[i+len("（"):], "）")
		s = strings.TrimSpace(s[:i])
	}
	number, unit, spaced := strings.Cut(s, " ")
	if !spaced { // as people write it: 34.2cm
		end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.", r) })
		if end > 0 {
			number, unit = s[:end], s[end:]
		}
	}
	var err error
	d.Value, err = strconv.ParseFloat(number, 64)
	d.Unit = strings.TrimSpace(unit)
	return d, err == nil
}
