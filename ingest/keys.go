package ingest

import "hexi/archive"

// The keys of everything that the pipeline puts into the object store (DESIGN
// §5). Record and asset ids are [A-Za-z0-9_-]+, so that keys need no escaping.

// MasterKey is where a received master lies until it moves into its
// preservation package.
func MasterKey(asset string) string { return "incoming/" + asset + "/master" }

const (
	pyramidName = "pyramid.tif"
	sidecarName = "sidecar"
	textName    = "text.json"
)

// PyramidKey is the access copy: a standard pyramidal tiled TIFF.
func PyramidKey(asset string) string { return "access/" + asset + "/" + pyramidName }

// SidecarKey is the access copy's tile index with its exact edge tiles.
func SidecarKey(asset string) string { return "access/" + asset + "/" + sidecarName }

// TextKey is the access copy of a text (package archive/ocr).
func TextKey(asset string) string { return "access/" + asset + "/" + textName }

// AccessNames are the files of an access copy, below access/{asset}/, its facts left out.
func AccessNames(access archive.Access) []string {
	if access.Pages > 0 {
		return []string{textName}
	}
	names := []string{pyramidName, sidecarName}
	for _, t := range access.Thumbnails {
		names = append(names, t.Name)
	}
	return names
}

// ThumbnailKey is a thumbnail by its archive.Thumbnail name.
func ThumbnailKey(asset, name string) string { return "access/" + asset + "/" + name }
