package web

import (
	"context"
	"errors"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
	"hexi/search"
)

// card is a record in a grid.
type card struct {
	ID, Initial, Second, SecondLang, Facts, Thumb string
	W, H                                          int
	TitleHTML                                     template.HTML
	Found                                         []template.HTML
	Why                                           string // the fields that a search was found in
	Fragment                                      string // of the record's page: where it was found
}

// pieceOf returns the address of an image that fits a square, on this server.
func pieceOf(asset string, side int) string {
	n := strconv.Itoa(side)
	return "/iiif/3/" + asset + "/full/!" + n + "," + n + "/0/default.jpg"
}

// faceOf returns the address of a picture for a card, on this server: the whole
// image, or of one that is much wider or higher than a card its middle or its
// beginning, since little would be seen of the whole. width and height are those of
// the image, at any scale.
func faceOf(asset string, width, height int) string {
	const wide, high = 2.2, 0.5
	ratio := float64(width) / float64(max(1, height))
	part := func(region string) string { return "/iiif/3/" + asset + "/" + region + "/!640,640/0/default.jpg" }
	percent := func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
	switch {
	case ratio > wide:
		share := 100 * 1.4 / ratio
		return part("pct:" + percent((100-share)/2) + ",0," + percent(share) + ",100")
	case ratio < high:
		return part("pct:0,0,100," + percent(100*ratio/1.2))
	}
	return pieceOf(asset, 480)
}

// hitCard makes a card of a hit. Highlights come escaped from the index.
func (s *Server) hitCard(h search.Hit, lang string) card {
	c := s.newCard(h.ID, h.Titles, h.Period, h.Place, lang)
	if h.Thumbnail != nil {
		c.Thumb, c.W, c.H = faceOf(h.Asset, h.Thumbnail.Width, h.Thumbnail.Height), h.Thumbnail.Width, h.Thumbnail.Height
	}
	for _, marked := range h.Highlights["title"] {
		if strings.ReplaceAll(strings.ReplaceAll(marked, "<mark>", ""), "</mark>", "") == template.HTMLEscapeString(h.Titles.In(lang)) {
			c.TitleHTML = template.HTML(marked) //nolint:gosec // escaped by the index but for <mark>
		}
	}
	for _, marked := range h.Highlights["description"] {
		if len(c.Found) == 0 {
			c.Found = append(c.Found, template.HTML(marked)) //nolint:gosec // as above
		}
	}
	return c
}

