package harvest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

// readLIDO makes a record of a LIDO record, version 1.0 or 1.1 (http://www.lido-schema.org):
// of the elements that both share. pictures are the images that it links to.
func readLIDO(source string, e *element, v archive.Vocabulary) (_ archive.Record, pictures []body, err error) {
	if e.name == "lidoWrap" {
		e = e.first("lido")
	}
	if e == nil || e.name != "lido" {
		return archive.Record{}, nil, refuse(source, "oai-record", "", "holds no LIDO record")
	}
	b := builder{vocabulary: v, prefix: "lido-"}
	for _, wrap := range e.all("descriptiveMetadata") {
		lang := wrap.attr("lang")
		b.lidoObject(wrap, lang)
		b.lidoEvents(wrap, lang)
	}
	for _, wrap := range e.all("administrativeMetadata") {
		lang := wrap.attr("lang")
		pictures = append(pictures, b.lidoResources(wrap, lang)...)
		for _, id := range wrap.all("recordWrap", "recordID") {
			b.identify("other", id.text)
		}
		for _, link := range wrap.all("recordWrap", "recordInfoSet", "recordInfoLink") {
			b.identify("url", link.text)
		}
	}
	for _, pid := range e.all("objectPublishedID") {
		typ := "other"
		if strings.HasPrefix(pid.text, "http") {
			typ = "url"
		}
		b.identify(typ, pid.text)
	}
	return b.record, pictures, nil
}

// in returns elements as words, in the language of what they stand in where they do not
// say their own.
func in(lang string, list []*element) words {
	w := words{}
	for _, e := range list {
		tag := e.attr("lang")
		if tag == "" {
			tag = lang
		}
		w.add(tag, e.text)
	}
	return w
}

// more adds texts to those in other languages, from another wrap of the same record.
func more(to, from archive.Text) archive.Text {
	if to == nil {
		return from
	}
	for tag, s := range from {
		if to[tag] == "" {
			to[tag] = s
		}
	}
	return dropRepeated(to)
}

// lidoObject reads what the thing is: titles, descriptions, measures, subjects, where it is.
func (b *builder) lidoObject(wrap *element, lang string) {
	r := &b.record
	t := in(lang, wrap.all("objectIdentificationWrap", "titleWrap", "titleSet", "appellationValue")).joined(" / ")
	for tag, s := range t {
		t[tag] = short(s)
	}
	r.Titles = more(r.Titles, t)
	r.Descriptions = more(r.Descriptions, in(lang, wrap.all("objectIdentificationWrap", "objectDescriptionWrap", "objectDescriptionSet", "descriptiveNoteValue")).joined("\n\n"))
	for _, set := range wrap.all("objectIdentificationWrap", "inscriptionsWrap", "inscriptions") {
		for _, text := range set.all("inscriptionTranscription") {
			if text.text != "" && !slices.ContainsFunc(r.Inscriptions, func(in archive.Inscription) bool { return in.Text == text.text }) {
				r.Inscriptions = append(r.Inscriptions, archive.Inscription{Text: text.text})
			}
		}
	}
	for _, repository := range wrap.all("objectIdentificationWrap", "repositoryWrap", "repositorySet") {
		for _, number := range repository.all("workID") {
			b.identify("accession", number.text)
		}
		if name := in(lang, repository.all("repositoryName", "legalBodyName", "appellationValue")).joined("；"); !name.Empty() {
			b.owned().Holder = more(b.owned().Holder, name)
		}
	}
	for _, m := range wrap.all("objectIdentificationWrap", "objectMeasurementsWrap", "objectMeasurementsSet", "objectMeasurements", "measurementsSet") {
		b.lidoMeasure(m)
	}
	for _, c := range wrap.all("objectClassificationWrap", "classificationWrap", "classification", "term") {
		if w := in(lang, []*element{c}); len(w) > 0 && !b.controlled(archive.SchemeCategory, w, &r.Category) {
			b.keep("classification", w)
		}
	}
	for _, c := range wrap.all("objectClassificationWrap", "objectWorkTypeWrap", "objectWorkType") {
		terms := append(c.all("term"), c.all("Concept", "prefLabel")...)
		if w := in(lang, terms); len(w) > 0 {
			b.keep("object-work-type", w)
		}
	}
	var subjects []archive.Text
	for _, concept := range wrap.all("objectRelationWrap", "subjectWrap", "subjectSet", "subject", "subjectConcept") {
		for _, t := range in(lang, append(concept.all("term"), concept.all("Concept", "prefLabel")...)).texts() {
			if !t.Empty() {
				subjects = append(subjects, t)
			}
		}
	}
	b.addSubjects(subjects)
}

// addSubjects adds the subjects of a wrap to those of the one before, which is the same
// record in another language: where they are as many they are the same ones.
func (b *builder) addSubjects(list []archive.Text) {
	r := &b.record
	if len(r.Subjects) == len(list) {
		for i, t := range list {
			r.Subjects[i] = more(r.Subjects[i], t)
		}
		return
	}
	for _, t := range list {
		if !slices.ContainsFunc(r.Subjects, func(have archive.Text) bool { return maps.Equal(have, t) }) {
			r.Subjects = append(r.Subjects, t)
		}
	}
}

