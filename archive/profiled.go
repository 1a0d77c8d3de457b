package archive

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// profile holds what a record has under extra to the record's profile: terms become
// codes, numbers numbers. What the profile does not name stays as it is written.
func (c *checker) profile(r *Record) {
	if raw, named := r.Extra[ExtraProfile]; named {
		name := r.ProfileName()
		if name = strings.TrimSpace(name); name == "" {
			c.fault("extra."+ExtraProfile, "%s is not the name of a profile, such as %q", clipped(string(raw)), "mural")
			return
		}
		term, ok := c.vocabulary.Term(SchemeProfile, name)
		if !ok {
			c.unknown("extra."+ExtraProfile, SchemeProfile, name, "")
			return
		}
		r.Extra[ExtraProfile] = encoded(term.Code)
	}
	p, ok := c.vocabulary.ProfileOf(r)
	if !ok {
		if name := r.ProfileName(); name != "" && r.Kind != "" {
			c.fault("extra."+ExtraProfile, "%q is not a profile for records of kind %s", name, r.Kind)
		}
		return
	}
	for _, f := range p.Fields {
		key, ok := f.Extra()
		raw, there := r.Extra[key]
		if !ok || !there {
			continue
		}
		if otherList(f.Scheme, r.Level) || c.ofProvince(f.Scheme, raw) {
			f.Type = TypeText
		}
		value, keep := c.value(f, raw)
		if keep {
			r.Extra[key] = value
		} else {
			delete(r.Extra, key)
		}
	}
	if len(r.Extra) == 0 {
		r.Extra = nil
	}
}

// ControlledIn reports whether a record holds terms of the field's scheme there: a batch of
// a province's list is none of the nation's, whatever it is called.
func (f Field) ControlledIn(r *Record) bool {
	key, extra := f.Extra()
	return extra && (f.Type == TypeTerm || f.Type == TypeTerms) && f.Scheme != "" && r.Extra[key] != nil && !otherList(f.Scheme, r.Level)
}

// otherList reports whether a batch of a record of that level is one of another list than
// the scheme has: provinces and cities number and call their batches as the nation does.
func otherList(scheme Scheme, level string) bool {
	switch scheme {
	case "protection-batch": // a site without a level may be on any list
		return level != "protected-national" && level != "world-heritage"
	case "ich-batch", "bearer-batch":
		return level != "" && level != "ich-national" && level != "ich-unesco"
	}
	return false
}

// provincial finds words that name the list of a province, a city or a county.
var provincial = regexp.MustCompile(`(?i)[省市州县区旗]|provinc|prefect|municip|count(y|ies)|city`)

// ofProvince reports whether a batch says itself that it is of another list than the
// scheme has: 省级第四批.
func (c *checker) ofProvince(scheme Scheme, raw json.RawMessage) bool {
	switch scheme {
	case "protection-batch", "ich-batch", "bearer-batch":
	default:
		return false
	}
	var s string
	if json.Unmarshal(raw, &s) != nil || !provincial.MatchString(s) {
		return false
	}
	_, known := c.vocabulary.Term(scheme, s)
	return !known
}

// value checks one value and returns it in the form in which it is kept; keep is false
// for an empty one.
func (c *checker) value(f Field, raw json.RawMessage) (value json.RawMessage, keep bool) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return raw, true // extra has told of it
	}
	if s, ok := v.(string); ok {
		v = strings.TrimSpace(s)
	}
	if v == nil || v == "" {
		return nil, false
	}
	switch f.Type {
	case TypeNumber, TypeInteger, TypeYear:
		v = c.numeric(f, v)
	case TypeDate:
		v = c.date(f, v)
	case TypeBoolean:
		v = c.boolean(f, v)
	case TypeTerm:
		v = c.term(f, f.Path, v)
	case TypeTerms, TypeList:
		v = c.several(f, v)
	case TypeRegions:
		v = c.regions(f, raw)
	default: // words are kept as they are written, in one language or in several
		return encoded(v), true
	}
	if list, ok := v.([]string); ok && len(list) == 0 {
		return nil, false
	}
	return encoded(v), true
}

// encoded is the JSON of a value that came from JSON.
func encoded(v any) json.RawMessage {
	out, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}

