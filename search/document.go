package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
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

// prepared is a record in the form that is indexed.
type prepared struct {
	id          string
	values      map[string][]string // by field
	card, texts []byte              // packed
	digest      string
	shown       *archive.Entry // what the public sees of it
	paged       bool           // it has texts of pages, which pageAdder reads
}

// prepare makes that form of an entry.
func (ix *Index) prepare(e *archive.Entry) (*prepared, error) {
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
	shown := &archive.Entry{Updated: e.Updated, Appeared: e.Appeared, Opened: e.Opened, Assets: slices.Clone(e.Assets), Earlier: e.Earlier}
	shown.HideLayers(ix.now())
	e = shown
	var picture *archive.Access // the first
	if views := archive.Views(e.Assets); len(views) > 0 {
		a := views[0].First()
		picture = a.Access
		card.Asset, card.Width, card.Height, card.Colour = a.ID, a.Image.Width, a.Image.Height, a.Access.Colour
	}
	d := &docBuilder{ix: ix, fields: make(map[string][]string, 48), tier: tierOf(r.Rights), period: ix.periodOf(r), kept: map[string][]string{}}
	d.texts(r)
	d.filters(r, e)
	d.numbers(r, e)
	if picture != nil {
		d.keyword(fieldHue, hues(picture)...)
		d.keyword(fieldLook, bands(picture.Look)...)
	}
	cardJSON, err := json.Marshal(card)
	if err != nil {
		return nil, fmt.Errorf("encode card of %s: %w", r.ID, err)
	}
	var textsJSON []byte
	if len(d.kept) > 0 {
		if textsJSON, err = json.Marshal(d.kept); err != nil {
			return nil, fmt.Errorf("encode texts of %s: %w", r.ID, err)
		}
	}
	pages := d.pageKeys(shown)
	if len(pages) > 0 {
		d.fields[fieldPages] = pages
	}
	out := &prepared{id: r.ID, values: d.fields, card: ix.packer.pack(cardJSON), digest: digest(d.fields, cardJSON, textsJSON)}
	delete(d.fields, fieldPages) // these were the texts' names; pageAdder reads what they say
	out.shown, out.paged = shown, len(pages) > 0
	if textsJSON != nil {
		out.texts = ix.packer.pack(textsJSON)
	}
	return out, nil
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
	fields map[string][]string
	tier   string
	period string              // the code of the record's
	kept   map[string][]string // texts by field, for where they have to be seen
}

// add puts texts into a searched field.
func (d *docBuilder) add(field string, texts ...string) {
	d.keyword(field, texts...)
	if list := d.fields[field]; len(list) > 0 && shownTexts[field] {
		d.kept[field] = list
	}
}

// shownTexts are the fields of which what was found is shown, and that a card does not have.
// Of a description that is too long for the card the whole is kept as well.
var shownTexts = map[string]bool{"identifier": true, "subject": true, "people": true, "body": true}

// read adds how a folded name is read.
func (d *docBuilder) read(folded string) {
	d.fields[fieldPinyin] = d.ix.pinyin.AppendPairs(d.fields[fieldPinyin], folded)
}

// name puts names into a searched field, and how they are read.
func (d *docBuilder) name(field string, texts ...string) {
	d.add(field, texts...)
	for _, s := range texts {
		folded := d.ix.folder.String(clip(s, 200))
		d.read(folded)
		readings := maxInitials
		if utf8.RuneCountInString(folded) > longName {
			readings = 1
		}
		for _, initials := range d.ix.pinyin.Initials(folded, readings) {
			if len(initials) > 2 {
				d.keyword(fieldInitials, clip(initials, maxKey))
			}
		}
	}
}

// maxInitials is how many readings of a name its initials are kept of. Of one longer than
// longName, which hardly anyone types whole by its initials, only the commonest is.
const (
	maxInitials = 4
	longName    = 8
)

