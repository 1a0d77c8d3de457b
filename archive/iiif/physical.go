package iiif

import (
	"math"
	"strconv"
	"strings"

	"hexi/archive"
)

// The service that tells how large a thing is (IIIF Physical Dimensions annex).
const (
	physicalContext = "http://iiif.io/api/annex/services/physdim/1/context.json"
	physicalProfile = "http://iiif.io/api/annex/services/physdim"
)

// shapeTolerance is by what part the shape of a picture may differ from that of the thing
// whose measurements are taken for the picture's: photographs are cut with some margin.
const shapeTolerance = 0.08

// physical returns the scale of a canvas, centimetres a pixel. It is only known of a flat
// thing that is measured, and whose one picture has the shape of what was measured: then
// it shows all of it and little else. A photograph of a bowl has no one scale.
func (p Publisher) physical(record *archive.Record, views []archive.View, canvas string, width, height int) []Service {
	if len(views) != 1 || record.Kind != archive.KindMural && record.Kind != archive.KindDocument {
		return nil
	}
	w, h := centimetres(record.Dimensions, "width", "length"), centimetres(record.Dimensions, "height")
	if w <= 0 || h <= 0 || width < 1 || height < 1 {
		return nil
	}
	if off := math.Abs(math.Log(w / h * float64(height) / float64(width))); off > math.Log1p(shapeTolerance) {
		return nil
	}
	scale := math.Sqrt(w / float64(width) * h / float64(height))
	return []Service{{
		Context: physicalContext, ID: canvas + "/scale", Type: "PhysicalDimensions", Profile: physicalProfile,
		PhysicalScale: significant(scale), PhysicalUnits: "cm",
	}}
}

// centimetres returns the first measurement of one of these types, 0 where there is none.
func centimetres(list []archive.Dimension, types ...string) float64 {
	for _, typ := range types {
		for _, d := range list {
			if d.Type != typ {
				continue
			}
			switch strings.ToLower(d.Unit) {
			case "mm", "毫米":
				return d.Value / 10
			case "cm", "厘米", "公分":
				return d.Value
			case "m", "米":
				return d.Value * 100
			}
		}
	}
	return 0
}

// significant rounds to four digits: no wall is measured to more.
func significant(f float64) float64 {
	n, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 4, 64), 64) // it was just written
	return n
}
