package ingest

import (
	"encoding/json"
	"slices"
	"strings"

	"hexi/archive"
)

// mergeRecord fills what the sheet does not speak of from what is known: whole fields,
// and of texts, places, rights and lists the parts. has names what it speaks of
// (sheet.Row).
func mergeRecord(record *archive.Record, known archive.Record, has map[string]bool) {
	some := parts(has)
	if !has["partOf"] {
		record.PartOf = known.PartOf
	}
	record.Titles = mergeText(record.Titles, known.Titles, has, "titles")
	record.Descriptions = mergeText(record.Descriptions, known.Descriptions, has, "descriptions")
	record.Text = mergeText(record.Text, known.Text, has, "text")
	record.Identifiers = mergeList(record.Identifiers, known.Identifiers, func(i archive.Identifier) bool { return has["identifiers."+i.Type] })
	if !some["period"] {
		record.Period = known.Period
	} else if record.Period != nil && known.Period != nil {
		record.Period.Note = mergeText(record.Period.Note, known.Period.Note, has, "period")
	}
	mergePlace(record, known, has)
	mergeLocation(record, known, has)
	for _, f := range []struct {
		path        string
		value, from *string
	}{
		{"category", &record.Category, &known.Category}, {"level", &record.Level, &known.Level},
		{"completeness", &record.Completeness, &known.Completeness}, {"condition", &record.Condition, &known.Condition},
		{"source", &record.Source, &known.Source},
	} {
		if !has[f.path] {
			*f.value = *f.from
		}
	}
	if !has["materials"] {
		record.Materials = known.Materials
	}
	if !has["techniques"] {
		record.Techniques = known.Techniques
	}
	if !has["dimensions"] {
		record.Dimensions = mergeList(record.Dimensions, known.Dimensions, func(d archive.Dimension) bool { return has["dimensions."+d.Type] })
	}
	if !has["quantity"] {
		record.Quantity = known.Quantity
	}
	if !some["subjects"] {
		record.Subjects = known.Subjects
	}
	if !has["people"] {
		record.People = mergeList(record.People, known.People, func(p archive.Person) bool { return has["people."+p.Role] })
	}
	if !has["inscriptions"] {
		record.Inscriptions = known.Inscriptions
	}
	mergeRights(record, known, has)
	record.Relations, record.Stops = known.Relations, known.Stops
	for name, value := range known.Extra {
		if _, ok := record.Extra[name]; !ok && !has["extra."+name] {
			if record.Extra == nil {
				record.Extra = map[string]json.RawMessage{}
			}
			record.Extra[name] = value
		}
	}
}

// parts are the top-level fields of paths.
func parts(has map[string]bool) map[string]bool {
	out := map[string]bool{}
	for path := range has {
		top, _, _ := strings.Cut(path, ".")
		out[top] = true
	}
	return out
}

// mergeText keeps the languages that the sheet has no column for. A column of no
// language ("titles") speaks of the languages that its own values are in.
func mergeText(text, known archive.Text, has map[string]bool, path string) archive.Text {
	for tag, s := range known {
		if _, ok := text[tag]; ok || has[path+"."+tag] || has[path] && len(text) == 0 {
			continue
		}
		if text == nil {
			text = archive.Text{}
		}
		text[tag] = s
	}
	return text
}

// mergeList keeps the entries that the sheet has no column for, after its own; in the
// order of the known ones where these are the same.
func mergeList[T any](list, known []T, spoken func(T) bool) []T {
	kept := slices.DeleteFunc(slices.Clone(known), spoken)
	if len(kept) == 0 {
		return list
	}
	return append(slices.Clip(list), kept...)
}

func mergePlace(record *archive.Record, known archive.Record, has map[string]bool) {
	if known.Place == nil {
		return
	}
	p := archive.Place{}
	if record.Place != nil {
		p = *record.Place
	}
	p.Name = mergeText(p.Name, known.Place.Name, has, "place.name")
	if !has["place.lat"] && !has["place.lon"] {
		p.Lat, p.Lon = known.Place.Lat, known.Place.Lon
	}
	if !has["place.precision"] {
		p.Precision = known.Place.Precision
	}
	record.Place = &p // an empty one is dropped when it is saved
}

func mergeLocation(record *archive.Record, known archive.Record, has map[string]bool) {
	if known.Location == nil {
		return
	}
	l := archive.Location{}
	if record.Location != nil {
		l = *record.Location
	}
	k := known.Location
	for _, f := range []struct {
		path        string
		value, from *string
	}{
		{"site", &l.Site, &k.Site}, {"cave", &l.Cave, &k.Cave}, {"space", &l.Space, &k.Space},
		{"surface", &l.Surface, &k.Surface}, {"position", &l.Position, &k.Position}, {"role", &l.Role, &k.Role},
	} {
		if !has["location."+f.path] {
			*f.value = *f.from
		}
	}
	record.Location = &l
}

func mergeRights(record *archive.Record, known archive.Record, has map[string]bool) {
	if known.Rights == nil {
		return
	}
	x := archive.Rights{}
	if record.Rights != nil {
		x = *record.Rights
	}
	k := known.Rights
	if !has["rights.statement"] {
		x.Statement = k.Statement
	}
	x.Holder = mergeText(x.Holder, k.Holder, has, "rights.holder")
	if !has["rights.tier"] {
		x.Tier = k.Tier
	}
	if !has["rights.maxPixels"] {
		x.MaxPixels = k.MaxPixels
	}
	if !has["rights.until"] {
		x.Until = k.Until
	}
	record.Rights = &x
}
