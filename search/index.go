package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"hexi/archive"
	"hexi/search/engine"
	"hexi/search/zh"
)

// Vocabulary is what search needs of the controlled vocabularies.
type Vocabulary interface {
	Term(scheme archive.Scheme, codeOrLabel string) (archive.Term, bool)
	Terms(scheme archive.Scheme) ([]archive.Term, bool)
	Names(scheme archive.Scheme, code string) []string
	PeriodYears(term, site string) (from, to int, ok bool)
	// Period reads words for a time, as a site counts it; "" for no site.
	Period(expression, site string) (archive.Dating, bool)
}

// URLs makes the addresses that hits carry.
type URLs struct {
	Thumbnail func(asset string, side int) string // of an image that fits side × side pixels
	Manifest  func(record string) string
	Page      func(record string, view int) string // of a record, showing a view of it, from 1
}

// Options are the outside facts of an index.
type Options struct {
	Vocabulary Vocabulary
	URLs       URLs
	Pages      Pages // the texts of pages; nil for none
	Log        *slog.Logger
	Now        func() time.Time
}

// Index is an opened index. It is safe for use by many goroutines, but its
// directory belongs to one process.
type Index struct {
	dir        string // "" in memory
	vocabulary Vocabulary
	urls       URLs
	pages      Pages
	log        *slog.Logger
	now        func() time.Time
	folder     *zh.Folder
	tokenizer  *tokenizer
	analysis   *fieldAnalysis
	pinyin     *zh.Pinyin
	sites      []*thing
	lexicon    *lexicon
	regions    *regions
	engine     *engine.Engine
	packer     *packer

	warming sync.WaitGroup
	mu      sync.RWMutex // guards bleve against being swapped
	bleve   bleve.Index
	lock    *os.File
	rebuild sync.Mutex  // one rebuild or comparison at a time
	writing sync.Mutex  // one writer at a time: the order of changes counts
	broken  atomic.Bool // it panicked when it was written to

	compaction compaction

	readOnly bool // it is only looked at

	forgetting forgetting // of the one who calls Serve
}

// ErrInUse says that another process has the index open.
var ErrInUse = errors.New("another hexi process has the search index open")

// current names the index in the directory that is in use; a swap replaces it.
const current = "CURRENT"

// Open opens the index in a directory, or makes an empty one; dir "" is one in
// memory. An index that is damaged, or of another schema, is set aside and an
// empty one made: NeedsRebuild then says so.
func Open(_ context.Context, dir string, opts Options) (_ *Index, err error) {
	ix, err := newIndex(dir, opts)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		if ix.bleve, err = inMemory(); err != nil {
			return nil, err
		}
		return ix, ix.stamp(ix.bleve)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make index directory: %w", err)
	}
	if err := ix.takeLock(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ix.lock.Close())
		}
	}()
	ix.forgetAnswers()
	if ix.bleve, err = ix.openCurrent(); err != nil {
		return nil, err
	}
	ix.warming.Go(ix.warm)
	return ix, nil
}

// inMemory makes an empty index in memory, of the same kind as those in a directory.
func inMemory() (bleve.Index, error) {
	b, err := bleve.NewUsing("", noMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("make index: %w", err)
	}
	return b, nil
}

// warm reads what searches keep in memory, beside them.
func (ix *Index) warm() {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	began := time.Now()
	if err := ix.engine.Warm(ix.bleve); err != nil {
		ix.log.Warn("the search index could not be read beforehand", "error", err)
	}
	if took := time.Since(began); took > time.Second {
		ix.log.Info("the search index was read", "seconds", took.Round(time.Millisecond).Seconds())
	}
}

// newIndex is an index without its engine.
func newIndex(dir string, opts Options) (*Index, error) {
	ix := &Index{dir: dir, vocabulary: opts.Vocabulary, urls: opts.URLs, pages: opts.Pages, log: opts.Log, now: opts.Now, folder: zh.NewFolder(), pinyin: zh.NewPinyin(), engine: engine.New(layout())}
	if ix.log == nil {
		ix.log = slog.New(slog.DiscardHandler)
	}
	if ix.now == nil {
		ix.now = time.Now
	}
	if ix.urls.Thumbnail == nil {
		ix.urls.Thumbnail = func(asset string, side int) string {
			return fmt.Sprintf("/iiif/3/%s/full/!%d,%d/0/default.jpg", asset, side, side)
		}
	}
	if ix.urls.Manifest == nil {
		ix.urls.Manifest = func(record string) string { return "/iiif/manifest/" + record }
	}
	if ix.urls.Page == nil {
		ix.urls.Page = func(record string, view int) string { return fmt.Sprintf("/records/%s#view=%d", record, view) }
	}
	ix.tokenizer = &tokenizer{folder: ix.folder}
	ix.analysis = newFieldAnalysis(ix.tokenizer)
	ix.readSites()
	ix.readLexicon()
	ix.readRegions()
	ix.packer = newPacker()
	return ix, nil
}

