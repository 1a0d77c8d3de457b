package archive

import (
	"encoding/json"
	"time"
)

// AssetKind says what sort of media an asset is.
type AssetKind string

// The kinds of assets, as the search parameter "has" names them.
const (
	AssetImage AssetKind = "image"
	AssetModel AssetKind = "model"
	AssetAudio AssetKind = "audio"
	AssetVideo AssetKind = "video"
	AssetText  AssetKind = "text"
	AssetOther AssetKind = "other"
)

// AssetState says how far the pipeline has come with an asset.
type AssetState string

// The states of an asset. An asset that was refused keeps its master: nothing
// that was received is lost.
const (
	// AssetReceived: the master is stored and its fixity recorded.
	AssetReceived AssetState = "received"
	// AssetIdentified: format, dimensions and technical metadata are known.
	AssetIdentified AssetState = "identified"
	// AssetReady: the access copy exists and can be served.
	AssetReady AssetState = "ready"
	// AssetRefused: the master cannot be shown; Failure says why.
	AssetRefused AssetState = "refused"
	// AssetSuperseded: another asset took its place before it could be shown. One that
	// could stays ready, see Asset.ReplacedBy.
	AssetSuperseded AssetState = "superseded"
	// AssetErased: the master and all that was known of it were erased with its record.
	AssetErased AssetState = "erased"
)

// Asset is one media file of a record.
type Asset struct {
	ID       string     `json:"id"`
	Record   string     `json:"record"`
	Position int        `json:"position"` // order within the record, from 1
	Kind     AssetKind  `json:"kind"`
	State    AssetState `json:"state"`
	Master   Master     `json:"master"`
	Image    *Image     `json:"image,omitempty"`
	Access   *Access    `json:"access,omitempty"`
	Failure  *Failure   `json:"failure,omitempty"`
	Layer    *Layer     `json:"layer,omitempty"` // nil: the image is a view of its own
	Batch    string     `json:"batch,omitempty"` // the ingest that brought it
	Received time.Time  `json:"received"`

	// ReceivedBy is who sent the master; "" where that is not known any more.
	ReceivedBy string `json:"receivedBy,omitempty"`
	// Replacing is the asset whose place this one takes once it can be shown. Until then,
	// and for good if it never can, that one stays.
	Replacing string `json:"replacing,omitempty"`
	// Replaces is the asset whose place this one took, Place the first one that stood
	// there ("" if that is this one, see PlaceID).
	Replaces string `json:"replaces,omitempty"`
	Place    string `json:"place,omitempty"`
	// ReplacedBy is the asset that took this one's place, and ReplacedAt when: it is an
	// earlier version then, kept with its master and its access copy. WasPublic says that
	// the public could see it before.
	ReplacedBy string    `json:"replacedBy,omitempty"`
	ReplacedAt time.Time `json:"replacedAt,omitzero"`
	WasPublic  bool      `json:"wasPublic,omitempty"`

	// PublishBy is who wants a revision of the record published once the asset can
	// be shown (Archive.PublishWhenReady); "" for no one.
	PublishBy       string `json:"-"`
	PublishRevision int    `json:"-"`
}

// Master is the file as it was received. Key is where it lies in the object
// store and may change when it moves into its preservation package; the bytes
// never do. SHA512 is lower-case hexadecimal.
type Master struct {
	Filename string `json:"filename"`
	Key      string `json:"-"`
	Size     int64  `json:"size"`
	SHA512   string `json:"sha512"`
	Format   string `json:"format,omitempty"` // media type found in the bytes, not in the name
}

// Image is what was found out about an image master. Width and Height are
// pixels of the upright image, after its EXIF orientation. Technical is the
// rest of what the identification found (colour profile, camera, resolution),
// kept as JSON.
type Image struct {
	Width     int             `json:"width"`
	Height    int             `json:"height"`
	Technical json.RawMessage `json:"technical,omitempty"`

	Incomplete *Incomplete `json:"incomplete,omitempty"`
}

// Incomplete says that a master that ends early was accepted as it is, by whom and
// when. Rows of OfRows rows, and the same in words, say how much of it there is, once
// its access copy was made.
type Incomplete struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Rows   int       `json:"rows,omitempty"`
	OfRows int       `json:"ofRows,omitempty"`
	Note   string    `json:"note,omitempty"` // "incomplete: 61 % of its rows could be read"
}

// Access is the access copy: of an image its pyramid, of a text what it says, page by
// page. Version changes whenever its bytes do, so that
// addresses and entity tags made from it never show stale pixels.
type Access struct {
	Version    string      `json:"version"`
	TileSize   int         `json:"tileSize"`
	Levels     int         `json:"levels"`
	Origin     string      `json:"origin,omitempty"` // what made it: the engine and its quality; "" of older ones
	Gray       bool        `json:"gray,omitempty"`
	Bytes      int64       `json:"bytes"`
	Thumbnails []Thumbnail `json:"thumbnails,omitempty"` // ascending by size
	Colour     string      `json:"colour,omitempty"`     // average, "#rrggbb": shown until pixels arrive
	Palette    []string    `json:"palette,omitempty"`    // colours that stand out, "#rrggbb", the commonest first
	Look       Look        `json:"look,omitempty,string"`
	Pages      int         `json:"pages,omitempty"` // of a text, which has no tiles, levels or thumbnails
}

// Thumbnail is a small image made at ingest. Width and Height are its exact
// pixels; Name is its object's name below access/{asset}/.
type Thumbnail struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Name   string `json:"name"`
}

// Failure is why an asset was refused, in words for a curator. Code is stable
// ("not-an-image", "truncated", "too-large" …); Do says what to do about it.
type Failure struct {
	Code string `json:"code"`
	Why  string `json:"why"`
	Do   string `json:"do,omitempty"`
}

// Incomplete returns what is to be said of an image that ends early, nil of a whole one.
func (a *Asset) Incomplete() Text {
	if a.Image == nil || a.Image.Incomplete == nil {
		return nil
	}
	return a.Image.Incomplete.Text()
}

// Servable reports whether the asset is an image with an access copy.
func (a *Asset) Servable() bool {
	return a.State == AssetReady && a.Image != nil && a.Access != nil
}

// Readable reports whether the asset is a text with an access copy.
func (a *Asset) Readable() bool {
	return a.State == AssetReady && a.Kind == AssetText && a.Access != nil
}
