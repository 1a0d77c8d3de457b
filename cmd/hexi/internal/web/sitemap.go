package web

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

const (
	// sitemapURLs is how many records a page of the sitemap holds; the protocol allows
	// 50,000 (sitemaps.org, "Sitemaps XML format"), but each has pictures besides.
	sitemapURLs = 10_000
	// sitemapPictures bounds the pictures of one record.
	sitemapPictures = 100
	// sitemapStep is how many records are read at a time.
	sitemapStep = 200
	// sitemapFresh is how long the list of pages is taken for right. A page holds what lies
	// between two ids whatever happens; only how many that are can change.
	sitemapFresh = 10 * time.Minute

	sitemapNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
	imageNamespace   = "http://www.google.com/schemas/sitemap-image/1.1"
)

// sitemapMarks remembers where the pages of the sitemap begin.
type sitemapMarks struct {
	mu    sync.Mutex
	until time.Time
	ids   []string
}

// get returns the last id of each page but the last.
func (m *sitemapMarks) get(c *gin.Context, of *archive.Archive, every int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := of.Now(); now.After(m.until) {
		ids, err := of.PublicMarks(c.Request.Context(), every)
		if err != nil {
			return nil, err
		}
		m.ids, m.until = ids, now.Add(sitemapFresh)
	}
	return m.ids, nil
}

// sitemap answers GET /sitemap.xml: without parameters the list of its pages, and with
// after and to (ids of records, which may be empty) the page of the public records behind
// the one and up to the other.
func (s *Server) sitemap(c *gin.Context) error {
	c.Header("Cache-Control", "public, max-age=3600")
	c.Header("Content-Type", "application/xml; charset=utf-8")
	query := c.Request.URL.Query()
	if query.Has("after") || query.Has("to") {
		return s.sitemapPage(c, query.Get("after"), query.Get("to"))
	}
	marks, err := s.marks.get(c, s.Archive, sitemapURLs)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(c.Writer)
	fmt.Fprintf(w, "%s<sitemapindex xmlns=%q>\n", xml.Header, sitemapNamespace)
	after := ""
	for _, to := range append(append([]string{}, marks...), "") {
		address := s.base(c.Request) + "/sitemap.xml?" + url.Values{"after": {after}, "to": {to}}.Encode()
		fmt.Fprintf(w, "<sitemap><loc>%s</loc></sitemap>\n", escaped(address))
		after = to
	}
	fmt.Fprint(w, "</sitemapindex>\n")
	return w.Flush()
}

// sitemapPage writes the records of a page while it reads them. Where reading fails when a
// part was sent already, the end of the document is missing, so that nobody takes it for
// whole.
func (s *Server) sitemapPage(c *gin.Context, after, to string) error {
	for _, id := range []string{after, to} {
		if id != "" && !archive.ValidID(id) {
			return archive.Invalid("after", "%q is not the id of a record; /sitemap.xml lists the pages", id)
		}
	}
	base := s.base(c.Request)
	w := bufio.NewWriter(c.Writer)
	fmt.Fprintf(w, "%s<urlset xmlns=%q xmlns:image=%q>\n", xml.Header, sitemapNamespace, imageNamespace)
	if after == "" {
		for _, path := range []string{"/", "/collections", "/exhibitions", "/routes"} {
			fmt.Fprintf(w, "<url><loc>%s</loc></url>\n", escaped(base+path))
		}
	}
	for n := 0; n < sitemapURLs; {
		page, next, err := s.Archive.List(c.Request.Context(), archive.ListQuery{Published: true, After: after, Limit: min(sitemapStep, sitemapURLs-n)})
		if err != nil {
			return err
		}
		for _, e := range page {
			if to != "" && e.Record.ID > to {
				next = ""
				break
			}
			writeSitemapURL(w, base, e)
			n++
		}
		if after = next; next == "" {
			break
		}
	}
	fmt.Fprint(w, "</urlset>\n")
	return w.Flush()
}

// writeSitemapURL writes a record with its pictures, one of each view.
func writeSitemapURL(w *bufio.Writer, base string, e *archive.Entry) {
	fmt.Fprintf(w, "<url><loc>%s</loc><lastmod>%s</lastmod>", escaped(base+"/records/"+e.Record.ID), e.Updated.UTC().Format(time.RFC3339))
	views := archive.Views(e.Assets)
	for _, v := range views[:min(len(views), sitemapPictures)] {
		fmt.Fprintf(w, "<image:image><image:loc>%s</image:loc></image:image>", escaped(base+"/iiif/3/"+v.First().ID+"/full/max/0/default.jpg"))
	}
	fmt.Fprint(w, "</url>\n")
}

// escaped makes an address safe in XML.
func escaped(address string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(address)) // a Builder never fails to take it
	return b.String()
}
