package harvest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

// images gathers the files of one record.
type images struct {
	found   *Found
	record  string
	before  map[string]ImageSource    // of the last harvest, by where they came from
	here    map[string]*archive.Asset // what the record is shown with, by SHA-512
	sources []ImageSource
	named   map[string]string // ids of assets here, by what hexi calls them there
	next    int               // number of the next new file
}

func (h *Harvester) newImages(found *Found, record string, known *archive.Entry) *images {
	i := &images{found: found, record: record, before: map[string]ImageSource{}, here: map[string]*archive.Asset{}, named: map[string]string{}, next: 1}
	if known == nil {
		return i
	}
	p, _ := provenance(&known.Record)
	for _, s := range p.Images {
		i.before[s.Source] = s
		i.next = max(i.next, numberOf(s.File)+1)
	}
	for n := range known.Assets {
		i.here[known.Assets[n].Master.SHA512] = &known.Assets[n]
		i.next = max(i.next, numberOf(known.Assets[n].Master.Filename)+1)
	}
	return i
}

// numberOf reads the number out of a name that was made here, 0 for another name.
func numberOf(file string) int {
	file = strings.TrimSuffix(file, filepath.Ext(file))
	n, err := strconv.Atoi(file[strings.LastIndexByte(file, '-')+1:])
	if err != nil || n < 0 || n > 1<<20 {
		return 0
	}
	return n
}

// canvas takes the pictures of a view: those of a choice become layers of one view, any
// other is a view of its own.
func (h *Harvester) canvas(ctx context.Context, i *images, c *canvas, number int, sink Sink) error {
	for _, b := range c.bodies {
		if b.part {
			i.note("%s lies on a part of its view, and became a picture of its own", b.name())
		}
		list, layers := []body{b}, []*archive.Layer{nil}
		if b.choices != nil {
			list, layers = b.choices, layersOf(h.archive.Vocabulary(), b.choices, strconv.Itoa(number+1))
		}
		for n := range list {
			i.found.Images++
			if h.plan.NoImages {
				continue
			}
			if err := h.image(ctx, i, list[n], layers[n], sink); err != nil {
				return err
			}
		}
	}
	return nil
}

// note tells of an image of the record.
func (i *images) note(format string, args ...any) {
	i.found.Notes = append(i.found.Notes, printable(fmt.Sprintf(format, args...)))
}

func (b *body) name() string {
	if b.service != "" {
		return b.service
	}
	return b.id
}

// layersOf says which layers the pictures of a choice are: by their labels, and those
// whose labels say nothing known are of visible light under the names that they have.
func layersOf(v archive.Vocabulary, list []body, view string) []*archive.Layer {
	var out []*archive.Layer
	for n, b := range list {
		l := &archive.Layer{View: view, Kind: archive.LayerVisible}
		label := b.label.joined(" / ")
		if kind, beside, ok := layerKind(v, label); ok {
			l.Kind, l.Label = archive.LayerKind(kind), beside
		} else {
			l.Label = cutLabels(label)
		}
		for _, other := range out {
			if l.Same(*other) {
				l.Label = archive.Text{anyLanguage: strconv.Itoa(n + 1)}
			}
		}
		out = append(out, l)
	}
	if !visibleFirst(out) { // what the source shows first is to be shown first
		for n, l := range out {
			l.Order = n + 1
		}
	}
	return out
}

// visibleFirst reports whether layers stand in the order that they have by themselves.
func visibleFirst(list []*archive.Layer) bool {
	other := false
	for _, l := range list {
		if l.Kind == archive.LayerVisible && other {
			return false
		}
		other = other || l.Kind != archive.LayerVisible
	}
	return true
}

// maxLabel is how long what tells a layer from others of its kind may be, in characters.
const maxLabel = 200

func cutLabels(t archive.Text) archive.Text {
	for tag, s := range t {
		if r := []rune(s); len(r) > maxLabel {
			t[tag] = string(r[:maxLabel-1]) + "…"
		}
	}
	return t
}

// layerKind reads a label such as 红外（940 nm） or "Natural Light": the kind, and what
// stands in brackets behind it.
func layerKind(v archive.Vocabulary, label archive.Text) (kind string, beside archive.Text, ok bool) {
	for _, tag := range sortedKeys(label) {
		name := label[tag]
		for _, open := range []string{"（", " ("} {
			if at := strings.Index(name, open); at > 0 && (strings.HasSuffix(name, "）") || strings.HasSuffix(name, ")")) {
				if beside == nil {
					beside = archive.Text{}
				}
				beside[tag] = strings.TrimRight(name[at+len(open):], "）)")
				name = name[:at]
				break
			}
		}
		if term, known := v.Term(archive.SchemeLayer, name); known {
			kind, ok = term.Code, true
		} else if strings.EqualFold(name, "natural light") || strings.EqualFold(name, "normal light") {
			kind, ok = string(archive.LayerVisible), true
		}
	}
	if !ok {
		return "", nil, false
	}
	return kind, dropRepeated(beside), true
}

