package export

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hexi/archive"
	"hexi/archive/bagit"
)

// RecordsFile is where the records lie in a bag, one a line (archive.Line).
const RecordsFile = "data/records.jsonl"

// MasterPath is where a master lies in a bag: under its asset and its own name, as in its
// preservation package.
func MasterPath(m archive.LineMaster) string { return "data/masters/" + m.ID + "/" + m.Filename }

// Per says how many bags there are.
type Per string

// One bag for all that is exported, one a collection, one a record. Of the last two the
// target is a folder of bags, each called by the collection's or the record's id.
const (
	PerExport     Per = "export"
	PerCollection Per = "collection"
	PerRecord     Per = "record"
)

// BagOptions say how bags are made.
type BagOptions struct {
	Per      Per
	Software string    // for Bag-Software-Agent
	Date     time.Time // for Bagging-Date
	Name     string    // External-Identifier of the one bag of an export
	// Copies is how many masters are copied at once; 0 is 4.
	Copies int
	// Progress, if not nil, hears of each file that is in a bag.
	Progress func(bytes int64)
}

// agent is how the bags begin that hexi made, and only such are replaced.
const agent = "hexi "

// Bags writes the chosen records with their masters. A bag that is there already and holds
// exactly this is left as it is; an earlier one is replaced when the new one is whole. A
// bag whose masters cannot be had is not made: what is lacking is in the summary, and what
// was copied is used again the next time.
func (x *Exporter) Bags(ctx context.Context, dir string, c Choice, opts BagOptions) (Summary, error) {
	c.Files = true
	if opts.Copies <= 0 {
		opts.Copies = 4
	}
	b := &bagging{x: x, choice: c, opts: opts}
	b.summary.To = dir
	var err error
	switch opts.Per {
	case PerRecord:
		err = b.perRecord(ctx, dir)
	case PerCollection:
		err = b.perCollection(ctx, dir)
	default:
		err = b.one(ctx, dir, opts.Name, "", func(yield func(*archive.Entry, error) bool) { x.entries(ctx, c)(yield) })
	}
	return b.summary, err
}

// bagging is one run of Bags.
type bagging struct {
	x       *Exporter
	choice  Choice
	opts    BagOptions
	summary Summary
}

func (b *bagging) perRecord(ctx context.Context, dir string) error {
	for e, err := range b.x.entries(ctx, b.choice) {
		if err != nil {
			return err
		}
		once := func(yield func(*archive.Entry, error) bool) { yield(e, nil) }
		if err := b.one(ctx, filepath.Join(dir, e.Record.ID), e.Record.ID, e.Record.Titles.In("zh"), once); err != nil {
			return err
		}
	}
	return nil
}

