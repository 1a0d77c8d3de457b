package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// picture is an image that a row may mean: one of its files, or one that the archive has
// of its record.
type picture struct{ name, asset string }

// nameImages puts the images into what a row says of regions on them: a curator writes
// 10,20,300,400, or the file's name before it, and knows of no ids. A row with one image
// means that one; one without means the image of what it is part of.
func (r *run) nameImages(ctx context.Context, from *sheet.Row, out *row, known *archive.Entry) error {
	if from.Profile == nil {
		return nil
	}
	var pictures []picture
	asked := false
	for _, f := range from.Profile.Fields {
		key, extra := f.Extra()
		var text string
		if !extra || f.Type != archive.TypeRegions || json.Unmarshal(from.Record.Extra[key], &text) != nil || text == "" {
			continue
		}
		if !asked {
			var err error
			if pictures, err = r.pictures(ctx, out, known); err != nil {
				return err
			}
			asked = true
		}
		list, err := namedRegions(f.Path, text, pictures)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("encode regions: %w", err)
		}
		from.Record.Extra = maps.Clone(from.Record.Extra)
		from.Record.Extra[key] = raw
	}
	return nil
}

// regionOf reads "wall.jpg 10, 20, 300, 400"; the name may be left out.
var regionOf = regexp.MustCompile(`^(?:(.*\S)\s+)?((?:pct:)?[0-9.]+ *, *[0-9.]+ *, *[0-9.]+ *, *[0-9.]+)$`)

// namedRegions reads a cell of regions, parted by semicolons or lines.
func namedRegions(field, text string, pictures []picture) ([]archive.Region, error) {
	var out []archive.Region
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；\n", r) }) {
		part = strings.TrimSpace(strings.ReplaceAll(part, "，", ","))
		if part == "" {
			continue
		}
		found := regionOf.FindStringSubmatch(part)
		if found == nil {
			return nil, archive.Invalid(field, "%q is not a region like 100,200,640,480 or pct:10,20,30,30, with the file's name before it where there are several", part)
		}
		name := found[1]
		region := archive.Region{Asset: name, XYWH: strings.ReplaceAll(found[2], " ", "")}
		switch {
		case name != "":
			meant := slices.DeleteFunc(slices.Clone(pictures), func(p picture) bool { return !p.called(name) })
			if len(meant) == 1 {
				region.Asset = meant[0].asset
			}
		case len(pictures) == 1:
			region.Asset = pictures[0].asset
		case len(pictures) == 0:
			return nil, archive.Invalid(field, "%q names no image, and the row has none: give it a file, or write the image's id before the numbers", part)
		default:
			return nil, archive.Invalid(field, "%q names no image, and the row has %d: write the file's name before the numbers, as in %q", part, len(pictures), pictures[0].name+" "+part)
		}
		out = append(out, region)
	}
	return out, nil
}

// called reports whether an image is meant by a name: its id, its file's name, or that
// without the ending.
func (p picture) called(name string) bool {
	name = nfc(name)
	return name == p.asset || strings.EqualFold(name, p.name) || strings.EqualFold(name, strings.TrimSuffix(p.name, filepath.Ext(p.name)))
}

// pictures are the images that a row may mean: its files, else those that the archive has
// of its record, else of the record that it is part of. What is in files is read for it,
// because the bytes make the id.
func (r *run) pictures(ctx context.Context, out *row, known *archive.Entry) ([]picture, error) {
	var found []picture
	for i := range out.files {
		f := &out.files[i]
		name := nfc(filepath.Base(f.path))
		if f.want != nil {
			name = nfc(f.want.Filename)
		}
		switch {
		case f.asset != "":
			found = append(found, picture{name, f.asset})
			continue
		case !f.promised():
			continue
		case f.read == nil:
			read, err := r.p.read(ctx, f.file(), !r.req.DryRun)
			if unreadable(err) {
				continue // which is told when it is received
			}
			if err != nil {
				return nil, err
			}
			f.read = read
		}
		found = append(found, picture{name, archive.AssetID(out.record.ID, f.read.sum)})
	}
	if len(found) > 0 {
		return found, nil
	}
	if found = picturesOf(known); len(found) > 0 || out.record.PartOf == "" {
		return found, nil
	}
	whole, err := r.known(ctx, out.record.PartOf)
	if err != nil && !errors.Is(err, archive.ErrNotFound) && !refusal(err) {
		return nil, err
	}
	return picturesOf(whole), nil
}

func picturesOf(e *archive.Entry) (out []picture) {
	if e == nil {
		return nil
	}
	for i := range e.Assets {
		if a := &e.Assets[i]; a.Image != nil {
			out = append(out, picture{nfc(a.Master.Filename), a.ID})
		}
	}
	return out
}
