package web

import (
	"context"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

type homePage struct {
	base
	HeroImage, HeroID, HeroTitle string
	Total                        uint64
	Collections                  []homeCollection
	Exhibitions                  []homeExhibition
	Cards                        []card
}

type homeCollection struct {
	Slug, Name, Image string
	Count, W, H       int
}

type homeExhibition struct{ URL, Name, Note, Kiosk string }

// pageHome answers GET /.
func (s *Server) pageHome(c *gin.Context) error {
	ctx := c.Request.Context()
	all, err := s.Index.Search(ctx, search.Query{Limit: 8, Sort: search.SortUpdated, Filters: map[string][]string{"has": {"image"}}})
	if err != nil {
		return err
	}
	counted, err := s.Index.Search(ctx, search.Query{})
	if err != nil {
		return err
	}
	if wantsJSON(c.Request) {
		return answerJSON(c, http.StatusOK, gin.H{"total": counted.Total, "collections": counted.Facets["collection"]})
	}
	lang := s.lang(c)
	model := homePage{base: s.page(c, "home", inLanguage(lang, "首页", "Home")), Total: counted.Total}
	for _, h := range all.Hits {
		model.Cards = append(model.Cards, s.hitCard(h, lang))
	}
	counts := map[string]int{}
	for _, v := range counted.Facets["collection"] {
		counts[v.Value] = v.Count
	}
	terms, _ := s.Vocabulary.Terms(archive.SchemeCollection)
	for _, t := range terms {
		hc := homeCollection{Slug: t.Code, Name: t.Label.In(lang), Count: counts[t.Code]}
		if h, ok, err := s.imageOf(ctx, t.Code); err != nil {
			return err
		} else if ok {
			hc.Image, hc.W, hc.H = pieceOf(h.Asset, 960), h.Thumbnail.Width, h.Thumbnail.Height
			if model.HeroImage == "" {
				model.HeroImage, model.HeroID, model.HeroTitle = "/iiif/3/"+h.Asset+"/full/!1920,1920/0/default.jpg", h.ID, h.Titles.In(lang)
			}
		}
		model.Collections = append(model.Collections, hc)
	}
	if model.Exhibitions, err = s.exhibitions(ctx, lang); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "home", model)
}

// faces is how many records of a collection are looked at for one whose image
// suits a tile of the home page.
const faces = 24

// imageOf finds a record of a collection that has an image, of the shape of a tile
// if there is one.
func (s *Server) imageOf(ctx context.Context, collection string) (search.Hit, bool, error) {
	found, err := s.Index.Search(ctx, search.Query{
		Limit: faces, Sort: search.SortTitle, Filters: map[string][]string{"collection": {collection}, "has": {"image"}},
	})
	if err != nil || len(found.Hits) == 0 {
		return search.Hit{}, false, err
	}
	best := found.Hits[0]
	for _, h := range found.Hits[1:] {
		if unlike(h) < unlike(best) {
			best = h
		}
	}
	return best, best.Thumbnail != nil, nil
}

// unlike is how far an image's shape is from that of a tile, four to three.
func unlike(h search.Hit) float64 {
	if h.Thumbnail == nil || h.Thumbnail.Width < 1 || h.Thumbnail.Height < 1 {
		return math.Inf(1)
	}
	return math.Abs(math.Log(float64(h.Thumbnail.Width) / float64(h.Thumbnail.Height) * 3 / 4))
}

// exhibitions lists the exhibitions and routes that are public.
func (s *Server) exhibitions(ctx context.Context, lang string) ([]homeExhibition, error) {
	var out []homeExhibition
	for _, kind := range []archive.Kind{archive.KindExhibition, archive.KindRoute} {
		page, _, err := s.Archive.List(ctx, archive.ListQuery{Kind: kind, Published: true, Limit: 20})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			x := homeExhibition{URL: "/routes/" + e.Record.ID, Name: e.Record.Titles.In(lang), Note: inLanguage(lang, "线路", "route")}
			if kind == archive.KindExhibition {
				x = homeExhibition{"/exhibitions/" + e.Record.ID, x.Name, inLanguage(lang, "展览", "exhibition"), "/kiosk/" + e.Record.ID}
			}
			out = append(out, x)
		}
	}
	return out, nil
}
