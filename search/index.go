package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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
	Free       func(dir string) (bytes int64, err error) // of the disk that a directory is on; nil: enough
	// Archive is the identity of the catalogue that the index is of. An index that was
	// made of another one is not used; "" takes any.
	Archive string
}

// Index is an opened index. It is safe for use by many goroutines, but its
// directory belongs to one process.
type Index struct {
	dir         string // "" in memory
	vocabulary  Vocabulary
	urls        URLs
	pages       Pages
	batchTerms  int // maxBatchTerms, but for tests
	log         *slog.Logger
	now         func() time.Time
	folder      *zh.Folder
	tokenizer   *tokenizer
	analysis    *fieldAnalysis
	pinyin      *zh.Pinyin
	sites       []*thing
	lexicon     *lexicon
	regions     *regions
	periodParts map[string][]string // of periods: those that follow each other in it
	engine      *engine.Engine
	packer      *packer

	warming sync.WaitGroup
	mu      sync.RWMutex // guards bleve against being swapped
	bleve   bleve.Index
	lock    *os.File
	rebuild sync.Mutex  // one rebuild or comparison at a time
	writing sync.Mutex  // one writer at a time: the order of changes counts
	broken  atomic.Bool // it panicked when it was written to

	closed     bool // under mu
	compaction compaction
	free       func(dir string) (int64, error)
	copies     copies
	archive    string                   // the identity of the catalogue
	why        string                   // it has to be made anew; under rebuild
	old        bool                     // it is of an earlier schema, and answers until a new one is made; under rebuild
	indexing   atomic.Pointer[Indexing] // nil: searches see all that it has followed

	readOnly bool // it is only looked at

	forgetting forgetting // of the one who calls Serve
}

// ErrInUse says that another process has the index open.
var ErrInUse = errors.New("another hexi process has the search index open")

// current names the index in the directory that is in use; a swap replaces it.
const current = "CURRENT"

// Open opens the index in a directory, or makes an empty one; dir "" is one in
// memory. All of its files are looked at. An index that is damaged is set aside, one
// that is of another archive or of another schema is removed, and an empty one takes its
// place; one of an earlier schema that can be answered from stays until a new one is made.
// Prepare says so, and Make makes it.
func Open(_ context.Context, dir string, opts Options) (_ *Index, err error) {
	ix, err := newIndex(dir, opts)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		_, ix.bleve, err = ix.createFresh()
		return ix, err
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
	ix.compaction.wrote() // a server that begins has other things to do than to join parts
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
	if ix.closed {
		return
	}
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
	ix := &Index{dir: dir, vocabulary: opts.Vocabulary, urls: opts.URLs, pages: opts.Pages, batchTerms: maxBatchTerms, log: opts.Log, now: opts.Now, free: opts.Free, archive: opts.Archive, folder: zh.NewFolder(), pinyin: zh.NewPinyin(), engine: engine.New(layout())}
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
	ix.readPeriods()
	ix.packer = newPacker()
	return ix, nil
}

// createNext makes an empty index, and in a directory points CURRENT to it; why is why it has to be made.
func (ix *Index) createNext(why string) (bleve.Index, error) {
	ix.why, ix.old = why, false
	name, created, err := ix.createFresh()
	if err != nil || ix.dir == "" {
		return created, err
	}
	if err := ix.pointTo(name); err != nil {
		return nil, errors.Join(err, created.Close())
	}
	return created, nil
}

// createBeside makes an empty index beside the current one.
func (ix *Index) createBeside() (name string, created bleve.Index, err error) {
	if name, err = ix.nextName(); err != nil {
		return "", nil, err
	}
	created, err = bleve.New(filepath.Join(ix.dir, name), noMapping())
	if err != nil {
		return "", nil, fmt.Errorf("make index %s: %w", name, err)
	}
	return name, created, ix.stamp(created)
}

// nextName is what the next index is called.
func (ix *Index) nextName() (string, error) {
	entries, err := os.ReadDir(ix.dir)
	if err != nil {
		return "", fmt.Errorf("read index directory: %w", err)
	}
	next := 1
	for _, e := range entries {
		number, _, _ := strings.Cut(strings.TrimPrefix(e.Name(), "index-"), ".")
		if n, err := strconv.Atoi(number); err == nil && n >= next {
			next = n + 1
		}
	}
	return fmt.Sprintf("index-%06d", next), nil
}

func (ix *Index) stamp(b bleve.Index) error {
	if err := b.SetInternal([]byte(schemaKey), []byte(schemaVersion)); err != nil {
		return fmt.Errorf("stamp index: %w", err)
	}
	return ix.stampArchive(b)
}

// stampArchive notes of which catalogue an index is.
func (ix *Index) stampArchive(b bleve.Index) error {
	if ix.archive == "" {
		return nil
	}
	if have, err := b.GetInternal([]byte(archiveKey)); err == nil && string(have) == ix.archive {
		return nil
	}
	if err := b.SetInternal([]byte(archiveKey), []byte(ix.archive)); err != nil {
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
	if err == nil && ix.dir != "" && !ix.readOnly {
		path, noteErr := currentPath(ix.dir)
		if noteErr == nil {
			noteErr = noteSum(path)
		}
		if noteErr != nil { // without it less can be proved the next time
			ix.log.Warn("close index", "error", noteErr)
		}
	}
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
	ix.closed = true
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
	v, err := b.GetInternal([]byte(seqKey))
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

// apply indexes entries, removes ids, and notes the position.
func (ix *Index) apply(ctx context.Context, b bleve.Index, entries []*archive.Entry, gone []string, seq int64) error {
	list, err := ix.prepareAll(entries)
	if err != nil {
		return err
	}
	return ix.writePaged(ctx, b, list, gone, seq, seq, "")
}

// writePaged is write for documents that still lack what stands on their pages. Where that is
// much they are written in several steps; until the last of them the index stays at from.
func (ix *Index) writePaged(ctx context.Context, b bleve.Index, list []*prepared, gone []string, from, to int64, noted string) error {
	if len(gone) > 0 && slices.ContainsFunc(list, func(p *prepared) bool { return p.paged }) {
		// What is withdrawn does not wait until texts are read.
		if err := ix.write(b, nil, gone, from, ""); err != nil {
			return err
		}
		gone = nil
	}
	adder := &pageAdder{ix: ix}
	defer adder.told()
	begin, terms := 0, 0
	for i, p := range list {
		n, err := adder.add(ctx, p)
		if err != nil {
			return err
		}
		if terms += n; terms < ix.batchTerms || i+1 == len(list) {
			continue
		}
		if err := ix.write(b, list[begin:i+1], nil, from, ""); err != nil {
			return err
		}
		for _, written := range list[begin : i+1] {
			written.values = nil // the memory for the next
		}
		begin, terms = i+1, 0
	}
	return ix.write(b, list[begin:], gone, to, noted)
}

// write is apply for records that are prepared; noted is what is noted of the last change
// (markAt), "" for nothing. An index whose own files could not be
// written may panic at the next batch: then it is broken.
func (ix *Index) write(b bleve.Index, list []*prepared, gone []string, seq int64, noted string) (err error) {
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
	batch.SetInternal([]byte(seqKey), []byte(strconv.FormatInt(seq, 10)))
	if noted != "" {
		batch.SetInternal([]byte(hashKey), []byte(noted))
	}
	if err := b.Batch(batch); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}
