package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
)

// recordView is what the record page shows in one place: an image, or several as
// layers of each other.
type recordView struct {
	recordImage
	Incomplete string        // what is to be known of an image that ends early
	Layers     []recordLayer // none where there is nothing to switch between
}

// recordLayer is a layer of a view. At is where it lies, as "x y width height" in
// widths of the view.
type recordLayer struct {
	Label, Info, Full, At string
}

// recordViews arranges the images of a record for its page.
func (s *Server) recordViews(e *archive.Entry, lang string) []recordView {
	var out []recordView
	for _, v := range archive.Views(e.Assets) {
		first := v.First()
		x := recordView{recordImage: recordImage{
			Info: infoOf(first.ID), Large: "/iiif/3/" + first.ID + "/full/!1280,1280/0/default.jpg", Full: wholeOf(first.ID),
			Thumb: pieceOf(first.ID, 240), W: first.Image.Width, H: first.Image.Height, Number: len(out) + 1,
		}}
		x.Incomplete = v.Incomplete().In(lang)
		if v.Layered() {
			whole := archive.Box{W: v.Width, H: v.Height}
			for _, a := range v.Layers {
				x.Layers = append(x.Layers, s.recordLayer(v, a, whole, lang))
			}
			for _, part := range v.Parts {
				x.Layers = append(x.Layers, s.recordLayer(v, part.Asset, part.At, lang))
			}
		}
		out = append(out, x)
	}
	return out
}

func (s *Server) recordLayer(v archive.View, a *archive.Asset, at archive.Box, lang string) recordLayer {
	var place []string
	for _, n := range []int{at.X, at.Y, at.W, at.H} {
		place = append(place, strconv.FormatFloat(float64(n)/float64(v.Width), 'g', 10, 64))
	}
	return recordLayer{
		Label: iiif.LayerLabel(s.Vocabulary, *a.Layer).In(lang), Info: infoOf(a.ID), Full: wholeOf(a.ID), At: strings.Join(place, " "),
	}
}

func infoOf(asset string) string { return "/iiif/3/" + asset + "/info.json" }

// wholeOf returns the address of an image as it is opened without the viewer.
func wholeOf(asset string) string { return "/iiif/3/" + asset + "/full/!2000,2000/0/default.jpg" }

// layerForm is the form in which those who describe a record say which of its images
// are layers of one view.
type layerForm struct {
	Rows  []layerRow
	Kinds []archive.Term
}

type layerRow struct {
	Asset, Name, Thumb, Problem         string
	View, Kind, LabelZH, LabelEN, Place string
}

// maxLayerRows bounds the form; of records with more images the layers come by sheet.
const maxLayerRows = 60

// layerForm returns the form for a record, nil where there is nothing to register.
func (s *Server) layerForm(e *archive.Entry, lang string) *layerForm {
	if len(e.Assets) < 2 || len(e.Assets) > maxLayerRows {
		return nil
	}
	kinds, _ := s.Vocabulary.Terms(archive.SchemeLayer)
	form, misfits := &layerForm{Kinds: kinds}, archive.Misfits(e.Assets)
	for i := range e.Assets {
		a := &e.Assets[i]
		if a.Kind != archive.AssetImage || a.Replacing != "" {
			continue
		}
		row := layerRow{Asset: a.ID, Name: a.Master.Filename, Problem: misfits[a.ID].In(lang)}
		if a.Servable() {
			row.Thumb = pieceOf(a.ID, 120)
		}
		if l := a.Layer; l != nil {
			row.View, row.Kind, row.LabelZH, row.LabelEN, row.Place = l.View, string(l.Kind), l.Label["zh"], l.Label["en"], l.Region
		}
		form.Rows = append(form.Rows, row)
	}
	return form
}

// doLayers answers POST /curate/records/{id}/layers.
func (s *Server) doLayers(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	if s.ReadOnly {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	layers := archive.Layers{}
	for i := range e.Assets {
		a := &e.Assets[i]
		field := func(name string) string { return c.PostForm(name + "-" + a.ID) }
		if _, sent := c.GetPostForm("kind-" + a.ID); !sent {
			continue
		}
		if layers[a.ID] = nil; field("kind") == "" {
			if closedAs(a.Layer) != closedAs(nil) {
				return archive.Invalid("kind", "%s is closed to the public as a layer; it takes an editor to open it, by the API", a.Master.Filename)
			}
			continue
		}
		var l archive.Layer
		if a.Layer != nil {
			l = *a.Layer // its order, who may see it, and its label in other languages stay
		}
		l.View, l.Kind, l.Region = field("view"), archive.LayerKind(field("kind")), field("region")
		l.Label = relabelled(l.Label, field("label_zh"), field("label_en"))
		layers[a.ID] = &l
	}
	if _, err := s.Archive.SetLayers(c.Request.Context(), user.Name, e.Record.ID, layers); err != nil {
		return err
	}
	return seeOther(c, "/records/"+e.Record.ID)
}

// relabelled returns a label with other words in Chinese and English.
func relabelled(t archive.Text, zh, en string) archive.Text {
	out := archive.Text{"zh": zh, "en": en}
	for tag, s := range t {
		if tag != "zh" && tag != "en" {
			out[tag] = s
		}
	}
	return out
}
