package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/search"
)

// feedPrefix is what the addresses of feeds begin with; the token follows.
const feedPrefix = "/feeds/"

// feedEntries is how many records a feed has at most.
const feedEntries = 50

// The feed of a saved search is a document of RFC 4287. Whoever has its address reads it
// without signing in, as feed readers do: so it holds what the public may see, whoever
// made it.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Media   string      `xml:"xmlns:media,attr"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomAuthor  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr,omitempty"`
	}
	atomEntry struct {
		ID        string         `xml:"id"`
		Title     string         `xml:"title"`
		Published string         `xml:"published"`
		Updated   string         `xml:"updated"`
		Links     []atomLink     `xml:"link"`
		Category  *atomCategory  `xml:"category"`
		Summary   string         `xml:"summary,omitempty"`
		Thumbnail *atomThumbnail `xml:"media:thumbnail"`
	}
	atomThumbnail struct {
		URL    string `xml:"url,attr"`
		Width  string `xml:"width,attr"`
		Height string `xml:"height,attr"`
	}
)

// feed answers GET /feeds/{token}.
func (s *Server) feed(c *gin.Context) error {
	one, err := s.Archive.SearchByFeed(c.Request.Context(), c.Param("token"))
	if errors.Is(err, archive.ErrNotFound) {
		return refuse(http.StatusNotFound, "There is no feed at this address, or not any more; its owner can make a new one.")
	}
	if err != nil {
		return err
	}
	doc, updated, err := s.atom(c, one)
	if err != nil {
		return err
	}
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return fmt.Errorf("encode feed: %w", err)
	}
	body = append([]byte(xml.Header), append(body, '\n')...)
	h := c.Writer.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("ETag", etagOf(body))
	h.Set("Last-Modified", updated.UTC().Format(http.TimeFormat))
	if notModified(c.Request, h) || notSince(c.Request, updated) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Data(http.StatusOK, "application/atom+xml; charset=utf-8", body)
	return nil
}

// notSince reports whether a client that names no entity tag has what was there at a time
// (RFC 9110, section 13.1.3).
func notSince(r *http.Request, updated time.Time) bool {
	if r.Header.Get("If-None-Match") != "" {
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !updated.Truncate(time.Second).After(since)
}

// atom makes the feed of a saved search, and says when it changed last.
func (s *Server) atom(c *gin.Context, one *archive.SavedSearch) (*atomFeed, time.Time, error) {
	ctx, base := c.Request.Context(), s.base(c.Request)
	if err := indexed(s.Index.Indexing()); err != nil {
		return nil, time.Time{}, err // a feed without entries would be believed
	}
	q := s.keptQuery(one, false)
	q.Limit = 2 * feedEntries // the index orders by seconds, and many are published in one
	news, err := s.Index.News(ctx, q, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	s.absolute(c, news)
	ids := make([]string, len(news.Hits))
	thumbnails := map[string]*search.Thumbnail{}
	for i, h := range news.Hits {
		ids[i], thumbnails[h.ID] = h.ID, h.Thumbnail
	}
	// The index may be behind: what was withdrawn meanwhile is not public any more.
	entries, err := s.Archive.PublicRecords(ctx, ids)
	if err != nil {
		return nil, time.Time{}, err
	}
	slices.SortStableFunc(entries, func(a, b *archive.Entry) int {
		return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(b.Appeared, a.Appeared))
	})
	entries = entries[:min(len(entries), feedEntries)]
	updated := one.Created
	doc := &atomFeed{
		Media: "http://search.yahoo.com/mrss/", Lang: htmlLang[one.Lang], ID: urn("search", one.ID, one.Created),
		Title:  one.Name + " · " + inLanguage(one.Lang, "河西数字档案", "hexi archive"),
		Author: atomAuthor{inLanguage(one.Lang, "河西数字档案", "hexi archive")},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: base + c.Request.URL.EscapedPath()},
			{Rel: "alternate", Type: "text/html", Href: base + searchPath(one.Query)},
		},
	}
	for _, e := range entries {
		entry, at := s.atomEntry(base, e, one.Lang)
		if t := thumbnails[e.Record.ID]; t != nil {
			entry.Thumbnail = &atomThumbnail{t.URL, strconv.Itoa(t.Width), strconv.Itoa(t.Height)}
		}
		doc.Entries = append(doc.Entries, entry)
		if at.After(updated) {
			updated = at
		}
	}
	doc.Updated = updated.UTC().Format(rfcTime)
	return doc, updated, nil
}

var htmlLang = map[string]string{"zh": "zh-CN", "en": "en"}

// atomEntry tells a record as the public sees it, and when that changed last: it was
// edited, or an embargo ended after that.
func (s *Server) atomEntry(base string, e *archive.Entry, lang string) (atomEntry, time.Time) {
	r := &e.Record
	opened, updated := e.Opened, e.Updated
	if opened.IsZero() {
		opened = updated
	}
	if opened.After(updated) {
		updated = opened
	}
	summary := []rune(r.Descriptions.In(lang))
	if len(summary) > 300 {
		summary = append(summary[:299], '…')
	}
	out := atomEntry{
		ID: urn("record", r.ID, e.Created), Title: r.Titles.In(lang), Summary: string(summary),
		Published: opened.UTC().Format(rfcTime), Updated: updated.UTC().Format(rfcTime),
		Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: base + "/records/" + r.ID}},
	}
	out.Category = &atomCategory{string(r.Kind), s.Index.Label("kind", string(r.Kind)).In(lang)}
	return out, updated
}

// urn makes an id that stays the same wherever the archive is reached, and when it was
// restored elsewhere: a UUID of version 8 (RFC 9562) of what never changes of a thing.
func urn(kind, id string, created time.Time) string {
	sum := sha256.Sum256([]byte("hexi\n" + kind + "\n" + id + "\n" + strconv.FormatInt(created.UnixMicro(), 10)))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
