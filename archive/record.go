package archive

import "encoding/json"

// Kind says what sort of thing a record describes.
type Kind string

// The kinds of records (DESIGN §1). Routes, exhibitions and collections are the
// curators' own works; they are records too, so that they have revisions,
// review and preservation like everything else.
const (
	KindRelic      Kind = "relic"
	KindMural      Kind = "mural"
	KindCave       Kind = "cave"
	KindSite       Kind = "site"
	KindDocument   Kind = "document"
	KindModel      Kind = "model"
	KindIntangible Kind = "intangible"
	KindEvent      Kind = "event"
	KindReport     Kind = "report"
	KindRoute      Kind = "route"
	KindExhibition Kind = "exhibition"
	KindCollection Kind = "collection"
)

// Record is the catalogue description of one thing. Its JSON form is the same
// in the API, in .jsonl files and inside a preservation package.
type Record struct {
	ID           string                     `json:"id"`
	Collection   string                     `json:"collection"`
	Kind         Kind                       `json:"kind"`
	PartOf       string                     `json:"partOf,omitempty"`
	Titles       Text                       `json:"titles"`
	Descriptions Text                       `json:"descriptions,omitempty"`
	Identifiers  []Identifier               `json:"identifiers,omitempty"`
	Period       *Period                    `json:"period,omitempty"`
	Place        *Place                     `json:"place,omitempty"`
	Location     *Location                  `json:"location,omitempty"`
	Category     string                     `json:"category,omitempty"`
	Materials    []string                   `json:"materials,omitempty"`
	Techniques   []string                   `json:"techniques,omitempty"`
	Level        string                     `json:"level,omitempty"`
	Completeness string                     `json:"completeness,omitempty"`
	Condition    string                     `json:"condition,omitempty"`
	Source       string                     `json:"source,omitempty"`
	Dimensions   []Dimension                `json:"dimensions,omitempty"`
	Quantity     *Quantity                  `json:"quantity,omitempty"`
	Subjects     []Text                     `json:"subjects,omitempty"`
	People       []Person                   `json:"people,omitempty"`
	Inscriptions []Inscription              `json:"inscriptions,omitempty"`
	Text         Text                       `json:"text,omitempty"`
	Rights       *Rights                    `json:"rights,omitempty"`
	Relations    []Relation                 `json:"relations,omitempty"`
	Stops        []Stop                     `json:"stops,omitempty"`
	Extra        map[string]json.RawMessage `json:"extra,omitempty"`
}

// Identifier is a number or name by which others know the thing: an accession
// number, a cave number, a shelf mark.
type Identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Period is when the thing was made. From and To are signed historical years
// (−1046 is 1046 BCE); there is no year 0, so 0 stands for "not known".
// Note keeps the curator's own words.
type Period struct {
	Term string `json:"term,omitempty"`
	From int    `json:"from,omitempty"`
	To   int    `json:"to,omitempty"`
	Note Text   `json:"note,omitempty"`
}

// Place is where the thing is or was found. Lat and Lon are degrees in WGS 84;
// both are there or neither is. Precision says how exactly the point may be
// taken ("public", "exact", "approximate", "county" …).
type Place struct {
	Name      Text     `json:"name,omitempty"`
	Lat       *float64 `json:"lat,omitempty"`
	Lon       *float64 `json:"lon,omitempty"`
	Precision string   `json:"precision,omitempty"`
}

// Location is the place inside a cave site, from the site down to the position
// on a wall. Surface is the compass wall, Role what that wall is to a person
// who enters (main, left, right, front).
type Location struct {
	Site     string `json:"site,omitempty"`
	Cave     string `json:"cave,omitempty"`
	Space    string `json:"space,omitempty"`
	Surface  string `json:"surface,omitempty"`
	Position string `json:"position,omitempty"`
	Role     string `json:"role,omitempty"`
}

// Dimension is one measurement: {"type": "height", "value": 3.42, "unit": "m"}.
type Dimension struct {
	Type  string  `json:"type"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Note  string  `json:"note,omitempty"`
}

// Quantity is how many there are, in the traditional unit (件, 套, 铺, 身 …).
type Quantity struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
}

// Person is someone who made, gave, paid for, collected or is shown in it.
type Person struct {
	Name Text   `json:"name"`
	Role string `json:"role,omitempty"`
}

// Inscription is a text written on the thing, and where on which image it is.
type Inscription struct {
	Text        string  `json:"text"`
	Translation Text    `json:"translation,omitempty"`
	Region      *Region `json:"region,omitempty"`
}

// Region is a rectangle of an image asset. XYWH is "x,y,w,h" in pixels of the
// upright image or "pct:x,y,w,h", as in the IIIF Image API.
type Region struct {
	Asset string `json:"asset"`
	XYWH  string `json:"xywh"`
}

// Tier says who may see a record and its images (DESIGN §1, access tier).
type Tier string

// The access tiers. A record without a tier is public.
const (
	TierPublic    Tier = "public"
	TierReduced   Tier = "reduced"
	TierStaff     Tier = "staff"
	TierEmbargoed Tier = "embargoed"
)

// Rights says what others may do with the record. Statement is a URI of
// rightsstatements.org or creativecommons.org. MaxPixels bounds what tier
// "reduced" shows (width × height; 0 is no bound). Until (YYYY-MM-DD) ends an
// embargo.
type Rights struct {
	Statement string `json:"statement,omitempty"`
	Holder    Text   `json:"holder,omitempty"`
	Tier      Tier   `json:"tier,omitempty"`
	MaxPixels int64  `json:"maxPixels,omitempty"`
	Until     string `json:"until,omitempty"`
}

// Relation ties a record to another: depicts, same-as, before-restoration,
// reports-on …
type Relation struct {
	Type   string `json:"type"`
	Record string `json:"record"`
}

// Stop is one station of a route or an exhibition. View is a region of the
// asset ("pct:x,y,w,h" or "x,y,w,h"); Date is YYYY, YYYY-MM or YYYY-MM-DD.
type Stop struct {
	Record  string `json:"record,omitempty"`
	Asset   string `json:"asset,omitempty"`
	View    string `json:"view,omitempty"`
	Caption Text   `json:"caption,omitempty"`
	Date    string `json:"date,omitempty"`
}

// Holder returns the institution that holds the thing, in Chinese where known.
func (r *Record) Holder() string {
	if r.Rights == nil {
		return ""
	}
	return r.Rights.Holder.In("zh")
}

// Identifier returns the value of the first identifier of that type, or "".
func (r *Record) Identifier(typ string) string {
	for _, id := range r.Identifiers {
		if id.Type == typ {
			return id.Value
		}
	}
	return ""
}
