package web

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// savedBody is a saved search as its owner gets it.
type savedBody struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Query   string    `json:"query"`
	URL     string    `json:"url"` // of the page that it finds
	Lang    string    `json:"lang"`
	Created string    `json:"created"`
	SeenAt  string    `json:"seenAt"`
	Total   uint64    `json:"total"`
	New     uint64    `json:"new"`
	Feed    *feedBody `json:"feed,omitempty"`
}

// feedBody is the feed of a saved search. Its address is told once, when it was made.
type feedBody struct {
	Made string `json:"made"`
	URL  string `json:"url,omitempty"`
}

// uncountedBody is a saved search while there is no index that could count what it finds:
// without counts, since 0 would say that there is nothing.
type uncountedBody struct {
	savedBody

	Total    *uint64          `json:"total,omitempty"`
	New      *uint64          `json:"new,omitempty"`
	Indexing *search.Indexing `json:"indexing"`
}

// savedBody counts what a saved search finds now, and what of it is new to its owner; where
// the index is only being made, as indexing says, it does not.
func (s *Server) savedBody(c *gin.Context, one *archive.SavedSearch, indexing *search.Indexing) (any, error) {
	body := &savedBody{
		ID: one.ID, Name: one.Name, Query: one.Query, URL: s.base(c.Request) + searchPath(one.Query), Lang: one.Lang,
		Created: one.Created.UTC().Format(rfcTime), SeenAt: one.SeenAt.UTC().Format(rfcTime),
	}
	if !one.FeedAt.IsZero() {
		body.Feed = &feedBody{Made: one.FeedAt.UTC().Format(rfcTime)}
	}
	if indexing.Nothing() {
		return &uncountedBody{savedBody: *body, Indexing: indexing}, nil
	}
	tally, err := s.Index.Tally(c.Request.Context(), s.keptQuery(one, true), one.Seen)
	body.Total, body.New = tally.Total, tally.New
	return body, err
}

// seenNow is up to which entry of the log someone who searches now sees what there is. An
// index that is being made has not come to any: then it is all that is in the log, or
// everything would be news afterwards.
func (s *Server) seenNow(ctx context.Context) (int64, error) {
	if s.Index.Indexing().Nothing() {
		return s.Archive.LastChange(ctx)
	}
	return s.Index.Seq()
}

// keptQuery is what a saved search asks for. One that this program does not understand any
// more, because its parameters meant something else once, asks for what is left of it.
func (s *Server) keptQuery(one *archive.SavedSearch, staff bool) search.Query {
	v := parametersOf(one.Query)
	v.Set("lang", one.Lang)
	q, err := search.ParseQuery(v)
	for n := 0; err != nil && n < len(search.Parameters()); n++ {
		var invalid *archive.InvalidError
		if !errors.As(err, &invalid) {
			break
		}
		v.Del(invalid.Field)
		q, err = search.ParseQuery(v)
	}
	q.Staff = staff
	return q
}

// parametersOf are the parameters of a search that was kept; none of one that cannot be read.
func parametersOf(kept string) url.Values {
	v, err := url.ParseQuery(kept)
	if err != nil {
		return url.Values{}
	}
	return v
}

// searchPath is the address of a search on this server.
func searchPath(query string) string {
	if query == "" {
		return "/search"
	}
	return "/search?" + query
}

// saveSearch saves a search for who is asking: its parameters, a name or nil for one that
// says what was understood, and up to which entry of the log its owner has seen it.
func (s *Server) saveSearch(ctx context.Context, owner string, v url.Values, name *string, lang string, seen int64) (*archive.SavedSearch, error) {
	kept := search.Kept(v)
	q, err := search.ParseQuery(kept)
	if err != nil {
		return nil, err
	}
	if name == nil {
		q.Staff, q.Limit = true, 0
		found, err := s.Index.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		proposed := s.searchName(kept, found.Understood, lang)
		name = &proposed
	}
	return s.Archive.SaveSearch(ctx, archive.SavedSearch{Owner: owner, Name: *name, Query: kept.Encode(), Lang: lang, Seen: seen})
}

// searchName says in few words what a search asks for: what was understood of its words,
// or the words, then its conditions.
func (s *Server) searchName(v url.Values, understood []search.Understood, lang string) string {
	var parts []string
	if q := strings.TrimSpace(v.Get("q")); q != "" {
		parts = append(parts, wordsOf(q, understood, lang))
	}
	for _, f := range facetNames {
		for _, value := range v[f.field] {
			label := s.Index.Label(f.field, value).In(lang)
			switch f.field {
			case "rights":
				label = statementText(value, lang)
			case "cave":
				label = inLanguage(lang, "第"+value+"窟", "Cave "+value)
			}
			parts = append(parts, label)
		}
	}
	if from, to := v.Get("from"), v.Get("to"); from != "" || to != "" {
		parts = append(parts, from+"–"+to)
	}
	if v.Has("near") || v.Has("bbox") {
		parts = append(parts, inLanguage(lang, "地图范围内", "in an area"))
	}
	name := []rune(strings.Join(slices.Compact(parts), " · "))
	if len(name) > archive.MaxSearchName {
		name = append(name[:archive.MaxSearchName-1], '…')
	}
	return cmp.Or(strings.Join(strings.Fields(string(name)), " "), inLanguage(lang, "全部记录", "All records"))
}

// bareNumber is one that may be a year, and the number of a cave as well.
var bareNumber = regexp.MustCompile(`^[0-9]{1,3}$`)

// wordsOf says what was understood of a query where that is all of it, or else repeats it.
func wordsOf(q string, understood []search.Understood, lang string) string {
	rest := q
	var labels []string
	for _, u := range understood {
		before, after, found := strings.Cut(rest, u.Text)
		if !found || u.Type == "spelling" || u.Type == "field" || u.Type == "years" && bareNumber.MatchString(u.Text) {
			return q
		}
		rest = before + " " + after
		labels = append(labels, understoodText(u, lang))
	}
	if len(labels) == 0 || strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '"' }) {
		return q
	}
	return strings.Join(labels, " ")
}
