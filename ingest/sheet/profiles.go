package sheet

import (
	"slices"

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

// fitness is how well the headings of a table are those of a profile.
type fitness struct {
	columns []int // that it has a field for, by their place
	own     []int // of these the ones that mean what they mean by this profile, not to everybody
	filled  bool  // there is a column for its every field
}

// fits looks for the headings that a profile has fields for.
func fits(p *archive.Profile, columns []column) fitness {
	c := newChooser(nil, p)
	out := fitness{filled: true}
	found := map[string]bool{}
	for i, col := range columns {
		f, ok := c.field("", col.name)
		if !ok || col.name == "" {
			continue
		}
		found[f.Path] = true
		out.columns = append(out.columns, i)
		if beyond(f, col.name) {
			out.own = append(out.own, i)
		}
	}
	for _, f := range p.Fields {
		out.filled = out.filled && (found[f.Path] || f.Path == "titles.en")
	}
	return out
}

// beyond reports whether a heading means more to a profile than it does to everybody.
func beyond(f archive.Field, heading string) bool {
	meant, ok := columnOf(f.Path)
	general := builtIn("", heading)
	return ok && general.field != "ignore" && (meant.field == "extra" || meant.field != general.field)
}

// titled reports whether one of the columns is that of names by a profile's headings.
func titled(mapping *Mapping, p *archive.Profile, columns []column) bool {
	c := newChooser(mapping, p)
	return slices.ContainsFunc(columns, func(col column) bool { return c.column("", col.name).field == "titles" })
}

// misnames reports whether a profile takes what are the names in a table for something
// else, so that it is not meant. A table of caves has their numbers in the place of names.
func (t *Table) misnames(p *archive.Profile, columns []column) bool {
	return (t.hasColumn("titles") || !identifies(columns)) && !titled(t.opts.Mapping, p, columns)
}

// namesOf are the folded headings that profiles have for names and nobody else has, such as
// 姓名.
func namesOf(profiles []archive.Profile) map[string]bool {
	out := map[string]bool{}
	for _, p := range profiles {
		for _, f := range p.Fields {
			if c, ok := columnOf(f.Path); !ok || c.field != "titles" {
				continue
			}
			for _, name := range f.Names() {
				if builtIn("", name).field == "extra" {
					out[fold(name)] = true
				}
			}
		}
	}
	return out
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
	var bestFit fitness
	for i := range t.opts.Profiles {
		p := &t.opts.Profiles[i]
		if named != "" && (fold(p.Code) == named || fold(p.Label["zh"]) == named || fold(p.Label["en"]) == named) {
			return p
		}
		if kind != "" && p.Kind != kind {
			continue
		}
		if t.misnames(p, columns) {
			continue
		}
		found := fits(p, columns)
		own, all := len(found.own)-len(bestFit.own), len(found.columns)-len(bestFit.columns)
		better := own > 0 || own == 0 && all > 0
		if best != nil && own == 0 && p.Explicit != best.Explicit {
			// One that records must name needs fields of its own to be meant, or all that it has.
			better = best.Explicit && !bestFit.filled && len(found.columns) > 0 || p.Explicit && found.filled && (all > 0 || !bestFit.filled)
		}
		if better {
			best, bestFit = p, found
		}
	}
	if named != "" {
		return nil
	}
	return best
}
