package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

type recordPage struct {
	base
	ID, Heading, Second, SecondLang  string
	Kind, Collection, CollectionSlug string
	Draft, Drawing                   string
	Cites, Managers                  []cite
	MayPublish, MayWithdraw          bool
	Views                            []recordView
	Layering                         *layerForm   // for those who may register layers
	Versions                         *versionList // for those who work here
	Paragraphs                       []string
	Inscriptions                     []recordInscription
	Rows                             []row
	Stops                            []recordStop
	Parts                            []card
	Similar                          []card // public records only, whoever asks
	KioskLinks                       []choice
	Canvases                         string // of a record with a text: the place and the width of each view's canvas
	Forms                            []formLink
	Schema                           template.JS // the record as schema.org has it
}

// formLink leads to a form of a record.
type formLink struct{ Label, Media, URL string }

type recordImage struct {
	Info, Large, Full, Thumb string
	W, H, Number             int
}

type recordInscription struct{ Text, Translation string }

type row struct {
	Label  string
	Values []link
}

type link struct{ Text, URL string }

type recordStop struct {
	Thumb, URL, Name, Caption, Date string
	Number                          int
}

// pageRecord answers GET /records/{id}.
func (s *Server) pageRecord(c *gin.Context) error {
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	return s.answerBest(c, e)
}

// pageExhibition answers GET /exhibitions/{slug}.
func (s *Server) pageExhibition(c *gin.Context) error { return s.pageOfKind(c, archive.KindExhibition) }

// pageRoute answers GET /routes/{slug}.
func (s *Server) pageRoute(c *gin.Context) error { return s.pageOfKind(c, archive.KindRoute) }

func (s *Server) pageOfKind(c *gin.Context, kind archive.Kind) error {
	e, err := s.entry(c, c.Param("slug"))
	if err != nil {
		return err
	}
	if e.Record.Kind != kind {
		return archive.ErrNotFound
	}
	return s.answerBest(c, e)
}

func (s *Server) showRecord(c *gin.Context, e *archive.Entry) error {
	r := &e.Record
	lang := s.lang(c)
	m := recordPage{base: s.page(c, "record", r.Titles.In(lang), "viewer", "copy"), ID: r.ID, Heading: r.Titles.In(lang)}
	if other := r.Titles[otherLang(lang)]; other != m.Heading {
		m.Second, m.SecondLang = other, otherLang(lang)
	}
	m.Kind = s.termText(archive.SchemeKind, string(r.Kind), lang)
	m.Collection, m.CollectionSlug = s.termText(archive.SchemeCollection, r.Collection, lang), r.Collection
	if s.staff(c) && (e.Status() != "published" || e.Revision != e.Published) {
		m.Draft = statusWords[e.Status()].In(lang)
	}
	if u := s.user(c); u != nil && u.Role.AtLeast(archive.RoleEditor) && !s.ReadOnly {
		m.MayPublish, m.MayWithdraw = m.Draft != "", e.Status() == "published"
	}
	if u := s.user(c); u != nil && u.Role.AtLeast(archive.RoleCurator) && !s.ReadOnly {
		m.Layering = s.layerForm(e, lang)
	}
	if u := s.user(c); u != nil && u.Role.AtLeast(archive.RoleCurator) {
		m.Versions = s.versions(e, u, lang)
	}
	m.Views = s.recordViews(e, lang)
	m.Canvases = s.canvases(c, e)
	m.Drawing = extraText(r, "imagery", lang)
	for p := range strings.SplitSeq(r.Descriptions.In(lang), "\n") {
		if p = strings.TrimSpace(p); p != "" {
			m.Paragraphs = append(m.Paragraphs, p)
		}
	}
	if text := r.Text.In(lang); text != "" {
		m.Inscriptions = append(m.Inscriptions, recordInscription{Text: text})
	}
	for _, in := range r.Inscriptions {
		m.Inscriptions = append(m.Inscriptions, recordInscription{in.Text, in.Translation.In(lang)})
	}
	names, err := s.namesOf(c, r, lang)
	if err != nil {
		return err
	}
	m.Rows = s.recordRows(r, names, lang)
	if name := s.ark(r.ID); name != "" {
		m.Rows = append(m.Rows, row{inLanguage(lang, "永久标识", "Persistent identifier"), []link{{name, "/id/" + name}}})
	}
	if err := s.addStops(c, &m, r, lang); err != nil {
		return err
	}
	parts, _, err := s.Archive.List(c.Request.Context(), archive.ListQuery{PartOf: r.ID, Published: !s.staff(c), Limit: 60})
	if err != nil {
		return err
	}
	for _, p := range parts {
		m.Parts = append(m.Parts, s.entryCard(p, lang))
	}
	if m.Similar, err = s.similarCards(c, e, lang, parts); err != nil {
		return err
	}
	if r.Kind == archive.KindExhibition {
		m.KioskLinks = []choice{{Label: inLanguage(lang, "展厅屏幕", "Gallery kiosk"), URL: "/kiosk/" + r.ID}}
	}
	for _, f := range forms() {
		m.Forms = append(m.Forms, formLink{f.label, f.media, f.path(r.ID)})
	}
	schema, err := s.inForm(c, e, formSchema)
	if err != nil {
		return err
	}
	// A data block, which browsers do not run and the content policy does not concern. Its
	// JSON has < and > escaped and can end no script element (crosswalk.Publisher.Schema).
	m.Schema = template.JS(schema)
	if m.Cites, err = s.cites(c, r, lang); err != nil {
		return err
	}
	m.Managers = managers()
	return s.show(c, http.StatusOK, "record", m)
}

