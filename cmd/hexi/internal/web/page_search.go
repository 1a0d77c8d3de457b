package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"hexi/search"
)

type searchPage struct {
	base
	Total      uint64
	Relaxed    bool
	From, To   string
	Hidden     []hidden
	Facets     []facet
	Chips      []choice
	Understood []string
	Sorts      []choice
	Cards      []card
	Next       string
}

type hidden struct{ Name, Value string }

type choice struct {
	Label, URL string
	Count      int
	Selected   bool
}

type facet struct {
	Name   string
	Open   bool
	Values []choice
}

// facetNames are the facets of the page in their order.
var facetNames = []struct{ field, zh, en string }{
	{"collection", "专题", "Collection"}, {"kind", "类别", "Kind"}, {"period", "年代", "Period"}, {"site", "石窟", "Cave site"},
	{"category", "分类", "Category"}, {"level", "级别", "Level"}, {"material", "质地", "Material"}, {"condition", "保存状态", "Condition"},
	{"has", "媒体", "Media"}, {"rights", "权利", "Rights"},
}

var sortNames = []struct {
	sort   search.Sort
	zh, en string
}{
	{search.SortRelevance, "相关", "Relevance"}, {search.SortDate, "年代早→晚", "Oldest"}, {search.SortDateDown, "年代晚→早", "Latest"},
	{search.SortTitle, "题名", "Title"}, {search.SortUpdated, "最近更新", "Updated"},
}

// shownFacet is how many values of a facet are shown.
const shownFacet = 14

// pageSearch answers GET /search.
func (s *Server) pageSearch(c *gin.Context) error {
	if wantsJSON(c.Request) {
		return s.apiSearch(c)
	}
	q, result, err := s.search(c)
	if err != nil {
		return err
	}
	lang := s.lang(c)
	values := c.Request.URL.Query()
	model := searchPage{
		base: s.page(c, "search", inLanguage(lang, "检索", "Search")), Total: result.Total, Relaxed: result.Relaxed,
		From: values.Get("from"), To: values.Get("to"),
	}
	model.Query = q.Text
	for name, list := range values {
		if name != "from" && name != "to" && name != "cursor" {
			for _, v := range list {
				model.Hidden = append(model.Hidden, hidden{name, v})
			}
		}
	}
	for _, f := range facetNames {
		model.addFacet(f.field, inLanguage(lang, f.zh, f.en), result.Facets[f.field], values, lang)
	}
	if model.From != "" || model.To != "" {
		model.Chips = append(model.Chips, choice{Label: model.From + "–" + model.To, URL: searchURL(values, func(v url.Values) { v.Del("from"); v.Del("to") })})
	}
	for _, u := range result.Understood {
		model.Understood = append(model.Understood, understoodText(u, lang))
	}
	for _, o := range sortNames {
		to := searchURL(values, func(v url.Values) { v.Set("sort", string(o.sort)) })
		model.Sorts = append(model.Sorts, choice{Label: inLanguage(lang, o.zh, o.en), URL: to, Selected: q.Sort == o.sort})
	}
	for _, h := range result.Hits {
		model.Cards = append(model.Cards, s.hitCard(h, lang))
	}
	if result.Next != "" {
		model.Next = searchURL(values, nil)
		next := cloneValues(values)
		next.Set("cursor", result.Next)
		model.Next = "/search?" + next.Encode()
	}
	return s.show(c, http.StatusOK, "search", model)
}

func (m *searchPage) addFacet(field, name string, counted []search.FacetValue, values url.Values, lang string) {
	f := facet{Name: name, Open: field == "collection" || field == "kind" || field == "period"}
	for i, v := range counted {
		if i >= shownFacet && !v.Selected {
			continue
		}
		chosen := slices.Contains(values[field], v.Value)
		to := searchURL(values, func(u url.Values) {
			if chosen {
				u[field] = slices.DeleteFunc(u[field], func(s string) bool { return s == v.Value })
			} else {
				u.Add(field, v.Value)
			}
		})
		label := v.Label.In(lang)
		f.Values = append(f.Values, choice{Label: label, URL: to, Count: v.Count, Selected: v.Selected})
		if v.Selected {
			f.Open = true
			m.Chips = append(m.Chips, choice{Label: label, URL: to})
		}
	}
	if len(f.Values) > 0 {
		m.Facets = append(m.Facets, f)
	}
}

// searchURL is the address of a changed search, from its first page.
func searchURL(values url.Values, change func(url.Values)) string {
	v := cloneValues(values)
	v.Del("cursor")
	if change != nil {
		change(v)
	}
	return "/search?" + v.Encode()
}

// understoodText says what was understood of a query.
func understoodText(u search.Understood, lang string) string {
	switch u.Type {
	case "cave":
		site := u.Label.In(lang)
		return inLanguage(lang, site+"第"+u.Value+"窟", site+" Cave "+u.Value)
	case "period":
		return u.Label.In(lang) + " " + yearsText(u.From, u.To, lang)
	case "years":
		return inLanguage(lang, "年代 ", "years ") + yearsText(u.From, u.To, lang)
	}
	if name := u.Label.In(lang); name != "" {
		return name
	}
	return u.Text + " " + strconv.Quote(u.Value)
}
