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
	h := u.house
	saved, err := h.archive.Save(ctx, by, archive.Draft{Record: up.Record, Publish: up.Publish, Message: "upload"})
	if err != nil {
		return web.Uploaded{}, err
	}
	done := web.Uploaded{Record: saved.ID, Batch: uuid.Must(uuid.NewV7()).String()}
	for _, f := range up.Files {
		receipt, err := h.pipeline.Receive(ctx, by, saved.ID, ingest.File{Name: f.Name, Open: f.Open}, done.Batch)
		if err != nil {
			return done, err
		}
		if receipt.Outcome != archive.Unchanged {
			done.Assets++
		}
	}
	return done, nil
}
