package citation

import (
	"strconv"
	"strings"
)

// GBT7714 is the reference as GB/T 7714—2015 has it for an electronic resource (section
// 4.6): 主要责任者. 题名[文献类型标识/文献载体标识]. 出版者[引用日期]. 获取和访问路径.
// Without a maker the holder is the responsible party; when the thing was made, and its
// number, are told with the title, which the standard calls other title information.
func (c *Citation) GBT7714() string {
	var b strings.Builder
	by := c.names("zh", "，")
	if by == "" {
		by = in(c.holder, "zh")
	}
	if by != "" {
		b.WriteString(by + ". ")
	}
	b.WriteString(in(c.titles, "zh"))
	var more []string
	for _, s := range []string{in(c.when, "zh"), c.number} {
		if s != "" {
			more = append(more, s)
		}
	}
	if len(more) > 0 {
		b.WriteString(": " + strings.Join(more, "，"))
	}
	b.WriteString("[" + c.type7714() + "/OL]. ")
	if name := in(c.archive, "zh"); name != "" {
		b.WriteString(name)
	}
	b.WriteString("[" + c.seen.Format("2006-01-02") + "]. " + c.url + ".")
	return b.String()
}

// type7714 is the code of the sort of document (GB/T 7714—2015, appendix B): manuscripts
// and slips are archives, books are books, data sets 3D models; all else is a page of an
// electronic resource.
func (c *Citation) type7714() string {
	switch c.kind {
	case "document":
		return "A"
	case "model":
		return "DS"
	}
	return "EB"
}

// Chicago is the entry of a bibliography as the Chicago Manual of Style has it for works of
// art and manuscripts that are seen online (17th edition, 14.235 and 14.229): Maker. Title.
// Date. Medium, dimensions. Place or holder, number. Archive. Accessed day. Address.
func (c *Citation) Chicago() string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, strings.TrimRight(s, ".")+".")
		}
	}
	add(c.names("en", ", "))
	add(in(c.titles, "en"))
	add(in(c.when, "en"))
	add(joined(", ", capital(in(c.medium, "en")), c.size))
	add(in(c.within, "en"))
	add(joined(", ", in(c.holder, "en"), c.number))
	add(in(c.archive, "en"))
	add("Accessed " + c.seen.Format("January 2, 2006"))
	return strings.Join(append(parts, c.url+"."), " ")
}

func joined(comma string, list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, comma)
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
