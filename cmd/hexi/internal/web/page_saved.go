package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// keepForm is the form by which a search is saved.
type keepForm struct {
	Name, Query string
	Seen        int64  // up to which entry of the log its maker sees what it finds
	Saved       string // the name under which the same search is saved already
}

// keepForm proposes to save the search of a page; nil where nobody can. seen is what the
// index had come to before the search was answered.
func (s *Server) keepForm(c *gin.Context, v url.Values, result *search.Result, seen int64, lang string) (*keepForm, error) {
	user := s.user(c)
	if user == nil || s.ReadOnly {
		return nil, nil
	}
	kept := search.Kept(v)
	form := &keepForm{Name: s.searchName(kept, result.Understood, lang), Query: kept.Encode(), Seen: seen}
	list, err := s.Archive.SavedSearches(c.Request.Context(), user.Name)
	for _, one := range list {
		if one.Query == form.Query {
			form.Saved = one.Name
		}
	}
	return form, err
}

type searchesPage struct {
	base
	Rows                      []savedLine
	UpTo                      int64
	Recent                    []recentBody
	Keeps, MayWrite, JustMade bool
	Problem                   string
	Indexing                  string    // how far the index is that is being made
	Draft                     *keepForm // a search that could not be saved yet
}

// savedLine is a saved search of the list.
type savedLine struct {
	ID, Name, What    string
	Counted           bool // else the index is being made, and nobody knows how many there are
	Total, New        uint64
	SeenAt, Seen      string
	HasFeed           bool
	FeedMade, FeedURL string
	Open              bool
}

// pageSearches answers GET /curate/searches.
func (s *Server) pageSearches(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleViewer)
	if done {
		return err
	}
	return s.showSearches(c, http.StatusOK, user, searchesPage{JustMade: c.Query("saved") != ""})
}

// showSearches shows the list; of m what went wrong and what was just made is taken.
func (s *Server) showSearches(c *gin.Context, status int, user *archive.User, m searchesPage) error {
	ctx, lang := c.Request.Context(), s.lang(c)
	m.base = s.page(c, "searches", inLanguage(lang, "保存的搜索", "Saved searches"))
	m.self = "/curate/searches"
	m.Keeps, m.MayWrite = !user.ForgetsSearches, !s.ReadOnly
	var err error
	indexing := s.Index.Indexing()
	m.Indexing = indexingText(indexing, lang)
	if m.UpTo, err = s.Index.Seq(); err != nil {
		return err
	}
	list, err := s.Archive.SavedSearches(ctx, user.Name)
	if err != nil {
		return err
	}
	made := m.Rows // of which feeds were made just now
	m.Rows = nil
	for i := range list {
		line, err := s.savedLine(c, &list[i], lang, indexing)
		if err != nil {
			return err
		}
		for _, one := range made {
			if one.ID == line.ID {
				line.FeedURL, line.Open = one.FeedURL, true
			}
		}
		m.Rows = append(m.Rows, line)
	}
	if m.Recent, err = s.recent(c, user, lang); err != nil {
		return err
	}
	return s.show(c, status, "searches", m)
}

func (s *Server) savedLine(c *gin.Context, one *archive.SavedSearch, lang string, indexing *search.Indexing) (savedLine, error) {
	var tally search.Tally
	var err error
	counted := !indexing.Nothing()
	if counted {
		tally, err = s.Index.Tally(c.Request.Context(), s.keptQuery(one, s.staff(c)), one.Seen)
	}
	line := savedLine{
		ID: one.ID, Name: one.Name, What: s.searchName(parametersOf(one.Query), nil, lang), Counted: counted, Total: tally.Total, New: tally.New,
		SeenAt: one.SeenAt.UTC().Format(rfcTime), Seen: one.SeenAt.Local().Format(minutes), HasFeed: !one.FeedAt.IsZero(),
	}
	if line.What == line.Name {
		line.What = ""
	}
	if line.HasFeed {
		line.FeedMade = one.FeedAt.Local().Format(minutes)
	}
	return line, err
}

