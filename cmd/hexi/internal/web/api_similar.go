package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// maxSimilar is how many similar images are listed.
const maxSimilar = 50

// similarBody is an image that is the same as another, or looks so.
type similarBody struct {
	Asset    string       `json:"asset"`
	Record   string       `json:"record"`
	Titles   archive.Text `json:"titles"`
	Distance int          `json:"distance"` // in how many of 64 places they differ
}

// apiSimilar answers GET /api/v1/assets/{id}/similar: the images that look the
// same, as far as the asker may see them, the nearest first.
func (s *Server) apiSimilar(c *gin.Context) error {
	a, _, err := s.asset(c, c.Param("id"))
	if err != nil {
		return err
	}
	found, err := s.Archive.Similar(c.Request.Context(), a.ID, !s.staff(c), maxSimilar)
	if err != nil {
		return err
	}
	out := make([]similarBody, len(found))
	for i, x := range found {
		out[i] = similarBody{Asset: x.Asset.ID, Record: x.Asset.Record, Titles: x.Entry.Record.Titles, Distance: x.Distance}
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", "Authorization, Cookie")
	return answerJSON(c, http.StatusOK, out)
}

// apiSimilarRecords answers GET /api/v1/records/{id}/similar: the records that have most in
// common with one, as far as the asker may see them.
func (s *Server) apiSimilarRecords(c *gin.Context) error {
	limit, err := intParam(c, "limit", 12, 1, 50)
	if err != nil {
		return err
	}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	if err := indexed(s.Index.Indexing()); err != nil {
		return err
	}
	hits, err := s.Index.Similar(c.Request.Context(), e, search.Likeness{Limit: limit, Lang: c.Query("lang"), Staff: s.staff(c)})
	if err != nil {
		return err
	}
	result := &search.Result{Hits: hits}
	s.absolute(c, result)
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", "Authorization, Cookie")
	return answerJSON(c, http.StatusOK, gin.H{"hits": result.Hits})
}
