package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

type homePage struct {
	base
	HeroImage, HeroID, HeroTitle string
	Total                        uint64
	Indexing                     string // said in place of the total while there is none
	Collections                  []homeCollection
	Exhibitions                  []door
	Cards                        []card
}

type homeCollection struct {
	Slug, Name, Image string
	Count, W, H       int
}

// homeCards and homeExhibitions are how many of each the home page shows.
const (
	homeCards       = 10
	homeExhibitions = 4
)

// pageHome answers GET /. No picture stands on it twice.
func (s *Server) pageHome(c *gin.Context) error {
	ctx := c.Request.Context()
	counted, err := s.Index.Search(ctx, search.Query{})
	if err != nil {
		return err
	}
	if wantsJSON(c.Request) {
		if err := indexed(counted.Indexing); err != nil {
			return err
		}
		return answerJSON(c, http.StatusOK, gin.H{"total": counted.Total, "collections": counted.Facets["collection"]})
	}
	lang := s.lang(c)
	model := homePage{base: s.page(c, "home", inLanguage(lang, "首页", "Home")), Total: counted.Total}
	if counted.Indexing.Nothing() {
		model.Indexing = indexingText(counted.Indexing, lang)
	}
	shown := map[string]bool{} // assets
	if model.Collections, err = s.homeCollections(c, &model, counted, shown); err != nil {
		return err
	}
	if model.Exhibitions, err = s.doors(ctx, []archive.Kind{archive.KindExhibition, archive.KindRoute}, homeExhibitions, lang, shown); err != nil {
		return err
	}
	latest, err := s.Index.Search(ctx, search.Query{Limit: 3 * homeCards, Sort: search.SortUpdated, Filters: map[string][]string{"has": {"image"}}})
	if err != nil {
		return err
	}
	for _, h := range latest.Hits {
		if len(model.Cards) < homeCards && !shown[h.Asset] && h.Kind != archive.KindExhibition && h.Kind != archive.KindRoute {
			model.Cards = append(model.Cards, s.hitCard(h, lang))
		}
	}
	return s.show(c, http.StatusOK, "home", model)
}

// homeCollections makes the tiles of the collections, and the large picture.
func (s *Server) homeCollections(c *gin.Context, m *homePage, counted *search.Result, shown map[string]bool) ([]homeCollection, error) {
	counts := map[string]int{}
	for _, v := range counted.Facets["collection"] {
		counts[v.Value] = v.Count
	}
	terms, _ := s.Vocabulary.Terms(archive.SchemeCollection)
	chosen, entries, err := s.coversOf(c.Request.Context(), terms)
	if err != nil {
		return nil, err
	}
	if hero := chosen[heroKey]; entries[hero.record] != nil {
		m.HeroImage, m.HeroID, m.HeroTitle = "/iiif/3/"+hero.asset+"/full/!1920,1920/0/default.jpg", hero.record, entries[hero.record].Record.Titles.In(m.Lang)
		shown[hero.asset] = true
	}
	var out []homeCollection
	for _, t := range terms {
		hc := homeCollection{Slug: t.Code, Name: t.Label.In(m.Lang), Count: counts[t.Code]}
		if cv := chosen[t.Code]; entries[cv.record] != nil {
			hc.Image, hc.W, hc.H = pieceOf(cv.asset, 960), cv.width, cv.height
			shown[cv.asset] = true
		}
		out = append(out, hc)
	}
	return out, nil
}
