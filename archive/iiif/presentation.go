package iiif

import "encoding/json"

// LanguageMap holds texts by BCP 47 language; "none" is for those without one
// (Presentation API 3.0, section 4.1). It marshals with its keys sorted.
type LanguageMap map[string][]string

// Pair is a label and a value to show (Presentation API 3.0, section 3.1,
// metadata and requiredStatement).
type Pair struct {
	Label LanguageMap `json:"label"`
	Value LanguageMap `json:"value"`
}

// Reference points to another resource: a thumbnail, a homepage, a manifest in
// a collection. Of the type "Choice" it has no ID but Items, of which one is shown
// at a time (Presentation API 3.0, section 5.7).
type Reference struct {
	ID        string      `json:"id,omitempty"`
	Type      string      `json:"type"`
	Label     LanguageMap `json:"label,omitempty"`
	Format    string      `json:"format,omitempty"`
	Profile   string      `json:"profile,omitempty"`
	Language  []string    `json:"language,omitempty"`
	Width     int         `json:"width,omitempty"`
	Height    int         `json:"height,omitempty"`
	Thumbnail []Reference `json:"thumbnail,omitempty"`
	Service   []Service   `json:"service,omitempty"`
	Items     []Reference `json:"items,omitempty"`
}

// Service names a service of a resource: an image's ImageService3, or the SearchService2 of
// a manifest with its AutoCompleteService2.
type Service struct {
	Context string    `json:"@context,omitempty"` // of services that the Presentation API does not know
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Profile string    `json:"profile,omitempty"`
	Service []Service `json:"service,omitempty"`

	// Of a thing's scale: PhysicalUnits a pixel.
	PhysicalScale float64 `json:"physicalScale,omitempty"`
	PhysicalUnits string  `json:"physicalUnits,omitempty"`
}

// Contexts are the JSON-LD contexts of a document, that of the Presentation API last
// (section 4.6). One alone marshals as a string.
type Contexts []string

// MarshalJSON implements json.Marshaler.
func (c Contexts) MarshalJSON() ([]byte, error) {
	if len(c) == 1 {
		return json.Marshal(c[0])
	}
	return json.Marshal([]string(c))
}

// Agent is an institution (Presentation API 3.0, section 3.1, provider).
type Agent struct {
	ID       string      `json:"id"`
	Type     string      `json:"type"`
	Label    LanguageMap `json:"label"`
	Homepage []Reference `json:"homepage,omitempty"`
}

// Manifest describes a record and its images to a viewer (Presentation API 3.0,
// section 5.2). The fields of this and the other documents marshal in the order
// in which they stand here, @context first.
type Manifest struct {
	Context           Contexts           `json:"@context"`
	ID                string             `json:"id"`
	Type              string             `json:"type"`
	Label             LanguageMap        `json:"label"`
	Metadata          []Pair             `json:"metadata,omitempty"`
	Summary           LanguageMap        `json:"summary,omitempty"`
	RequiredStatement *Pair              `json:"requiredStatement,omitempty"`
	Rights            string             `json:"rights,omitempty"`
	NavDate           string             `json:"navDate,omitempty"`
	NavPlace          *FeatureCollection `json:"navPlace,omitempty"`
	Provider          []Agent            `json:"provider,omitempty"`
	Homepage          []Reference        `json:"homepage,omitempty"`
	SeeAlso           []Reference        `json:"seeAlso,omitempty"`
	Thumbnail         []Reference        `json:"thumbnail,omitempty"`
	ViewingDirection  string             `json:"viewingDirection,omitempty"`
	Behavior          []string           `json:"behavior,omitempty"`
	PartOf            []Reference        `json:"partOf,omitempty"`
	Service           []Service          `json:"service,omitempty"`
	Placeholder       *Canvas            `json:"placeholderCanvas,omitempty"`
	Items             []Canvas           `json:"items"`
	Structures        []Range            `json:"structures,omitempty"`
}

// Range is a part of a manifest: a chapter of a book, a wall of a cave (Presentation API
// 3.0, section 5.4).
type Range struct {
	ID      string      `json:"id"`
	Type    string      `json:"type"`
	Label   LanguageMap `json:"label"`
	Summary LanguageMap `json:"summary,omitempty"`
	Items   []RangeItem `json:"items"`
}

// RangeItem is a canvas of a range, named by its ID, or of it the Part that a media fragment
// names (xywh=…), or a range within.
type RangeItem struct {
	ID, Type string
	Part     string
	Range    *Range
}

// specificResource is a part of a canvas (Web Annotation Data Model, section 4.2.1).
type specificResource struct {
	Type     string `json:"type"`
	Source   string `json:"source"`
	Selector struct {
		Type       string `json:"type"`
		ConformsTo string `json:"conformsTo"`
		Value      string `json:"value"`
	} `json:"selector"`
}

// MarshalJSON implements json.Marshaler.
func (i RangeItem) MarshalJSON() ([]byte, error) {
	if i.Range != nil {
		return json.Marshal(i.Range)
	}
	if i.Part != "" {
		part := specificResource{Type: "SpecificResource", Source: i.ID}
		part.Selector.Type, part.Selector.ConformsTo, part.Selector.Value = "FragmentSelector", "http://www.w3.org/TR/media-frags/", i.Part
		return json.Marshal(part)
	}
	return json.Marshal(Reference{ID: i.ID, Type: i.Type})
}

// Canvas is the space on which images lie (Presentation API 3.0, section 5.3). Its
// size is that of its view's base image, in the pixels that the public sees of it.
type Canvas struct {
	ID        string           `json:"id"`
	Type      string           `json:"type"`
	Label     LanguageMap      `json:"label,omitempty"`
	Summary   LanguageMap      `json:"summary,omitempty"` // what is to be known of the image: that it is incomplete
	Height    int              `json:"height"`
	Width     int              `json:"width"`
	Thumbnail []Reference      `json:"thumbnail,omitempty"`
	Service   []Service        `json:"service,omitempty"`
	Items     []AnnotationPage `json:"items"`

	// Of a canvas that is part of another record's manifest: what its own says.
	Rights            string      `json:"rights,omitempty"`
	RequiredStatement *Pair       `json:"requiredStatement,omitempty"`
	Homepage          []Reference `json:"homepage,omitempty"`
	PartOf            []Reference `json:"partOf,omitempty"`
}

// AnnotationPage is a list of annotations (Presentation API 3.0, section 5.5).
type AnnotationPage struct {
	ID    string       `json:"id"`
	Type  string       `json:"type"`
	Items []Annotation `json:"items"`
}

// Annotation puts an image, or a choice of several, on a canvas or on a part of it
// (Presentation API 3.0, section 5.6).
type Annotation struct {
	ID         string    `json:"id"`
	Type       string    `json:"type"`
	Motivation string    `json:"motivation"`
	Body       Reference `json:"body"`
	Target     string    `json:"target"`
}

// Collection lists manifests or other collections (Presentation API 3.0,
// section 5.1).
type Collection struct {
	Context  string      `json:"@context"`
	ID       string      `json:"id"`
	Type     string      `json:"type"`
	Label    LanguageMap `json:"label"`
	Summary  LanguageMap `json:"summary,omitempty"`
	Provider []Agent     `json:"provider,omitempty"`
	Homepage []Reference `json:"homepage,omitempty"`
	PartOf   []Reference `json:"partOf,omitempty"`
	Items    []Reference `json:"items"`
}
