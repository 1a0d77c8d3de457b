package harvest

import (
	"context"
	"net/url"
	"strings"

	"hexi/archive"
)

// maxNested bounds how deep collections may lie in one another.
const maxNested = 16

const acceptManifest = `application/ld+json;profile="http://iiif.io/api/presentation/3/context.json", application/ld+json, application/json;q=0.9, */*;q=0.1`

// IIIF takes the manifest at an address, or all those of a collection and of the
// collections in it. What is refused on the way the sink hears of; only where the address
// itself gives nothing that can be read, that is the error.
func (h *Harvester) IIIF(ctx context.Context, address string, sink Sink) error {
	return h.walk(ctx, link{id: address}, 0, sink)
}

// walk takes one document. That of the first address must be there.
func (h *Harvester) walk(ctx context.Context, l link, depth int, sink Sink) error {
	err := h.document(ctx, l, depth, sink)
	if r := refused(err); r != nil && depth > 0 {
		sink.Refuse("", r)
		return nil
	}
	return err
}

func (h *Harvester) document(ctx context.Context, l link, depth int, sink Sink) error {
	at, err := readAddress(l.id)
	if err != nil {
		return err
	}
	address := at.String()
	if h.seen[address] {
		return nil
	}
	h.seen[address] = true
	if depth > maxNested {
		return refuse(address, "too-deep", "", "lies more than %d collections deep", maxNested)
	}
	if l.kind != "" && l.kind != kindManifest && l.kind != kindCollection {
		return refuse(address, "not-a-manifest", "", "is listed as a %s; manifests and collections are taken", l.kind)
	}
	answer, err := h.client.Document(ctx, address, acceptManifest)
	if err != nil {
		return err
	}
	o, err := readJSON(address, answer.Body)
	if err != nil {
		return err
	}
	if o.kind() != kindCollection {
		m, err := readManifest(address, o)
		if err != nil {
			return err
		}
		return h.manifest(ctx, address, m, sink)
	}
	return h.collection(ctx, o, depth, sink)
}

// collection takes the members of a collection, page by page (Presentation API 2.1,
// section 5.8.2).
func (h *Harvester) collection(ctx context.Context, o object, depth int, sink Sink) error {
	for {
		list, next := members(o)
		for _, member := range list {
			if err := h.walk(ctx, member, depth+1, sink); err != nil {
				return err
			}
		}
		if next == "" || h.seen[next] {
			return nil
		}
		h.seen[next] = true
		answer, err := h.client.Document(ctx, next, acceptManifest)
		if err == nil {
			o, err = readJSON(next, answer.Body)
		}
		if r := refused(err); r != nil {
			sink.Refuse("", r) // the pages behind it cannot be found
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// manifest takes one thing.
func (h *Harvester) manifest(ctx context.Context, address string, m *manifest, sink Sink) error {
	record := m.recordOf(h.archive.Vocabulary())
	format := "iiif-presentation-2"
	if m.version == 3 {
		format = "iiif-presentation-3"
	}
	own := false
	if at, ok := ownLink(m.seeAlso); ok {
		switch r, err := h.own(ctx, at); {
		case err == nil:
			record, format, own = r, "hexi", true
		case refused(err) != nil:
			sink.Refuse("", refused(err)) // what the manifest says is taken instead
		default:
			return err
		}
	}
	collection, err := h.collectionOf(ctx, address, &record)
	if err != nil {
		return err // before its images come
	}
	record.Collection = collection
	id, known, err := h.identity(ctx, record.ID, address)
	if err != nil {
		return err
	}
	record.ID = id
	if !own && h.plan.Kind == "" && m.book() {
		record.Kind = archive.KindDocument
	}
	found := &Found{Source: address}
	images := h.newImages(found, id, known)
	for _, r := range m.refused {
		sink.Refuse(id, r)
	}
	for i := range m.canvases {
		if err := h.canvas(ctx, images, &m.canvases[i], i, sink); err != nil {
			return err
		}
	}
	if own {
		images.rename(&record)
	}
	if found.Record, err = h.settle(ctx, address, record); err != nil {
		return err
	}
	if err := h.finish(found, Provenance{Source: address, Format: format, Images: images.sources}); err != nil {
		return err
	}
	return sink.Take(ctx, found)
}

// book reports whether a manifest is of something to be read page by page.
func (m *manifest) book() bool { return m.paged && len(m.canvases) > 1 }

// own fetches the record of hexi beside a manifest.
func (h *Harvester) own(ctx context.Context, address string) (archive.Record, error) {
	answer, err := h.client.Document(ctx, address, "application/json")
	if err != nil {
		return archive.Record{}, err
	}
	return readOwn(address, answer.Body)
}

// rename gives places on images that a record names by the ids that these have
// elsewhere the ids that they have here. A place on an image that did not come is
// dropped.
func (i *images) rename(r *archive.Record) {
	for n := range r.Inscriptions {
		region := r.Inscriptions[n].Region
		if region == nil {
			continue
		}
		if here, ok := i.named[region.Asset]; ok {
			r.Inscriptions[n].Region = &archive.Region{Asset: here, XYWH: region.XYWH}
		} else {
			r.Inscriptions[n].Region = nil
		}
	}
}

// serviceName is the last part of a service's address: what hexi calls the image.
func serviceName(service string) string {
	u, err := url.Parse(service)
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}
