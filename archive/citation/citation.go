package citation

import (
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// Terms finds the labels of controlled terms; archive.Vocabulary is one.
type Terms interface {
	Term(scheme archive.Scheme, codeOrLabel string) (archive.Term, bool)
}

// Citation is what is said of a record wherever it is cited. The zero value of a field is
// not told.
type Citation struct {
	id      string
	kind    archive.Kind
	titles  archive.Text
	makers  []archive.Text
	holder  archive.Text
	archive archive.Text
	from    int // signed historical years, 0 where not known
	to      int
	when    archive.Text // in words
	medium  archive.Text
	size    string
	number  string // accession number or shelf mark
	within  archive.Text
	url     string
	seen    time.Time
}

// makerRoles are the roles of those who are named as authors; the first of these that a
// record has counts.
var makerRoles = []string{"author", "artist", "painter", "calligrapher", "photographer", "copyist", "performer"}

// numberTypes are the identifiers by which a thing is asked for where it is held; the
// first of these that a record has counts.
var numberTypes = []string{"accession", "shelfmark", "archive", "census", "protection", "intangible"}

// Of makes the citation of a record. name is what the archive is called, url the record's
// address, and seen the day on which it was looked at.
func Of(r *archive.Record, terms Terms, name archive.Text, url string, seen time.Time) Citation {
	c := Citation{id: r.ID, kind: r.Kind, titles: r.Titles, archive: name, url: url, seen: seen}
	if c.titles.Empty() {
		c.titles = archive.Text{"und": r.ID}
	}
	for _, role := range makerRoles {
		for _, p := range r.People {
			if p.Role == role && !p.Name.Empty() {
				c.makers = append(c.makers, p.Name)
			}
		}
		if len(c.makers) > 0 {
			break
		}
	}
	if r.Rights != nil {
		c.holder = r.Rights.Holder
	}
	if r.Period != nil {
		c.from, c.to = r.Period.From, r.Period.To
		c.when = r.Period.Words(label(terms, archive.SchemePeriod, r.Period.Term))
	}
	c.medium = materials(r.Materials, terms)
	c.size = size(r.Dimensions)
	for _, typ := range numberTypes {
		if c.number = r.Identifier(typ); c.number != "" {
			break
		}
	}
	c.within = where(r, terms)
	return c
}

func label(terms Terms, scheme archive.Scheme, code string) archive.Text {
	if terms == nil || code == "" {
		return nil
	}
	term, ok := terms.Term(scheme, code)
	if !ok {
		return nil
	}
	return term.Label
}

// materials joins what a thing is made of, in Chinese and in English.
func materials(list []string, terms Terms) archive.Text {
	var zh, en []string
	for _, m := range list {
		t := label(terms, archive.SchemeMaterial, m)
		if t.Empty() {
			t = archive.Text{"zh": m, "en": m}
		}
		zh, en = append(zh, t.In("zh")), append(en, t.In("en"))
	}
	return archive.Text{"zh": strings.Join(zh, "、"), "en": strings.Join(en, ", ")}
}

// size writes height by width, as labels have it; "" where neither is known.
func size(list []archive.Dimension) string {
	var parts []string
	unit := ""
	for _, typ := range []string{"height", "width", "length", "depth"} {
		i := slices.IndexFunc(list, func(d archive.Dimension) bool { return d.Type == typ })
		if i < 0 || unit != "" && list[i].Unit != unit {
			continue
		}
		unit = list[i].Unit
		parts = append(parts, number(list[i].Value))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.TrimSpace(strings.Join(parts, " × ") + " " + unit)
}

// where names the site and the cave, or else the place, of what stands somewhere.
func where(r *archive.Record, terms Terms) archive.Text {
	if l := r.Location; l != nil && l.Site != "" {
		site := label(terms, archive.SchemeSite, l.Site)
		if site.Empty() {
			site = archive.Text{"zh": l.Site, "en": l.Site}
		}
		if l.Cave == "" {
			return site
		}
		return archive.Text{"zh": site.In("zh") + "第" + l.Cave + "窟", "en": site.In("en") + ", Cave " + l.Cave}
	}
	if r.Place != nil {
		return r.Place.Name
	}
	return nil
}

// in returns a text in a language, and where it has none in the other one's.
func in(t archive.Text, lang string) string { return strings.TrimSpace(t.In(lang)) }

// names joins the makers in a language.
func (c *Citation) names(lang, comma string) string {
	var list []string
	for _, m := range c.makers {
		list = append(list, in(m, lang))
	}
	return strings.Join(list, comma)
}