// shownSimilar is how many similar records a page shows.
const shownSimilar = 6

// similarCards are the records that are like one, but for its parts, which the page shows
// already. A route or an exhibition has its stops instead.
func (s *Server) similarCards(c *gin.Context, e *archive.Entry, lang string, parts []*archive.Entry) ([]card, error) {
	if len(e.Record.Stops) > 0 {
		return nil, nil
	}
	hits, err := s.Index.Similar(c.Request.Context(), e, search.Likeness{Limit: shownSimilar + min(len(parts), 20), Lang: lang})
	if err != nil {
		return nil, err
	}
	hits = slices.DeleteFunc(hits, func(h search.Hit) bool {
		return slices.ContainsFunc(parts, func(p *archive.Entry) bool { return p.Record.ID == h.ID })
	})
	return s.hitCards(c.Request.Context(), hits[:min(len(hits), shownSimilar)], lang)
}

// namesOf returns the titles of the records that a record speaks of, by their
// ids, as far as the asker may see them.
func (s *Server) namesOf(c *gin.Context, r *archive.Record, lang string) (map[string]string, error) {
	var ids []string
	if r.PartOf != "" {
		ids = append(ids, r.PartOf)
	}
	for _, rel := range r.Relations {
		ids = append(ids, rel.Record)
	}
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	entries, err := s.Archive.PublicRecords(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		names[e.Record.ID] = e.Record.Titles.In(lang)
	}
	if s.staff(c) {
		for _, id := range ids {
			names[id] = cmp.Or(names[id], id)
		}
	}
	return names, nil
}

// addStops fills in the stops of an exhibition or route from their records.
func (s *Server) addStops(c *gin.Context, m *recordPage, r *archive.Record, lang string) error {
	entries, err := s.stopRecords(c, r)
	if err != nil {
		return err
	}
	for i, stop := range r.Stops {
		x := recordStop{Caption: stop.Caption.In(lang), Date: stop.Date, Number: i + 1}
		if e := entries[stop.Record]; e != nil {
			x.URL, x.Name = "/records/"+e.Record.ID, e.Record.Titles.In(lang)
			if a := stopImage(e, stop.Asset); a != nil {
				x.Thumb = faceOf(a.ID, a.Image.Width, a.Image.Height)
			}
		}
		m.Stops = append(m.Stops, x)
	}
	return nil
}

// stopRecords reads the records of stops, by id; those that are not public are
// missing.
func (s *Server) stopRecords(c *gin.Context, r *archive.Record) (map[string]*archive.Entry, error) {
	var ids []string
	for _, stop := range r.Stops {
		if stop.Record != "" {
			ids = append(ids, stop.Record)
		}
	}
	out := map[string]*archive.Entry{}
	if len(ids) == 0 {
		return out, nil
	}
	entries, err := s.Archive.PublicRecords(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		out[e.Record.ID] = e
	}
	return out, nil
}

func stopImage(e *archive.Entry, asset string) *archive.Asset {
	if a := e.Current(asset); a != nil && a.Servable() {
		return a
	}
	return firstImage(e)
}

func (s *Server) termText(scheme archive.Scheme, code, lang string) string {
	if term, ok := s.Vocabulary.Term(scheme, code); ok {
		return term.Label.In(lang)
	}
	return code
}

// extraText reads a text in languages from a record's extra.
func extraText(r *archive.Record, key, lang string) string {
	var t archive.Text
	if json.Unmarshal(r.Extra[key], &t) != nil {
		return ""
	}
	return t.In(lang)
}

