package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of one record. They are far above what people write and keep a
// hostile or mistaken input from filling the index.
const (
	MaxTitleLength = 1_000     // characters of one title
	MaxTextLength  = 2_000_000 // characters of one description, inscription or text
	maxItems       = 10_000    // entries of one list
	maxYear        = 9_999     // furthest year in either direction of history…
	minYear        = -3_000_000
)

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// record checks and normalises every field in place.
func (c *checker) record(r *Record) {
	r.ID = strings.TrimSpace(r.ID)
	if r.ID != "" && !ValidID(r.ID) {
		c.fault("id", "%q may hold only letters A–Z a–z, digits, - and _, at most %d of them", r.ID, MaxIDLength)
	}
	kind := string(r.Kind)
	if strings.TrimSpace(kind) == "" {
		c.fault("kind", "is missing; say what is described (relic, mural, cave, site, document …)")
	}
	c.controlled("kind", SchemeKind, &kind)
	r.Kind = Kind(kind)
	c.kind = r.Kind
	r.Collection = strings.TrimSpace(r.Collection)
	if r.Collection == "" && r.Kind == KindCollection {
		r.Collection = r.ID // it stands beside the others, and not in one of them
	}
	if r.Collection == "" {
		c.fault("collection", "is missing; name the collection that the record belongs to")
	}
	c.link("partOf", &r.PartOf, r.ID)

	r.Titles = c.text("titles", r.Titles, MaxTitleLength)
	if r.Titles.Empty() {
		c.fault("titles", "is missing; give the record a title in at least one language")
	}
	r.Descriptions = c.text("descriptions", r.Descriptions, MaxTextLength)
	r.Text = c.text("text", r.Text, MaxTextLength)
	c.identifiers(r)
	c.location(r)
	c.period(r)
	c.place(r)
	c.controlled("category", SchemeCategory, &r.Category)
	c.controlled("level", SchemeLevel, &r.Level)
	c.controlled("completeness", SchemeCompleteness, &r.Completeness)
	c.controlled("condition", SchemeCondition, &r.Condition)
	c.controlled("source", SchemeSource, &r.Source)
	r.Materials = c.words("materials", r.Materials)
	r.Techniques = c.words("techniques", r.Techniques)
	c.measures(r)
	c.peopleAndSubjects(r)
	c.inscriptions(r)
	c.rights(r)
	c.links(r)
	c.extra(r)
	c.profile(r)
}

