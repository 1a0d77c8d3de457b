package ingest

import (
	"encoding/json"
	"maps"
	"slices"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// mergeRecord returns what a row says with, for what its sheet does not speak of, what
// is known: whole fields, and of texts, times, places, quantities, rights and lists the
// parts. The row stays as it is.
func mergeRecord(row sheet.Row, known archive.Record) archive.Record {
	record, has := row.Record, row.Has
	if !has["collection"] {
		record.Collection = known.Collection
	}
	if !has["kind"] {
		record.Kind = known.Kind
	}
	if !has["partOf"] {
		record.PartOf = known.PartOf
	}
	record.Titles = mergeText(record.Titles, known.Titles, has, "titles")
	record.Descriptions = mergeText(record.Descriptions, known.Descriptions, has, "descriptions")
	record.Text = mergeText(record.Text, known.Text, has, "text")
	record.Identifiers = mergeList(record.Identifiers, known.Identifiers, func(i archive.Identifier) bool { return has["identifiers."+i.Type] })
	record.Period = mergePeriod(record.Period, known.Period, has)
	mergePlace(&record, known, has)
	mergeLocation(&record, known, has)
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
	mergeMeasures(&record, known, row)
	record.Subjects = mergeSubjects(record.Subjects, known.Subjects, has)
	keepNames(&record, known)
	if !has["people"] {
		record.People = mergeList(record.People, known.People, func(p archive.Person) bool { return has["people."+p.Role] })
	}
	if !has["inscriptions"] {
		record.Inscriptions = known.Inscriptions
	}
	mergeRights(&record, known, has)
	record.Relations, record.Stops = known.Relations, known.Stops
	extra := map[string]json.RawMessage{}
	for name, value := range known.Extra {
		if !has["extra."+name] {
			extra[name] = value
		}
	}
	maps.Copy(extra, record.Extra)
	record.Extra = extra // an empty one is dropped when it is saved
	return record
}

// mergeText keeps the languages that the sheet has no column for. A column of no
// language ("titles") speaks of the languages that its own values are in.
func mergeText(text, known archive.Text, has map[string]bool, path string) archive.Text {
	out := maps.Clone(text)
	for tag, s := range known {
		if _, ok := text[tag]; ok || has[path+"."+tag] || has[path] && len(text) == 0 {
			continue
		}
		if out == nil {
			out = archive.Text{}
		}
		out[tag] = s
	}
	return out
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
	if !has["place.lat"] {
		p.Lat = known.Place.Lat
	}
	if !has["place.lon"] {
		p.Lon = known.Place.Lon
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
