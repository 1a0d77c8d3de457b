package harvest

import (
	"slices"

	"hexi/archive"
)

// ownRecord returns the record that a hexi server gives of a manifest beside it: the
// whole of it, of which the manifest holds only what viewers show. ok is false for what
// does not say that it is one.
func ownLink(list []link) (address string, ok bool) {
	for _, l := range list {
		if l.kind == "Dataset" && l.format == "application/json" &&
			(slices.Contains(l.label["en"], "Record as JSON") || slices.Contains(l.label["zh"], "藏品记录（JSON）")) {
			return l.id, true
		}
	}
	return "", false
}

// readOwn reads such a record: it says what it is by the keys that hexi's API puts around
// a record, and is held to the shape of one like every upload.
func readOwn(address string, data []byte) (archive.Record, error) {
	o, err := readJSON(address, data)
	if err != nil {
		return archive.Record{}, err
	}
	for _, key := range []string{"id", "kind", "collection", "titles", "revision", "status"} {
		if o[key] == nil {
			return archive.Record{}, refuse(address, "not-a-record", "", "does not say that it is a record of hexi: it has no %s", key)
		}
	}
	r, err := archive.DecodeRecord(data)
	if err != nil {
		return archive.Record{}, refuse(address, "not-a-record", "", "is no record as this hexi knows them: %v", err)
	}
	return r, nil
}
