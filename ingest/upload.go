package ingest

import (
	"context"
	"slices"

	"hexi/archive"
	"hexi/archive/ocr"
)

// Uploaded is what became of an upload.
type Uploaded struct {
	Record string
	Assets int // files that the record did not have before
	IDs    []string
}

// Upload saves a record and receives its files. A record with files is published
// with the first of its images that can be shown, and not before all of them are
// received: an upload that is cut off, or whose files are refused, leaves nothing
// empty in public.
func (p *Pipeline) Upload(ctx context.Context, by, batch string, draft archive.Draft, files []File) (Uploaded, error) {
	withImage := draft.Publish && len(files) > 0
	draft.Publish = draft.Publish && !withImage
	saved, err := p.archive.Save(ctx, by, draft)
	if err != nil {
		return Uploaded{}, err
	}
	done, err := p.AddFiles(ctx, by, batch, saved.ID, files)
	if err != nil {
		return done, err
	}
	for i, id := range done.IDs {
		if !withImage {
			break
		}
		if ocr.Named(files[i].Name) && slices.ContainsFunc(files, func(f File) bool { return !ocr.Named(f.Name) }) {
			continue // it is no image that can be shown
		}
		if err := p.archive.PublishWhenReady(ctx, by, id); err != nil {
			return done, err
		}
	}
	return done, nil
}

// AddFiles receives files for a record that is there, whose record itself stays as it is.
func (p *Pipeline) AddFiles(ctx context.Context, by, batch, record string, files []File) (Uploaded, error) {
	done := Uploaded{Record: record}
	for _, f := range files {
		receipt, err := p.Receive(ctx, by, record, f, batch)
		if err != nil {
			return done, err
		}
		done.IDs = append(done.IDs, receipt.Asset)
		if receipt.Outcome != archive.Unchanged {
			done.Assets++
		}
	}
	return done, nil
}
