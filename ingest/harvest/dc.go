package harvest

import (
	"strings"

	"hexi/archive"
)

// readDC makes a record of unqualified Dublin Core (oai_dc, DCMES 1.1). Its elements say
// little of what they mean; what may mean several things is kept under its own name in
// extra.
func readDC(dc *element, v archive.Vocabulary) archive.Record {
	b := builder{vocabulary: v, prefix: "dc-"}
	of := func(name string) words { return wordsOf(dc.all(name)) }
	b.titles(of("title"), " / ")
	b.record.Descriptions = of("description").joined("\n\n")
	for _, role := range []struct{ name, role string }{{"creator", "author"}, {"contributor", "contributor"}} {
		for _, e := range dc.all(role.name) {
			b.people(wordsOf([]*element{e}), role.role)
		}
	}
	for _, e := range dc.all("subject") {
		b.record.Subjects = append(b.record.Subjects, wordsOf([]*element{e}).texts()...)
	}
	b.dcCoverage(dc.all("coverage"))
	for _, e := range dc.all("date") {
		if w := wordsOf([]*element{e}); len(w) > 0 && !b.period(w) {
			b.keep("date", w)
		}
	}
	for _, e := range dc.all("identifier") {
		typ := "other"
		if strings.HasPrefix(e.text, "http://") || strings.HasPrefix(e.text, "https://") {
			typ = "url"
		}
		b.identify(typ, e.text)
	}
	var rights []string
	for _, e := range dc.all("rights") {
		if e.text != "" {
			rights = append(rights, e.text)
		}
	}
	b.rights(rights)
	for _, name := range []string{"publisher", "type", "format", "source", "language", "relation"} {
		if w := of(name); len(w) > 0 {
			b.keep(name, w)
		}
	}
	b.record.Kind = dcKind(dc.all("type"))
	return b.record
}

// dcCoverage tells times from places: it is a time where its words are read as one.
func (b *builder) dcCoverage(list []*element) {
	for _, e := range list {
		w := wordsOf([]*element{e})
		if len(w) == 0 {
			continue
		}
		if _, ok := b.vocabulary.Period(e.text, ""); ok && b.period(w) {
			continue
		}
		if b.record.Place == nil {
			b.record.Place = &archive.Place{Name: w.joined("；")}
			continue
		}
		b.keep("coverage", w)
	}
}

// dcKind reads the types of the DCMI Type Vocabulary.
func dcKind(list []*element) archive.Kind {
	for _, e := range list {
		switch strings.ToLower(strings.ReplaceAll(e.text, " ", "")) {
		case "text":
			return archive.KindDocument
		case "physicalobject", "image", "stillimage":
			return archive.KindRelic
		case "event":
			return archive.KindEvent
		}
	}
	return ""
}
