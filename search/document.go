package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// Card is what a hit shows, stored in the index so that a page of results needs
// no catalogue.
type Card struct {
	ID           string          `json:"id"`
	Kind         archive.Kind    `json:"kind"`
	Collection   string          `json:"collection"`
	Titles       archive.Text    `json:"titles"`
	Descriptions archive.Text    `json:"descriptions,omitempty"`
	Period       *archive.Period `json:"period,omitempty"`
	Place        *archive.Place  `json:"place,omitempty"`
	Cave         string          `json:"cave,omitempty"`
	Asset        string          `json:"asset,omitempty"` // of the first view
	Width        int             `json:"width,omitempty"` // of it, in pixels
	Height       int             `json:"height,omitempty"`
	Colour       string          `json:"colour,omitempty"`
}

// maxDescription is how many characters of a description a card keeps, for
// showing where the words were found.
const maxDescription = 2000

// openEnd stands for the end of a period that lasts.
const openEnd = 9999

// document is a record in the form that is indexed.
func (ix *Index) document(e *archive.Entry) (map[string]any, error) {
	r := &e.Record
	card := Card{ID: r.ID, Kind: r.Kind, Collection: r.Collection, Titles: r.Titles, Period: r.Period, Place: r.Place}
	for lang, s := range r.Descriptions {
		if card.Descriptions == nil {
			card.Descriptions = archive.Text{}
		}
		card.Descriptions[lang] = clip(s, maxDescription)
	}
	if r.Location != nil {
		card.Cave = r.Location.Cave
	}
	// The index answers those who work here too, but names no layer to anyone that the
	// public may not see.
	shown := &archive.Entry{Updated: e.Updated, Assets: slices.Clone(e.Assets)}
	shown.HideLayers(ix.now())
	e = shown
	if views := archive.Views(e.Assets); len(views) > 0 {
		a := views[0].First()
		card.Asset, card.Width, card.Height, card.Colour = a.ID, a.Image.Width, a.Image.Height, a.Access.Colour
	}
	stored, err := json.Marshal(card)
	if err != nil {
		return nil, fmt.Errorf("encode card of %s: %w", r.ID, err)
	}
	d := &docBuilder{ix: ix, fields: map[string]any{"card": string(stored)}, tier: tierOf(r.Rights)}
	d.texts(r)
	d.filters(r, e)
	d.numbers(r, e)
	sum, err := digest(d.fields)
	if err != nil {
		return nil, fmt.Errorf("document of %s: %w", r.ID, err)
	}
	d.fields[digestField] = sum
	return d.fields, nil
}

// tierOf says in which tier the index keeps a record: public, staff or embargoed.
func tierOf(r *archive.Rights) string {
	if r == nil {
		return "public"
	}
	switch r.Tier {
	case "", archive.TierPublic, archive.TierReduced:
		return "public"
	case archive.TierEmbargoed:
		if _, err := time.Parse(time.DateOnly, r.Until); err == nil {
			return "embargoed"
		}
	}
	return "staff"
}

type docBuilder struct {
	ix     *Index
	fields map[string]any
	tier   string
	all    []string
}

// add puts texts into a searched field.
func (d *docBuilder) add(field string, texts ...string) {
	var list []string
	if have, ok := d.fields[field].([]string); ok {
		list = have
	}
	for _, s := range texts {
		if s != "" {
			list = append(list, s)
			d.all = append(d.all, s)
		}
	}
	if len(list) > 0 {
		d.fields[field] = list
	}
}

// keyword puts values into a filtered field.
func (d *docBuilder) keyword(field string, values ...string) {
	var list []string
	if have, ok := d.fields[field].([]string); ok {
		list = have
	}
	for _, s := range values {
		if s != "" {
			list = append(list, s)
		}
	}
	if len(list) > 0 {
		d.fields[field] = list
	}
}

func values(t archive.Text) []string {
	var out []string
	for _, s := range t {
		out = append(out, s)
	}
	return out
}

// suggest offers a text of the record while people type.
func (d *docBuilder) suggest(field string, texts ...string) {
	if d.tier != "public" {
		return // an embargo may end, but a suggestion cannot be asked for its date
	}
	for _, s := range texts {
		if s != "" && len(s) <= 200 {
			d.keyword("suggest", d.ix.folder.String(s)+suggestMark+field+suggestMark+s)
		}
	}
}

func (d *docBuilder) texts(r *archive.Record) {
	d.add("title", values(r.Titles)...)
	d.suggest("title", values(r.Titles)...)
	d.add("description", values(r.Descriptions)...)
	d.add("body", values(r.Text)...)
	for _, id := range r.Identifiers {
		d.add("identifier", id.Value)
		d.keyword("exact", d.ix.folder.String(id.Value))
	}
	d.add("identifier", r.ID)
	d.keyword("exact", d.ix.folder.String(r.ID))
	for _, s := range r.Subjects {
		d.add("subject", values(s)...)
		d.suggest("subject", values(s)...)
	}
	for _, p := range r.People {
		d.add("people", values(p.Name)...)
		d.suggest("people", values(p.Name)...)
	}
	d.add("material_text", r.Materials...)
	d.add("material_text", r.Techniques...)
	for _, in := range r.Inscriptions {
		d.add("body", in.Text)
		d.add("body", values(in.Translation)...)
	}
	if r.Place != nil {
		d.add("place", values(r.Place.Name)...)
		d.suggest("place", values(r.Place.Name)...)
	}
	for scheme, code := range map[archive.Scheme]string{
		archive.SchemeCategory: r.Category, archive.SchemeLevel: r.Level, archive.SchemeKind: string(r.Kind), archive.SchemeCollection: r.Collection,
	} {
		d.add("material_text", values(d.ix.label(scheme, code))...)
	}
	if r.Period != nil {
		label := d.ix.label(archive.SchemePeriod, r.Period.Term)
		d.add("period_text", values(label)...)
		d.suggest("period", values(label)...)
		d.add("period_text", values(r.Period.Note)...)
	}
	d.location(r.Location)
	d.fields["all"] = d.all
}

