// Package archive is the domain of hexi: what a cultural-heritage archive
// holds and the rules by which it changes.
//
// It owns the words of the archive (Record, Asset, Period, Place, Rights,
// Revision, Change, Job, User), their validation, and the Archive service,
// which is the only writer: every change of the catalogue goes through it and
// becomes, in one transaction, a new revision, an entry of the ordered change
// log, and the jobs that follow from it. Whatever else exists (search indexes,
// access copies, caches) is derived from that log and can be made again.
//
// It owns no technology. Where rows are kept, how jobs are worked and where
// bytes lie is the business of the packages below it (archive/catalog,
// archive/objects, archive/raster …), which import this package and are joined
// by cmd/hexi. Package archive itself imports the standard library only.
//
// A short example, with a catalogue already opened:
//
//	a := archive.New(catalog, vocabulary, archive.Options{})
//	saved, err := a.Save(ctx, by, archive.Draft{
//		Record: archive.Record{
//			Collection: "dunhuang", Kind: archive.KindCave,
//			Titles: archive.Text{"zh": "莫高窟第220窟", "en": "Mogao Cave 220"},
//		},
//		Publish: true,
//	})
package archive