// keyword puts values into a filtered field.
func (d *docBuilder) keyword(field string, values ...string) {
	list := d.fields[field]
	for _, s := range values {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if len(list) > 0 {
		d.fields[field] = list
	}
}

// values are the texts of all languages, Chinese first.
func values(t archive.Text) []string {
	languages := slices.Sorted(maps.Keys(t))
	slices.SortStableFunc(languages, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	out := make([]string, 0, len(t))
	for _, lang := range languages {
		out = append(out, t[lang])
	}
	return out
}

func rank(lang string) int {
	if strings.HasPrefix(lang, "zh") {
		return 0
	}
	return 1
}

// suggest offers a text of the record while people type: as it is written, and as it is
// read.
func (d *docBuilder) suggest(field string, texts ...string) {
	if d.tier != "public" {
		return // an embargo may end, but a suggestion cannot be asked for its date
	}
	for _, s := range texts {
		if s == "" || len(s) > 200 {
			continue
		}
		folded := d.ix.folder.String(s)
		end := suggestMark + field + suggestMark + s
		d.keyword(fieldSuggest, folded+end)
		if hasHan(folded) {
			joined, initials := d.ix.pinyin.Of(folded)
			d.keyword(fieldSuggest, clip(joined, maxKey)+end, clip(initials, maxKey)+end)
		}
	}
}

func (d *docBuilder) texts(r *archive.Record) {
	d.name("title", values(r.Titles)...)
	for _, title := range values(r.Titles) {
		d.keyword(fieldTitleRead, d.ix.titleReadings(title)...)
	}
	d.add("description", values(r.Descriptions)...)
	for _, s := range values(r.Descriptions) {
		if clip(s, maxDescription) != s {
			d.kept["description"] = append(d.kept["description"], s)
		}
	}
	d.add("body", values(r.Text)...)
	for _, id := range r.Identifiers {
		d.add("identifier", id.Value)
		d.exact(id.Value)
		if !strings.HasPrefix(id.Type, "cave") { // caves are suggested by their own numbers
			d.keyword(fieldShelf, shelfKeys(d.ix.folder.String(id.Value))...)
		}
		if _, last, ok := strings.Cut(id.Value, "/"); ok {
			d.exact(last) // Or.8210/S.3326 is cited as S.3326
		}
		if who, ok := strings.CutPrefix(id.Type, "cave-"); ok {
			d.exact(who + id.Value) // Pelliot 17
			d.exact(concordances[who] + id.Value)
		}
	}
	d.add("identifier", r.ID)
	d.exact(r.ID)
	for _, s := range r.Subjects {
		d.name("subject", values(s)...)
		d.suggest("subject", values(s)...)
	}
	for _, p := range r.People {
		d.name("people", values(p.Name)...)
		d.suggest("people", values(p.Name)...)
		d.add("people", p.Role)
	}
	d.add("material_text", r.Materials...)
	d.add("material_text", r.Techniques...)
	for _, m := range r.Materials { // 木 is found by "wood"
		d.add("material_text", values(d.ix.label(archive.SchemeMaterial, m))...)
	}
	for _, in := range r.Inscriptions {
		d.add("body", in.Text)
		d.add("body", values(in.Translation)...)
	}
	if r.Place != nil {
		d.name("place", values(r.Place.Name)...)
		d.suggest("place", values(r.Place.Name)...)
		d.lineage("region", d.ix.regionOf(r.Place))
	}
	for _, of := range [...]struct {
		scheme archive.Scheme
		code   string
	}{{archive.SchemeCategory, r.Category}, {archive.SchemeLevel, r.Level}, {archive.SchemeKind, string(r.Kind)}, {archive.SchemeCollection, r.Collection}} {
		d.add("material_text", values(d.ix.label(of.scheme, of.code))...)
	}
	if r.Period != nil {
		label := d.ix.label(archive.SchemePeriod, d.period)
		d.name("period_text", values(label)...)
		d.suggest("period", values(label)...)
		d.add("period_text", values(r.Period.Note)...)
	}
	d.location(r.Location)
}

// concordances are those who numbered the caves of Mogao, as they are called in Chinese.
var concordances = map[string]string{"pelliot": "伯希和", "zhang-daqian": "张大千", "zhang": "张大千", "academy": "敦煌研究院", "stein": "斯坦因"}

// exact makes a number or a shelf mark found as a whole, however it is written.
func (d *docBuilder) exact(number string) {
	if s := squeeze(d.ix.folder.String(number)); s != "" {
		d.keyword(fieldExact, s)
	}
}

// squeeze is what counts of a number or a shelf mark: its letters and digits, without
// the zeros that a number may begin with: S. 03326 is s3326.
func squeeze(folded string) string {
	var b strings.Builder
	digits := false
	for i, r := range folded {
		switch class := classOf(r); class {
		case classNone:
		case classDigit:
			rest := folded[i+utf8.RuneLen(r):]
			if r == '0' && !digits && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
				continue
			}
			digits = true
			b.WriteRune(r)
		default:
			digits = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// periodOf is the code of a record's period: the one that it names, or that its words
// mean.
func (ix *Index) periodOf(r *archive.Record) string {
	if r.Period == nil {
		return ""
	}
	if r.Period.Term != "" {
		return r.Period.Term
	}
	site := ""
	if r.Location != nil {
		site = r.Location.Site
	}
	for _, note := range values(r.Period.Note) {
		if d, ok := ix.vocabulary.Period(note, site); ok && d.Term != "" {
			return d.Term
		}
	}
	return ""
}

// lineage puts a term into its filter, and those that it is part of: 盛唐 is found under 唐.
func (d *docBuilder) lineage(facet, code string) {
	for depth := 0; code != "" && depth < 5; depth++ {
		d.keyword(facet, code)
		term, ok := d.ix.vocabulary.Term(facetScheme[facet], code)
		if !ok {
			break
		}
		code = term.Parent
	}
}

// caveName is the name of a cave as it is filtered by: 220 of 第220窟.
func (ix *Index) caveName(s string) string {
	return strings.TrimSuffix(strings.TrimPrefix(ix.folder.String(s), "第"), "窟")
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
	d.name("location", values(site)...)
	d.lineage("site", l.Site)
	if l.Cave == "" {
		return
	}
	cave := d.ix.caveName(l.Cave)
	d.keyword(fieldCave, cave)
	if inner := strings.TrimLeft(cave, "北南b"); inner != cave && inner != "" {
		d.add("location", inner) // 北77 of the northern part
	}
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
	if d.period != "" {
		d.keyword(fieldNamed, "period")
	}
	d.keyword("period", d.ix.periodsOf(r, d.period)...)
	seen := map[archive.AssetKind]bool{}
	for i := range e.Assets {
		a := &e.Assets[i]
		if !seen[a.Kind] && (a.Kind != archive.AssetImage || a.Servable()) && (a.Kind != archive.AssetText || a.Readable()) {
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
		d.fields[field] = []string{cmp.Or(d.ix.titleKey(r.Titles.In(lang)), lastTitle)}
	}
}

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

func (d *docBuilder) number(field string, v int) {
	d.fields[field] = []string{engine.Number(int32(max(math.MinInt32+1, min(math.MaxInt32, v))))}
}

func (d *docBuilder) numbers(r *archive.Record, e *archive.Entry) {
	d.number(fieldUpdated, int(e.Updated.Unix()-epoch))
	if !e.Opened.IsZero() {
		d.number(fieldOpened, int(e.Opened.Unix()-epoch))
	}
	d.number(fieldAppeared, int(e.Appeared))
	if p := r.Period; p != nil && (p.From != 0 || p.To != 0) {
		d.number(fieldFrom, cmp.Or(p.From, p.To))
		d.number(fieldTo, cmp.Or(p.To, openEnd))
	}
	if p := r.Place; p != nil && p.Lat != nil && p.Lon != nil {
		d.number(fieldLat, int(engine.Degrees(*p.Lat)))
		d.number(fieldLon, int(engine.Degrees(*p.Lon)))
	}
	if d.tier == "embargoed" {
		until, _ := time.Parse(time.DateOnly, r.Rights.Until) // tierOf has read it
		d.number(fieldUntil, days(until))
	}
	d.number(fieldQuality, quality(r, e))
	if title := r.Titles.In("zh"); title != "" {
		d.number(fieldLength, len(d.ix.tokenizer.words(title)))
	}
}

// days counts the days since 1970.
func days(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

// quality says how much a record tells, in thousandths: what is complete comes before
// what is not, where all else is the same.
func quality(r *archive.Record, e *archive.Entry) int {
	n := 0
	for _, part := range [...]struct {
		worth int
		have  bool
	}{
		{350, len(archive.Views(e.Assets)) > 0}, {200, r.Descriptions["zh"] != ""}, {100, r.Descriptions["en"] != ""}, {50, r.Titles["en"] != ""},
		{100, r.Period != nil}, {100, r.Place != nil || r.Location != nil}, {50, len(r.Identifiers) > 0}, {50, len(r.Subjects) > 0},
	} {
		if part.have {
			n += part.worth
		}
	}
	return n
}

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
