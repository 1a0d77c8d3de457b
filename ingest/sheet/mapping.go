package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"hexi/archive"
)

// Mapping is what a person says about a sheet that its headings do not, in a small YAML
// file:
//
//	profile: movable-relic        # which profile's headings are meant
//	kind: relic                   # of all rows
//	collection: dunhuang
//	holder: 敦煌市博物馆
//	headings: 3-4                 # the lines of the headings
//	language: zh                  # of the reasons in reports
//	date: dmy                     # how 03/04/1954 is meant: dmy or mdy
//	tables: [总登记账]            # the tabs that are read; all that have headings else
//	columns:                      # heading: field of the record
//	  旧号: identifiers.old
//	  说明: descriptions.zh
//	  通高: {field: dimensions.height, unit: mm}
//	  内部编号: ignore
//	constants: {rights.tier: staff}    # whatever a row says
//	defaults: {quantity: 1 件}         # where a row says nothing
type Mapping struct {
	Profile    string
	Kind       archive.Kind
	Collection string
	Holder     string
	Language   string
	Date       string
	Tables     []string

	headAt, headTo int
	columns        []mapped
	constants      []mapped
	defaults       []mapped
}

// mapped is a heading or a path, and what it means.
type mapped struct {
	heading string
	column  column
	value   string
	line    int
}

// maxMapping bounds a mapping file, in bytes.
const maxMapping = 1 << 20

// ReadMapping reads a mapping file. Its errors name the line.
func ReadMapping(name string, r io.Reader) (*Mapping, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxMapping+1))
	if err != nil {
		return nil, fmt.Errorf("read mapping %s: %w", name, err)
	}
	if len(data) > maxMapping {
		return nil, archive.Invalid(name, "is larger than %d bytes, which no mapping is", maxMapping)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, archive.Invalid(name, "is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	m := &Mapping{}
	if len(doc.Content) == 0 {
		return m, nil
	}
	if err := m.read(doc.Content[0]); err != nil {
		err.Field = name + " " + err.Field
		return nil, err
	}
	return m, nil
}

// at makes an error about a line.
func at(n *yaml.Node, format string, args ...any) *archive.InvalidError {
	return archive.Invalid(fmt.Sprintf("line %d", n.Line), format, args...)
}

// mappingKeys are the keys of a mapping file, as an error lists them.
const mappingKeys = "profile, kind, collection, holder, language, headings, date, tables, columns, constants, defaults"

func (m *Mapping) read(n *yaml.Node) *archive.InvalidError {
	return pairs(n, func(key, value *yaml.Node) *archive.InvalidError {
		switch key.Value {
		case "profile":
			return text(value, &m.Profile)
		case "kind":
			return text(value, (*string)(&m.Kind))
		case "collection":
			return text(value, &m.Collection)
		case "holder":
			return text(value, &m.Holder)
		case "language":
			if err := text(value, &m.Language); err != nil {
				return err
			}
			if m.Language != "zh" && m.Language != "en" {
				return at(value, "language: %q is none that reasons are written in; use zh or en", m.Language)
			}
		case "date":
			if err := text(value, &m.Date); err != nil {
				return err
			}
			if m.Date != "dmy" && m.Date != "mdy" {
				return at(value, "date: %q is no order of day, month and year; use dmy or mdy", m.Date)
			}
		case "headings":
			return m.readHeadings(value)
		case "tables":
			if value.Kind != yaml.SequenceNode {
				return at(value, "tables: write a list, such as [总登记账]")
			}
			for _, one := range value.Content {
				var name string
				if err := text(one, &name); err != nil {
					return err
				}
				m.Tables = append(m.Tables, name)
			}
		case "columns":
			return pairs(value, m.readColumn)
		case "constants":
			return pairs(value, func(k, v *yaml.Node) *archive.InvalidError { return readValue(&m.constants, k, v) })
		case "defaults":
			return pairs(value, func(k, v *yaml.Node) *archive.InvalidError { return readValue(&m.defaults, k, v) })
		default:
			return at(key, "%q is not a word of a mapping; there are %s", key.Value, mappingKeys)
		}
		return nil
	})
}

// pairs goes through a mapping of YAML. Keys stand once.
func pairs(n *yaml.Node, do func(key, value *yaml.Node) *archive.InvalidError) *archive.InvalidError {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return at(n, "write lines of the form name: value")
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if first, ok := seen[key.Value]; ok {
			return at(key, "%q stands in line %d already", key.Value, first)
		}
		seen[key.Value] = key.Line
		if err := do(key, value); err != nil {
			return err
		}
	}
	return nil
}

