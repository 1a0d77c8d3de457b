package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/crosswalk"
	"hexi/archive/oai"
)

const (
	oaiPage      = 100              // records in one answer
	oaiSettle    = 10 * time.Second // far longer than a change is on its way
	oaiBodyLimit = 64 << 10         // bytes of a form
)

// oaiFormats are the formats that records are harvested in, and who writes each.
var oaiFormats = []struct {
	oai.Format
	write func(p crosswalk.Publisher, w io.Writer, e crosswalk.Entry) error
}{
	{oai.Format{Prefix: "oai_dc", Schema: crosswalk.SchemaOAIDC, Namespace: crosswalk.NamespaceOAIDC}, crosswalk.Publisher.DC},
	{oai.Format{Prefix: "lido", Schema: crosswalk.SchemaLIDO, Namespace: crosswalk.NamespaceLIDO}, crosswalk.Publisher.LIDO},
	{oai.Format{Prefix: "edm", Schema: crosswalk.SchemaEDM, Namespace: crosswalk.NamespaceEDM}, crosswalk.Publisher.EDM},
}

// oai answers GET and POST /oai (OAI-PMH 2.0). Whoever asks gets what the public sees: harvesters
// hand it on.
func (s *Server) oai(c *gin.Context) error {
	ctx := c.Request.Context()
	if err := c.Request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return refuse(http.StatusBadRequest, "The arguments cannot be read; encode them as application/x-www-form-urlencoded.")
	}
	s.noteOpened(ctx)
	base := s.base(c.Request)
	source := oaiSource{s, crosswalk.Publisher{Base: base, Name: archiveName, Terms: s.Vocabulary}}
	r := &oai.Repository{
		Name: archiveName.In("zh") + " · " + archiveName.In("en"), BaseURL: base + "/oai", Namespace: oai.Namespace(base),
		AdminEmail: []string{s.AdminEmail}, Source: source, Now: s.Archive.Now, Settle: oaiSettle, Page: s.harvested,
	}
	if s.AdminEmail == "" {
		r.AdminEmail = []string{"postmaster@" + r.Namespace} // RFC 2142, section 5: whoever has a domain reads it
	}
	for _, f := range oaiFormats {
		r.Formats = append(r.Formats, f.Format)
	}
	h := c.Writer.Header()
	allowOrigin(h)
	h.Set("Cache-Control", "no-cache")
	return r.Answer(ctx, &oaiWriter{c}, c.Request.Form)
}

// oaiWriter begins an answer with its first byte, so that an error before it is answered as one.
type oaiWriter struct{ c *gin.Context }

func (w *oaiWriter) Write(b []byte) (int, error) {
	if !w.c.Writer.Written() {
		w.c.Header("Content-Type", "text/xml; charset=utf-8")
		w.c.Status(http.StatusOK)
	}
	return w.c.Writer.Write(b)
}

// archiveName is what the archive is called where it gives its records to others.
var archiveName = archive.Text{"zh": "河西数字档案", "en": "hexi digital archive"}

// noteOpened has the ends of embargoes noted, for those who ask what was shown. Where that cannot be done they
// are told of them later.
func (s *Server) noteOpened(ctx context.Context) {
	if s.ReadOnly {
		return
	}
	if err := s.Archive.NoteOpened(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("ends of embargoes could not be noted: harvesters are told of them later", "error", err)
	}
}

// oaiSource gives a repository what the public sees of the archive.
type oaiSource struct {
	server    *Server
	publisher crosswalk.Publisher
}

// Earliest implements oai.Source.
func (o oaiSource) Earliest(ctx context.Context) (time.Time, error) {
	return o.server.Archive.FirstShown(ctx)
}

// Sets implements oai.Source: the collections.
func (o oaiSource) Sets(ctx context.Context) ([]oai.Set, error) {
	terms, _ := o.server.Vocabulary.Terms(archive.SchemeCollection)
	var out []oai.Set
	known := map[string]bool{}
	add := func(slug string, names, about archive.Text) {
		if !known[slug] && !names.Empty() {
			known[slug] = true
			out = append(out, oai.Set{Spec: slug, Names: oaiTexts(names), Descriptions: oaiTexts(about)})
		}
	}
	for _, t := range terms {
		add(t.Code, t.Label, introductions[t.Code])
	}
	for after := ""; ; {
		page, next, err := o.server.Archive.List(ctx, archive.ListQuery{Kind: archive.KindCollection, Published: true, After: after, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			add(e.Record.ID, e.Record.Titles, e.Record.Descriptions)
		}
		if after = next; next == "" {
			return out, nil
		}
	}
}

// oaiTexts returns a text in its languages, Chinese first, then English.
func oaiTexts(t archive.Text) []oai.Text {
	rank := map[string]int{"zh": -2, "en": -1}
	var out []oai.Text
	for _, lang := range slices.SortedFunc(maps.Keys(t), func(a, b string) int { return cmp.Or(rank[a]-rank[b], cmp.Compare(a, b)) }) {
		tag := lang
		if tag == "und" { // in no language that is known
			tag = ""
		}
		out = append(out, oai.Text{Lang: tag, Text: t[lang]})
	}
	return out
}

// Header implements oai.Source.
func (o oaiSource) Header(ctx context.Context, id string) (oai.Header, error) {
	shown, err := o.server.Archive.ShownRecord(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return oai.Header{}, oai.ErrUnknown
	}
	if err != nil {
		return oai.Header{}, err
	}
	return oaiHeader(shown), nil
}

func oaiHeader(s *archive.Shown) oai.Header {
	return oai.Header{ID: s.ID, At: s.At, Set: s.Collection, Deleted: s.Gone}
}

// Headers implements oai.Source.
func (o oaiSource) Headers(ctx context.Context, q oai.Query, after *oai.Place, limit int) ([]oai.Header, error) {
	ask := archive.ShownQuery{Collection: q.Set, From: q.From, Before: q.Before, Limit: limit}
	if after != nil {
		ask.After = archive.ShownKey{At: after.At, ID: after.ID}
	}
	page, err := o.server.Archive.Shown(ctx, ask)
	if err != nil {
		return nil, err
	}
	out := make([]oai.Header, len(page))
	for i := range page {
		out[i] = oaiHeader(&page[i])
	}
	return out, nil
}

// Metadata implements oai.Source.
func (o oaiSource) Metadata(ctx context.Context, prefix string, ids []string) (map[string]oai.Metadata, error) {
	entries, err := o.server.Archive.PublicRecords(ctx, ids)
	if err != nil {
		return nil, err
	}
	records := make([]*archive.Record, len(entries))
	for i, e := range entries {
		records[i] = &e.Record
	}
	related, err := o.server.spokenOf(ctx, records...)
	if err != nil {
		return nil, err
	}
	for _, f := range oaiFormats {
		if f.Prefix != prefix {
			continue
		}
		out := make(map[string]oai.Metadata, len(entries))
		for _, e := range entries {
			out[e.Record.ID] = func(w io.Writer) error {
				return f.write(o.publisher, w, crosswalk.Entry{Record: &e.Record, Assets: e.Assets, Created: e.Created, Modified: e.Updated, Related: related})
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("format %q is not among those that are offered", prefix)
}