// whyText says in words in which fields a hit was found; "" where nothing was looked for.
func whyText(why []string, lang string) string {
	var words []string
	for _, field := range why {
		word := fieldText(field, lang)
		if word == "" {
			word = field // of an index that knows more than this page
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return inLanguage(lang, "见于："+strings.Join(words, "、"), "Found in: "+strings.ToLower(strings.Join(words, ", ")))
}

// foundOn says on which page a record was found, and leads there: what was marked on it is
// looked for again within the record.
func (c *card) foundOn(page *search.PageHit, lang string) {
	if page == nil {
		return
	}
	if page.Number > 0 {
		c.Fragment = "#view=" + strconv.Itoa(page.Number)
		if page.Find != "" {
			c.Fragment += "&find=" + url.QueryEscape(page.Find)
		}
		name := inLanguage(lang, "第"+strconv.Itoa(page.Number)+"页：", "Page "+strconv.Itoa(page.Number)+": ")
		c.Found = append(c.Found, template.HTML(name+page.Text)) //nolint:gosec // escaped by the index but for <mark>
		return
	}
	c.Found = append(c.Found, template.HTML(page.Text)) //nolint:gosec // as above
}

// hitCards makes cards of hits. What has no picture of its own but parts or stops
// that have (a cave, an exhibition) borrows one of theirs.
func (s *Server) hitCards(ctx context.Context, hits []search.Hit, lang string) ([]card, error) {
	cards := make([]card, 0, len(hits))
	for _, h := range hits {
		c := s.hitCard(h, lang)
		if c.Thumb == "" {
			a, err := s.borrowed(ctx, h.ID, h.Kind)
			if err != nil {
				return nil, err
			}
			c.show(a)
		}
		cards = append(cards, c)
	}
	return cards, nil
}

// lookedAt is how many parts or stops are looked at for a picture.
const lookedAt = 12

// borrowed finds a public picture of a part or stop; nil if there is none.
func (s *Server) borrowed(ctx context.Context, id string, kind archive.Kind) (*archive.Asset, error) {
	var entries []*archive.Entry
	var err error
	switch kind {
	case archive.KindCave, archive.KindSite:
		entries, _, err = s.Archive.List(ctx, archive.ListQuery{PartOf: id, Published: true, Limit: lookedAt})
	case archive.KindExhibition, archive.KindRoute:
		var e *archive.Entry
		if e, err = s.Archive.PublicRecord(ctx, id); err != nil {
			if errors.Is(err, archive.ErrNotFound) { // withdrawn since the index last looked
				err = nil
			}
			break
		}
		var ids []string
		for _, stop := range e.Record.Stops {
			if stop.Record != "" && len(ids) < lookedAt {
				ids = append(ids, stop.Record)
			}
		}
		entries, err = s.Archive.PublicRecords(ctx, ids)
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if a := firstImage(e); a != nil {
			return a, nil
		}
	}
	return nil, nil
}

// show puts an image on a card that has none.
func (c *card) show(a *archive.Asset) {
	if a != nil {
		c.Thumb, c.W, c.H = faceOf(a.ID, a.Image.Width, a.Image.Height), a.Image.Width, a.Image.Height
	}
}

// entryCard makes a card of a record.
func (s *Server) entryCard(e *archive.Entry, lang string) card {
	r := &e.Record
	c := s.newCard(r.ID, r.Titles, r.Period, r.Place, lang)
	c.show(firstImage(e))
	return c
}

func (s *Server) newCard(id string, titles archive.Text, p *archive.Period, place *archive.Place, lang string) card {
	title := titles.In(lang)
	c := card{ID: id, TitleHTML: template.HTML(template.HTMLEscapeString(title))} //nolint:gosec // escaped here
	for _, r := range title {
		c.Initial = string(r)
		break
	}
	if other := titles[otherLang(lang)]; other != title {
		c.Second, c.SecondLang = other, otherLang(lang)
	}
	var facts []string
	if text := s.periodText(p, lang); text != "" {
		facts = append(facts, text)
	}
	if place != nil {
		if name := place.Name.In(lang); name != "" {
			facts = append(facts, name)
		}
	}
	c.Facts = strings.Join(facts, " · ")
	return c
}

func otherLang(lang string) string {
	if lang == "en" {
		return "zh"
	}
	return "en"
}

// firstImage returns the image that stands for a record, that of its first view; nil
// if it has none.
func firstImage(e *archive.Entry) *archive.Asset {
	if views := archive.Views(e.Assets); len(views) > 0 {
		return views[0].First()
	}
	return nil
}

// periodText writes a period: the term or the curator's words, and the years.
func (s *Server) periodText(p *archive.Period, lang string) string {
	if p == nil {
		return ""
	}
	var name string
	if term, ok := s.Vocabulary.Term(archive.SchemePeriod, p.Term); ok {
		name = term.Label.In(lang)
	} else {
		name = p.Note.In(lang)
	}
	years := yearsText(p.From, p.To, lang)
	switch {
	case name == "":
		return years
	case years == "", strings.Contains(name, years): // “1877” needs no (1877)
		return name
	case lang == "en":
		return name + " (" + years + ")"
	}
	return name + "（" + years + "）"
}

func yearsText(from, to int, lang string) string {
	year := func(y int) string {
		switch {
		case y >= 0:
			return strconv.Itoa(y)
		case lang == "en":
			return strconv.Itoa(-y) + " BCE"
		}
		return "前" + strconv.Itoa(-y)
	}
	switch {
	case from == 0 && to == 0:
		return ""
	case to == 0:
		return year(from) + "–"
	case from == 0 || from == to:
		return year(to)
	}
	return year(from) + "–" + year(to)
}
