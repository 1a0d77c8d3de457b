package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

// recordForm is a format in which a record is given beside its own JSON: at an address of the
// API, and at the record's own to those who prefer its media type.
type recordForm struct {
	name  string // last part of the address
	label string // for people
	media string
	// profile says what the media type alone does not: a namespace or a context; "" where
	// the media type says all.
	profile string
	write   func(crosswalk.Publisher, io.Writer, crosswalk.Entry) error
}

var (
	formDC        = recordForm{"dc", "Dublin Core", "application/xml", crosswalk.NamespaceOAIDC, crosswalk.Publisher.DC}
	formLIDO      = recordForm{"lido", "LIDO", "application/xml", crosswalk.NamespaceLIDO, crosswalk.Publisher.LIDO}
	formEDM       = recordForm{"edm", "EDM", "application/rdf+xml", "", crosswalk.Publisher.EDM}
	formLinkedArt = recordForm{"linked-art", "Linked Art", "application/ld+json", crosswalk.LinkedArtContext, crosswalk.Publisher.LinkedArt}
	formSchema    = recordForm{"schema", "schema.org", "application/ld+json", crosswalk.SchemaContext, crosswalk.Publisher.Schema}
)

// forms are all of them, in the order in which they are offered.
func forms() []recordForm { return []recordForm{formLinkedArt, formLIDO, formEDM, formDC, formSchema} }

// path is where a form of a record is.
func (f recordForm) path(record string) string { return "/api/v1/records/" + record + "/" + f.name }

// contentType is the header of that name.
func (f recordForm) contentType() string {
	switch {
	case f.media == "application/ld+json":
		return f.media + `;profile="` + f.profile + `"`
	case strings.HasSuffix(f.media, "xml"):
		return f.media + "; charset=utf-8"
	}
	return f.media
}

// apiForm answers GET /api/v1/records/{id}/{form}.
func (s *Server) apiForm(f recordForm) handler {
	return func(c *gin.Context) error {
		e, err := s.entry(c, c.Param("id"))
		if err != nil {
			return err
		}
		return s.answerForm(c, e, f)
	}
}

// answerBest answers the address of a record in the form that the client prefers: a page
// to people and to those who name nothing that there is (RFC 9110, section 12.5.1).
func (s *Server) answerBest(c *gin.Context, e *archive.Entry) error {
	s.linkForms(c, e.Record.ID)
	offers := []struct {
		media string
		give  func() error
	}{
		{"text/html", func() error { return s.showRecord(c, e) }},
		{"application/json", func() error { return s.answerRecord(c, http.StatusOK, e) }},
		{"application/ld+json", func() error { return s.answerForm(c, e, formLinkedArt) }},
		{"application/rdf+xml", func() error { return s.answerForm(c, e, formEDM) }},
		{"application/xml", func() error { return s.answerForm(c, e, formLIDO) }},
		{"text/xml", func() error { return s.answerForm(c, e, formLIDO) }},
	}
	best := 0
	for i, offer := range offers {
		if quality(c.Request, offer.media) > quality(c.Request, offers[best].media) {
			best = i
		}
	}
	return offers[best].give()
}

// linkForms names the forms of a record in headers (RFC 8288), and the address that stands
// for it in all of them.
func (s *Server) linkForms(c *gin.Context, record string) {
	base := s.base(c.Request)
	h := c.Writer.Header()
	h.Add("Link", fmt.Sprintf(`<%s/records/%s>; rel="canonical"`, base, record))
	h.Add("Link", fmt.Sprintf(`<%s/api/v1/records/%s>; rel="alternate"; type="application/json"`, base, record))
	for _, f := range forms() {
		link := fmt.Sprintf(`<%s%s>; rel="alternate"; type=%q; title=%q`, base, f.path(record), f.media, f.label)
		h.Add("Link", link)
	}
}

// answerForm answers a record in a form.
func (s *Server) answerForm(c *gin.Context, e *archive.Entry, f recordForm) error {
	doc, err := s.inForm(c, e, f)
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	allowOrigin(h) // also at the record's own address: linked data is read by scripts of other sites
	h.Set("ETag", etagOf(doc))
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept, Authorization, Cookie")
	if notModified(c.Request, h) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.Data(http.StatusOK, f.contentType(), doc)
	return nil
}

// inForm returns a record, as the asker sees it, in a form.
func (s *Server) inForm(c *gin.Context, e *archive.Entry, f recordForm) ([]byte, error) {
	related, err := s.spokenOf(c.Request.Context(), &e.Record)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if strings.HasSuffix(f.media, "xml") {
		b.WriteString(xml.Header)
	}
	about := s.publisher(c)
	entry := crosswalk.Entry{Record: &e.Record, Assets: e.Assets, Created: e.Created, Modified: e.Updated, Related: related}
	if err := f.write(crosswalk.Publisher{Base: about.Base, Name: about.Name, Terms: about.Terms}, &b, entry); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// spokenOf returns the public ones of the records that some records speak of, by their ids.
func (s *Server) spokenOf(ctx context.Context, records ...*archive.Record) (map[string]*archive.Record, error) {
	var ids []string
	for _, r := range records {
		ids = append(ids, r.References()...)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	entries, err := s.Archive.PublicRecords(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[string]*archive.Record, len(entries))
	for _, other := range entries {
		out[other.Record.ID] = &other.Record
	}
	return out, nil
}
