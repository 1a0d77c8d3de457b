package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// inventor makes records that no museum has, of the words that museums use: the terms
// of the real vocabularies, places of Gansu, names of people and of villages. A number
// and a version always make the same record. Few words are in very many records and
// most in very few, as in real catalogues (Zipf).
type inventor struct {
	vocabulary archive.Vocabulary
	terms      map[archive.Scheme][]archive.Term
	dated      []archive.Term // periods with years, those of the caves of Dunhuang first
	motifs     []archive.Text // what is shown: themes and the things of the thesaurus
}

// drawn are the schemes that records are made of.
var drawn = []archive.Scheme{
	archive.SchemeSite, archive.SchemeMaterial, archive.SchemeCategory, archive.SchemeCondition, archive.SchemeSource,
	archive.SchemeSpace, archive.SchemeSurface, archive.SchemePeriod, archive.SchemeTheme, archive.SchemeThesaurus,
}

func newInventor(v archive.Vocabulary) (*inventor, error) {
	in := &inventor{vocabulary: v, terms: map[archive.Scheme][]archive.Term{}}
	for _, scheme := range drawn {
		terms, ok := v.Terms(scheme)
		if !ok || len(terms) == 0 {
			return nil, fmt.Errorf("invent records: there is no vocabulary %s", scheme)
		}
		in.terms[scheme] = terms
	}
	frequent := []string{"high-tang", "late-tang", "tang", "ming", "qing", "northern-wei", "majiayao", "western-xia", "song", "yuan", "han"}
	for _, t := range in.terms[archive.SchemePeriod] {
		if _, _, ok := v.PeriodYears(t.Code, ""); ok {
			in.dated = append(in.dated, t)
		}
	}
	place := func(t archive.Term) int {
		if i := slices.Index(frequent, t.Code); i >= 0 {
			return i
		}
		return len(frequent)
	}
	slices.SortStableFunc(in.dated, func(a, b archive.Term) int { return place(a) - place(b) })
	for _, t := range slices.Concat(in.terms[archive.SchemeThesaurus], in.terms[archive.SchemeTheme]) {
		in.motifs = append(in.motifs, t.Label)
	}
	return in, nil
}

// inventedID is the id of the record of a number; ids are in the order of the numbers.
func inventedID(n int) string { return fmt.Sprintf("inv-%08d", n) }

// inventedNumber is the number that an id was made of.
func inventedNumber(id string) (n int, ok bool) {
	got, err := fmt.Sscanf(id, "inv-%08d", &n)
	return n, err == nil && got == 1
}

// zipf picks one so that the first of a list is nearly twice as frequent as the second,
// three times as the third, and so on.
func zipf[T any](d *dice, from []T) T {
	share := float64(d.roll(1<<52)) / (1 << 52)
	return from[min(len(from)-1, int(math.Pow(float64(len(from)+1), share))-1)]
}

// draft is a record being made, with the words that its sentences share.
type draft struct {
	*archive.Record
	in     *inventor
	d      *dice
	motif  archive.Text
	period archive.Term
	place  archive.Text
}

// entry makes the record of a number as it is in a version; 0 is the first.
func (in *inventor) entry(n, version int) *archive.Entry {
	d := dice(uint64(n)<<20 + uint64(version)) //nolint:gosec // both are small
	f := &draft{Record: &archive.Record{ID: inventedID(n)}, in: in, d: &d, motif: zipf(&d, in.motifs), period: zipf(&d, in.dated)}
	f.where()
	f.when()
	switch roll := d.roll(100); {
	case roll < 64:
		f.relic()
	case roll < 80:
		f.mural()
	case roll < 90:
		f.document()
	default:
		f.site()
	}
	f.words()
	f.held(n)
	updated := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(d.roll(6*365*24*60)) * time.Minute)
	return &archive.Entry{Record: *f.Record, Revision: version + 1, Published: version + 1, Created: updated, Updated: updated, Assets: f.assets(n)}
}

func (in *inventor) label(scheme archive.Scheme, d *dice) archive.Term {
	return zipf(d, in.terms[scheme])
}

