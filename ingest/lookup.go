package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// lookAhead is how many rows of a table are looked up in the archive together.
const lookAhead = batchSize

// lookups are answers about rows that come next. They hold until something is saved;
// what was not asked is asked then.
type lookups struct {
	ids     map[archive.Accession][]string
	entries map[string]*archive.Entry // nil for none
}

// forget drops the answers, as the archive is not what it was any more.
func (l *lookups) forget() { l.ids, l.entries = nil, nil }

func (l *lookups) empty() bool { return l.ids == nil }

// look asks at once what identify will ask of each of these rows.
func (r *run) look(ctx context.Context, rows []sheet.Row, seen map[string]int) error {
	var numbers []archive.Accession
	asked := map[string]bool{}
	again := map[string]int{} // as seen will be
	for _, row := range rows {
		if row.Passed != "" || row.Err != nil {
			continue
		}
		record := &row.Record
		accession := accessionOf(record)
		switch {
		case record.ID != "":
			asked[record.ID] = true
		case accession.Number != "":
			for _, id := range accessionIDs(record) {
				asked[id] = true
			}
			if accession.Holder != "" {
				numbers = append(numbers, accession)
			}
		default:
			parts, key := selfKey(record)
			again[key]++
			asked[selfID(parts, seen[key]+again[key])] = true
		}
	}
	found, err := r.records.FindAll(ctx, numbers)
	if err != nil {
		return err
	}
	answers := lookups{ids: make(map[archive.Accession][]string, len(numbers)), entries: make(map[string]*archive.Entry, len(asked))}
	for i, accession := range numbers {
		answers.ids[accession] = found[i]
		for _, id := range found[i] {
			asked[id] = true
		}
	}
	ids := make([]string, 0, len(asked))
	for id := range asked {
		if archive.ValidID(id) {
			ids = append(ids, id)
			answers.entries[id] = nil
		}
	}
	entries, err := r.records.Records(ctx, ids)
	if err != nil {
		return err
	}
	for _, e := range entries {
		answers.entries[e.Record.ID] = e
	}
	r.ahead = answers
	return nil
}

// identify gives a record the id under which the archive knows it, or one that the same
// row gets again the next time, and returns what the archive has under it, or nil. A row
// is recognised by its id; else by its register number with its holder; else by its
// number alone in its collection; else by what it says of itself, and equal rows by
// their order.
func (r *run) identify(ctx context.Context, record *archive.Record, seen map[string]int) (*archive.Entry, error) {
	if record.ID != "" {
		return r.known(ctx, record.ID)
	}
	if accession := accessionOf(record); accession.Number != "" {
		id, err := r.find(ctx, accession)
		if err != nil {
			return nil, err
		}
		if id != "" {
			record.ID = id
			return r.known(ctx, id)
		}
		// A record that came without a holder is this one, once it has one.
		ids := accessionIDs(record)
		record.ID = ids[0]
		known, err := r.known(ctx, record.ID)
		if err != nil || len(ids) == 1 || known != nil && known.Record.Holder() == "" {
			return known, err
		}
		record.ID = ids[1]
		return r.known(ctx, record.ID)
	}
	parts, key := selfKey(record)
	seen[key]++
	record.ID = selfID(parts, seen[key])
	return r.known(ctx, record.ID)
}

func accessionOf(record *archive.Record) archive.Accession {
	return archive.Accession{Number: record.Identifier("accession"), Holder: record.Holder()}
}

// accessionIDs are the ids of a record that is known by its register number: by that
// alone and, where it has a holder, by both.
func accessionIDs(record *archive.Record) []string {
	accession := accessionOf(record)
	ids := []string{archive.DerivedID(record.Collection, "accession", accession.Number)}
	if accession.Holder != "" {
		ids = append(ids, archive.DerivedID(record.Collection, "accession", accession.Number, accession.Holder))
	}
	return ids
}

// selfKey is what a record without a number says of itself, and the same as one text.
func selfKey(record *archive.Record) (parts []string, key string) {
	parts = []string{record.Collection, string(record.Kind), record.Titles.In("zh")}
	for _, identifier := range record.Identifiers {
		parts = append(parts, identifier.Type, identifier.Value)
	}
	if record.Place != nil {
		parts = append(parts, record.Place.Name.In("zh"))
	}
	return parts, strings.Join(parts, "\x00")
}

// selfID is the id of the n-th record, from 1, that says the same of itself.
func selfID(parts []string, n int) string {
	if n > 1 {
		parts = append(parts, fmt.Sprint(n))
	}
	return archive.DerivedID(parts...)
}

// find returns the id of the record with a register number and a holder, or "". Two
// records that have them are refused: which is meant cannot be told.
func (r *run) find(ctx context.Context, accession archive.Accession) (string, error) {
	if accession.Holder == "" {
		return "", nil
	}
	ids, ok := r.ahead.ids[accession]
	if !ok {
		found, err := r.records.FindAll(ctx, []archive.Accession{accession})
		if err != nil {
			return "", err
		}
		ids = found[0]
	}
	switch len(ids) {
	case 0:
		return "", nil
	case 1:
		return ids[0], nil
	}
	return "", archive.Invalid("identifiers.accession", "%s of %s is the number of two records, %s and %s; name in a column id the one that is meant, or give one of them its own number",
		accession.Number, accession.Holder, ids[0], ids[1])
}

// known returns what the archive has under an id, or nil.
func (r *run) known(ctx context.Context, id string) (*archive.Entry, error) {
	if !archive.ValidID(id) {
		return nil, nil // validation says so
	}
	if entry, ok := r.ahead.entries[id]; ok {
		return entry, nil
	}
	known, err := r.records.Record(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	return known, err
}
