// Package harvest brings records and images from elsewhere: from IIIF manifests and
// collections (Presentation API 2.1 and 3.0, Image API 1.1, 2.1 and 3.0) and from
// repositories that speak OAI-PMH 2.0 (oai_dc, lido).
//
// It owns the way out (Client: who may be asked, how often, how much is taken), the
// reading of these formats into records, and the memory of what came from where. It does
// not write to the archive: a Batch is a sheet of lines and a folder of files that the
// pipeline takes in like any other, and Merge says what of a line may change a record.
//
// What comes is hostile. Addresses of private networks are refused after their names
// were looked up; documents are bounded in bytes and depth; XML has no document types and no
// entities; names of files are made here and never taken.
//
// Invariants: a record that came from elsewhere says so in its extra field Key, with the
// value of each field as it came. A later harvest changes a field only where the record
// still says what the harvest before wrote: a curator's words are never overwritten.
//
//	h := harvest.New(harvest.NewClient(harvest.Options{Agent: "hexi/1.0"}), archive, harvest.Plan{Collection: "dunhuang"})
//	err := h.IIIF(ctx, "https://example.org/iiif/manifest/1", take)
package harvest
