package iiif

import "strings"

// Kind says which of the Image API's requests an address is (section 2).
type Kind int

// The kinds of requests.
const (
	// KindBase is the base URI of a service, with or without a trailing slash;
	// the answer is 303 See Other to its info.json.
	KindBase Kind = iota + 1
	// KindInfo asks for the image information document, info.json.
	KindInfo
	// KindImage asks for an image.
	KindImage
)

// Request is a parsed address of the Image API. Its parts after ID are set only
// for KindImage. A Request is not tied to an image: Resolve does that.
type Request struct {
	Version  Version // whose grammar it follows
	Kind     Kind
	ID       string // the identifier, decoded once
	Region   Region
	Size     Size
	Rotation Rotation
	Quality  Quality
	Format   Format
}

// infoName is the last segment of an information request (section 2.2).
const infoName = "info.json"

// ParseRequest parses the part of an escaped path (net/url's URL.EscapedPath)
// that follows "/iiif/3/", by the grammar of the Image API 3.0.
//
// It splits the path from the right and decodes each segment exactly once, so
// that identifiers may hold an encoded slash (%2F) or an encoded percent sign
// (%25). A slash in an identifier that is not encoded is a *ShapeError, as is
// any path that is none of the API's forms; a part that breaks the grammar is
// a *SyntaxError.
func ParseRequest(escapedPath string) (Request, error) { return parseRequest(escapedPath, V3) }

func parseRequest(escapedPath string, v Version) (Request, error) {
	rest, last, found := cutLast(escapedPath)
	if !found {
		return parseIdentified(v, KindBase, escapedPath, last)
	}
	if last == "" && !strings.Contains(rest, "/") {
		return parseIdentified(v, KindBase, escapedPath, rest)
	}
	name, err := decodePart(PartFormat, last)
	if err != nil {
		return Request{}, err
	}
	if name == infoName {
		return parseIdentified(v, KindInfo, escapedPath, rest)
	}

	var parts [3]string // region, size, rotation
	for i := len(parts) - 1; i >= 0; i-- {
		if rest, parts[i], found = cutLast(rest); !found {
			return Request{}, &ShapeError{escapedPath, "after its identifier an image needs {region}/{size}/{rotation}/{quality}.{format}, and its description info.json"}
		}
	}
	req, err := parseIdentified(v, KindImage, escapedPath, rest)
	if err != nil {
		return Request{}, err
	}
	for i, part := range [...]string{PartRegion, PartSize, PartRotation} {
		if parts[i], err = decodePart(part, parts[i]); err != nil {
			return Request{}, err
		}
	}
	if req.Region, err = parseRegion(parts[0]); err != nil {
		return Request{}, err
	}
	size := parseSize
	if v == V2 {
		size = parseSize2
	}
	if req.Size, err = size(parts[1]); err != nil {
		return Request{}, err
	}
	if req.Rotation, err = parseRotation(parts[2]); err != nil {
		return Request{}, err
	}
	if req.Quality, req.Format, err = parseName(name); err != nil {
		return Request{}, err
	}
	return req, nil
}

// parseIdentified makes a request of that kind from its escaped identifier.
func parseIdentified(v Version, kind Kind, path, segment string) (Request, error) {
	switch {
	case segment == "":
		return Request{}, &ShapeError{path, "it has no identifier"}
	case strings.Contains(segment, "/"):
		return Request{}, &ShapeError{path, "an identifier is one segment; write a slash in it as %2F"}
	}
	id, err := decodeID(segment)
	if err != nil {
		return Request{}, err
	}
	return Request{Version: v, Kind: kind, ID: id}, nil
}

// cutLast splits s at its last slash. Without one, all of s is last.
func cutLast(s string) (rest, last string, found bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}
