package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

type searchPage struct {
	base
	Total          uint64
	Relaxed        bool
	Indexing       string // the index is being made anew
	From, To       string
	Hidden         []hidden
	Facets         []facet
	Years          []bar
	FacetsOpen     bool
	Chips          []choice
	Understood     []choice // each with the search without it
	Sorts          []choice
	Cards          []card
	First, Last    int // which of the hits are shown, from 1
	Previous, Next string
	Keep           *keepForm // nil where the search cannot be saved

	// What is wrong with the search: beside the years, beside the orders, elsewhere.
	Faulty                bool
	YearsFault, SortFault string
	Faults                []string
}

type hidden struct{ Name, Value string }

type choice struct {
	Label, URL string
	Count      int
	Selected   bool
	Depth      int // below what it is part of
}

type facet struct {
	Name   string
	Open   bool
	Values []choice
}

// bar is a part of the histogram of years.
type bar struct {
	Label, URL string
	Height     int // of 100
}

// yearBars is how many bars the histogram has at most.
const yearBars = 30

// bars draws how many records are of each time: the tallest is 100 high, and none is too
// low to be seen. Choosing one chooses its years.
func bars(spans []search.Span, values url.Values, lang string) []bar {
	most := 0
	for _, s := range spans {
		most = max(most, s.Count)
	}
	if len(spans) < 2 || most == 0 {
		return nil
	}
	out := make([]bar, len(spans))
	for i, s := range spans {
		to := searchURL(values, func(v url.Values) { v.Set("from", strconv.Itoa(s.From)); v.Set("to", strconv.Itoa(s.To)) })
		count := fmt.Sprintf(inLanguage(lang, "%d 条", "%d"), s.Count)
		out[i] = bar{Label: yearsText(s.From, s.To, lang) + inLanguage(lang, "：", ": ") + count, URL: to}
		if s.Count > 0 {
			out[i].Height = max(4, 100*s.Count/most)
		}
	}
	return out
}

