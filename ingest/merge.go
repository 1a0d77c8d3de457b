package ingest

import (
	"encoding/json"
	"fmt"

	"hexi/archive"
)

// mergeRecord fills the top-level fields of record that the sheet has no column
// for from what is known. Of extra, keys that the sheet does not have stay.
func mergeRecord(record *archive.Record, known archive.Record, has map[string]bool) error {
	fresh, err := fieldsOf(*record)
	if err != nil {
		return err
	}
	old, err := fieldsOf(known)
	if err != nil {
		return err
	}
	for name, value := range old {
		if !has[name] {
			fresh[name] = value
		}
	}
	for name, value := range known.Extra {
		if _, ok := record.Extra[name]; !ok {
			if record.Extra == nil {
				record.Extra = map[string]json.RawMessage{}
			}
			record.Extra[name] = value
		}
	}
	if len(record.Extra) > 0 {
		if fresh["extra"], err = json.Marshal(record.Extra); err != nil {
			return fmt.Errorf("merge extra of %s: %w", known.ID, err)
		}
	}
	merged, err := json.Marshal(fresh)
	if err != nil {
		return fmt.Errorf("merge record %s: %w", known.ID, err)
	}
	var out archive.Record
	if err := json.Unmarshal(merged, &out); err != nil {
		return fmt.Errorf("merge record %s: %w", known.ID, err)
	}
	*record = out
	return nil
}

func fieldsOf(r archive.Record) (map[string]json.RawMessage, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record %s: %w", r.ID, err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("encode record %s: %w", r.ID, err)
	}
	return fields, nil
}