// doSaveSearch answers POST /curate/searches.
func (s *Server) doSaveSearch(c *gin.Context) error {
	user, done, err := s.searcher(c)
	if done {
		return err
	}
	name, lang := c.PostForm("name"), s.lang(c)
	v, err := url.ParseQuery(c.PostForm("query"))
	if err != nil {
		return archive.Invalid("query", "cannot be read: %v", err)
	}
	seen, err := s.sentSeen(c)
	if err != nil {
		return err
	}
	one, err := s.saveSearch(c.Request.Context(), user.Name, v, &name, lang, seen)
	var invalid *archive.InvalidError
	if errors.As(err, &invalid) {
		draft := &keepForm{Name: name, Query: search.Kept(v).Encode(), Seen: seen}
		return s.showSearches(c, http.StatusUnprocessableEntity, user, searchesPage{Problem: savingFault(invalid, lang), Draft: draft})
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/curate/searches?saved="+one.ID)
}

// searcher is signedIn for forms that change what someone keeps.
func (s *Server) searcher(c *gin.Context) (user *archive.User, done bool, err error) {
	if user, done, err = s.signedIn(c, archive.RoleViewer); done {
		return nil, true, err
	}
	if s.ReadOnly {
		return nil, true, refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, 64<<10)
	if err := c.Request.ParseForm(); err != nil {
		return nil, true, refuse(http.StatusBadRequest, "The form could not be read.")
	}
	return user, false, nil
}

// sentSeen reads up to which entry of the log a form's sender has seen what there is.
func (s *Server) sentSeen(c *gin.Context) (int64, error) {
	seen, err := strconv.ParseInt(c.PostForm("seen"), 10, 64)
	if err != nil {
		return 0, archive.Invalid("seen", "%q is no number of an entry of the log", c.PostForm("seen"))
	}
	return seen, s.checkSeen(c, &seen)
}

// savingFault says in words of the page's language why a search was not saved.
func savingFault(e *archive.InvalidError, lang string) string {
	zh := "条件 " + e.Field + " 的值无法识别，请改正后再保存。"
	switch e.Field {
	case "name":
		zh = fmt.Sprintf("请另取一个名字：1 到 %d 个字，且没有用过。", archive.MaxSearchName)
	case "query":
		zh = "这个搜索的条件太多，无法保存；请去掉一些。"
	case "searches":
		zh = fmt.Sprintf("已经保存了 %d 个搜索，不能再多；请先删除不再需要的。", archive.MaxSavedSearches)
	}
	return inLanguage(lang, zh, strings.ToUpper(e.Field[:1])+e.Field[1:]+" "+e.Why+".")
}

// doSearch answers POST /curate/searches/{id}: "do" says what its owner does to it.
func (s *Server) doSearch(c *gin.Context) error {
	user, done, err := s.searcher(c)
	if done {
		return err
	}
	ctx, id := c.Request.Context(), c.Param("id")
	switch do := c.PostForm("do"); do {
	case "rename":
		name := c.PostForm("name")
		_, err = s.Archive.ChangeSearch(ctx, user.Name, id, archive.SearchChange{Name: &name})
		var invalid *archive.InvalidError
		if errors.As(err, &invalid) {
			return s.showSearches(c, http.StatusUnprocessableEntity, user, searchesPage{Problem: savingFault(invalid, s.lang(c)), Rows: []savedLine{{ID: id}}})
		}
	case "seen":
		var seen int64
		if seen, err = s.sentSeen(c); err == nil {
			_, err = s.Archive.ChangeSearch(ctx, user.Name, id, archive.SearchChange{Seen: &seen})
		}
	case "feed":
		var token string
		if token, _, err = s.Archive.RenewFeed(ctx, user.Name, id); err == nil {
			// Not by another address: the feed's is shown this once.
			return s.showSearches(c, http.StatusOK, user, searchesPage{Rows: []savedLine{{ID: id, FeedURL: s.feedURL(c, token)}}})
		}
	case "stop":
		_, err = s.Archive.StopFeed(ctx, user.Name, id)
	case "delete":
		err = s.Archive.DeleteSearch(ctx, user.Name, id)
	default:
		return archive.Invalid("do", "%q is none of rename, seen, feed, stop, delete", do)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/curate/searches")
}

// doRecent answers POST /curate/searches/recent: "do" is clear, off or on.
func (s *Server) doRecent(c *gin.Context) error {
	user, done, err := s.searcher(c)
	if done {
		return err
	}
	switch do := c.PostForm("do"); do {
	case "clear":
		err = s.Archive.ClearRecentSearches(c.Request.Context(), user.Name)
	case "off", "on":
		err = s.Archive.KeepRecentSearches(c.Request.Context(), user.Name, do == "on")
	default:
		return archive.Invalid("do", "%q is none of clear, off, on", do)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/curate/searches")
}

type newsPage struct {
	base
	ID, Heading, All string
	Count            uint64
	Since, SinceAt   string
	UpTo             int64
	Cards            []card
	MayWrite         bool
}

// pageNews answers GET /curate/searches/{id}: what is new of what it finds.
func (s *Server) pageNews(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleViewer)
	if done {
		return err
	}
	ctx, lang := c.Request.Context(), s.lang(c)
	one, err := s.Archive.SavedSearch(ctx, user.Name, c.Param("id"))
	if err != nil {
		return err
	}
	m := newsPage{
		base: s.page(c, "news", one.Name), ID: one.ID, Heading: one.Name, All: "/curate/searches/" + one.ID + "/open", MayWrite: !s.ReadOnly,
		Since: one.SeenAt.Local().Format(minutes), SinceAt: one.SeenAt.UTC().Format(rfcTime),
	}
	if err := indexed(s.Index.Indexing()); err != nil {
		return err
	}
	if m.UpTo, err = s.Index.Seq(); err != nil {
		return err
	}
	result, err := s.news(c, one, newHits)
	if err != nil {
		return err
	}
	m.Count = result.Total
	if m.Cards, err = s.hitCards(ctx, result.Hits, lang); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "news", m)
}

// openSearch answers GET /curate/searches/{id}/open: all that it finds, which its owner
// has seen by that. It is an address, not a form, so that it opens in a tab of its own;
// only this site's own links count as looking.
func (s *Server) openSearch(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleViewer)
	if done {
		return err
	}
	ctx := c.Request.Context()
	one, err := s.Archive.SavedSearch(ctx, user.Name, c.Param("id"))
	if err != nil {
		return err
	}
	from := c.GetHeader("Sec-Fetch-Site")
	shown := !s.Index.Indexing().Nothing() // else the page says that the index is being made
	if shown && !s.ReadOnly && c.Request.Method == http.MethodGet && !ahead(c.Request) && (from == "" || from == "same-origin" || from == "none") {
		seen, err := s.Index.Seq()
		if err != nil {
			return err
		}
		if _, err := s.Archive.ChangeSearch(ctx, user.Name, one.ID, archive.SearchChange{Seen: &seen}); err != nil {
			return err
		}
	}
	return seeOther(c, searchPath(one.Query))
}