// facetNames are the facets of the page in their order.
var facetNames = []struct{ field, zh, en string }{
	{"collection", "专题", "Collection"}, {"kind", "记录类型", "Type"}, {"period", "年代", "Period"}, {"site", "石窟", "Cave site"}, {"cave", "洞窟", "Cave"}, {"region", "地区", "Region"},
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

// pageSearch answers GET /search. What is wrong with a search is said beside the
// field where it was typed, and everything else of it stays.
func (s *Server) pageSearch(c *gin.Context) error {
	if wantsJSON(c.Request) {
		return s.apiSearch(c)
	}
	lang := s.lang(c)
	values := c.Request.URL.Query()
	model := searchPage{base: s.page(c, "search", inLanguage(lang, "搜索", "Search")), From: values.Get("from"), To: values.Get("to")}
	q, err := model.parse(values, lang)
	if err != nil {
		return err
	}
	q.Staff, q.Spans = s.staff(c), yearBars
	seen, err := s.seenNow(c.Request.Context()) // before the search: what comes in between is news
	if err != nil {
		return err
	}
	result, err := s.Index.Search(c.Request.Context(), q)
	if err == nil {
		err = indexed(result.Indexing)
	}
	if err != nil {
		return err
	}
	model.Indexing = indexingText(result.Indexing, lang)
	model.Total, model.Relaxed, model.Query = result.Total, result.Relaxed, q.Text
	for name, list := range values {
		if name != "from" && name != "to" && !slices.Contains(pageParams, name) && !(model.SortFault != "" && name == "sort") {
			for _, v := range list {
				model.Hidden = append(model.Hidden, hidden{name, v})
			}
		}
	}
	for _, f := range facetNames {
		counted := result.Facets[f.field]
		switch f.field {
		case "period":
			counted = s.inTime(counted)
		case "site", "region":
			counted = unfolded(counted)
		}
		model.addFacet(f.field, inLanguage(lang, f.zh, f.en), counted, values, lang)
	}
	model.Years = bars(result.Years, values, lang)
	if (model.From != "" || model.To != "") && model.YearsFault == "" {
		model.Chips = append(model.Chips, choice{Label: model.From + "–" + model.To, URL: searchURL(values, func(v url.Values) { v.Del("from"); v.Del("to") })})
	}
	model.areaChips(&q, values, lang)
	for i, u := range result.Understood {
		others := slices.Delete(slices.Clone(result.Understood), i, i+1)
		to := searchURL(values, func(v url.Values) { v.Set("q", without(q.Text, u, others...)) })
		one := choice{Label: understoodText(u, lang), URL: to}
		if !slices.ContainsFunc(model.Understood, func(c choice) bool { return c.Label == one.Label && c.URL == to }) {
			model.Understood = append(model.Understood, one)
		}
	}
	for _, o := range sortNames {
		to := searchURL(values, func(v url.Values) { v.Set("sort", string(o.sort)) })
		model.Sorts = append(model.Sorts, choice{Label: inLanguage(lang, o.zh, o.en), URL: to, Selected: q.Sort == o.sort})
	}
	if model.Faulty {
		return s.show(c, http.StatusBadRequest, "search", model)
	}
	if model.Cards, err = s.hitCards(c.Request.Context(), result.Hits, lang); err != nil {
		return err
	}
	for i, h := range result.Hits {
		model.Cards[i].foundOn(h.Page, lang)
		model.Cards[i].Why = whyText(h.Why, lang)
	}
	model.turnPages(values, q.Limit, result)
	if model.Keep, err = s.keepForm(c, values, result, seen, lang); err != nil {
		return err
	}
	s.noteSearch(c, values)
	return s.show(c, http.StatusOK, "search", model)
}

// indexingText says that an index is being made, "" where none is.
func indexingText(i *search.Indexing, lang string) string {
	switch {
	case i == nil:
		return ""
	case i.Old:
		return inLanguage(lang, fmt.Sprintf("检索索引正在更新（%d / %d），结果暂时来自上一版索引，可能不完整。", i.Done, i.Of),
			fmt.Sprintf("The search index is being renewed (%d of %d); meanwhile the one before answers, and may find less.", i.Done, i.Of))
	}
	return inLanguage(lang, fmt.Sprintf("检索索引正在建立（%d / %d），完成后即可检索。", i.Done, i.Of),
		fmt.Sprintf("The search index is being made (%d of %d); searches are answered once it is done.", i.Done, i.Of))
}

// parse reads a search. Its faults are noted in the model, and the query is what
// is left without them, for counting only.
func (m *searchPage) parse(values url.Values, lang string) (search.Query, error) {
	sound := cloneValues(values)
	for {
		q, err := search.ParseQuery(sound)
		var invalid *archive.InvalidError
		switch {
		case errors.As(err, &invalid) && sound.Has(invalid.Field):
			m.addFault(invalid.Field, values, lang)
			sound.Del(invalid.Field)
			if m.YearsFault != "" {
				sound.Del("from")
				sound.Del("to")
			}
		case err != nil:
			return q, err
		default:
			if m.Faulty {
				q.Limit, q.Cursor = 0, ""
			}
			return q, nil
		}
	}
}

// addFault says in words of the page's language what is wrong with a parameter.
func (m *searchPage) addFault(field string, values url.Values, lang string) {
	m.Faulty = true
	typed := strings.TrimSpace(values.Get(field))
	if r := []rune(typed); len(r) > 40 {
		typed = string(r[:40]) + "…"
	}
	switch field {
	case "from", "to":
		m.FacetsOpen = true
		from, errFrom := strconv.Atoi(strings.Replace(strings.TrimSpace(values.Get("from")), "−", "-", 1))
		to, errTo := strconv.Atoi(strings.Replace(strings.TrimSpace(values.Get("to")), "−", "-", 1))
		switch {
		case errFrom == nil && errTo == nil && from != 0 && to != 0 && from > to:
			m.YearsFault = inLanguage(lang, "起始年份 "+strconv.Itoa(from)+" 晚于结束年份 "+strconv.Itoa(to)+"。公元前的年份填负数，如 -1046。",
				"The year "+strconv.Itoa(from)+" is later than "+strconv.Itoa(to)+". Years BCE are negative, such as -1046.")
		case typed == "0":
			m.YearsFault = inLanguage(lang, "没有公元 0 年：-1 是公元前 1 年，其后是公元 1 年。", "There is no year 0: -1 is 1 BCE, and then comes 1.")
		default:
			m.YearsFault = inLanguage(lang, "“"+typed+"”不是年份。请填整数，如 642；公元前填负数，如 -1046。", "“"+typed+"” is not a year. Give a whole number such as 642; years BCE are negative, such as -1046.")
		}
	case "sort":
		m.SortFault = inLanguage(lang, "没有“"+typed+"”这种排序，请选上面的一种。", "There is no order “"+typed+"”; choose one of these.")
	case "cursor":
		m.Faults = append(m.Faults, inLanguage(lang, "这一页的地址已经失效，请从第一页看起。", "The address of this page is not valid any more; begin at the first page."))
	default:
		m.Faults = append(m.Faults, inLanguage(lang, "条件 "+field+" 的值“"+typed+"”无法识别。", "The value “"+typed+"” of "+field+" is not understood."))
	}
}

// pageParams are the parameters that say which page of a search is shown: the
// cursor of the index, the number of the page, and the cursors of the pages before.
var pageParams = []string{"cursor", "page", "before"}

// The pages that a reader can go back, one by one, before the first one comes: so many,
// and as many as go into an address that every proxy lets through.
const (
	keptPages = 20
	keptBytes = 3000
)

// turnPages fills in which hits are shown, and the addresses of the pages beside.
func (m *searchPage) turnPages(values url.Values, limit int, result *search.Result) {
	number := 1
	if n, err := strconv.Atoi(values.Get("page")); err == nil && values.Get("cursor") != "" && n > 1 && n < 1_000_000 {
		number = n
	}
	m.First, m.Last = (number-1)*limit+1, (number-1)*limit+len(m.Cards)
	var before []string
	if v := values.Get("before"); v != "" {
		before = strings.Split(v, "~")
	}
	page := func(n int, cursor string, before []string) string {
		v := cloneValues(values)
		for _, name := range pageParams {
			v.Del(name)
		}
		if cursor != "" {
			v.Set("cursor", cursor)
			v.Set("page", strconv.Itoa(n))
		}
		if len(before) > 0 {
			v.Set("before", strings.Join(before, "~"))
		}
		return "/search?" + v.Encode()
	}
	if cursor := values.Get("cursor"); cursor != "" {
		if n := len(before); n > 0 {
			m.Previous = page(number-1, before[n-1], before[:n-1])
		} else {
			m.Previous = page(1, "", nil)
		}
		before = append(before, cursor)
	}
	if result.Next != "" && uint64(m.Last) < result.Total {
		before = before[max(0, len(before)-keptPages):]
		for len(before) > 1 && len(strings.Join(before, "~")) > keptBytes {
			before = before[1:]
		}
		m.Next = page(number+1, result.Next, before)
	}
}

// inTime puts the periods with the most records into the order of time.
func (s *Server) inTime(counted []search.FacetValue) []search.FacetValue {
	terms, _ := s.Vocabulary.Terms(archive.SchemePeriod)
	order := map[string]int{}
	for i, t := range terms {
		order[t.Code] = i + 1
	}
	out := slices.Clone(counted)
	for i, v := range counted {
		if i >= shownFacet && v.Selected {
			out[shownFacet-1] = v // what is chosen is always shown
		}
	}
	out = out[:min(len(out), shownFacet)]
	slices.SortStableFunc(out, func(a, b search.FacetValue) int {
		return cmp.Compare(cmp.Or(order[a.Value], len(terms)+1), cmp.Or(order[b.Value], len(terms)+1))
	})
	return out
}

// unfolded puts values behind what they are part of, and leaves out those of which neither
// the whole, nor a part, nor one beside them is chosen: the towns of a prefecture show when
// it is. Where all are parts of one, its parts show at once.
func unfolded(counted []search.FacetValue) []search.FacetValue {
	parts := map[string][]search.FacetValue{}
	known := map[string]bool{}
	for _, v := range counted {
		known[v.Value] = true
	}
	for _, v := range counted {
		if !known[v.Parent] {
			v.Parent = ""
		}
		parts[v.Parent] = append(parts[v.Parent], v)
	}
	var chosen func(v search.FacetValue) bool // it, or something that is part of it
	chosen = func(v search.FacetValue) bool {
		return v.Selected || slices.ContainsFunc(parts[v.Value], chosen)
	}
	var out []search.FacetValue
	var add func(list []search.FacetValue)
	add = func(list []search.FacetValue) {
		for _, v := range list {
			out = append(out, v)
			if chosen(v) || len(list) == 1 {
				add(parts[v.Value])
			}
		}
	}
	add(parts[""])
	return out
}

func (m *searchPage) addFacet(field, name string, counted []search.FacetValue, values url.Values, lang string) {
	f := facet{Name: name, Open: field == "collection" || field == "kind" || field == "period"}
	shown := shownFacet
	if field == "site" || field == "region" {
		shown *= 2 // the whole and its parts
	}
	depth := map[string]int{}
	for i, v := range counted {
		if at, ok := depth[v.Parent]; ok && field != "period" { // periods stand in the order of time
			depth[v.Value] = at + 1
		} else {
			depth[v.Value] = 0
		}
		if i >= shown && !v.Selected {
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
		if field == "rights" {
			label = statementText(v.Value, lang)
		}
		f.Values = append(f.Values, choice{Label: label, URL: to, Count: v.Count, Selected: v.Selected, Depth: depth[v.Value]})
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
	for _, name := range pageParams {
		v.Del(name)
	}
	if change != nil {
		change(v)
	}
	return "/search?" + v.Encode()
}