// recordRows are the facts of a record in the order in which people ask for them.
func (s *Server) recordRows(r *archive.Record, names map[string]string, lang string) []row {
	var rows []row
	add := func(zh, en string, values ...link) {
		var kept []link
		for _, v := range values {
			if v.Text != "" {
				kept = append(kept, v)
			}
		}
		if len(kept) > 0 {
			rows = append(rows, row{inLanguage(lang, zh, en), kept})
		}
	}
	search := func(field, value string) string { return "/search?" + field + "=" + queryEscape(value) }
	if p := r.Period; p != nil {
		values := []link{{Text: s.periodText(p, lang)}}
		if p.Term != "" {
			values[0].URL = search("period", p.Term)
			values = append(values, link{Text: p.Note.In(lang)})
		}
		add("年代", "Period", values...)
	}
	if p := r.Place; p != nil {
		values := []link{{Text: p.Name.In(lang)}}
		if p.Lat != nil {
			values = append(values, link{Text: fmt.Sprintf("%.4f°N, %.4f°E", *p.Lat, *p.Lon)})
		}
		add("地点", "Place", values...)
	}
	if l := r.Location; l != nil {
		text := s.termText(archive.SchemeSite, l.Site, lang)
		if l.Cave != "" {
			text = caveText(text, l.Cave, lang)
		}
		for _, part := range []string{l.Space, l.Surface, l.Position} {
			if part != "" {
				text += " · " + s.wallText(part, lang)
			}
		}
		if l.Role != "" { // north may be the main wall here and the right one there
			text += inLanguage(lang, "（", " (") + s.termText(archive.SchemeWallRole, l.Role, lang) + inLanguage(lang, "）", ")")
		}
		add("窟内位置", "In the cave", link{Text: text})
	}
	add("分类", "Category", link{s.termText(archive.SchemeCategory, r.Category, lang), search("category", r.Category)})
	add("级别", "Level", link{s.termText(archive.SchemeLevel, r.Level, lang), search("level", r.Level)})
	var materials []link
	for _, m := range r.Materials {
		materials = append(materials, link{s.termText(archive.SchemeMaterial, m, lang), search("material", m)})
	}
	add("质地", "Materials", materials...)
	add("工艺", "Techniques", link{Text: strings.Join(r.Techniques, inLanguage(lang, "、", ", "))})
	var sizes []link
	for _, d := range r.Dimensions {
		sizes = append(sizes, link{Text: dimensionText(d, lang)})
	}
	add("尺寸", "Dimensions", sizes...)
	if q := r.Quantity; q != nil {
		add("数量", "Quantity", link{Text: strings.TrimSpace(strconv.FormatFloat(q.Value, 'f', -1, 64) + " " + q.Unit)})
	}
	var subjects []link
	for _, x := range r.Subjects {
		subjects = append(subjects, link{x.In(lang), search("q", x.In(lang))})
	}
	add("题材", "Subjects", subjects...)
	var people []link
	for _, p := range r.People {
		text := p.Name.In(lang)
		if p.Role != "" {
			text += inLanguage(lang, "（"+roleText(p.Role, lang)+"）", " ("+roleText(p.Role, lang)+")")
		}
		people = append(people, link{Text: text})
	}
	add("人物", "People", people...)
	add("完残程度", "Completeness", link{Text: s.termText(archive.SchemeCompleteness, r.Completeness, lang)})
	add("保存状态", "Condition", link{Text: s.termText(archive.SchemeCondition, r.Condition, lang)})
	add("来源", "Source", link{Text: s.termText(archive.SchemeSource, r.Source, lang)})
	var ids []link
	for _, id := range r.Identifiers {
		ids = append(ids, link{Text: id.Value})
	}
	add("编号", "Identifiers", ids...)
	if name := names[r.PartOf]; name != "" {
		add("隶属", "Part of", link{name, "/records/" + r.PartOf})
	}
	var related []link
	for _, rel := range r.Relations {
		if name := names[rel.Record]; name != "" {
			related = append(related, link{name, "/records/" + rel.Record})
		}
	}
	add("相关", "Related", related...)
	if x := r.Rights; x != nil {
		add("收藏 / 管理", "Holder", link{Text: x.Holder.In(lang)})
		// Where the picture is said to be no photograph, the rights are the drawing's.
		zh, en := "权利", "Rights"
		if extraText(r, "imagery", lang) != "" {
			zh, en = "图像权利", "Rights in the picture"
		}
		add(zh, en, link{statementText(x.Statement, lang), x.Statement})
	}
	rows = append(rows, s.profileRows(r, lang)...)
	add("记录号", "Record", link{Text: r.ID})
	return rows
}
