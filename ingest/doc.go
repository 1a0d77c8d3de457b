// Package ingest is the pipeline that takes a museum's files and catalogue
// sheets into the archive:
//
//	receive   bytes go into the object store while their SHA-512 is computed;
//	          the asset and its first job are committed in one transaction
//	identify  what the master really is: format, dimensions, technical metadata;
//	          what cannot be shown is refused with a reason, its master kept
//	derive    the access copy: pyramid, sidecar, thumbnails
//
// Receive runs where the files are (the command or the upload); the others are
// durable jobs (archive.Job) that any process may work, again and again: each is
// idempotent, so that a kill at any moment costs time and nothing else.
//
// The package owns the order of the steps, the layout of keys in the object
// store (keys.go) and the matching of files to rows. It owns no format: sheets
// are read by ingest/sheet, pixels by archive/raster, and where bytes and rows
// lie it does not know.
//
//	p := ingest.New(arch, store, engine, ingest.Options{Scratch: dir})
//	report, err := p.Run(ctx, ingest.Request{Paths: []string{"photos", "sheet.csv"}, Collection: "dunhuang"})
package ingest
