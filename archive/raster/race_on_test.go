//go:build race

package raster

const raceDetector = true
