package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/archive/ocr"
)

const (
	// matchesAPage is how many matches one page of an answer has, maxMatches how many are
	// counted within one record.
	matchesAPage = 100
	maxMatches   = 50_000
	// maxTerms is how many completions are told.
	maxTerms = 20
)

// passage is a text of a record that is searched within, and where it stands.
type passage struct {
	source string
	text   string
	view   int            // of the record's views
	image  *archive.Asset // that its places are on; nil for none
	page   *ocr.Page      // of a text with places
	laid   *ocr.Text
	at     archive.Box // of a text that has one place as a whole, in pixels of the image
}

// passages are all texts of a record that has something to show, in the order of its views.
// What is of the whole record stands on the first.
func (s *Server) passages(c *gin.Context, e *archive.Entry, views []archive.View) ([]passage, error) {
	pages, err := s.Texts.Of(c.Request.Context(), e)
	if err != nil {
		return nil, err
	}
	placed := archive.Placed(views)
	var out []passage
	for i, p := range pages {
		out = append(out, passage{source: "page-" + strconv.Itoa(i+1), text: p.Text.String, view: max(0, p.View), image: p.Image, page: p.Page, laid: p.Text})
	}
	for i, in := range e.Record.Inscriptions {
		one := passage{source: "inscription-" + strconv.Itoa(i+1), text: in.Text}
		if in.Region != nil {
			one.stand(e, placed, in.Region)
		}
		out = append(out, one)
		for _, lang := range slices.Sorted(maps.Keys(in.Translation)) {
			other := one
			other.source, other.text = one.source+"-"+lang, in.Translation[lang]
			out = append(out, other)
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(e.Record.Text)) {
		out = append(out, passage{source: "text-" + lang, text: e.Record.Text[lang]})
	}
	slices.SortStableFunc(out, func(a, b passage) int { return a.view - b.view })
	return out, nil
}

// stand puts a passage where its region is, if the record shows the image of it.
func (p *passage) stand(e *archive.Entry, placed map[string]int, r *archive.Region) {
	image := e.Current(r.Asset)
	if image == nil || image.Image == nil {
		return
	}
	view, ok := placed[image.ID]
	if !ok {
		return
	}
	p.view = view
	if box, ok := iiif.RegionBox(r.XYWH, image.Image.Width, image.Image.Height); ok {
		p.image, p.at = image, box
	}
}

// parts are the places of a part of a passage on its canvas, one for each of its lines.
func (p *passage) parts(publisher iiif.Publisher, record *archive.Record, v archive.View, start, end int) (out []iiif.SearchPart) {
	add := func(start, end int, box archive.Box) {
		if at, ok := publisher.OnCanvas(record, v, p.image, box); ok {
			out = append(out, iiif.SearchPart{Start: start, End: end, At: at})
		}
	}
	switch {
	case p.image == nil:
	case p.laid != nil:
		for _, part := range p.laid.Parts(start, end) {
			if box, ok := p.page.Scale(part.Box, p.image.Image.Width, p.image.Image.Height); ok {
				add(part.Start, part.End, archive.Box(box))
			}
		}
	default:
		add(start, end, p.at)
	}
	return out
}

// searched returns the record that is searched within, with its views: one that has a
// manifest.
func (s *Server) searched(c *gin.Context, id string) (*archive.Entry, []archive.View, error) {
	e, err := s.entry(c, id)
	if err != nil {
		return nil, nil, unknown(err, "record", id, "there is no such record, or it is not public")
	}
	views := archive.Views(e.Assets)
	if len(views) == 0 {
		return nil, nil, unknown(fmt.Errorf("search within %s: %w", id, archive.ErrNotFound), "manifest", id, "the record has no image that can be shown")
	}
	return e, views, nil
}

// asking is what the parameters of a search within a record, or of a completion, say.
type asking struct {
	kept    url.Values // those that count
	ignored []string   // those of the specification that do not
	none    bool       // nothing can match
}

// readAsking reads the parameters q and motivation, with others. Nothing here was made on a
// date that is known, or by a user who has an address (Content Search API 2.0, section
// 4.1.1).
func readAsking(values url.Values, others ...string) asking {
	a := asking{kept: url.Values{}}
	for _, name := range append([]string{"q", "motivation"}, others...) {
		if v := values.Get(name); v != "" {
			a.kept.Set(name, v)
		}
	}
	for _, name := range []string{"date", "user"} {
		if values.Has(name) {
			a.ignored = append(a.ignored, name)
		}
	}
	if motivations := strings.Fields(values.Get("motivation")); len(motivations) > 0 {
		a.none = !slices.Contains(motivations, iiif.Supplementing)
	}
	return a
}

// contentSearch answers GET /iiif/search/{record}?q=, a search within a record by the
// Content Search API 2.0.
func (s *Server) contentSearch(c *gin.Context, id string) error {
	e, views, err := s.searched(c, id)
	if err != nil {
		return err
	}
	values := c.Request.URL.Query()
	page, err := intParam(c, "page", 0, 0, maxMatches)
	if err != nil {
		return err
	}
	asked := readAsking(values)
	out := iiif.Search{Record: e.Record.ID, Query: asked.kept, Ignored: asked.ignored, Page: page}
	publisher := s.publisher(c)
	if query := s.Index.Inside(values.Get("q")); !asked.none && !query.Empty() {
		passages, err := s.passages(c, e, views)
		if err != nil {
			return err
		}
		n := 0
		for i := range passages {
			p := &passages[i]
			for _, found := range query.Find(p.text) {
				if n == maxMatches {
					break
				}
				v := views[p.view]
				hit := iiif.SearchHit{Canvas: v.Base.PlaceID(), Source: p.source, Text: p.text, Start: found.Start, End: found.End}
				hit.Parts = p.parts(publisher, &e.Record, v, found.Start, found.End)
				annotations := max(1, len(hit.Parts))
				switch out.Total += annotations; {
				case n/matchesAPage < page:
					out.Before += annotations
				case n/matchesAPage == page:
					out.Hits = append(out.Hits, hit)
				}
				n++
			}
		}
		out.Pages = (n + matchesAPage - 1) / matchesAPage
	}
	return s.document(c, publisher.SearchPage(out), iiif.SearchContext)
}

// autocomplete answers GET /iiif/autocomplete/{record}?q=, what can be searched for that
// begins so.
func (s *Server) autocomplete(c *gin.Context, id string) error {
	e, views, err := s.searched(c, id)
	if err != nil {
		return err
	}
	values := c.Request.URL.Query()
	if strings.TrimSpace(values.Get("q")) == "" {
		return archive.Invalid("q", "is missing; give the beginning of a term, as in ?q=%s", url.QueryEscape("敦"))
	}
	least, err := intParam(c, "min", 1, 1, maxMatches)
	if err != nil {
		return err
	}
	asked := readAsking(values, "min")
	var terms []iiif.Term
	if !asked.none {
		passages, err := s.passages(c, e, views)
		if err != nil {
			return err
		}
		counting := s.Index.Completions(values.Get("q"))
		for i := range passages {
			counting.Add(passages[i].text)
		}
		for _, one := range counting.List(maxTerms) {
			if one.Count >= least {
				terms = append(terms, iiif.Term{Value: one.Term, Total: one.Count})
			}
		}
	}
	return s.document(c, s.publisher(c).TermPage(e.Record.ID, asked.kept, asked.ignored, terms), iiif.SearchContext)
}

// canvases tells the record's page which canvases there are to be searched on, in the order
// of its views: "place:width place:width"; "" where the record has no text.
func (s *Server) canvases(c *gin.Context, e *archive.Entry) string {
	publisher := s.publisher(c)
	if !publisher.HasText(&e.Record, e.Assets) {
		return ""
	}
	var out []string
	for _, v := range archive.Views(e.Assets) {
		width, _ := publisher.CanvasSize(&e.Record, v)
		out = append(out, iiif.EncodeID(v.Base.PlaceID())+":"+strconv.Itoa(width))
	}
	return strings.Join(out, " ")
}
