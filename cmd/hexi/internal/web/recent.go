package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// recentBody is a search that someone made, named by what it asks for.
type recentBody struct {
	Label string `json:"label"`
	Query string `json:"query"`
	URL   string `json:"url"` // on this server
	At    string `json:"at"`
}

// noteWithin is how long a page waits for a search to be kept: while much is imported, the
// database may be busy for longer.
const noteWithin = 300 * time.Millisecond

// noteSearch keeps what a person who is signed in searches for on the page. That it cannot
// be kept does not keep the page from them.
func (s *Server) noteSearch(c *gin.Context, v url.Values) {
	user := s.user(c)
	if user == nil || s.ReadOnly || c.Request.Method != http.MethodGet || v.Has("cursor") || ahead(c.Request) {
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), noteWithin)
	defer cancel()
	if err := s.Archive.NoteSearch(ctx, user, search.Kept(v).Encode()); err != nil {
		s.log.Warn("a recent search was not kept", "error", err)
	}
}

// ahead reports whether a browser asks for a page that nobody has opened yet.
func ahead(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose"} {
		if strings.Contains(r.Header.Get(name), "prefetch") {
			return true
		}
	}
	return false
}

func (s *Server) recent(c *gin.Context, user *archive.User, lang string) ([]recentBody, error) {
	list, err := s.Archive.RecentSearches(c.Request.Context(), user.Name)
	if err != nil {
		return nil, err
	}
	out := make([]recentBody, len(list))
	for i, r := range list {
		out[i] = recentBody{Label: s.searchName(parametersOf(r.Query), nil, lang), Query: r.Query, URL: searchPath(r.Query), At: r.At.UTC().Format(rfcTime)}
	}
	return out, nil
}

// apiRecent answers GET /api/v1/searches/recent: what who is asking searched for on the
// pages of the site, the latest first.
func (s *Server) apiRecent(c *gin.Context) error {
	user, err := s.mine(c, false)
	if err != nil {
		return err
	}
	lang := c.Query("lang")
	switch lang {
	case "":
		lang = "zh"
	case "zh", "en":
	default:
		return archive.Invalid("lang", "%q is neither zh nor en", lang)
	}
	list, err := s.recent(c, user, lang)
	if err != nil {
		return err
	}
	return answerJSON(c, http.StatusOK, gin.H{"keep": !user.ForgetsSearches, "searches": list})
}

// apiClearRecent answers DELETE /api/v1/searches/recent.
func (s *Server) apiClearRecent(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	if err := s.Archive.ClearRecentSearches(c.Request.Context(), user.Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// apiKeepRecent answers PATCH /api/v1/searches/recent: whether they are kept at all.
func (s *Server) apiKeepRecent(c *gin.Context) error {
	user, err := s.mine(c, true)
	if err != nil {
		return err
	}
	var sent struct {
		Keep *bool `json:"keep"`
	}
	const shape = `{"keep": false}`
	if err := readBody(c, &sent, shape); err != nil {
		return err
	}
	if sent.Keep == nil {
		return archive.Invalid("keep", "is missing; send %s, or true", shape)
	}
	if err := s.Archive.KeepRecentSearches(c.Request.Context(), user.Name, *sent.Keep); err != nil {
		return err
	}
	return answerJSON(c, http.StatusOK, gin.H{"keep": *sent.Keep})
}
