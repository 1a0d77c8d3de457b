package ingest

import (
	"context"

	"hexi/archive"
)

// Uploaded is what became of an upload.
type Uploaded struct {
	Record string
	Assets int // files that the record did not have before
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
	done := Uploaded{Record: saved.ID}
	var assets []string
	for _, f := range files {
		receipt, err := p.Receive(ctx, by, saved.ID, f, batch)
		if err != nil {
			return done, err
		}
		assets = append(assets, receipt.Asset)
		if receipt.Outcome != archive.Unchanged {
			done.Assets++
		}
	}
	for _, id := range assets {
		if !withImage {
			break
		}
		if err := p.archive.PublishWhenReady(ctx, by, id); err != nil {
			return done, err
		}
	}
	return done, nil
}
