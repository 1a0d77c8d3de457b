package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
)

// units are the spellings of units, in lower case, with the form in which they are kept.
var units = map[string]string{
	"mm": "mm", "毫米": "mm", "cm": "cm", "厘米": "cm", "公分": "cm", "m": "m", "米": "m", "公尺": "m", "km": "km", "公里": "km", "千米": "km",
	"in": "in", "inch": "in", "inches": "in", "英寸": "in", "寸": "寸", "尺": "尺", "dm": "dm", "分米": "dm", "ft": "ft", "英尺": "ft", "丈": "丈",
	"kg": "kg", "千克": "kg", "公斤": "kg", "g": "g", "克": "g", "t": "t", "吨": "t", "mg": "mg", "毫克": "mg", "斤": "斤", "两": "两",
	"m2": "m²", "㎡": "m²", "平方米": "m²", "平米": "m²", "cm2": "cm²", "平方厘米": "cm²", "km2": "km²", "平方公里": "km²", "平方千米": "km²", "公顷": "ha", "ha": "ha", "亩": "亩",
	"件": "件", "套": "套", "张": "张", "册": "册", "幅": "幅", "枚": "枚", "块": "块", "片": "片", "卷": "卷", "铺": "铺", "身": "身", "件套": "件套", "件/套": "件套",
}

// measureWords say what a measure is of, in the texts of sheets; the longer ones first.
var measureWords = []struct{ word, dimension string }{
	{"通高", "height"}, {"通长", "length"}, {"通宽", "width"}, {"残高", "height"}, {"残长", "length"}, {"残宽", "width"},
	{"口径", "mouth-diameter"}, {"底径", "base-diameter"}, {"腹径", "belly-diameter"}, {"足径", "foot-diameter"}, {"圈足径", "foot-diameter"}, {"直径", "diameter"}, {"孔径", "hole-diameter"},
	{"进深", "depth"}, {"面积", "area"}, {"重量", "mass"}, {"质量", "mass"}, {"厚度", "thickness"}, {"高度", "height"}, {"长度", "length"}, {"宽度", "width"},
	{"高", "height"}, {"纵", "height"}, {"横", "width"}, {"长", "length"}, {"宽", "width"}, {"深", "depth"}, {"厚", "thickness"}, {"径", "diameter"}, {"重", "mass"},
	{"height", "height"}, {"length", "length"}, {"width", "width"}, {"depth", "depth"}, {"diameter", "diameter"}, {"thickness", "thickness"}, {"weight", "mass"}, {"mass", "mass"},
	{"h", "height"}, {"l", "length"}, {"w", "width"}, {"d", "depth"},
}

// number is a decimal number as people write it: 1,234.5 and 12,5 and 1 234.
var number = regexp.MustCompile(`^[+-]?(\d{1,3}([ ,']\d{3})+(\.\d+)?|\d+([.,]\d+)?|[.,]\d+)$`)

// thousands is where a comma stands between groups of three digits.
var thousands = regexp.MustCompile(`^[+-]?\d{1,3}([ ,']\d{3})+(\.\d+)?$`)

// readNumber reads a number with either decimal sign, narrow or full-width. A single
// comma before three digits ("1,234") stands between thousands.
func readNumber(s string) (float64, bool) {
	s = strings.TrimSpace(norm.NFKC.String(narrow(s)))
	s = strings.TrimSuffix(strings.ReplaceAll(s, "。", "."), ".")
	if v, err := strconv.ParseFloat(s, 64); err == nil && strings.ContainsAny(s, "eE") && strings.ContainsAny(s[:1], "0123456789-+") {
		return v, true // 1.5E+3
	}
	if !number.MatchString(s) {
		return 0, false
	}
	if thousands.MatchString(s) {
		s = strings.NewReplacer(",", "", " ", "", "'", "").Replace(s)
	} else {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// measureStart is a number at the beginning of what is left of a measure.
var measureStart = regexp.MustCompile(`^(?:约|ca?\.? ?|≈|~)?\s*([+-]?\d[\d,. ']*)`)

// aboutMeasure finds a measure that is only about right: 约8, 残高约12厘米.
var aboutMeasure = regexp.MustCompile(`(?i)(?:约|≈|~|～|ca?\.) ?[\d０-９]`)

// splitMeasure splits "34.2cm", "１件", "高3.2cm" or "约 12,5 厘米" into what is measured
// ("" where it does not say), number and unit.
func splitMeasure(s string) (of string, value float64, unit string, ok bool) {
	s = strings.TrimSpace(norm.NFKC.String(narrow(s)))
	lower := strings.ToLower(s)
	for _, m := range measureWords {
		if strings.HasPrefix(lower, m.word) {
			rest := strings.TrimLeft(s[len(m.word):], " :=")
			if measureStart.MatchString(rest) {
				of, s = m.dimension, rest
				break
			}
		}
	}
	found := measureStart.FindStringSubmatch(s)
	if found == nil {
		return of, 0, "", false
	}
	digits := strings.TrimRight(found[1], " ,.'")
	value, ok = readNumber(digits)
	unit = strings.TrimSpace(s[strings.Index(s, found[1])+len(digits):])
	if known, is := units[strings.ToLower(unit)]; is {
		unit = known
	}
	return of, value, unit, ok
}

// byWords splits what several measures are written in: 高12.5、口径8厘米.
var byWords = regexp.MustCompile(`[,，;；、\n]+\s*|\s+`)

// readDimensions reads a cell that holds several measures, each with a word for what
// it is of: "通高12.5厘米，口径8厘米，重1.5kg". unit is that of the heading, and a unit is ""
// where neither says one. ok is false unless all of it is understood.
func readDimensions(s, unit string) (out []archive.Dimension, ok bool) {
	s = norm.NFKC.String(narrow(oneLine(s)))
	var parts []string
	for _, part := range byWords.Split(s, -1) {
		switch part = strings.TrimSpace(part); {
		case part == "":
		case len(parts) > 0 && isUnit(part):
			parts[len(parts)-1] += part // 12 cm
		case len(parts) > 0 && onlyWord(parts[len(parts)-1]):
			parts[len(parts)-1] += part // 高 12cm
		default:
			parts = append(parts, part)
		}
	}
	last := unit // the last one's is that of those before it: 长3、宽2cm
	for i := len(parts) - 1; i >= 0; i-- {
		of, value, u, is := splitMeasure(parts[i])
		if !is || of == "" || u != "" && !isUnit(u) {
			return nil, false
		}
		if u == "" {
			u = last
		}
		if of != "mass" && of != "area" {
			last = u
		}
		out = append([]archive.Dimension{{Type: of, Value: value, Unit: u}}, out...)
	}
	return out, len(out) > 0
}

func isUnit(s string) bool { _, ok := units[strings.ToLower(s)]; return ok }

func onlyWord(s string) bool {
	s = strings.ToLower(strings.TrimRight(s, ":： "))
	for _, m := range measureWords {
		if s == m.word {
			return true
		}
	}
	return false
}