// location writes the ways in which people name a cave.
func (d *docBuilder) location(l *archive.Location) {
	if l == nil {
		return
	}
	site := d.ix.label(archive.SchemeSite, l.Site)
	if site == nil && l.Site != "" {
		site = archive.Text{"zh": l.Site}
	}
	d.add("location", values(site)...)
	d.keyword("site", l.Site)
	if l.Cave == "" {
		return
	}
	cave := strings.TrimSuffix(strings.TrimPrefix(d.ix.folder.String(l.Cave), "第"), "窟")
	d.keyword("cave", cave)
	d.add("location", "第"+cave+"窟", "Cave "+cave)
	if zh := site["zh"]; zh != "" {
		d.add("location", zh+"第"+cave+"窟")
	}
	if en := site["en"]; en != "" {
		d.add("location", en+" Cave "+cave)
	}
	for _, part := range [...]struct {
		scheme archive.Scheme
		value  string
	}{{archive.SchemeSpace, l.Space}, {archive.SchemeSurface, l.Surface}, {archive.SchemePosition, l.Position}} {
		d.add("location", part.value)
		d.add("location", values(d.ix.label(part.scheme, part.value))...) // a code is found by its labels
	}
}

func (d *docBuilder) filters(r *archive.Record, e *archive.Entry) {
	d.keyword("tier", d.tier)
	d.keyword("collection", r.Collection)
	d.keyword("kind", string(r.Kind))
	d.keyword("category", r.Category)
	d.keyword("level", r.Level)
	d.keyword("condition", r.Condition)
	d.keyword("material", r.Materials...)
	if r.Rights != nil {
		d.keyword("rights", rightsKey(r.Rights.Statement))
	}
	if r.Period != nil && r.Period.Term != "" {
		// A period is found under those that it is part of: 盛唐 under 唐.
		for code, depth := r.Period.Term, 0; code != "" && depth < 5; depth++ {
			d.keyword("period", code)
			term, ok := d.ix.vocabulary.Term(archive.SchemePeriod, code)
			if !ok {
				break
			}
			code = term.Parent
		}
	}
	seen := map[archive.AssetKind]bool{}
	for i := range e.Assets {
		a := &e.Assets[i]
		if !seen[a.Kind] && (a.Kind != archive.AssetImage || a.Servable()) {
			seen[a.Kind] = true
			d.keyword("has", string(a.Kind))
		}
	}
	if !r.Text.Empty() {
		if !seen[archive.AssetText] {
			d.keyword("has", string(archive.AssetText))
		}
	}
	for lang, field := range titleSort {
		d.fields[field] = cmp.Or(d.ix.folder.String(clip(r.Titles.In(lang), 200)), "~")
	}
}

// titleSort are the fields that titles are sorted by, in either language. A record
// without a title in it stands where its other one does.
var titleSort = map[string]string{"zh": "title_sort", "en": "title_sort_en"}

// rightsKey is the one spelling under which a statement is found: they are written
// with http and https, with www. and without.
func rightsKey(statement string) string {
	scheme, rest, ok := strings.Cut(statement, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return statement
	}
	host, path, _ := strings.Cut(rest, "/")
	return "http://" + strings.TrimPrefix(strings.ToLower(host), "www.") + "/" + path
}

func (d *docBuilder) numbers(r *archive.Record, e *archive.Entry) {
	d.fields["updated"] = float64(e.Updated.Unix())
	d.fields["earliest"], d.fields["latest"] = "~", "-" // undated: last in either order
	if p := r.Period; p != nil && (p.From != 0 || p.To != 0) {
		from, to := p.From, p.To
		if from == 0 {
			from = to
		}
		if to == 0 {
			to = openEnd
		}
		d.fields["from"], d.fields["to"] = float64(from), float64(to)
		d.fields["earliest"], d.fields["latest"] = yearKey(from), yearKey(to)
	}
	if p := r.Place; p != nil && p.Lat != nil && p.Lon != nil {
		d.fields["point"] = map[string]any{"lon": *p.Lon, "lat": *p.Lat}
	}
	if d.tier == "embargoed" {
		until, _ := time.Parse(time.DateOnly, r.Rights.Until) // tierOf has read it
		d.fields["until"] = float64(until.Unix())
	}
}

// yearKey is a year as text that sorts as the years do.
func yearKey(year int) string { return fmt.Sprintf("%08d", year+10_000_000) }

// label returns the labels of a term; nil for what is none.
func (ix *Index) label(scheme archive.Scheme, code string) archive.Text {
	if code == "" {
		return nil
	}
	term, ok := ix.vocabulary.Term(scheme, code)
	if !ok {
		return nil
	}
	return term.Label
}

// clip cuts a text to so many characters.
func clip(s string, limit int) string {
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i]
		}
	}
	return s
}
