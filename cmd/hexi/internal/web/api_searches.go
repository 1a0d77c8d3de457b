package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// mine returns who is asking, and keeps what only they may see out of caches.
func (s *Server) mine(c *gin.Context, write bool) (*archive.User, error) {
	c.Header("Cache-Control", "no-store")
	require := s.require
	if write {
		require = s.requireWrite
	}
	if err := require(c, archive.RoleViewer); err != nil {
		return nil, err
	}
	return s.user(c), nil
}

// apiSearches answers GET /api/v1/searches: the saved searches of who is asking. upTo is
// the entry of the log up to which the counts know; "seen" of a PATCH takes it. While the
// index is being made there are neither.
func (s *Server) apiSearches(c *gin.Context) error {
	user, err := s.mine(c, false)
	if err != nil {
		return err
	}
	indexing := s.Index.Indexing()
	upTo, err := s.Index.Seq() // before the counts: what comes in between is told again
	if err != nil {
		return err
	}
	list, err := s.Archive.SavedSearches(c.Request.Context(), user.Name)
	if err != nil {
		return err
	}
	out := make([]any, len(list))
	for i := range list {
		if out[i], err = s.savedBody(c, &list[i], indexing); err != nil {
			return err
		}
	}
	body := gin.H{"searches": out, "limit": archive.MaxSavedSearches}
	if !indexing.Nothing() {
		body["upTo"] = upTo
	}
	if indexing != nil {
		body["indexing"] = indexing
	}
	return answerJSON(c, http.StatusOK, body)
}

// searchShape is what a search that is sent looks like.
const searchShape = `{"name": "…", "query": "q=…&kind=mural", "lang": "zh"}`

// apiSaveSearch answers POST /api/v1/searches.
func (s *Server) apiSaveSearch(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	var sent struct {
		Name  *string `json:"name"`
		Query *string `json:"query"`
		Lang  string  `json:"lang"`
	}
	if err := readBody(c, &sent, searchShape); err != nil {
		return err
	}
	if sent.Query == nil {
		return archive.Invalid("query", `is missing; send the parameters of a search, such as "q=飞天&kind=mural", or "" for all records`)
	}
	v, err := sentQuery(*sent.Query)
	if err != nil {
		return err
	}
	if sent.Lang == "" {
		sent.Lang = "zh"
	}
	seen, err := s.seenNow(c.Request.Context())
	if err != nil {
		return err
	}
	one, err := s.saveSearch(c.Request.Context(), user.Name, v, sent.Name, sent.Lang, seen)
	if err != nil {
		return err
	}
	c.Header("Location", "/api/v1/searches/"+one.ID)
	return s.answerSaved(c, http.StatusCreated, one)
}

// sentQuery reads the parameters of a search that is to be saved. One that no search has
// would otherwise be passed over, and more be found than was meant.
func sentQuery(query string) (url.Values, error) {
	v, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		return nil, archive.Invalid("query", "cannot be read as parameters of an address: %v; escape what is not a letter or a digit", err)
	}
	known := search.Parameters()
	for name := range v {
		if !slices.Contains(known, name) && !slices.Contains(pageParams, name) {
			return nil, archive.Invalid("query", "a search has no parameter %q; it takes %s", name, strings.Join(known, ", "))
		}
	}
	return v, nil
}

func (s *Server) answerSaved(c *gin.Context, status int, one *archive.SavedSearch) error {
	body, err := s.savedBody(c, one, s.Index.Indexing())
	if err != nil {
		return err
	}
	return answerJSON(c, status, body)
}

// apiSavedSearch answers GET /api/v1/searches/{id}.
func (s *Server) apiSavedSearch(c *gin.Context) error {
	user, err := s.mine(c, false)
	if err != nil {
		return err
	}
	one, err := s.Archive.SavedSearch(c.Request.Context(), user.Name, c.Param("id"))
	if err != nil {
		return err
	}
	return s.answerSaved(c, http.StatusOK, one)
}

// apiChangeSearch answers PATCH /api/v1/searches/{id}: a new name, or up to which entry of
// the log its owner has seen what it finds.
func (s *Server) apiChangeSearch(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	var sent struct {
		Name *string `json:"name"`
		Seen *int64  `json:"seen"`
	}
	const shape = `{"name": "…", "seen": 123}`
	if err := readBody(c, &sent, shape); err != nil {
		return err
	}
	if sent.Name == nil && sent.Seen == nil {
		return archive.Invalid("", "nothing is to be changed; send name, seen or both, such as %s", shape)
	}
	if err := s.checkSeen(c, sent.Seen); err != nil {
		return err
	}
	one, err := s.Archive.ChangeSearch(c.Request.Context(), user.Name, c.Param("id"), archive.SearchChange{Name: sent.Name, Seen: sent.Seen})
	if err != nil {
		return err
	}
	return s.answerSaved(c, http.StatusOK, one)
}

// checkSeen refuses that someone has seen what there is not: it would never be new. The
// index of this server may be behind that of another one, which told the number.
func (s *Server) checkSeen(c *gin.Context, seen *int64) error {
	if seen == nil {
		return nil
	}
	last, err := s.Archive.LastChange(c.Request.Context())
	if err != nil {
		return err
	}
	if *seen < 0 || *seen > last {
		return archive.Invalid("seen", "%d is not between 0 and %d; send upTo of the list that was read", *seen, last)
	}
	return nil
}

// apiDeleteSearch answers DELETE /api/v1/searches/{id}.
func (s *Server) apiDeleteSearch(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	if err := s.Archive.DeleteSearch(c.Request.Context(), user.Name, c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// newHits is how many of the new records are told at most.
const newHits = 50

// apiNew answers GET /api/v1/searches/{id}/new: what is new of what a search finds, the
// latest first.
func (s *Server) apiNew(c *gin.Context) error {
	user, err := s.mine(c, false)
	if err != nil {
		return err
	}
	limit, err := intParam(c, "limit", newHits, 1, 100)
	if err != nil {
		return err
	}
	one, err := s.Archive.SavedSearch(c.Request.Context(), user.Name, c.Param("id"))
	if err != nil {
		return err
	}
	if err := indexed(s.Index.Indexing()); err != nil {
		return err
	}
	upTo, err := s.Index.Seq()
	if err != nil {
		return err
	}
	result, err := s.news(c, one, limit)
	if err != nil {
		return err
	}
	s.absolute(c, result)
	return answerJSON(c, http.StatusOK, gin.H{"total": result.Total, "hits": result.Hits, "upTo": upTo})
}

// news returns what is new of a saved search to its owner, and how many records that are.
func (s *Server) news(c *gin.Context, one *archive.SavedSearch, limit int) (*search.Result, error) {
	q := s.keptQuery(one, s.staff(c))
	q.Limit = limit
	return s.Index.News(c.Request.Context(), q, one.Seen)
}

// apiMakeFeed answers POST /api/v1/searches/{id}/feed: its address, which is told this
// once. An earlier address is not valid any more.
func (s *Server) apiMakeFeed(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	token, one, err := s.Archive.RenewFeed(c.Request.Context(), user.Name, c.Param("id"))
	if err != nil {
		return err
	}
	return answerJSON(c, http.StatusCreated, feedBody{Made: one.FeedAt.UTC().Format(rfcTime), URL: s.feedURL(c, token)})
}

func (s *Server) feedURL(c *gin.Context, token string) string {
	return s.base(c.Request) + feedPrefix + token
}

// apiStopFeed answers DELETE /api/v1/searches/{id}/feed.
func (s *Server) apiStopFeed(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	if _, err := s.Archive.StopFeed(c.Request.Context(), user.Name, c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
