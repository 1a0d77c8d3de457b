//go:build !race

package raster

const raceDetector = false
