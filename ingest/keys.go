package ingest

// The keys of everything that the pipeline puts into the object store (DESIGN
// §5). Record and asset ids are [A-Za-z0-9_-]+, so that keys need no escaping.

// MasterPrefix begins the keys of masters that were received, and of nothing else.
const MasterPrefix = "incoming/"

// MasterKey is where a received master lies until it moves into its
// preservation package.
func MasterKey(asset string) string { return MasterPrefix + asset + "/master" }

// PyramidKey is the access copy: a standard pyramidal tiled TIFF.
func PyramidKey(asset string) string { return "access/" + asset + "/pyramid.tif" }

// SidecarKey is the access copy's tile index with its exact edge tiles.
func SidecarKey(asset string) string { return "access/" + asset + "/sidecar" }

// ThumbnailKey is a thumbnail by its archive.Thumbnail name.
func ThumbnailKey(asset, name string) string { return "access/" + asset + "/" + name }
