package iiif

import (
	"fmt"

	"hexi/archive"
)

// NavPlaceContext is the JSON-LD context of the navPlace extension.
const NavPlaceContext = "http://iiif.io/api/extension/navplace/context.json"

// FeatureCollection is where a thing is or was found (navPlace extension, section 3),
// in the words of GeoJSON (RFC 7946).
type FeatureCollection struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Features []Feature `json:"features"`
}

// Feature is a place with its name and its precision.
type Feature struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	Properties FeatureProperties `json:"properties"`
	Geometry   Geometry          `json:"geometry"`
}

// FeatureProperties are what a map shows beside a place.
type FeatureProperties struct {
	Label     LanguageMap `json:"label"`
	Precision string      `json:"precision,omitempty"` // how exactly the point may be taken
}

// Geometry is a point: longitude and latitude in degrees of WGS 84.
type Geometry struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

// navPlace returns the place of a record, nil where its coordinates are not known.
func (p Publisher) navPlace(r *archive.Record) *FeatureCollection {
	if r.Place == nil || r.Place.Lat == nil || r.Place.Lon == nil {
		return nil
	}
	id := p.ManifestID(r.ID) + "/place"
	return &FeatureCollection{
		ID: id, Type: "FeatureCollection",
		Features: []Feature{{
			ID: id + "/1", Type: "Feature",
			Properties: FeatureProperties{Label: label(r.Place.Name, r.ID), Precision: r.Place.Precision},
			Geometry:   Geometry{Type: "Point", Coordinates: [2]float64{*r.Place.Lon, *r.Place.Lat}},
		}},
	}
}

// navDate returns the moment at which a timeline shows a record, "" where there is none:
// the beginning of the year from which on it may have been made (Presentation API 3.0,
// section 3.1, navDate). The format has years of four digits, so that nothing before the
// common era has one.
func navDate(period *archive.Period) string {
	if period == nil {
		return ""
	}
	year := period.From
	if year == 0 {
		year = period.To
	}
	if year < 1 || year > 9999 {
		return ""
	}
	return fmt.Sprintf("%04d-01-01T00:00:00Z", year)
}
