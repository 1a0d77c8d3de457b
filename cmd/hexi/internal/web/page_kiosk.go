package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

type kioskPage struct {
	base
	TitleZH, TitleEN  string
	Idle, Warn, Dwell int // seconds
	Stops             []kioskStop
}

type kioskStop struct {
	Image, Info, View      string
	W, H                   int
	NameZH, NameEN, ZH, EN string
}

// pageKiosk answers GET /kiosk/{exhibition}: what the screen in the gallery shows.
func (s *Server) pageKiosk(c *gin.Context) error {
	e, err := s.Archive.PublicRecord(c.Request.Context(), c.Param("exhibition"))
	if err != nil {
		return err
	}
	r := &e.Record
	if r.Kind != archive.KindExhibition && r.Kind != archive.KindRoute {
		return archive.ErrNotFound
	}
	m := kioskPage{base: s.page(c, "kiosk", r.Titles.In(s.lang(c)), "kiosk"), TitleZH: r.Titles.In("zh"), TitleEN: r.Titles.In("en")}
	m.Scripts = m.Scripts[:min(1, len(m.Scripts))] // no completions without a search box
	for _, p := range []struct {
		name      string
		value     *int
		otherwise int
	}{{"idle", &m.Idle, 60}, {"warn", &m.Warn, 15}, {"dwell", &m.Dwell, 12}} {
		if *p.value, err = intParam(c, p.name, p.otherwise, 1, 3600); err != nil {
			return err
		}
	}
	entries, err := s.stopRecords(c, r)
	if err != nil {
		return err
	}
	for _, stop := range r.Stops {
		e := entries[stop.Record]
		if e == nil {
			continue
		}
		a := stopImage(e, stop.Asset)
		if a == nil {
			continue
		}
		k := kioskStop{
			Info: "/iiif/3/" + a.ID + "/info.json", View: stop.View, W: a.Image.Width, H: a.Image.Height,
			Image:  "/iiif/3/" + a.ID + "/" + regionOf(stop.View) + "/!1920,1920/0/default.jpg",
			NameZH: e.Record.Titles.In("zh"), NameEN: e.Record.Titles.In("en"), ZH: stop.Caption.In("zh"), EN: stop.Caption.In("en"),
		}
		m.Stops = append(m.Stops, k)
	}
	return s.show(c, http.StatusOK, "kiosk", m)
}

// regionOf is a stop's view as a IIIF region: the same grammar, but for none.
func regionOf(view string) string {
	if view == "" {
		return "full"
	}
	return view
}