// where puts the thing into a county, three in four with a point near its seat.
func (f *draft) where() {
	county := zipf(f.d, inventedCounties)
	f.place = archive.Text{"zh": county.zh, "en": county.en}
	village := zipf(f.d, inventedSurnames)
	suffix := pick(f.d, inventedVillages)
	f.Place = &archive.Place{Name: archive.Text{"zh": county.zh + village.zh + suffix.zh, "en": village.en + suffix.en + ", " + county.en}}
	if f.d.roll(4) > 0 {
		lat, lon := county.lat+float64(f.d.roll(8000)-4000)/1e4, county.lon+float64(f.d.roll(8000)-4000)/1e4
		f.Place.Lat, f.Place.Lon, f.Place.Precision = &lat, &lon, "public"
	}
}

// when dates the thing within its period; one in twelve has no date.
func (f *draft) when() {
	if f.d.roll(12) == 0 {
		return
	}
	from, to, _ := f.in.vocabulary.PeriodYears(f.period.Code, "")
	f.Period = &archive.Period{Term: f.period.Code, From: from, To: to}
	if length := to - from; length > 2 && f.d.roll(3) == 0 {
		year := from + f.d.roll(length)
		if year == 0 {
			year = 1
		}
		f.Period.From, f.Period.To = year, year
	}
}

func (f *draft) relic() {
	f.Kind, f.Collection = archive.KindRelic, zipf(f.d, []string{"ancestral", "dunhuang", "yellow-river", "red-culture", "folk"})
	thing, decor := zipf(f.d, rowThings), zipf(f.d, rowDecor[2:])
	f.Titles = archive.Text{"zh": f.period.Label["zh"] + decor + thing[0], "en": f.motif["en"] + ", " + f.period.Label["en"]}
	f.Materials = []string{thing[1]}
	if term, ok := f.in.vocabulary.Term(archive.SchemeCategory, thing[2]); ok {
		f.Category = term.Code
	}
	f.Level = zipf(f.d, inventedLevels)
	f.Dimensions = []archive.Dimension{{Type: "height", Value: float64(10+f.d.roll(600)) / 10, Unit: "cm"}}
}

func (f *draft) mural() {
	f.Kind, f.Collection, f.Category = archive.KindMural, "dunhuang", "immovable-0400"
	site, cave := f.in.label(archive.SchemeSite, f.d), fmt.Sprint(1+f.d.roll(492))
	surface := f.in.label(archive.SchemeSurface, f.d)
	f.Location = &archive.Location{Site: site.Code, Cave: cave, Space: f.in.label(archive.SchemeSpace, f.d).Code, Surface: surface.Code}
	f.Titles = archive.Text{
		"zh": site.Label["zh"] + "第" + cave + "窟" + surface.Label["zh"] + f.motif["zh"],
		"en": f.motif["en"] + ", " + surface.Label["en"] + ", " + site.Label["en"] + " " + cave,
	}
	f.Materials = []string{"泥", "矿物颜料"}
	f.Identifiers = append(f.Identifiers, archive.Identifier{Type: "cave", Value: site.Label["zh"] + "第" + cave + "窟"})
}

func (f *draft) document() {
	f.Kind, f.Collection, f.Materials = archive.KindDocument, zipf(f.d, []string{"dunhuang", "red-culture", "folk"}), []string{zipf(f.d, []string{"纸", "丝", "木", "竹"})}
	shelf := fmt.Sprintf("%s %d", pick(f.d, []string{"S.", "P.", "Дх."}), 1+f.d.roll(19000))
	f.Titles = archive.Text{"zh": f.period.Label["zh"] + "写本" + f.motif["zh"] + "残卷", "en": "Manuscript of the " + f.motif["en"]}
	f.Identifiers = append(f.Identifiers, archive.Identifier{Type: "shelfmark", Value: strings.ReplaceAll(shelf, ". ", ".")})
	f.Level = zipf(f.d, inventedLevels)
}

