package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"hexi/archive"
)

// Archive is what is exported: archive.Archive satisfies it.
type Archive interface {
	// List returns a page of records in the order of their ids.
	List(ctx context.Context, q archive.ListQuery) (page []*archive.Entry, next string, err error)
	// Record returns a record at its latest revision.
	Record(ctx context.Context, id string) (*archive.Entry, error)
	// PublicRecord returns a record as the public sees it.
	PublicRecord(ctx context.Context, id string) (*archive.Entry, error)
	// Records and PublicRecords return those of the ids that are there, in the order
	// given.
	Records(ctx context.Context, ids []string) ([]*archive.Entry, error)
	PublicRecords(ctx context.Context, ids []string) ([]*archive.Entry, error)
}

// Masters opens what the object store holds under the key of a master. The caller
// closes it.
type Masters interface {
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// Choice says which records are exported, and how much of them. The zero Choice is
// every record at its latest revision, drafts and withdrawn ones among them, without
// its masters.
type Choice struct {
	Collection string   // "" is all
	IDs        []string // none is all
	// Published gives the records as the public sees them: their published revisions,
	// without what is closed.
	Published bool
	// Files tells of the records' masters too.
	Files bool
}

// Summary counts what an export holds.
type Summary struct {
	To      string `json:"to,omitempty"`
	Records int    `json:"records"`
	Files   int    `json:"files"`            // masters
	Bytes   int64  `json:"bytes"`            // of these masters
	Bags    int    `json:"bags,omitempty"`   // whole bags in the target, Left among them
	Left    int    `json:"left,omitempty"`   // bags that were whole already and were left as they are
	Sheets  int    `json:"sheets,omitempty"` // of a workbook
	Failed  []Item `json:"failed,omitempty"`
}

// Item is something that could not be exported, and what to do about it.
type Item struct {
	Record string `json:"record,omitempty"`
	Asset  string `json:"asset,omitempty"`
	Why    string `json:"why"`
	Do     string `json:"do,omitempty"`
}

// Exporter exports from one archive. It is safe for use by many goroutines.
type Exporter struct {
	archive Archive
	masters Masters
}

// New returns an exporter. Masters may be nil where no bags are made.
func New(arch Archive, masters Masters) *Exporter {
	return &Exporter{archive: arch, masters: masters}
}

// pageSize is how many records are read at once.
const pageSize = 500

// entries yields the chosen records. Records of kind collection come first, each after
// the one that it belongs to itself, so that whoever takes the export in knows a
// collection before its records; the others follow in the order of their ids.
func (x *Exporter) entries(ctx context.Context, c Choice) iter.Seq2[*archive.Entry, error] {
	return func(yield func(*archive.Entry, error) bool) {
		if len(c.IDs) > 0 {
			x.named(ctx, c, yield)
			return
		}
		collections, err := x.collections(ctx, c)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, e := range collections {
			if !yield(e, nil) {
				return
			}
		}
		for e, err := range x.list(ctx, archive.ListQuery{Collection: c.Collection, Published: c.Published}) {
			if err == nil && e.Record.Kind == archive.KindCollection {
				continue // it came already
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// list yields the records of a query, page after page.
func (x *Exporter) list(ctx context.Context, q archive.ListQuery) iter.Seq2[*archive.Entry, error] {
	return func(yield func(*archive.Entry, error) bool) {
		for q.Limit = pageSize; ; {
			page, next, err := x.archive.List(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.After = next
		}
	}
}

// collections returns the records of kind collection in an order in which they can be
// saved. Of one collection that is the record that describes it, and collections
// within.
func (x *Exporter) collections(ctx context.Context, c Choice) ([]*archive.Entry, error) {
	found := map[string]*archive.Entry{}
	var ids []string
	q := archive.ListQuery{Collection: c.Collection, Kind: archive.KindCollection, Published: c.Published}
	for e, err := range x.list(ctx, q) {
		if err != nil {
			return nil, err
		}
		found[e.Record.ID] = e
		ids = append(ids, e.Record.ID)
	}
	if c.Collection != "" && found[c.Collection] == nil {
		own, err := x.entry(ctx, c.Collection, c.Published)
		switch {
		case err == nil && own.Record.Kind == archive.KindCollection:
			found[c.Collection] = own
			ids = append(ids, c.Collection)
		case err != nil && !errors.Is(err, archive.ErrNotFound):
			return nil, err
		}
	}
	slices.Sort(ids)
	var out []*archive.Entry
	placed := map[string]bool{}
	var place func(id string)
	place = func(id string) {
		e := found[id]
		if e == nil || placed[id] {
			return
		}
		placed[id] = true // before what it belongs to: a circle ends here
		place(e.Record.Collection)
		out = append(out, e)
	}
	for _, id := range ids {
		place(id)
	}
	return out, nil
}

func (x *Exporter) entry(ctx context.Context, id string, published bool) (*archive.Entry, error) {
	if !archive.ValidID(id) {
		return nil, fmt.Errorf("record %q: %w", id, archive.ErrNotFound)
	}
	if published {
		return x.archive.PublicRecord(ctx, id)
	}
	return x.archive.Record(ctx, id)
}

// named yields the records that were named, each once, in the order of their ids but
// for collections. One that is not there is an error of the whole.
func (x *Exporter) named(ctx context.Context, c Choice, yield func(*archive.Entry, error) bool) {
	ids := slices.Clone(c.IDs)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	missing := archive.InvalidErrors{}
	for _, id := range ids {
		_, err := x.entry(ctx, id, c.Published)
		if errors.Is(err, archive.ErrNotFound) {
			why := "no record has this id"
			if c.Published {
				why = "no record that the public sees has this id"
			}
			missing = append(missing, archive.Invalid(id, "%s", why))
		} else if err != nil {
			yield(nil, err)
			return
		}
	}
	if len(missing) > 0 {
		yield(nil, missing)
		return
	}
	for _, collections := range []bool{true, false} {
		for _, id := range ids {
			e, err := x.entry(ctx, id, c.Published)
			if err == nil && (e.Record.Kind == archive.KindCollection) != collections {
				continue
			}
			if err == nil && c.Collection != "" && e.Record.Collection != c.Collection {
				continue
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// line returns an entry as it is given out. Of what the public sees in a reduced size
// the masters are not part.
func (c Choice) line(e *archive.Entry) archive.Line {
	files := c.Files
	if c.Published && e.Record.Rights != nil && e.Record.Rights.Tier == archive.TierReduced {
		files = false
	}
	return archive.NewLine(e, files)
}

func (s *Summary) count(l archive.Line) {
	s.Records++
	s.Files += len(l.Masters)
	for _, m := range l.Masters {
		s.Bytes += m.Size
	}
}
