package web

import (
	"context"

	"hexi/archive"
)

// publishWhenReady has uploads saved as drafts, which are published in the
// transaction that makes the first of their images ready: an upload that is cut
// off, or whose files are refused, leaves no empty record in public.
type publishWhenReady struct {
	archive *archive.Archive
	to      Uploader
}

// Upload implements Uploader.
func (p publishWhenReady) Upload(ctx context.Context, by string, u Upload) (Uploaded, error) {
	publish := u.Publish
	u.Publish = false
	done, err := p.to.Upload(ctx, by, u)
	if err != nil || !publish {
		return done, err
	}
	q := archive.AssetQuery{Record: done.Record, Limit: 200}
	for {
		page, err := p.archive.Assets(ctx, q)
		if err != nil {
			return done, err
		}
		for _, a := range page {
			if err := p.archive.PublishWhenReady(ctx, by, a.ID); err != nil {
				return done, err
			}
			q.After = a.ID
		}
		if len(page) < q.Limit {
			return done, nil
		}
	}
}