// text trims the texts, drops empty ones, and checks tags, encoding and length.
func (c *checker) text(field string, t Text, limit int) Text {
	out := Text{}
	for tag, s := range t {
		s = c.plain(field+"."+tag, s, limit)
		if !languageTag.MatchString(tag) {
			c.fault(field, "%q is not a language tag; use zh, en or another BCP 47 tag", tag)
		}
		if s != "" {
			out[tag] = s
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// plain trims one value and checks its encoding and length.
func (c *checker) plain(field, s string, limit int) string {
	s = strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s):
		c.fault(field, "is not valid UTF-8 text; save the file as UTF-8")
	case strings.ContainsRune(s, 0):
		c.fault(field, "holds a NUL character")
	case utf8.RuneCountInString(s) > limit:
		c.fault(field, "has %d characters; at most %d are taken", utf8.RuneCountInString(s), limit)
	}
	return s
}

func (c *checker) words(field string, list []string) []string {
	c.count(field, len(list))
	var out []string
	for i, s := range list {
		if s = c.plain(fmt.Sprintf("%s[%d]", field, i), s, MaxTitleLength); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (c *checker) count(field string, n int) {
	if n > maxItems {
		c.fault(field, "has %d entries; at most %d are taken", n, maxItems)
	}
}

func (c *checker) identifiers(r *Record) {
	c.count("identifiers", len(r.Identifiers))
	r.Identifiers = slices.Clone(r.Identifiers)
	for i := range r.Identifiers {
		id, field := &r.Identifiers[i], fmt.Sprintf("identifiers[%d]", i)
		id.Type = c.plain(field+".type", id.Type, 64)
		id.Value = c.plain(field+".value", id.Value, MaxTitleLength)
		if id.Type == "" || id.Value == "" {
			c.fault(field, "needs both a type (accession, cave, shelfmark …) and a value")
		}
	}
}

func (c *checker) location(r *Record) {
	if r.Location == nil {
		return
	}
	l := *r.Location
	for _, part := range []struct {
		field string
		value *string
	}{
		{"site", &l.Site}, {"cave", &l.Cave}, {"space", &l.Space},
		{"surface", &l.Surface}, {"position", &l.Position}, {"role", &l.Role},
	} {
		*part.value = c.plain("location."+part.field, *part.value, 200)
	}
	// What the vocabularies know gets its code; the rest keeps the name it has.
	for _, known := range []struct {
		scheme Scheme
		value  *string
	}{
		{SchemeSite, &l.Site}, {SchemeSpace, &l.Space}, {SchemeSurface, &l.Surface}, {SchemePosition, &l.Position}, {SchemeWallRole, &l.Role},
	} {
		if term, ok := c.vocabulary.Term(known.scheme, *known.value); ok {
			*known.value = term.Code
		}
	}
	r.Location = &l
	if l == (Location{}) {
		r.Location = nil
	}
}

func (c *checker) period(r *Record) {
	if r.Period == nil {
		return
	}
	p := *r.Period
	p.Note = c.text("period.note", p.Note, MaxTitleLength)
	c.periodWords(&p, r.Location)
	c.controlled("period.term", SchemePeriod, &p.Term)
	for field, year := range map[string]int{"period.from": p.From, "period.to": p.To} {
		if year < minYear || year > maxYear {
			c.fault(field, "%d is not a year between %d and %d", year, minYear, maxYear)
		}
	}
	if p.From != 0 && p.To != 0 && p.From > p.To {
		c.fault("period.from", "%d is later than period.to, %d; years before our era are negative", p.From, p.To)
	}
	if p.Term != "" && p.From == 0 && p.To == 0 {
		site := ""
		if r.Location != nil {
			site = r.Location.Site
		}
		if from, to, ok := c.vocabulary.PeriodYears(p.Term, site); ok {
			p.From, p.To = from, to
		}
	}
	r.Period = &p
	if p.Term == "" && p.From == 0 && p.To == 0 && p.Note == nil {
		r.Period = nil
	}
}

// periodWords reads words for a time where no years are given: those in term that are
// no term (贞观十六年), which then become the note, or the note alone. Words that are
// not understood stay as they are.
func (c *checker) periodWords(p *Period, l *Location) {
	p.Term = strings.TrimSpace(p.Term)
	if p.From != 0 || p.To != 0 {
		return
	}
	site := ""
	if l != nil {
		site = l.Site
	}
	if _, ok := c.vocabulary.Term(SchemePeriod, p.Term); p.Term != "" && !ok {
		if d, ok := c.vocabulary.Period(p.Term, site); ok && p.Note == nil {
			p.Note = Text{languageOf(p.Term): p.Term}
			p.Term, p.From, p.To = d.Term, d.From, d.To
		}
		return
	}
	if p.Term != "" {
		return
	}
	for _, lang := range [...]string{"zh", "en"} {
		if d, ok := c.vocabulary.Period(p.Note[lang], site); ok {
			p.Term, p.From, p.To = d.Term, d.From, d.To
			return
		}
	}
}

// languageOf tells Chinese words from others by their letters.
func languageOf(s string) string {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return "zh"
		}
	}
	return "en"
}

func (c *checker) place(r *Record) {
	if r.Place == nil {
		return
	}
	p := *r.Place
	p.Name = c.text("place.name", p.Name, MaxTitleLength)
	p.Precision = c.plain("place.precision", p.Precision, 64)
	if (p.Lat == nil) != (p.Lon == nil) {
		c.fault("place", "has one of lat and lon; give both or neither")
	}
	if p.Lat != nil && (math.IsNaN(*p.Lat) || *p.Lat < -90 || *p.Lat > 90) {
		c.fault("place.lat", "%v is not a latitude between -90 and 90 degrees", *p.Lat)
	}
	if p.Lon != nil && (math.IsNaN(*p.Lon) || *p.Lon < -180 || *p.Lon > 180) {
		c.fault("place.lon", "%v is not a longitude between -180 and 180 degrees", *p.Lon)
	}
	r.Place = &p
	if p.Name == nil && p.Lat == nil && p.Precision == "" {
		r.Place = nil
	}
}

func (c *checker) measures(r *Record) {
	c.count("dimensions", len(r.Dimensions))
	r.Dimensions = slices.Clone(r.Dimensions)
	for i := range r.Dimensions {
		d, field := &r.Dimensions[i], fmt.Sprintf("dimensions[%d]", i)
		d.Type = c.plain(field+".type", d.Type, 64)
		d.Unit = c.plain(field+".unit", d.Unit, 32)
		d.Note = c.plain(field+".note", d.Note, MaxTitleLength)
		if d.Type == "" {
			c.fault(field+".type", "is missing; say what was measured (height, width, length, depth, diameter, mass …)")
		}
		if d.Value < 0 || math.IsNaN(d.Value) || math.IsInf(d.Value, 0) {
			c.fault(field+".value", "%v is not a measure", d.Value)
		}
	}
	if r.Quantity != nil {
		q := *r.Quantity
		q.Unit = c.plain("quantity.unit", q.Unit, 32)
		if q.Value < 0 || math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
			c.fault("quantity.value", "%v is not a number of things", q.Value)
		}
		r.Quantity = &q
	}
}

