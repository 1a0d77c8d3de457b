package iiif

import "hexi/archive"

// Member is a record in a collection, with its assets.
type Member struct {
	Record *archive.Record
	Assets []archive.Asset
}

// Holding is a collection in the collection of all.
type Holding struct {
	Slug  string
	Label archive.Text
}

// topSlug is the slug of the collection of all collections.
const topSlug = "top"

// Collection lists the manifests of a collection's records, in the order given.
// Records without an image to show have no manifest and are left out.
func (p Publisher) Collection(slug string, name, summary archive.Text, members []Member) *Collection {
	c := p.collection(slug, name, summary)
	c.Homepage = []Reference{p.page(c.Label, "collections", slug)}
	c.PartOf = []Reference{{
		ID: p.CollectionID(topSlug), Type: "Collection",
		Label: LanguageMap{"en": {"All collections"}, "zh": {"全部专题"}},
	}}
	for _, m := range members {
		if thumbnail := p.thumbnail(m.Record, m.Assets); thumbnail != nil {
			c.Items = append(c.Items, Reference{
				ID: p.ManifestID(m.Record.ID), Type: "Manifest",
				Label: label(m.Record.Titles, m.Record.ID), Thumbnail: thumbnail,
			})
		}
	}
	return c
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