// image takes one picture: from here, where it is unchanged, or from its server.
func (h *Harvester) image(ctx context.Context, i *images, b body, layer *archive.Layer, sink Sink) error {
	before, came := i.before[b.name()]
	if came && slices.ContainsFunc(i.sources, func(s ImageSource) bool { return s.Source == b.name() }) {
		return nil // on two views of the record; it is one file
	}
	if came && !h.plan.Again && i.here[before.SHA512] == nil {
		i.sources = append(i.sources, before)
		i.note("%s was taken out or replaced here, and is left as it is", before.File)
		return nil
	}
	if came && !h.plan.Again && before.Validators == (Validators{}) { // nobody can say whether it changed
		i.stays(before, before.Validators)
		return nil
	}
	err := h.fetchImage(ctx, i, b, layer, before)
	if r := refused(err); r != nil {
		sink.Refuse(i.record, r)
		if came {
			i.stays(before, before.Validators)
		}
		return nil
	}
	return err
}

// stays keeps an image that is here.
func (i *images) stays(s ImageSource, v Validators) {
	s.Validators = v
	i.sources = append(i.sources, s)
	asset := i.here[s.SHA512]
	if asset == nil {
		return
	}
	i.named[serviceName(s.Source)] = asset.ID
	i.found.Files = append(i.found.Files, File{
		Master: archive.LineMaster{ID: asset.ID, Filename: asset.Master.Filename, Size: asset.Master.Size, SHA512: asset.Master.SHA512},
		Layer:  asset.Layer, // whatever someone here made of it
	})
}

// fetchImage asks for an image at its largest size.
func (h *Harvester) fetchImage(ctx context.Context, i *images, b body, layer *archive.Layer, before ImageSource) error {
	request, info, has := before.Request, (*imageInfo)(nil), before.Validators
	if before.Source == "" || h.plan.Again {
		has = Validators{}
		var err error
		if request, info, err = h.requestOf(ctx, i, b); err != nil {
			return err
		}
	}
	path := filepath.Join(h.plan.Dir, i.record+".part")
	answer, err := h.download(ctx, i, b, info, request, path, has)
	if err != nil {
		return err
	}
	if answer.Unchanged {
		i.stays(before, before.Validators)
		return nil
	}
	ending, err := sniff(request, path)
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if info != nil {
		i.small(b, info, path)
	}
	source := ImageSource{Source: b.name(), Request: request, File: before.File, Size: answer.Size, SHA512: answer.SHA512, Validators: answer.Validators}
	if source.File == "" || filepath.Ext(source.File) != ending {
		source.File = fmt.Sprintf("%s-%04d%s", i.record, i.next, ending)
		i.next++
	}
	if i.here[answer.SHA512] != nil { // the server says that it changed, and its bytes did not
		if source.File == before.File {
			i.stays(source, answer.Validators)
			return os.Remove(path)
		}
	}
	to := filepath.Join(h.plan.Dir, source.File)
	if err := os.Rename(path, to); err != nil {
		return fmt.Errorf("keep %s: %w", source.File, err)
	}
	if asset := i.here[before.SHA512]; asset != nil {
		layer = asset.Layer // a better scan takes the place of the one that is here
	}
	id := archive.AssetID(i.record, answer.SHA512)
	i.named[serviceName(source.Source)] = id
	i.sources = append(i.sources, source)
	i.found.Files = append(i.found.Files, File{
		Path: to, Layer: layer,
		Master: archive.LineMaster{ID: id, Filename: source.File, Size: answer.Size, SHA512: answer.SHA512},
	})
	return nil
}

// download brings an image: at once where its server gives it whole, else from its tiles,
// and if that cannot be done as large as the server gives it.
func (h *Harvester) download(ctx context.Context, i *images, b body, info *imageInfo, request, path string, has Validators) (*Answer, error) {
	if info == nil {
		return h.client.Download(ctx, request, path, h.plan.MaxImage, has)
	}
	grid, tileable := info.tileable()
	if tileable && !info.whole() {
		answer, err := h.tiled(ctx, b.service, info, grid, path)
		r := refused(err)
		if r == nil {
			return answer, err
		}
		i.note("%s could not be put together from its tiles: %s", b.service, r.Why)
	}
	answer, err := h.client.Download(ctx, request, path, h.plan.MaxImage, has)
	if r := refused(err); r != nil && r.Code == "status" && tileable && info.whole() { // ready-made tiles, and nothing else
		return h.tiled(ctx, b.service, info, grid, path)
	}
	return answer, err
}

// small notes an image that came smaller than it is.
func (i *images) small(b body, info *imageInfo, path string) {
	if got, ok := extent(path); ok && (got.width < info.width || got.height < info.height) {
		i.note("%s has %d × %d pixels, and its server gives %d × %d of them", b.name(), info.width, info.height, got.width, got.height)
	}
}

// requestOf is what to ask for to get an image at its largest size: its service says
// that. An image without a service, or whose service says nothing, is what it is.
func (h *Harvester) requestOf(ctx context.Context, i *images, b body) (string, *imageInfo, error) {
	if b.service == "" {
		return b.id, nil, nil
	}
	info, err := h.info(ctx, b)
	if r := refused(err); r != nil && b.id != "" && (r.Code == "status" || r.Code == "not-json" || r.Code == "image-info") {
		i.note("%s is taken as it is, perhaps smaller: its image service does not say how large it is (%s)", b.id, r.Why)
		return b.id, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	return info.request(b.service), info, nil
}

// info fetches what the image service of a body says.
func (h *Harvester) info(ctx context.Context, b body) (*imageInfo, error) {
	address := b.service + "/info.json"
	answer, err := h.client.Document(ctx, address, `application/ld+json, application/json;q=0.9, */*;q=0.1`)
	if err != nil {
		return nil, err
	}
	o, err := readJSON(address, answer.Body)
	if err != nil {
		return nil, err
	}
	return readInfo(address, o, b.imageAPI)
}
