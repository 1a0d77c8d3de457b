package main

import (
	"context"

	"github.com/google/uuid"

	"hexi/archive"
	"hexi/cmd/hexi/internal/web"
	"hexi/ingest"
)

// uploader takes the workbench's uploads into the archive.
type uploader struct{ house *house }

// Upload implements web.Uploader.
func (u uploader) Upload(ctx context.Context, by string, up web.Upload) (web.Uploaded, error) {
	batch := uuid.Must(uuid.NewV7()).String()
	files := make([]ingest.File, len(up.Files))
	for i, f := range up.Files {
		files[i] = ingest.File{Name: f.Name, Size: f.Size, Open: f.Open, Replaces: up.Replaces}
	}
	if up.Into != "" {
		done, err := u.house.pipeline.AddFiles(ctx, by, batch, up.Into, files)
		return web.Uploaded{Record: up.Into, Batch: batch, Assets: done.Assets, IDs: done.IDs}, err
	}
	done, err := u.house.pipeline.Upload(ctx, by, batch, archive.Draft{Record: up.Record, Publish: up.Publish, Message: "upload"}, files)
	return web.Uploaded{Record: done.Record, Batch: batch, Assets: done.Assets, IDs: done.IDs}, err
}