func (c *checker) peopleAndSubjects(r *Record) {
	c.count("subjects", len(r.Subjects))
	var subjects []Text
	for i, s := range r.Subjects {
		if s = c.text(fmt.Sprintf("subjects[%d]", i), s, MaxTitleLength); s != nil {
			subjects = append(subjects, s)
		}
	}
	r.Subjects = subjects
	c.count("people", len(r.People))
	r.People = slices.Clone(r.People)
	for i := range r.People {
		p, field := &r.People[i], fmt.Sprintf("people[%d]", i)
		p.Name = c.text(field+".name", p.Name, MaxTitleLength)
		p.Role = c.plain(field+".role", p.Role, 64)
		if p.Name == nil {
			c.fault(field+".name", "is missing")
		}
	}
}

func (c *checker) inscriptions(r *Record) {
	c.count("inscriptions", len(r.Inscriptions))
	r.Inscriptions = slices.Clone(r.Inscriptions)
	for i := range r.Inscriptions {
		in, field := &r.Inscriptions[i], fmt.Sprintf("inscriptions[%d]", i)
		in.Text = c.plain(field+".text", in.Text, MaxTextLength)
		in.Translation = c.text(field+".translation", in.Translation, MaxTextLength)
		if in.Text == "" && in.Translation == nil {
			c.fault(field+".text", "is missing")
		}
		if in.Region != nil {
			c.link(field+".region.asset", &in.Region.Asset, "")
			c.view(field+".region.xywh", in.Region.XYWH)
		}
	}
}

// rights checks the statement against the two sites whose URIs IIIF admits
// (Presentation API 3.0, section 3.1, rights).
func (c *checker) rights(r *Record) {
	if r.Rights == nil {
		return
	}
	x := *r.Rights
	x.Holder = c.text("rights.holder", x.Holder, MaxTitleLength)
	x.Statement = strings.TrimSpace(x.Statement)
	if x.Statement != "" {
		u, err := url.Parse(x.Statement)
		host := ""
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			host = strings.TrimPrefix(u.Hostname(), "www.")
		}
		if host != "rightsstatements.org" && host != "creativecommons.org" {
			c.fault("rights.statement", "%q is not an http or https address of rightsstatements.org or creativecommons.org", x.Statement)
		}
	}
	switch x.Tier {
	case "", TierPublic, TierReduced, TierStaff, TierEmbargoed:
	default:
		c.fault("rights.tier", "%q is not a known tier; use public, reduced, staff or embargoed", x.Tier)
	}
	if x.MaxPixels < 0 {
		c.fault("rights.maxPixels", "%d is negative; 0 means no limit", x.MaxPixels)
	}
	if x.Tier == TierReduced && x.MaxPixels == 0 {
		c.fault("rights.maxPixels", "is missing; tier reduced needs the number of pixels that the public may see")
	}
	if _, err := time.Parse(time.DateOnly, x.Until); x.Until != "" && err != nil {
		c.fault("rights.until", "%q is not a date like 2030-12-31", x.Until)
	}
	if x.Tier == TierEmbargoed && x.Until == "" {
		c.fault("rights.until", "is missing; tier embargoed needs the day on which the embargo ends")
	}
	r.Rights = &x
	if x.Statement == "" && x.Holder == nil && x.Tier == "" && x.MaxPixels == 0 && x.Until == "" {
		r.Rights = nil
	}
}

