package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/search"
)

// search runs the query of a request, as the asker may see it.
func (s *Server) search(c *gin.Context) (search.Query, *search.Result, error) {
	values := c.Request.URL.Query()
	if values.Get("lang") == "" && c.Request.URL.Path == "/search" && !wantsJSON(c.Request) {
		values.Set("lang", s.lang(c)) // people choose the language of pages once
	}
	q, err := search.ParseQuery(values)
	if err != nil {
		return q, nil, err
	}
	q.Staff = s.staff(c)
	result, err := s.Index.Search(c.Request.Context(), q)
	if err == nil {
		err = indexed(result.Indexing)
	}
	if err != nil {
		return q, nil, err
	}
	s.absolute(c, result)
	return q, result, nil
}

// absolute makes the addresses in hits whole, for clients elsewhere.
func (s *Server) absolute(c *gin.Context, result *search.Result) {
	base := s.base(c.Request)
	for i := range result.Hits {
		h := &result.Hits[i]
		if h.Thumbnail != nil && strings.HasPrefix(h.Thumbnail.URL, "/") {
			h.Thumbnail.URL = base + h.Thumbnail.URL
		}
		if strings.HasPrefix(h.Manifest, "/") {
			h.Manifest = base + h.Manifest
		}
	}
}

// apiSearch answers GET /api/v1/search.
func (s *Server) apiSearch(c *gin.Context) error {
	_, result, err := s.search(c)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", "Accept, Authorization, Cookie")
	body := searchBody{Result: result}
	if result.Indexing != nil || s.Ready != nil && s.Ready(c.Request.Context()) != nil {
		body.Complete = new(bool)
	}
	return answerJSON(c, http.StatusOK, body)
}

// searchBody is a search's answer. Complete is false while the index has not caught
// up with the archive, and is left out when it has.
type searchBody struct {
	*search.Result
	Complete *bool `json:"complete,omitempty"`
}

// apiSuggest answers GET /api/v1/suggest?q=: completions of what is being typed.
func (s *Server) apiSuggest(c *gin.Context) error {
	limit, err := intParam(c, "limit", 10, 1, 50)
	if err != nil {
		return err
	}
	if err := indexed(s.Index.Indexing()); err != nil {
		return err
	}
	suggestions, err := s.Index.Suggest(c.Request.Context(), c.Query("q"), limit)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-cache")
	return answerJSON(c, http.StatusOK, gin.H{"suggestions": suggestions})
}
