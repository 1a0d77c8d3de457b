package iiif

import "hexi/archive"

// Member is a record in a collection, with its assets.
type Member struct {
	Record *archive.Record
	Assets []archive.Asset
	Nested bool // it is listed as a collection of its own parts
}

// Holding is a collection in the collection of all.
type Holding struct {
	Slug  string
	Label archive.Text
}

// topSlug is the slug of the collection of all collections.
const topSlug = "top"

// Collection lists the manifests of a collection's records, in the order given, and the
// collections of those that have parts. Records without an image to show have no manifest
// and are left out.
func (p Publisher) Collection(slug string, name, summary archive.Text, members []Member) *Collection {
	c := p.collection(slug, name, summary)
	c.Homepage = []Reference{p.page(c.Label, "collections", slug)}
	c.PartOf = []Reference{{
		ID: p.CollectionID(topSlug), Type: "Collection",
		Label: LanguageMap{"en": {"All collections"}, "zh": {"全部专题"}},
	}}
	p.list(c, members)
	return c
}

// PartsCollection lists a record that has parts, such as a site or a cave, and its parts:
// its own manifest first, if it has one, then those of its parts, or the collections of
// the parts that have parts themselves. whole says that its own manifest has the images of
// its parts too, as that of a cave has.
func (p Publisher) PartsCollection(record *archive.Record, assets []archive.Asset, whole bool, parts []Member) *Collection {
	c := p.collection(record.ID, record.Titles, record.Descriptions)
	c.Homepage = []Reference{p.page(c.Label, "records", record.ID)}
	switch {
	case record.PartOf != "":
		c.PartOf = []Reference{{ID: p.CollectionID(record.PartOf), Type: "Collection"}}
	case record.Collection != "":
		c.PartOf = []Reference{p.collectionReference(record.Collection)}
	}
	thumbnail := p.thumbnail(record, assets)
	for i := 0; whole && thumbnail == nil && i < len(parts); i++ {
		thumbnail = p.thumbnail(parts[i].Record, parts[i].Assets)
	}
	if thumbnail != nil {
		c.Items = append(c.Items, Reference{ID: p.ManifestID(record.ID), Type: "Manifest", Label: c.Label, Thumbnail: thumbnail})
	}
	p.list(c, parts)
	return c
}

func (p Publisher) list(c *Collection, members []Member) {
	for _, m := range members {
		r := Reference{ID: p.ManifestID(m.Record.ID), Type: "Manifest", Label: label(m.Record.Titles, m.Record.ID), Thumbnail: p.thumbnail(m.Record, m.Assets)}
		switch {
		case m.Nested:
			r.ID, r.Type = p.CollectionID(m.Record.ID), "Collection"
		case r.Thumbnail == nil:
			continue
		}
		c.Items = append(c.Items, r)
	}
}

// Continued makes a document one of several of a long collection: that which follows
// the member of the id after, "" for the first, and which another one follows that begins
// behind the member next, "" for the last. Each is the last item of the one before, since
// the Presentation API has no pages of collections.
func (c *Collection) Continued(after, next string) {
	first := c.ID
	at := func(id string) string { return first + "?after=" + EncodeID(id) }
	if after != "" {
		c.ID = at(after)
		c.PartOf = append([]Reference{{ID: first, Type: "Collection", Label: c.Label}}, c.PartOf...)
	}
	if next != "" {
		c.Items = append(c.Items, Reference{ID: at(next), Type: "Collection", Label: LanguageMap{"en": {"More"}, "zh": {"其余"}}})
	}
}

// TopCollection lists the archive's collections.
func (p Publisher) TopCollection(name, summary archive.Text, holdings []Holding) *Collection {
	c := p.collection(topSlug, name, summary)
	for _, h := range holdings {
		c.Items = append(c.Items, Reference{
			ID: p.CollectionID(h.Slug), Type: "Collection", Label: label(h.Label, h.Slug),
		})
	}
	return c
}

func (p Publisher) collection(slug string, name, summary archive.Text) *Collection {
	return &Collection{
		Context:  PresentationContext,
		ID:       p.CollectionID(slug),
		Type:     "Collection",
		Label:    label(name, slug),
		Summary:  markup(languages(summary)),
		Provider: p.provider(),
		Items:    []Reference{},
	}
}

// collectionReference points to a record's collection, under the name that the
// vocabulary has for it.
func (p Publisher) collectionReference(slug string) Reference {
	return Reference{
		ID: p.CollectionID(slug), Type: "Collection",
		Label: label(p.termLabel(archive.SchemeCollection, slug), slug),
	}
}