// perCollection makes a bag of each collection that has records. A record of kind
// collection is in the bag of the collection that it describes.
func (b *bagging) perCollection(ctx context.Context, dir string) error {
	var slugs []string
	seen := map[string]bool{}
	for e, err := range b.x.entries(ctx, b.choice) {
		if err != nil {
			return err
		}
		if slug := home(e); !seen[slug] {
			seen[slug] = true
			slugs = append(slugs, slug)
		}
	}
	for _, slug := range slugs {
		choice := b.choice
		choice.Collection = slug
		of := func(yield func(*archive.Entry, error) bool) {
			for e, err := range b.x.entries(ctx, choice) {
				if err == nil && home(e) != slug {
					continue
				}
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
		if err := b.one(ctx, filepath.Join(dir, slug), slug, "", of); err != nil {
			return err
		}
	}
	return nil
}

// home is the collection in whose bag a record is.
func home(e *archive.Entry) string {
	if e.Record.Kind == archive.KindCollection {
		return e.Record.ID
	}
	return e.Record.Collection
}

// records is the sequence of a bag's records. It is gone through twice.
type records func(yield func(*archive.Entry, error) bool)

// one makes one bag.
func (b *bagging) one(ctx context.Context, dir, name, title string, of records) (err error) {
	if err := replaceable(dir); err != nil {
		return err
	}
	counted, same, err := b.standing(dir, of)
	if err != nil {
		return err
	}
	if same {
		b.add(counted)
		b.summary.Left++
		return nil
	}
	w, err := bagit.Create(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	counted, err = b.fill(ctx, w, of)
	if err != nil {
		return err
	}
	if len(counted.Failed) > 0 {
		b.summary.Failed = append(b.summary.Failed, counted.Failed...)
		return nil
	}
	info := []bagit.Field{
		{Name: "Bag-Software-Agent", Value: agent + b.opts.Software},
		{Name: "Bagging-Date", Value: b.opts.Date.Format(time.DateOnly)},
		{Name: "External-Identifier", Value: name},
	}
	if title != "" {
		info = append(info, bagit.Field{Name: "External-Description", Value: title})
	}
	if err := w.Finish(ctx, info); err != nil {
		return err
	}
	b.add(counted)
	return nil
}

func (b *bagging) add(s Summary) {
	b.summary.Records += s.Records
	b.summary.Files += s.Files
	b.summary.Bytes += s.Bytes
	b.summary.Bags++
}

// standing reports whether a bag is there that holds just this.
func (b *bagging) standing(dir string, of records) (s Summary, same bool, err error) {
	if !bagit.IsBag(dir) {
		return s, false, nil
	}
	c := bagit.Compare(dir)
	lines := newLines(io.Discard)
	for e, err := range of {
		if err != nil {
			return s, false, err
		}
		line := b.choice.line(e)
		for _, m := range line.Masters {
			c.List(MasterPath(m), m.Size, m.SHA512)
		}
		if err := lines.add(line); err != nil {
			return s, false, err
		}
		s.count(line)
	}
	sum, size := lines.end()
	c.List(RecordsFile, size, sum)
	return s, c.Same(), nil
}

// fill puts records and masters into a bag.
func (b *bagging) fill(ctx context.Context, w *bagit.Writer, of records) (Summary, error) {
	var s Summary
	copies := newCopies(ctx, b, w)
	_, err := w.Write(ctx, RecordsFile, func(file io.Writer) error {
		out := bufio.NewWriterSize(file, 1<<20)
		lines := newLines(out)
		for e, err := range of {
			if err != nil {
				return err
			}
			line := b.choice.line(e)
			if err := lines.add(line); err != nil {
				return err
			}
			for _, m := range line.Masters {
				if err := w.List(MasterPath(m), m.Size, m.SHA512); err != nil {
					return err
				}
				copies.start(m, *e.Current(m.ID)) // a line does not have all assets
			}
			s.count(line)
			if err := copies.failed(); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	lacking, failed := copies.wait()
	s.Failed = lacking
	return s, errors.Join(err, failed)
}

// lines encodes lines and hashes them on the way.
type lines struct {
	out  io.Writer
	sum  hash.Hash
	size int64
	buf  []byte
}

func newLines(out io.Writer) *lines {
	h := sha512.New()
	return &lines{out: io.MultiWriter(out, h), sum: h}
}

func (l *lines) add(line archive.Line) (err error) {
	if l.buf, err = line.Append(l.buf[:0]); err != nil {
		return err
	}
	n, err := io.Copy(l.out, bytes.NewReader(l.buf))
	l.size += n
	return err
}

func (l *lines) end() (sum string, size int64) { return hex.EncodeToString(l.sum.Sum(nil)), l.size }

// copies brings masters into a bag, several at once.
type copies struct {
	ctx   context.Context //nolint:containedctx // lives as long as one bag is filled
	b     *bagging
	w     *bagit.Writer
	slots chan struct{}
	wg    sync.WaitGroup

	mu      sync.Mutex
	lacking []Item
	err     error
}

func newCopies(ctx context.Context, b *bagging, w *bagit.Writer) *copies {
	return &copies{ctx: ctx, b: b, w: w, slots: make(chan struct{}, b.opts.Copies)}
}

func (c *copies) start(m archive.LineMaster, a archive.Asset) {
	c.slots <- struct{}{}
	c.wg.Go(func() {
		defer func() { <-c.slots }()
		err := c.w.Put(c.ctx, MasterPath(m), m.Size, m.SHA512, func() (io.ReadCloser, error) {
			return c.b.x.masters.Open(c.ctx, a.Master.Key)
		})
		if err != nil {
			c.note(m, a, err)
		} else if c.b.opts.Progress != nil {
			c.b.opts.Progress(m.Size)
		}
	})
}

func (c *copies) note(m archive.LineMaster, a archive.Asset, err error) {
	var other *bagit.MismatchError
	why := ""
	switch {
	case errors.Is(err, archive.ErrNotFound):
		why = "is not in the object store under " + a.Master.Key
	case errors.As(err, &other):
		why = "is damaged in the object store (" + a.Master.Key + "): " + other.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if why == "" {
		c.err = errors.Join(c.err, fmt.Errorf("master %s of record %s: %w", m.Filename, a.Record, err))
		return
	}
	c.lacking = append(c.lacking, Item{
		Record: a.Record, Asset: a.ID, Why: "master " + m.Filename + " " + why,
		Do: "receive the file again (hexi ingest), or leave the record out; its bag was not made, and goes on with what was copied",
	})
}

// failed returns what makes it vain to go on.
func (c *copies) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *copies) wait() ([]Item, error) {
	c.wg.Wait()
	return c.lacking, c.err
}

// replaceable refuses to write where something is that is no bag of hexi's.
func replaceable(dir string) error {
	info, err := bagit.Info(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return archive.Invalid(dir, "is there already (%v); name another folder", err)
	}
	for _, f := range info {
		if strings.EqualFold(f.Name, "Bag-Software-Agent") && strings.HasPrefix(f.Value, agent) {
			return nil
		}
	}
	return archive.Invalid(dir, "is a bag that another program made; name another folder")
}
