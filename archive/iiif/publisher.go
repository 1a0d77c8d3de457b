package iiif

import (
	"fmt"
	"strings"

	"hexi/archive"
)

// Terms finds the labels of controlled terms; archive.Vocabulary is one.
type Terms interface {
	Term(scheme archive.Scheme, codeOrLabel string) (archive.Term, bool)
}

// Publisher makes the documents of one server.
type Publisher struct {
	Base     string       // the server's address, such as "https://archive.example.org"
	Name     archive.Text // the institution, shown as the provider; may be empty
	Homepage string       // the institution's own site; empty is Base
	Terms    Terms        // labels of codes; without it, codes are shown
	Offer    Offer        // as Resolve gets it: no image that is named here is larger
	Whole    bool         // images of the tier "reduced" are shown whole: to those who are signed in
}

// ManifestID returns the address of a record's manifest.
func (p Publisher) ManifestID(record string) string {
	return p.address("iiif", "manifest", record)
}

// CollectionID returns the address of a collection; "top" is that of all.
func (p Publisher) CollectionID(slug string) string {
	return p.address("iiif", "collection", slug)
}

// CanvasID returns the identifier of the canvas of an image, and of a view by its
// base image, named by the place where it stands (archive.Asset.PlaceID). It does not
// change when images or layers are added, put in another order, or replaced by better
// scans.
func (p Publisher) CanvasID(record, asset string) string {
	return p.address("iiif", "manifest", record, "canvas", asset)
}

// address joins path segments to the server's address, encoded.
func (p Publisher) address(segments ...string) string {
	s := strings.TrimRight(p.Base, "/")
	for _, segment := range segments {
		s += "/" + EncodeID(segment)
	}
	return s
}

// Manifest describes a record whose images viewers can show: one canvas for
// each view (archive.Views) of the assets, in the order given. Behind them stand those of
// its parts, if any are given, in ranges by wall; of a route or an exhibition what its stops
// show, a range for each. A record without
// any is an archive.ErrNotFound, since a manifest must have a canvas.
func (p Publisher) Manifest(record *archive.Record, assets []archive.Asset, parts ...Member) (*Manifest, error) {
	m := &Manifest{
		Context:   Contexts{PresentationContext},
		ID:        p.ManifestID(record.ID),
		Type:      "Manifest",
		Label:     label(record.Titles, record.ID),
		Metadata:  p.metadata(record),
		Summary:   markup(languages(record.Descriptions)),
		Provider:  p.provider(),
		Homepage:  []Reference{p.page(label(record.Titles, record.ID), "records", record.ID)},
		SeeAlso:   p.data(record),
		Thumbnail: p.thumbnail(record, assets),
		NavDate:   navDate(record.Period),
		NavPlace:  p.navPlace(record),
		Service:   p.searchServices(record, assets),
	}
	if m.NavPlace != nil {
		m.Context = Contexts{NavPlaceContext, PresentationContext}
	}
	if record.Collection != "" {
		m.PartOf = []Reference{p.collectionReference(record.Collection)}
	}
	m.Rights, m.RequiredStatement = p.rights(record)
	views := archive.Views(assets)
	for i := range views {
		m.Items = append(m.Items, p.canvas(record, views, i))
	}
	m.ViewingDirection, m.Behavior = reading(record, views)
	m.Structures = p.chapters(record, m.Items)
	if len(record.Stops) > 0 {
		p.stops(m, record, parts)
	} else {
		p.parts(m, record, parts)
	}
	if len(m.Items) == 0 {
		return nil, fmt.Errorf("manifest of %s: it has no image to show: %w", record.ID, archive.ErrNotFound)
	}
	if m.Thumbnail == nil {
		m.Thumbnail = m.Items[0].Thumbnail // of a part
	}
	m.Placeholder = p.placeholder(m)
	return m, nil
}

// rights returns the statement of what others may do, and who holds the thing.
func (p Publisher) rights(record *archive.Record) (statement string, held *Pair) {
	if record.Rights == nil {
		return "", nil
	}
	statement, _ = archive.RightsURI(record.Rights.Statement)
	if holder := markup(languages(record.Rights.Holder)); holder != nil {
		held = &Pair{Label: LanguageMap{"en": {"Held by"}, "zh": {"收藏单位"}}, Value: holder}
	}
	return statement, held
}

// canvas describes one of a record's views, by its index.
func (p Publisher) canvas(record *archive.Record, views []archive.View, n int) Canvas {
	v := views[n]
	id := p.CanvasID(record.ID, v.Base.PlaceID())
	name := label(record.Titles, record.ID)
	if len(views) > 1 {
		name = LanguageMap{"en": {fmt.Sprintf("Image %d", n+1)}, "zh": {fmt.Sprintf("第%d图", n+1)}}
	}
	shown := p.view(record, v.Base)
	return Canvas{
		ID: id, Type: "Canvas", Label: name, Summary: languages(v.Incomplete()),
		Height: shown.Height, Width: shown.Width,
		Thumbnail: []Reference{p.smallPicture(record, v.First())},
		Service:   p.physical(record, views, id, shown.Width, shown.Height),
		Items:     []AnnotationPage{{ID: id + "/page", Type: "AnnotationPage", Items: p.painting(record, v, id)}},
	}
}

// placeholder is what is seen until a viewer has loaded the first image: its thumbnail
// (Presentation API 3.0, section 3.1, placeholderCanvas).
func (p Publisher) placeholder(m *Manifest) *Canvas {
	small := m.Thumbnail[0]
	id := m.ID + "/placeholder"
	return &Canvas{
		ID: id, Type: "Canvas", Width: small.Width, Height: small.Height,
		Items: []AnnotationPage{{ID: id + "/page", Type: "AnnotationPage", Items: []Annotation{{
			ID: id + "/image", Type: "Annotation", Motivation: "painting", Body: small, Target: id,
		}}}},
	}
}

// provider describes the institution.
func (p Publisher) provider() []Agent {
	if p.Name.Empty() {
		return nil
	}
	home := p.Homepage
	if home == "" {
		home = p.address()
	}
	name := languages(p.Name)
	return []Agent{{
		ID: home, Type: "Agent", Label: name,
		Homepage: []Reference{{ID: home, Type: "Text", Label: name, Format: "text/html"}},
	}}
}

// page points to a page of the site.
func (p Publisher) page(name LanguageMap, path ...string) Reference {
	return Reference{
		ID: p.address(path...), Type: "Text", Label: name,
		Format: "text/html", Language: []string{"zh", "en"},
	}
}

// data points to the record for machines: its own JSON, and what others read.
func (p Publisher) data(record *archive.Record) []Reference {
	at := func(label LanguageMap, format, profile string, path ...string) Reference {
		return Reference{
			ID: p.address(append([]string{"api", "v1", "records", record.ID}, path...)...), Type: "Dataset",
			Label: label, Format: format, Profile: profile,
		}
	}
	return []Reference{
		at(LanguageMap{"en": {"Record as JSON"}, "zh": {"藏品记录（JSON）"}}, "application/json", ""),
		at(LanguageMap{"en": {"Record as Linked Art"}, "zh": {"藏品记录（Linked Art）"}}, "application/ld+json", "https://linked.art/ns/v1/linked-art.json", "linked-art"),
		at(LanguageMap{"en": {"Record as LIDO"}, "zh": {"藏品记录（LIDO）"}}, "application/xml", "http://www.lido-schema.org", "lido"),
	}
}