// openCurrent opens the index that CURRENT names, or makes one.
func (ix *Index) openCurrent() (bleve.Index, error) {
	name, err := os.ReadFile(filepath.Join(ix.dir, current))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ix.createNext()
	case err != nil:
		return nil, fmt.Errorf("open index: %w", err)
	}
	path := filepath.Join(ix.dir, filepath.Base(strings.TrimSpace(string(name))))
	opened, err := openGuarded(path, map[string]any{"bolt_timeout": "2s"})
	if err == nil {
		version, versionErr := opened.GetInternal([]byte("schema"))
		if versionErr == nil && string(version) == schemaVersion {
			return opened, nil
		}
		ix.log.Info("the search index is of another schema and is made anew", "path", path)
		if err := opened.Close(); err != nil {
			ix.log.Warn("close old index", "error", err)
		}
		return ix.createNext()
	}
	// Kept for whoever wants to know why; the next rebuild removes it.
	ix.log.Warn("the search index is damaged, it is set aside and made anew", "path", path, "error", err)
	if err := os.Rename(path, path+".damaged"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("set damaged index aside: %w", err)
	}
	return ix.createNext()
}

// createNext makes an empty index and points CURRENT to it.
func (ix *Index) createNext() (bleve.Index, error) {
	name, created, err := ix.createBeside()
	if err != nil {
		return nil, err
	}
	if err := ix.pointTo(name); err != nil {
		return nil, errors.Join(err, created.Close())
	}
	return created, nil
}

// createBeside makes an empty index beside the current one.
func (ix *Index) createBeside() (name string, created bleve.Index, err error) {
	entries, err := os.ReadDir(ix.dir)
	if err != nil {
		return "", nil, fmt.Errorf("read index directory: %w", err)
	}
	next := 1
	for _, e := range entries {
		number, _, _ := strings.Cut(strings.TrimPrefix(e.Name(), "index-"), ".")
		if n, err := strconv.Atoi(number); err == nil && n >= next {
			next = n + 1
		}
	}
	name = fmt.Sprintf("index-%06d", next)
	created, err = bleve.New(filepath.Join(ix.dir, name), noMapping())
	if err != nil {
		return "", nil, fmt.Errorf("make index %s: %w", name, err)
	}
	return name, created, ix.stamp(created)
}

func (ix *Index) stamp(b bleve.Index) error {
	if err := b.SetInternal([]byte("schema"), []byte(schemaVersion)); err != nil {
		return fmt.Errorf("stamp index: %w", err)
	}
	return nil
}

// pointTo makes CURRENT name an index, whole or not at all.
func (ix *Index) pointTo(name string) error {
	temp := filepath.Join(ix.dir, current+".new")
	f, err := os.Create(temp)
	if err == nil {
		_, err = f.WriteString(name + "\n")
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(ix.dir, current))
	}
	if err != nil {
		return fmt.Errorf("switch to index %s: %w", name, err)
	}
	return nil
}

// Close closes the index.
func (ix *Index) Close() error {
	ix.compaction.stop()
	ix.warming.Wait()
	err := ix.closeParts()
	ix.compaction.going.Wait()
	if ix.lock != nil {
		err = errors.Join(err, ix.lock.Close())
	}
	if err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

func (ix *Index) closeParts() error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.engine.Reset()
	return ix.bleve.Close()
}

// Count returns how many records the index holds, of all tiers.
func (ix *Index) Count() (uint64, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	n, err := ix.bleve.DocCount()
	if err != nil {
		return 0, fmt.Errorf("count index: %w", err)
	}
	return n, nil
}

// Seq returns the change up to which the index has come; 0 for an empty one,
// which is to be rebuilt or to follow from the start.
func (ix *Index) Seq() (int64, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return seqOf(ix.bleve)
}

func seqOf(b bleve.Index) (int64, error) {
	v, err := b.GetInternal([]byte("seq"))
	if err != nil {
		return 0, fmt.Errorf("read index position: %w", err)
	}
	if v == nil {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read index position: %w", err)
	}
	return n, nil
}

func (ix *Index) prepareAll(entries []*archive.Entry) ([]*prepared, error) {
	out := make([]*prepared, len(entries))
	for i, e := range entries {
		var err error
		if out[i], err = ix.prepare(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// altered leaves out what stands in the index as it is already: most changes after a record
// was published are about its files and its package.
func altered(b bleve.Index, list []*prepared) ([]*prepared, error) {
	out := list[:0]
	for _, p := range list {
		have, found, err := digestOf(b, p.id)
		if err != nil {
			return nil, err
		}
		if !found || have != p.digest {
			out = append(out, p)
		}
	}
	return out, nil
}

// apply indexes entries, removes ids, and notes the position, in one batch.
func (ix *Index) apply(ctx context.Context, b bleve.Index, entries []*archive.Entry, gone []string, seq int64) error {
	list, err := ix.prepareAll(entries)
	if err != nil {
		return err
	}
	if err := ix.addPages(ctx, list); err != nil {
		return err
	}
	return ix.write(b, list, gone, seq)
}

// write is apply for records that are prepared. An index whose own files could not be
// written may panic at the next batch: then it is broken.
func (ix *Index) write(b bleve.Index, list []*prepared, gone []string, seq int64) (err error) {
	defer func() {
		if v := recover(); v != nil {
			ix.broken.Store(true)
			err = fmt.Errorf("write index: it is broken, and has to be made anew: %v", v)
		}
	}()
	ix.compaction.wrote()
	batch := b.NewBatch()
	for _, p := range list {
		if err := batch.IndexAdvanced(ix.analysis.document(p)); err != nil {
			return fmt.Errorf("index %s: %w", p.id, err)
		}
	}
	for _, id := range gone {
		batch.Delete(id)
	}
	batch.SetInternal([]byte("seq"), []byte(strconv.FormatInt(seq, 10)))
	if err := b.Batch(batch); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}