// text reads a single value.
func text(n *yaml.Node, into *string) *archive.InvalidError {
	if n.Kind != yaml.ScalarNode {
		return at(n, "write one value")
	}
	*into = n.Value
	return nil
}

func (m *Mapping) readHeadings(n *yaml.Node) *archive.InvalidError {
	var s string
	if err := text(n, &s); err != nil {
		return err
	}
	from, to, _ := strings.Cut(s, "-")
	if to == "" {
		to = from
	}
	var err1, err2 error
	m.headAt, err1 = strconv.Atoi(strings.TrimSpace(from))
	m.headTo, err2 = strconv.Atoi(strings.TrimSpace(to))
	if err1 != nil || err2 != nil || m.headAt < 1 || m.headTo < m.headAt || m.headTo-m.headAt >= maxHeadings {
		return at(n, "headings: %q is not a line such as 3, or up to %d lines such as 3-4", s, maxHeadings)
	}
	return nil
}

func (m *Mapping) readColumn(key, value *yaml.Node) *archive.InvalidError {
	var path, unit string
	if value.Kind == yaml.MappingNode {
		err := pairs(value, func(k, v *yaml.Node) *archive.InvalidError {
			switch k.Value {
			case "field":
				return text(v, &path)
			case "unit":
				return text(v, &unit)
			}
			return at(k, "%q is not known of a column; there are field and unit", k.Value)
		})
		if err != nil {
			return err
		}
	} else if err := text(value, &path); err != nil {
		return err
	}
	c, ok := columnOf(path)
	if !ok {
		return at(value, "%s: %q is not a field of a record; use one such as titles.zh, identifiers.accession, period, dimensions.height, extra.… or ignore", key.Value, path)
	}
	if c.unit = unit; isUnit(unit) {
		c.unit = units[strings.ToLower(unit)]
	}
	m.columns = append(m.columns, mapped{heading: key.Value, column: c, line: key.Line})
	return nil
}

func readValue(into *[]mapped, key, value *yaml.Node) *archive.InvalidError {
	c, ok := columnOf(key.Value)
	if !ok || c.field == "ignore" || c.field == "files" || c.field == "layers" {
		return at(key, "%q is not a field of a record that can be filled in; use one such as category, rights.tier or extra.…", key.Value)
	}
	c.name = key.Value
	var s string
	if err := text(value, &s); err != nil {
		return err
	}
	*into = append(*into, mapped{heading: key.Value, column: c, value: s, line: key.Line})
	return nil
}

// wholeFields are the fields that a path names without a part; partFields those with
// one, "" where any part will do.
var (
	wholeFields = " id collection kind partOf titles descriptions text period category level completeness condition source materials techniques" +
		" dimensions quantity subjects people inscriptions files layers ignore "
	partFields = map[string]string{
		"period": "from to", "place": "name lat lon precision", "location": "site cave space surface position role",
		"quantity": "unit", "rights": "holder statement tier maxPixels until", "identifiers": "", "dimensions": "", "people": "", "extra": "",
	}
)

// columnOf reads the path of a field, such as titles.zh or dimensions.height.
func columnOf(path string) (column, bool) {
	top, part, split := strings.Cut(path, ".")
	if !split {
		return column{field: path}, path != "" && !strings.Contains(path, " ") && strings.Contains(wholeFields, " "+path+" ")
	}
	if top == "extra" {
		return column{field: "extra", key: part}, part != ""
	}
	if texts[top] && top != "period" {
		return column{field: top, lang: part}, languageOK(part)
	}
	for _, field := range []string{"place.name", "rights.holder"} {
		if lang, ok := strings.CutPrefix(path, field+"."); ok {
			return column{field: field, lang: lang}, languageOK(lang)
		}
	}
	if lang, ok := strings.CutPrefix(path, "period."); ok && (lang == "zh" || lang == "en") {
		return column{field: "period", lang: lang}, true
	}
	allowed, ok := partFields[top]
	if !ok || part == "" {
		return column{}, false
	}
	return column{field: path}, allowed == "" || strings.Contains(" "+allowed+" ", " "+part+" ")
}

func languageOK(tag string) bool {
	return len(tag) >= 2 && len(tag) <= 20 && strings.Trim(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// column is what a mapping says of a heading.
func (m *Mapping) column(group, heading string) (column, bool) {
	if m == nil {
		return column{}, false
	}
	plain, _ := splitUnit(heading)
	for _, one := range m.columns {
		if f := fold(one.heading); f == fold(heading) || f == fold(group+heading) || f == fold(plain) {
			c := one.column
			c.name = oneLine(clean(heading))
			if _, unit := splitUnit(heading); c.unit == "" {
				c.unit = unit
			}
			return c, true
		}
	}
	return column{}, false
}