func (c *checker) links(r *Record) {
	c.count("relations", len(r.Relations))
	r.Relations = slices.Clone(r.Relations)
	for i := range r.Relations {
		rel, field := &r.Relations[i], fmt.Sprintf("relations[%d]", i)
		rel.Type = c.plain(field+".type", rel.Type, 64)
		if rel.Type == "" {
			c.fault(field+".type", "is missing (depicts, same-as, before-restoration, reports-on …)")
		}
		if strings.TrimSpace(rel.Record) == "" {
			c.fault(field+".record", "is missing; give the id of the related record")
		}
		c.link(field+".record", &rel.Record, "")
	}
	c.count("stops", len(r.Stops))
	r.Stops = slices.Clone(r.Stops)
	for i := range r.Stops {
		s, field := &r.Stops[i], fmt.Sprintf("stops[%d]", i)
		c.link(field+".record", &s.Record, r.ID)
		c.link(field+".asset", &s.Asset, "")
		s.Caption = c.text(field+".caption", s.Caption, MaxTextLength)
		if s.Record == "" && s.Caption == nil {
			c.fault(field, "needs a record or a caption")
		}
		if s.View != "" {
			c.view(field+".view", s.View)
		}
		if s.Date != "" && !validDate(s.Date) {
			c.fault(field+".date", "%q is not a date like 1936, 1936-10 or 1936-10-09", s.Date)
		}
	}
}

// link checks an id of another record or asset; self is the id that it may not be.
func (c *checker) link(field string, id *string, self string) {
	*id = strings.TrimSpace(*id)
	if *id != "" && !ValidID(*id) {
		c.fault(field, "%q is not an id", *id)
	}
	if *id != "" && *id == self {
		c.fault(field, "names the record itself")
	}
}

// view checks a region in the forms x,y,w,h and pct:x,y,w,h (Image API 3.0,
// section 4.1).
func (c *checker) view(field, s string) {
	numbers, pct := strings.CutPrefix(s, "pct:")
	parts := strings.Split(numbers, ",")
	ok := len(parts) == 4
	for i := 0; ok && i < 4; i++ {
		v, err := strconv.ParseFloat(parts[i], 64)
		ok = err == nil && v >= 0 && !math.IsInf(v, 0) && (i < 2 || v > 0) && (!pct || v <= 100)
	}
	if !ok {
		c.fault(field, "%q is not a region like pct:10,20,30,30 or 100,200,640,480", s)
	}
}

func validDate(s string) bool {
	for _, layout := range []string{"2006", "2006-01", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// extra compacts the values, so that white space alone makes no new revision.
func (c *checker) extra(r *Record) {
	if len(r.Extra) == 0 {
		r.Extra = nil
		return
	}
	out := make(map[string]json.RawMessage, len(r.Extra))
	for key, raw := range r.Extra {
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			c.fault("extra."+key, "is not valid JSON: %v", err)
			continue
		}
		if b.Len() > MaxTextLength {
			c.fault("extra."+key, "has %d bytes; at most %d are taken", b.Len(), MaxTextLength)
		}
		out[key] = b.Bytes()
	}
	r.Extra = out
}