// lidoMeasure reads a measure whose type is a known one.
func (b *builder) lidoMeasure(m *element) {
	value, err := strconv.ParseFloat(strings.Replace(m.value("measurementValue"), ",", ".", 1), 64)
	for _, name := range append(m.all("measurementType"), m.all("measurementType", "term")...) {
		if term, ok := b.vocabulary.Term(archive.SchemeDimension, name.text); ok && err == nil && value > 0 {
			d := archive.Dimension{Type: term.Code, Value: value, Unit: m.value("measurementUnit")}
			if d.Unit == "" {
				d.Unit = m.value("measurementUnit", "term")
			}
			for _, other := range b.record.Dimensions {
				if other == d { // the same in another language
					return
				}
			}
			b.record.Dimensions = append(b.record.Dimensions, d)
			return
		}
	}
}

// lidoEvents reads who made the thing, when, where and of what.
func (b *builder) lidoEvents(wrap *element, lang string) {
	r := &b.record
	for _, event := range wrap.all("eventWrap", "eventSet", "event") {
		for _, date := range event.all("eventDate") {
			b.lidoDate(date, lang)
		}
		for _, place := range append(event.all("eventPlace", "place"), event.all("eventPlace")...) {
			name := in(lang, place.all("namePlaceSet", "appellationValue")).joined("；")
			if len(name) == 0 && place.name == "eventPlace" {
				name = in(lang, place.all("displayPlace")).joined("；")
			}
			if len(name) == 0 {
				continue
			}
			if r.Place == nil {
				r.Place = &archive.Place{}
			}
			r.Place.Name = more(r.Place.Name, name)
		}
		for _, who := range event.all("eventActor", "actorInRole") {
			b.lidoActor(who, lang)
		}
		for _, term := range event.all("eventMaterialsTech", "materialsTech", "termMaterialsTech") {
			b.lidoMaterial(term, lang)
		}
	}
}

// lidoDate takes the first date; the years are those of the earliest and the latest.
func (b *builder) lidoDate(date *element, lang string) {
	note := in(lang, date.all("displayDate")).joined("；")
	if p := b.record.Period; p != nil {
		p.Note = more(p.Note, note)
		return
	}
	p := archive.Period{Note: note, From: lidoYear(date.value("date", "earliestDate")), To: lidoYear(date.value("date", "latestDate"))}
	if p.From > p.To && p.To != 0 {
		p.From, p.To = 0, 0 // told by the words alone
	}
	if len(note) > 0 || p.From != 0 || p.To != 0 {
		b.record.Period = &p
	}
}

// lidoYear reads the year of a date. Before our era LIDO counts as ISO 8601 does, with a
// year 0 for 1 BCE; here there is none.
func lidoYear(s string) int {
	before := strings.HasPrefix(s, "-")
	digits, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), "-")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n > 9999:
		return 0
	case before:
		return -n - 1
	case n == 0:
		return -1
	}
	return n
}

func (b *builder) lidoActor(who *element, lang string) {
	name := in(lang, who.all("actor", "nameActorSet", "appellationValue")).joined("；")
	if len(name) == 0 {
		return
	}
	role := ""
	for _, term := range append(who.all("roleActor", "term"), who.all("roleActor", "Concept", "prefLabel")...) {
		if known, ok := rolesOf[strings.ToLower(term.text)]; ok {
			role = known
			break
		}
		if role == "" {
			role = short(term.text)
		}
	}
	for n := range b.record.People {
		if p := &b.record.People[n]; p.Role == role && overlaps(p.Name, name) {
			p.Name = more(p.Name, name)
			return
		}
	}
	b.record.People = append(b.record.People, archive.Person{Name: name, Role: role})
}

func overlaps(a, b archive.Text) bool {
	for _, s := range a {
		for _, other := range b {
			if s == other {
				return true
			}
		}
	}
	return false
}

func (b *builder) lidoMaterial(e *element, lang string) {
	for _, s := range in(lang, append(e.all("term"), e.all("Concept", "prefLabel")...)).plain("zh") {
		if strings.Contains(strings.ToLower(e.attr("type")), "tech") {
			b.record.Techniques = append(b.record.Techniques, s)
		} else {
			b.record.Materials = append(b.record.Materials, s)
		}
	}
}

// lidoResources reads the rights of the thing and its images, the largest of each.
func (b *builder) lidoResources(wrap *element, lang string) []body {
	var rights []string
	for _, set := range append(wrap.all("rightsWorkWrap", "rightsWorkSet"), wrap.all("resourceWrap", "resourceSet", "rightsResource")...) {
		for _, kind := range set.all("rightsType") {
			for _, id := range append(kind.all("conceptID"), kind.all("Concept")...) {
				rights = append(rights, firstOf(id.text, id.attr("about")))
			}
			for _, term := range kind.all("term") {
				rights = append(rights, term.text)
			}
		}
		for _, credit := range set.all("creditLine") {
			if w := in(lang, []*element{credit}); len(w) > 0 {
				b.keep("credit-line", w)
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range rights {
		if s != "" && !seen[s] {
			seen[s] = true
			b.rights([]string{s})
		}
	}
	var out []body
	for _, set := range wrap.all("resourceWrap", "resourceSet") {
		best, most := body{}, -1
		for _, r := range set.all("resourceRepresentation") {
			link := r.first("linkResource")
			format := link.attr("formatResource")
			if link == nil || link.text == "" || format != "" && !strings.Contains(strings.ToLower(format), "image") && !strings.Contains(strings.ToLower(format), "jp") && !strings.Contains(strings.ToLower(format), "tif") {
				continue
			}
			width := 0
			for _, m := range r.all("resourceMeasurementsSet") {
				if n, err := strconv.Atoi(m.value("measurementValue")); err == nil {
					width = max(width, n)
				}
			}
			if width > most {
				best, most = body{id: link.text, format: format}, width
			}
		}
		if most >= 0 {
			out = append(out, best)
		}
	}
	return out
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