// clipped is a value for a message.
func clipped(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// words is a string or a number as words; ok is false for anything else.
func words(v any) (s string, ok bool) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

func (c *checker) numeric(f Field, v any) any {
	s, ok := words(v)
	if ok && f.Type == TypeYear {
		if y, good := c.year(s); good {
			return y
		}
		c.fault(f.Path, "%q is not a year; write a whole number, negative before our era, as in 1956 or -206", clipped(s))
		return v
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	switch {
	case !ok || err != nil || math.IsNaN(n) || math.IsInf(n, 0):
		c.fault(f.Path, "%s is not a number (%s, %s)", clipped(string(encoded(v))), f.Label["zh"], f.Label["en"])
	case f.Type == TypeInteger && n != math.Trunc(n):
		c.fault(f.Path, "%s is not a whole number", s)
	default:
		return n
	}
	return v
}

// year reads a year in figures or in words that mean a single one.
func (c *checker) year(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, n != 0 && n >= minYear && n <= maxYear
	}
	d, ok := c.vocabulary.Period(s, "")
	return d.From, ok && d.From == d.To && d.From != 0
}

var looseDate = regexp.MustCompile(`^(\d{4})(?:[年./-](\d{1,2})(?:[月./-](\d{1,2})日?)?)?[年月日]?$`)

func (c *checker) date(f Field, v any) any {
	s, ok := words(v)
	if m := looseDate.FindStringSubmatch(strings.ReplaceAll(s, " ", "")); ok && m != nil {
		out := m[1]
		for _, part := range m[2:] {
			if len(part) == 1 {
				part = "0" + part
			}
			if part != "" {
				out += "-" + part
			}
		}
		if validDate(out) {
			return out
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Format(time.DateOnly)
	}
	c.fault(f.Path, "%q is not a date like 1936, 1936-10 or 1936-10-09", clipped(s))
	return v
}

func (c *checker) boolean(f Field, v any) any {
	if b, ok := v.(bool); ok {
		return b
	}
	s, _ := words(v)
	switch strings.ToLower(s) {
	case "是", "有", "yes", "true", "1", "√", "y":
		return true
	case "否", "无", "no", "false", "0", "×", "n":
		return false
	}
	c.fault(f.Path, "%s is neither yes nor no; write true or false (是 or 否)", clipped(string(encoded(v))))
	return v
}

// term returns the code of a term.
func (c *checker) term(f Field, path string, v any) any {
	s, ok := words(v)
	if !ok {
		c.fault(path, "%s is not a term of %s", clipped(string(encoded(v))), f.Scheme)
		return v
	}
	code := s
	c.controlled(path, f.Scheme, &code)
	return code
}

// several returns a list of texts, or of codes: from a list, or from one text whose
// parts stand apart.
func (c *checker) several(f Field, v any) any {
	var parts []any
	switch v := v.(type) {
	case []any:
		parts = v
	case string:
		if f.Type == TypeTerms {
			if _, whole := c.vocabulary.Term(f.Scheme, v); whole {
				parts = []any{v}
				break
			}
		}
		for _, s := range strings.FieldsFunc(v, func(r rune) bool {
			return strings.ContainsRune(";；、|\n", r) || f.Type == TypeTerms && strings.ContainsRune(",，", r)
		}) {
			parts = append(parts, s)
		}
	default:
		parts = []any{v}
	}
	c.count(f.Path, len(parts))
	out := []string{}
	for i, part := range parts {
		path := fmt.Sprintf("%s[%d]", f.Path, i)
		s, ok := words(part)
		if !ok {
			c.fault(path, "%s is not a text", clipped(string(encoded(part))))
			continue
		}
		if s != "" && f.Type == TypeTerms {
			c.controlled(path, f.Scheme, &s)
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// regions reads rectangles of images: a list of Regions, or of texts "ASSET x,y,w,h".
func (c *checker) regions(f Field, raw json.RawMessage) any {
	list := []Region{}
	if err := json.Unmarshal(raw, &list); err != nil {
		var texts []string
		var one string
		if json.Unmarshal(raw, &one) == nil {
			texts = strings.FieldsFunc(one, func(r rune) bool { return strings.ContainsRune(";；\n", r) })
		} else if json.Unmarshal(raw, &texts) != nil {
			c.fault(f.Path, `is not a list of regions like {"asset": "a1", "xywh": "100,200,640,480"}`)
			return raw
		}
		list = list[:0]
		for _, s := range texts {
			asset, xywh, named := strings.Cut(strings.TrimSpace(s), " ")
			if _, box := parseBox(asset); box && !named {
				asset, xywh = "", asset
			}
			list = append(list, Region{Asset: asset, XYWH: strings.TrimSpace(xywh)})
		}
	}
	c.count(f.Path, len(list))
	for i := range list {
		path := fmt.Sprintf("%s[%d]", f.Path, i)
		c.link(path+".asset", &list[i].Asset, "")
		if list[i].Asset == "" {
			c.fault(path+".asset", "is missing; name the image before the numbers, as in %q", "a0123 "+list[i].XYWH)
		}
		c.view(path+".xywh", list[i].XYWH)
	}
	return list
}
