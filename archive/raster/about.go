package raster

// About is what an engine says of itself, for those who run the machine.
type About struct {
	Engine    string   `json:"engine"`
	Libraries []string `json:"libraries,omitempty"` // with their versions
	Reads     []string `json:"reads"`               // formats of masters, for people
	Writes    []string `json:"writes"`              // as IIIF names formats
	Missing   []string `json:"missing,omitempty"`   // what it would read if its library did
}

// About describes the engine. Its error is that of a library that does not start.
func (e *Go) About() (About, error) {
	return About{
		Engine: e.Name(), Reads: []string{"JPEG", "PNG", "TIFF", "BigTIFF", "WebP", "GIF", "BMP"}, Writes: e.Formats(),
		Missing: []string{"JPEG 2000", "JPEG XL", "HEIF", "AVIF", "PDF"},
	}, nil
}
