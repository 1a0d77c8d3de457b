package sheet

import (
	"slices"
	"strings"

	"hexi/archive"
)

// chooser finds the meaning of headings: what a mapping says, else the profile, else
// what is known of headings in general.
type chooser struct {
	mapping *Mapping
	profile *archive.Profile
	names   map[string]archive.Field // of the profile, by the folded heading
}

func newChooser(mapping *Mapping, profile *archive.Profile) *chooser {
	c := &chooser{mapping: mapping, profile: profile}
	if profile == nil {
		return c
	}
	c.names = map[string]archive.Field{}
	for _, f := range profile.Fields {
		for _, name := range f.Names() {
			if key := fold(name); key != "" {
				if _, ok := c.names[key]; !ok {
					c.names[key] = f
				}
			}
		}
	}
	return c
}

func (c *chooser) column(group, heading string) column {
	if found, ok := c.mapping.column(group, heading); ok {
		return found
	}
	general := builtIn(group, heading)
	f, ok := c.field(group, heading)
	if !ok || general.field == "ignore" {
		return general
	}
	out, ok := columnOf(f.Path)
	if !ok {
		return general
	}
	if out.field == general.field && out.field != "extra" {
		return general // which leaves the language to the values
	}
	if out.field == "extra" && general.field == "dimensions" && f.Type == archive.TypeText {
		general.words = out.key // measures are searched, the curator's words are kept beside them
		return general
	}
	out.name, out.unit, out.typ = general.name, general.unit, f.Type
	if f.Type == archive.TypeYear || f.Type == archive.TypeDate {
		if out.words = general.name; out.words == out.key {
			out.words = f.Label.In("zh")
		}
	}
	return out
}

// field looks a heading up among those of the profile.
func (c *chooser) field(group, heading string) (archive.Field, bool) {
	if c.names == nil {
		return archive.Field{}, false
	}
	name := oneLine(clean(heading))
	plain, _ := splitUnit(name)
	for _, try := range []string{group + name, name, plain} {
		if f, ok := c.names[fold(try)]; ok && fold(try) != "" {
			return f, true
		}
	}
	return archive.Field{}, false
}

// fits counts how many columns a profile has a field of its own for, and how many at
// all.
func fits(p *archive.Profile, columns []column) (own, all int) {
	c := newChooser(nil, p)
	for _, col := range columns {
		f, ok := c.field("", col.name)
		if !ok || col.name == "" {
			continue
		}
		all++
		if strings.HasPrefix(f.Path, "extra.") {
			own++
		}
	}
	return own, all
}

// titled reports whether one of the columns is that of names by a profile's headings.
func titled(mapping *Mapping, p *archive.Profile, columns []column) bool {
	c := newChooser(mapping, p)
	return slices.ContainsFunc(columns, func(col column) bool { return c.column("", col.name).field == "titles" })
}

// chooseProfile finds the profile that fits a table: the one that a person names; else
// that of its kind, or of any if the kind is not known, which has fields of its own for
// most of the columns.
func (t *Table) chooseProfile(columns []column, kind archive.Kind) *archive.Profile {
	named := ""
	if t.opts.Mapping != nil {
		named = fold(t.opts.Mapping.Profile)
	}
	var best *archive.Profile
	bestOwn, bestAll := 0, 0
	for i := range t.opts.Profiles {
		p := &t.opts.Profiles[i]
		if named != "" && (fold(p.Code) == named || fold(p.Label["zh"]) == named || fold(p.Label["en"]) == named) {
			return p
		}
		if kind != "" && p.Kind != kind {
			continue
		}
		if t.hasColumn("titles") && !titled(t.opts.Mapping, p, columns) {
			continue // what it takes the names for is something else
		}
		own, all := fits(p, columns)
		better := own > bestOwn || own == bestOwn && all > bestAll
		if best != nil && own == bestOwn && p.Explicit != best.Explicit {
			better = best.Explicit && all > 0 // one that records must name needs fields of its own to be meant
		}
		if better {
			best, bestOwn, bestAll = p, own, all
		}
	}
	if named != "" {
		return nil
	}
	return best
}
