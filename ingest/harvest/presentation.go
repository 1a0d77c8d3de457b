package harvest

import (
	"slices"
	"strings"
)

// manifest is what is read of a IIIF manifest, whichever version of the Presentation
// API it is written in.
type manifest struct {
	id        string
	version   int // 2 or 3
	label     words
	summary   words
	metadata  []pair
	rights    []string
	statement pair // requiredStatement, or the attribution before 3.0
	providers []words
	navDate   string
	place     *place
	seeAlso   []link
	homepage  []link
	canvases  []canvas
	paged     bool            // it says that it is a book
	refused   []*RefusedError // bodies that cannot be taken
}

// pair is a label and a value (Presentation API 3.0, section 3.1, metadata).
type pair struct{ label, value words }

// link is another resource.
type link struct {
	id, kind, format, profile string
	label                     words
}

// place is the first point of a navPlace (https://iiif.io/api/extension/navplace/).
type place struct {
	lat, lon float64
	label    words
}

// canvas is a view: its pictures, each with the others that may be shown in its stead.
type canvas struct {
	id     string
	label  words
	bodies []body
}

// body is a picture on a canvas.
type body struct {
	id, format    string
	service       string // of the Image API, "" for none
	level         string // its profile, as it stands
	imageAPI      int    // its version: 1, 2 or 3
	width, height int    // as the manifest says, 0 for unknown
	label         words
	part          bool // it lies on a part of its canvas
	choices       []body
}

// The types of documents that a harvest begins with or comes by.
const (
	kindManifest   = "Manifest"
	kindCollection = "Collection"
)

// version tells the versions of the Presentation API apart: 3.0 has no "@type".
func version(o object) int {
	for _, c := range o.list("@context") {
		if s, ok := c.(string); ok && strings.Contains(s, "presentation/2") {
			return 2
		}
	}
	if o["type"] == nil && o["@type"] != nil {
		return 2
	}
	return 3
}

// readManifest reads a manifest. What a harvest cannot take of it is in refused, and
// only what is no manifest at all is an error.
func readManifest(address string, o object) (*manifest, error) {
	if o.kind() != kindManifest {
		return nil, notAManifest(address, o)
	}
	m := &manifest{
		id: o.id(), version: version(o), label: readWords(o["label"]), navDate: o.text("navDate"),
		seeAlso: links(o.objects("seeAlso")), homepage: links(o.objects("homepage", "related")), place: readPlace(o["navPlace"]),
	}
	if m.id == "" {
		m.id = address
	}
	if m.summary = readWords(o["summary"]); len(m.summary) == 0 {
		m.summary = readWords(o["description"])
	}
	for _, p := range o.objects("metadata") {
		m.metadata = append(m.metadata, readPair(p))
	}
	for _, r := range o.list("rights", "license") {
		if s, ok := r.(string); ok {
			m.rights = append(m.rights, strings.TrimSpace(s))
		}
	}
	if statement := o.objects("requiredStatement"); len(statement) > 0 {
		m.statement = readPair(statement[0])
	} else {
		m.statement.value = readWords(o["attribution"])
	}
	for _, p := range o.objects("provider") {
		m.providers = append(m.providers, readWords(p["label"]))
	}
	m.paged = slices.Contains(o.list("behavior", "viewingHint"), any("paged"))
	m.readCanvases(o)
	return m, nil
}

// notAManifest says what a document is instead.
func notAManifest(address string, o object) error {
	switch kind := o.kind(); kind {
	case "Annotation", "AnnotationPage", "AnnotationList", "AnnotationCollection", "Layer":
		return refuse(address, "annotations", "give the address of the manifest that they are about", "holds annotations, which describe no thing of their own")
	case "Canvas", "Range", "Sequence":
		return refuse(address, "part", "give the address of the manifest that it is part of", "is a %s, a part of a manifest", kind)
	case "":
		return refuse(address, "not-a-manifest", "", "does not say what it is; a manifest has the type Manifest")
	default:
		if o["protocol"] != nil || strings.HasPrefix(kind, "ImageService") {
			return refuse(address, "part", "give the address of a manifest that shows it", "describes an image service, without the thing that is seen")
		}
		return refuse(address, "not-a-manifest", "", "is a %s; a manifest or a collection is wanted", kind)
	}
}

func readPair(o object) pair {
	return pair{readWords(o["label"]), readWords(o["value"])}
}

func links(list []object) []link {
	var out []link
	for _, o := range list {
		out = append(out, link{id: o.id(), kind: o.kind(), format: o.text("format"), profile: o.text("profile"), label: readWords(o["label"])})
	}
	return out
}

// readPlace finds the first point of a feature collection (RFC 7946).
func readPlace(v any) *place {
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	for _, feature := range object(o).objects("features") {
		geometry, ok := feature["geometry"].(map[string]any)
		if !ok || object(geometry).kind() != "Point" {
			continue
		}
		at := object(geometry).list("coordinates")
		if len(at) < 2 {
			continue
		}
		lon, okLon := at[0].(float64)
		lat, okLat := at[1].(float64)
		if !okLon || !okLat || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
			continue
		}
		p := &place{lat: lat, lon: lon}
		if properties, ok := feature["properties"].(map[string]any); ok {
			p.label = readWords(properties["label"])
		}
		return p
	}
	return nil
}

