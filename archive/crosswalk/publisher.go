package crosswalk

import (
	"net/url"
	"strings"
	"time"

	"hexi/archive"
)

// Terms finds the labels of controlled terms; archive.Vocabulary is one.
type Terms interface {
	Term(scheme archive.Scheme, codeOrLabel string) (archive.Term, bool)
}

// Publisher makes the documents of one server.
type Publisher struct {
	Base  string       // the server's address, such as "https://archive.example.org"
	Name  archive.Text // the institution that gives the data; empty is the server's address
	Terms Terms        // labels of codes; without it, codes are shown
}

// Entry is what a document is made of: a record and its assets in their order, both as the
// reader may see them. The other fields may be left out, and are told where they are there.
type Entry struct {
	Record   *archive.Record
	Assets   []archive.Asset
	Created  time.Time // when the description was first published
	Modified time.Time // when it last changed
	// Related are the records that this one speaks of (what it is part of, relations,
	// stops), by their ids, as far as the reader may see them. Those that are not here are
	// named by their addresses alone.
	Related map[string]*archive.Record
}

// previewSize is the size of a small picture: within 400 by 400 pixels.
const previewSize = "!400,400"

// RecordURI returns the address of a record, which names the thing that it describes.
func (p Publisher) RecordURI(id string) string { return p.address("records", id) }

// CollectionURI returns the address of a collection.
func (p Publisher) CollectionURI(slug string) string { return p.address("collections", slug) }

// ManifestURI returns the address of a record's IIIF manifest.
func (p Publisher) ManifestURI(id string) string { return p.address("iiif", "manifest", id) }

// imageURI returns the address of an image at a size of the IIIF Image API 3.0, section
// 4.2, which the server answers within what the reader may see of it.
func (p Publisher) imageURI(asset, size string) string {
	return p.serviceURI(asset) + "/full/" + size + "/0/default.jpg"
}

// serviceURI returns the address of an image's IIIF service.
func (p Publisher) serviceURI(asset string) string { return p.address("iiif", "3", asset) }

// address joins path segments to the server's address, encoded.
func (p Publisher) address(segments ...string) string {
	s := strings.TrimRight(p.Base, "/")
	for _, segment := range segments {
		s += "/" + url.PathEscape(segment)
	}
	return s
}

// images returns the assets that are shown as pictures: one for each view.
func (e Entry) images() []*archive.Asset {
	var out []*archive.Asset
	for _, v := range archive.Views(e.Assets) {
		out = append(out, v.First())
	}
	return out
}