func (f *draft) site() {
	f.Kind, f.Collection = zipf(f.d, []archive.Kind{archive.KindSite, archive.KindIntangible, archive.KindEvent}), zipf(f.d, []string{"great-wall", "yellow-river", "red-culture", "folk"})
	what := zipf(f.d, inventedRuins)
	f.Titles = archive.Text{"zh": f.Place.Name["zh"] + what.zh, "en": what.en + " at " + f.Place.Name["en"]}
	f.Materials = []string{"夯土"}
	f.Category = "immovable-0100"
}

// words writes what is said of the thing, in both languages.
func (f *draft) words() {
	by, zh, en := f.person(), f.period.Label["zh"], f.period.Label["en"]
	other, ware, damage := zipf(f.d, f.in.motifs), zipf(f.d, rowThings), zipf(f.d, rowDamage)
	year, depth := 1920+f.d.roll(105), 1+f.d.roll(90)
	remark := zipf(f.d, inventedRemarks)
	f.Descriptions = archive.Text{
		"zh": fmt.Sprintf("%s%s%s，%d年由%s在%s发现，距地表%d厘米。画面或器身见%s与%s，%s。同出%s质%d件，%s。",
			zh, zipf(f.d, rowDecor[2:]), ware[0], year, by["zh"], f.Place.Name["zh"], depth, f.motif["zh"], other["zh"], damage, ware[1], 1+f.d.roll(60), remark.zh),
		"en": fmt.Sprintf("%s work showing %s beside %s, found by %s in %d near %s.", en, f.motif["en"], other["en"], by["en"], year, f.place["en"]),
	}
	if f.d.roll(3) == 0 {
		f.Descriptions["en"] += " " + remark.en
	}
	f.Subjects = []archive.Text{{"zh": f.motif["zh"], "en": f.motif["en"]}}
	if f.d.roll(3) == 0 {
		f.Subjects = append(f.Subjects, archive.Text{"zh": other["zh"], "en": other["en"]})
	}
	if f.d.roll(2) == 0 {
		f.People = []archive.Person{{Name: by, Role: "excavator"}}
	}
}

// person is a name of some four hundred thousand.
func (f *draft) person() archive.Text {
	family, first, second := zipf(f.d, inventedSurnames), pick(f.d, inventedGiven), zipf(f.d, inventedGiven)
	return archive.Text{"zh": family.zh + first.zh + second.zh, "en": family.en + " " + first.en + strings.ToLower(second.en)}
}

// held says who keeps the thing, under which number and who may see it.
func (f *draft) held(n int) {
	f.Identifiers = append(f.Identifiers, archive.Identifier{Type: "accession", Value: fmt.Sprintf("甘%02d-%07d", n%14, n)})
	f.Condition, f.Source = f.in.label(archive.SchemeCondition, f.d).Code, f.in.label(archive.SchemeSource, f.d).Code
	f.Rights = &archive.Rights{Statement: "https://rightsstatements.org/vocab/" + zipf(f.d, []string{"NoC-OKLR", "InC", "NoC-NC", "UND"}) + "/1.0/", Tier: archive.TierPublic}
	if f.d.roll(3) == 0 {
		f.Rights.Holder = archive.Text{"zh": zipf(f.d, rowHolders)}
	}
	switch f.d.roll(50) {
	case 0:
		f.Rights.Tier = archive.TierStaff
	case 1:
		f.Rights.Tier, f.Rights.Until = archive.TierEmbargoed, fmt.Sprintf("%d-06-01", 2020+f.d.roll(12))
	}
}

// assets are the images, of two in three records.
func (f *draft) assets(n int) []archive.Asset {
	if f.d.roll(3) == 0 {
		return nil
	}
	return []archive.Asset{{
		ID: fmt.Sprintf("img-%08d", n), Record: f.ID, Position: 1, Kind: archive.AssetImage, State: archive.AssetReady,
		Image:  &archive.Image{Width: 4000 + f.d.roll(4000), Height: 3000 + f.d.roll(3000)},
		Access: &archive.Access{Version: "1", TileSize: tileSize, Levels: 5, Colour: fmt.Sprintf("#%06x", f.d.roll(1<<24))},
	}}
}