// readCanvases reads the views: "items" of 3.0, or the canvases of the first sequence
// before (Presentation API 2.1, section 5.2: others are other orders of the same).
func (m *manifest) readCanvases(o object) {
	canvases := o.objects("items")
	if sequences := o.objects("sequences"); len(sequences) > 0 {
		canvases = sequences[0].objects("canvases")
	}
	for _, c := range canvases {
		if kind := c.kind(); kind != "Canvas" && kind != "" {
			m.refuse(c.id(), kind)
			continue
		}
		read := canvas{id: c.id(), label: readWords(c["label"])}
		for _, page := range c.objects("items") {
			for _, annotation := range page.objects("items") {
				if slices.Contains(annotation.list("motivation"), any("painting")) {
					m.addBodies(&read, annotation.objects("body"), annotation.target())
				}
			}
		}
		for _, annotation := range c.objects("images") {
			m.addBodies(&read, annotation.objects("resource"), annotation.text("on"))
		}
		m.canvases = append(m.canvases, read)
	}
}

// target is the address of what an annotation lies on, with its fragment.
func (o object) target() string {
	targets := o.objects("target")
	if len(targets) == 0 {
		return ""
	}
	if source := targets[0].objects("source"); len(source) > 0 && targets[0]["selector"] != nil {
		return source[0].id() + "#"
	}
	return targets[0].id()
}

func (m *manifest) addBodies(c *canvas, list []object, target string) {
	for _, o := range list {
		b, ok := m.readBody(o, 0)
		if !ok {
			continue
		}
		b.part = strings.Contains(target, "#")
		c.bodies = append(c.bodies, b)
	}
}

// readBody reads a picture. ok is false where it is none, which is noted.
func (m *manifest) readBody(o object, depth int) (b body, ok bool) {
	if depth > 4 {
		return body{}, false
	}
	switch kind := o.kind(); kind {
	case "Choice":
		return m.readChoice(o.objects("items", "item"), o.objects("default"), depth) // "default" and "item": 2.1, section 6.2
	case "SpecificResource":
		source := o.objects("source", "full")
		if len(source) == 0 {
			return body{}, false
		}
		return m.readBody(source[0], depth+1) // the part that is meant is cut out by viewers; the whole is kept
	case "Image":
	case "":
		if !strings.HasPrefix(o.text("format"), "image/") && len(o.objects("service")) == 0 {
			m.refuse(o.id(), "body without a type")
			return body{}, false
		}
	default:
		m.refuse(o.id(), kind)
		return body{}, false
	}
	b = body{id: o.id(), format: o.text("format"), width: o.number("width"), height: o.number("height"), label: readWords(o["label"])}
	for _, s := range o.objects("service") {
		if v := imageAPI(s); v > 0 && b.service == "" {
			b.service, b.imageAPI, b.level = strings.TrimRight(s.id(), "/"), v, profile(s)
		}
	}
	if b.id == "" && b.service == "" {
		m.refuse("", "image without an address")
		return body{}, false
	}
	return b, true
}

func (m *manifest) readChoice(items, first []object, depth int) (body, bool) {
	var out body
	for _, o := range append(slices.Clone(first), items...) {
		if b, ok := m.readBody(o, depth+1); ok && b.choices == nil {
			out.choices = append(out.choices, b)
		}
	}
	switch len(out.choices) {
	case 0:
		return body{}, false
	case 1:
		return out.choices[0], true
	}
	return out, true
}

// refuse notes a body that is no picture, by what it is.
func (m *manifest) refuse(id, kind string) {
	if id == "" {
		id = m.id
	}
	switch kind {
	case "Video", "MovingImage":
		m.refused = append(m.refused, refuse(id, "video", "", "is a video; only images are taken so far"))
	case "Sound", "Audio":
		m.refused = append(m.refused, refuse(id, "audio", "", "is a sound recording; only images are taken so far"))
	case "Model", "PhysicalObject", "Scene":
		m.refused = append(m.refused, refuse(id, "3d", "", "is a 3D model; only images are taken so far"))
	case "Text", "Document", "TextualBody", "ContentAsText":
		m.refused = append(m.refused, refuse(id, "text", "", "is a text that is shown on a view; only images are taken so far"))
	case "Dataset":
		m.refused = append(m.refused, refuse(id, "dataset", "", "is a data set; only images are taken so far"))
	default:
		m.refused = append(m.refused, refuse(id, "not-an-image", "", "is a %s; only images are taken so far", kind))
	}
}

// imageAPI tells the version of an image service, 0 for another service.
func imageAPI(s object) int {
	kind, context, level := s.kind(), s.text("@context"), profile(s)
	switch {
	case kind == "ImageService3" || strings.Contains(context, "image/3"):
		return 3
	case kind == "ImageService2" || strings.Contains(context, "image/2") || strings.Contains(level, "image/2"):
		return 2
	case kind == "ImageService1" || strings.Contains(context, "image/1") || strings.Contains(level, "image-api/1") || strings.Contains(level, "image-api/compliance") || strings.Contains(level, "stanford.edu"):
		return 1
	}
	return 0
}

// profile is the compliance level of a service: a text, or the first of a list (Image
// API 2.1, section 5.2).
func profile(s object) string {
	for _, p := range s.list("profile") {
		if level, ok := p.(string); ok {
			return level
		}
	}
	return ""
}

// members are the documents that a collection lists: manifests and collections, each
// given by its address, and the address of its next page, "" for none.
func members(o object) (list []link, next string) {
	for _, item := range append(o.objects("items"), slices.Concat(o.objects("members"), o.objects("collections"), o.objects("manifests"))...) {
		kind := item.kind()
		if kind == "" {
			kind = kindManifest
		}
		list = append(list, link{id: item.id(), kind: kind, label: readWords(item["label"])})
	}
	for _, page := range append(o.objects("next"), o.objects("first")...) {
		if next == "" && page.id() != o.id() {
			next = page.id()
		}
	}
	return list, next
}
