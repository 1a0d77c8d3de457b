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
// each view (archive.Views) of the assets, in the order given. A record without
// any is an archive.ErrNotFound, since a manifest must have a canvas.
func (p Publisher) Manifest(record *archive.Record, assets []archive.Asset) (*Manifest, error) {
	m := &Manifest{
		Context:   PresentationContext,
		ID:        p.ManifestID(record.ID),
		Type:      "Manifest",
		Label:     label(record.Titles, record.ID),
		Metadata:  p.metadata(record),
		Summary:   markup(languages(record.Descriptions)),
		Provider:  p.provider(),
		Homepage:  []Reference{p.page(label(record.Titles, record.ID), "records", record.ID)},
		SeeAlso:   p.data(record),
		Thumbnail: p.thumbnail(record, assets),
	}
	m.Service = p.searchServices(record, assets)
	if record.Collection != "" {
		m.PartOf = []Reference{p.collectionReference(record.Collection)}
	}
	if record.Rights != nil {
		m.Rights, _ = archive.RightsURI(record.Rights.Statement)
		if holder := markup(languages(record.Rights.Holder)); holder != nil {
			m.RequiredStatement = &Pair{Label: LanguageMap{"en": {"Held by"}, "zh": {"收藏单位"}}, Value: holder}
		}
	}
	views := archive.Views(assets)
	for i := range views {
		m.Items = append(m.Items, p.canvas(record, views[i], i, len(views)))
	}
	if len(m.Items) == 0 {
		return nil, fmt.Errorf("manifest of %s: it has no image to show: %w", record.ID, archive.ErrNotFound)
	}
	return m, nil
}

// canvas describes the n-th of total views.
func (p Publisher) canvas(record *archive.Record, v archive.View, n, total int) Canvas {
	id := p.CanvasID(record.ID, v.Base.PlaceID())
	name := label(record.Titles, record.ID)
	if total > 1 {
		name = LanguageMap{"en": {fmt.Sprintf("Image %d", n+1)}, "zh": {fmt.Sprintf("第%d图", n+1)}}
	}
	shown := p.view(record, v.Base)
	return Canvas{
		ID: id, Type: "Canvas", Label: name, Summary: languages(v.Incomplete()),
		Height: shown.Height, Width: shown.Width,
		Thumbnail: []Reference{p.smallPicture(record, v.First())},
		Items:     []AnnotationPage{{ID: id + "/page", Type: "AnnotationPage", Items: p.painting(record, v, id)}},
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
