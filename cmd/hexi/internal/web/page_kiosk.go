package web

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

type kioskPage struct {
	base
	TitleZH, TitleEN  string
	Idle, Warn, Dwell int // seconds
	Stops             []kioskStop
	Wrong             archive.Text // instead of all else
}

type kioskStop struct {
	Image, Info, View      string
	Ground                 string // the same, very small
	W, H                   int
	NameZH, NameEN, ZH, EN string
}

// pageKiosk answers GET /kiosk/{exhibition}: what the screen in the gallery shows.
func (s *Server) pageKiosk(c *gin.Context) error {
	e, err := s.Archive.PublicRecord(c.Request.Context(), c.Param("exhibition"))
	if err == nil && e.Record.Kind != archive.KindExhibition && e.Record.Kind != archive.KindRoute {
		err = archive.ErrNotFound
	}
	if errors.Is(err, archive.ErrNotFound) {
		return s.kioskWrong(c, http.StatusNotFound, archive.Text{"zh": "这里没有这个展览，或者它没有公开。", "en": "There is no such exhibition here, or it is not public."})
	}
	if err != nil {
		return err
	}
	r := &e.Record
	m := kioskPage{base: s.page(c, "kiosk", r.Titles.In(s.lang(c)), "kiosk"), TitleZH: r.Titles.In("zh"), TitleEN: r.Titles.In("en")}
	m.Scripts = m.Scripts[:min(1, len(m.Scripts))] // no completions without a search box
	for _, p := range []struct {
		name      string
		value     *int
		otherwise int
	}{{"idle", &m.Idle, 60}, {"warn", &m.Warn, 15}, {"dwell", &m.Dwell, 12}} {
		if *p.value, err = intParam(c, p.name, p.otherwise, 1, 3600); err != nil {
			return s.kioskWrong(c, http.StatusBadRequest, archive.Text{
				"zh": "地址中的 " + p.name + " 应是 1 到 3600 的秒数。", "en": p.name + " in the address must be a number of seconds from 1 to 3600.",
			})
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
			Ground: "/iiif/3/" + a.ID + "/" + regionOf(stop.View) + "/!32,32/0/default.jpg",
			NameZH: e.Record.Titles.In("zh"), NameEN: e.Record.Titles.In("en"), ZH: stop.Caption.In("zh"), EN: stop.Caption.In("en"),
		}
		m.Stops = append(m.Stops, k)
	}
	if len(m.Stops) == 0 {
		return s.kioskWrong(c, http.StatusOK, archive.Text{"zh": "这个展览还没有图像。", "en": "This exhibition has no pictures yet."})
	}
	return s.show(c, http.StatusOK, "kiosk", m)
}

// kioskWrong says in the kiosk's manner what is wrong. The page leads nowhere, since
// a visitor has no keyboard to come back with, and tries again by itself.
func (s *Server) kioskWrong(c *gin.Context, status int, why archive.Text) error {
	lang := s.lang(c)
	c.Header("Cache-Control", "no-store")
	return s.show(c, status, "kiosk", kioskPage{base: s.page(c, "kiosk", why.In(lang)), Wrong: why})
}

// regionOf is a stop's view as a IIIF region: the same grammar, but for none.
func regionOf(view string) string {
	if view == "" {
		return "full"
	}
	return view
}
