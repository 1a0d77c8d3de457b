package web

import (
	"errors"
	"slices"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
)

// maxParts bounds the parts of a cave whose images stand in its manifest.
const maxParts = 300

// manifest answers GET /iiif/manifest/{record}.
func (s *Server) manifest(c *gin.Context, id string) error {
	e, err := s.entry(c, id)
	if err != nil {
		return unknown(err, "record", id, "there is no such record, or it is not public")
	}
	var parts []iiif.Member
	switch {
	case e.Record.Kind == archive.KindCave:
		parts, _, err = s.members(c, archive.ListQuery{PartOf: id, Limit: maxParts})
	case len(e.Record.Stops) > 0:
		parts, err = s.stopMembers(c, &e.Record)
	}
	if err != nil {
		return err
	}
	doc, err := s.publisher(c).Manifest(&e.Record, e.Assets, parts...)
	if err != nil {
		return unknown(err, "manifest", id, "the record has no image that can be shown")
	}
	return s.document(c, doc, iiif.PresentationContext)
}

// stopMembers are the records that the stops of a route or an exhibition show.
func (s *Server) stopMembers(c *gin.Context, r *archive.Record) (members []iiif.Member, err error) {
	found, err := s.stopRecords(c, r)
	for _, e := range found {
		members = append(members, iiif.Member{Record: &e.Record, Assets: e.Assets})
	}
	return members, err
}

// maxMembers bounds one document of a collection; what is left stands in another.
const maxMembers = 500

// iiifCollection answers GET /iiif/collection/{slug}, /iiif/collection/{record} of a
// record that has parts, and /iiif/collection/top.
func (s *Server) iiifCollection(c *gin.Context, slug string) error {
	if slug == "top" {
		return s.iiifTop(c)
	}
	after := c.Query("after")
	if after != "" && !archive.ValidID(after) {
		return archive.Invalid("after", "%q is not an id of a record; follow the addresses that the collection names", after)
	}
	name, summary, err := s.collectionNames(c, slug)
	if errors.Is(err, archive.ErrNotFound) {
		return s.partsCollection(c, slug, after)
	}
	if err != nil {
		return err
	}
	members, next, err := s.members(c, archive.ListQuery{Collection: slug, After: after, Limit: maxMembers})
	if err == nil {
		members, err = s.topMost(c, slug, members)
	}
	if err == nil {
		err = s.nest(c, members)
	}
	if err != nil {
		return err
	}
	doc := s.publisher(c).Collection(slug, name, summary, members)
	doc.Continued(after, next)
	return s.document(c, doc, iiif.PresentationContext)
}

// partsCollection answers with the parts of a record.
func (s *Server) partsCollection(c *gin.Context, id, after string) error {
	const none = "/iiif/collection/top lists those that there are; a record has one if it has parts"
	e, err := s.entry(c, id)
	if err != nil {
		return unknown(err, "collection", id, none)
	}
	members, next, err := s.members(c, archive.ListQuery{PartOf: id, After: after, Limit: maxMembers})
	if err == nil {
		err = s.nest(c, members)
	}
	if err != nil {
		return err
	}
	if len(members) == 0 && after == "" {
		return &unknownError{"collection", id, none}
	}
	doc := s.publisher(c).PartsCollection(&e.Record, e.Assets, e.Record.Kind == archive.KindCave, members)
	doc.Continued(after, next)
	return s.document(c, doc, iiif.PresentationContext)
}

// members lists published records, as the public sees them, and where the list goes on.
func (s *Server) members(c *gin.Context, q archive.ListQuery) (members []iiif.Member, next string, err error) {
	q.Published = true
	page, next, err := s.Archive.List(c.Request.Context(), q)
	for _, e := range page {
		if e.Record.ID != q.Collection { // the collection itself
			members = append(members, iiif.Member{Record: &e.Record, Assets: e.Assets})
		}
	}
	return members, next, err
}

// topMost leaves out the records of a collection that are listed below what they are part
// of.
func (s *Server) topMost(c *gin.Context, slug string, members []iiif.Member) ([]iiif.Member, error) {
	var wholes []string
	for _, m := range members {
		if m.Record.PartOf != "" {
			wholes = append(wholes, m.Record.PartOf)
		}
	}
	if len(wholes) == 0 {
		return members, nil
	}
	slices.Sort(wholes)
	found, err := s.Archive.PublicRecords(c.Request.Context(), slices.Compact(wholes))
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, e := range found {
		listed[e.Record.ID] = e.Record.Collection == slug && e.Record.ID != slug
	}
	var out []iiif.Member
	for _, m := range members {
		if !listed[m.Record.PartOf] {
			out = append(out, m)
		}
	}
	return out, nil
}

// nest notes which members have parts of their own: sites and caves.
func (s *Server) nest(c *gin.Context, members []iiif.Member) error {
	for i := range members {
		m := &members[i]
		if m.Record.Kind != archive.KindSite && m.Record.Kind != archive.KindCave {
			continue
		}
		parts, _, err := s.Archive.List(c.Request.Context(), archive.ListQuery{PartOf: m.Record.ID, Published: true, Limit: 1})
		if err != nil {
			return err
		}
		m.Nested = len(parts) > 0
	}
	return nil
}

// collectionNames returns the title and introduction of a collection.
func (s *Server) collectionNames(c *gin.Context, slug string) (name, summary archive.Text, err error) {
	e, err := s.entry(c, slug)
	if err == nil && e.Record.Kind == archive.KindCollection {
		return e.Record.Titles, e.Record.Descriptions, nil
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return nil, nil, err
	}
	term, ok := s.Vocabulary.Term(archive.SchemeCollection, slug)
	if !ok || term.Code != slug {
		return nil, nil, archive.ErrNotFound
	}
	return term.Label, nil, nil
}

func (s *Server) iiifTop(c *gin.Context) error {
	terms, _ := s.Vocabulary.Terms(archive.SchemeCollection)
	var holdings []iiif.Holding
	for _, t := range terms {
		holdings = append(holdings, iiif.Holding{Slug: t.Code, Label: t.Label})
	}
	return s.document(c, s.publisher(c).TopCollection(archiveName, nil, holdings), iiif.PresentationContext)
}
