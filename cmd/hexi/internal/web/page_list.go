package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
	"hexi/static"
)

// door is a picture that leads into a collection, an exhibition or a route.
type door struct {
	URL, Name, Second, SecondLang, Note, Image string
	Kiosk                                      string
}

type listPage struct {
	base
	Heading, Empty string
	Tabs           []choice
	Doors          []door
}

// listed is how many exhibitions or routes a page lists.
const listed = 200

// pageExhibitions answers GET /exhibitions.
func (s *Server) pageExhibitions(c *gin.Context) error {
	return s.listKind(c, archive.KindExhibition, "/exhibitions", inLanguage(s.lang(c), "展览", "Exhibitions"))
}

// pageRoutes answers GET /routes.
func (s *Server) pageRoutes(c *gin.Context) error {
	return s.listKind(c, archive.KindRoute, "/routes", inLanguage(s.lang(c), "线路", "Routes"))
}

// pageKiosks answers GET /kiosk: the exhibitions that a gallery's screen can show.
func (s *Server) pageKiosks(c *gin.Context) error {
	return s.listKind(c, archive.KindExhibition, "/kiosk", inLanguage(s.lang(c), "展厅屏幕", "Gallery kiosks"))
}

func (s *Server) listKind(c *gin.Context, kind archive.Kind, path, heading string) error {
	lang := s.lang(c)
	doors, err := s.doors(c.Request.Context(), []archive.Kind{kind}, listed, lang, map[string]bool{})
	if err != nil {
		return err
	}
	if path == "/kiosk" {
		for i := range doors {
			doors[i].URL, doors[i].Kiosk = doors[i].Kiosk, ""
		}
	}
	return s.showList(c, path, heading, doors)
}

// pageCollections answers GET /collections.
func (s *Server) pageCollections(c *gin.Context) error {
	ctx, lang := c.Request.Context(), s.lang(c)
	counted, err := s.Index.Search(ctx, search.Query{})
	if err == nil {
		err = indexed(counted.Indexing)
	}
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, v := range counted.Facets["collection"] {
		counts[v.Value] = v.Count
	}
	terms, _ := s.Vocabulary.Terms(archive.SchemeCollection)
	chosen, entries, err := s.coversOf(ctx, terms)
	if err != nil {
		return err
	}
	var doors []door
	for _, t := range terms {
		d := door{URL: "/collections/" + t.Code, Name: t.Label.In(lang), Note: countText(counts[t.Code], lang)}
		if other := t.Label[otherLang(lang)]; other != d.Name {
			d.Second, d.SecondLang = other, otherLang(lang)
		}
		if cv := chosen[t.Code]; entries[cv.record] != nil {
			d.Image = pieceOf(cv.asset, 960)
		}
		doors = append(doors, d)
	}
	return s.showList(c, "/collections", inLanguage(lang, "专题", "Collections"), doors)
}

func (s *Server) showList(c *gin.Context, path, heading string, doors []door) error {
	if wantsJSON(c.Request) {
		type item struct {
			Name string `json:"name"`
			URL  string `json:"url"`
		}
		items := make([]item, len(doors))
		for i, d := range doors {
			items[i] = item{d.Name, s.base(c.Request) + d.URL}
		}
		return answerJSON(c, http.StatusOK, gin.H{"items": items})
	}
	lang := s.lang(c)
	m := listPage{base: s.page(c, "list", heading), Heading: heading, Doors: doors, Empty: inLanguage(lang, "还没有公开的内容。", "Nothing is public here yet.")}
	for _, t := range []struct{ path, zh, en string }{
		{"/exhibitions", "展览", "Exhibitions"}, {"/routes", "线路", "Routes"}, {"/collections", "专题", "Collections"}, {"/kiosk", "展厅屏幕", "Gallery kiosks"},
	} {
		m.Tabs = append(m.Tabs, choice{Label: inLanguage(lang, t.zh, t.en), URL: t.path, Selected: t.path == path})
	}
	return s.show(c, http.StatusOK, "list", m)
}

func countText(n int, lang string) string {
	if lang == "en" && n == 1 {
		return "1 record"
	}
	return inLanguage(lang, fmt.Sprintf("%d 条", n), fmt.Sprintf("%d records", n))
}

// doors lists public exhibitions and routes, each with the first picture of its own
// or its stops that is not shown already.
func (s *Server) doors(ctx context.Context, kinds []archive.Kind, limit int, lang string, shown map[string]bool) ([]door, error) {
	var out []door
	for _, kind := range kinds {
		page, _, err := s.Archive.List(ctx, archive.ListQuery{Kind: kind, Published: true, Limit: limit})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if len(out) == limit {
				return out, nil
			}
			n := len(e.Record.Stops)
			d := door{
				URL: "/routes/" + e.Record.ID, Name: e.Record.Titles.In(lang),
				Note: inLanguage(lang, fmt.Sprintf("线路 · %d 站", n), fmt.Sprintf("Route · %d stops", n)),
			}
			if kind == archive.KindExhibition {
				d.URL, d.Kiosk = "/exhibitions/"+e.Record.ID, "/kiosk/"+e.Record.ID
				d.Note = inLanguage(lang, fmt.Sprintf("展览 · %d 件", n), fmt.Sprintf("Exhibition · %d pieces", n))
			}
			if other := e.Record.Titles[otherLang(lang)]; other != d.Name {
				d.Second, d.SecondLang = other, otherLang(lang)
			}
			if d.Image, err = s.doorImage(ctx, e, shown); err != nil {
				return nil, err
			}
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *Server) doorImage(ctx context.Context, e *archive.Entry, shown map[string]bool) (string, error) {
	var ids []string
	for _, stop := range e.Record.Stops {
		if stop.Record != "" && len(ids) < lookedAt {
			ids = append(ids, stop.Record)
		}
	}
	entries, err := s.Archive.PublicRecords(ctx, ids)
	if err != nil {
		return "", err
	}
	for _, x := range append([]*archive.Entry{e}, entries...) {
		if a := firstImage(x); a != nil && !shown[a.ID] {
			shown[a.ID] = true
			return faceOf(a.ID, a.Image.Width, a.Image.Height), nil
		}
	}
	return "", nil
}

// robots answers GET /robots.txt: everything that is public may be read, but that search
// engines do not want records as data beside their pages. Who harvests them does.
func (s *Server) robots(c *gin.Context) error {
	c.Header("Cache-Control", "public, max-age=86400")
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /curate\nDisallow: /api\n\nUser-agent: hexi\nDisallow: /curate\nDisallow: /api\nAllow: /api/v1/records/\n\nSitemap: "+s.base(c.Request)+"/sitemap.xml\n"))
	return nil
}

// favicon answers GET /favicon.ico, which browsers ask for where no page says
// better: a picture in SVG like the one that pages name.
func (s *Server) favicon(c *gin.Context) error {
	data, err := static.Files.ReadFile("shared/layout/icon.svg")
	if err != nil {
		return fmt.Errorf("read icon: %w", err)
	}
	c.Header("Cache-Control", "public, max-age=86400")
	c.Data(http.StatusOK, "image/svg+xml", data)
	return nil
}
