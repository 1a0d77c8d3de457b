package search

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"

	"hexi/archive"
)

// Indexing says how far an index is that is being made anew, of which searches see
// nothing yet: they are answered from the one before (Old), or from none.
type Indexing struct {
	Done int  `json:"done"`          // records that are in it
	Of   int  `json:"of"`            // that there are
	Old  bool `json:"old,omitempty"` // an index of an earlier version answers meanwhile
}

// Nothing reports whether there is nothing to answer from meanwhile.
func (i *Indexing) Nothing() bool { return i != nil && !i.Old }

// Indexing returns how far the index is that searches wait for; nil where they see all
// that it has followed.
func (ix *Index) Indexing() *Indexing { return ix.indexing.Load() }

// What an index keeps about itself, beside its records.
const (
	schemaKey  = "schema"
	archiveKey = "archive" // the identity of the catalogue that it was made of
	seqKey     = "seq"     // the change up to which it has come
	fillingKey = "filling" // it is in the making
	hashKey    = "hash"    // that change's number and hash: a log that was restored goes another way
)

// answering are the earlier schemas whose indexes are good enough to answer from while a new
// one is made: the present code reads what is stored in them and their columns, and at most
// finds less by words. Whoever raises schemaVersion says here whether the one before is of
// these; without it searches wait.
var answering = []string{"11", "12", "13", "14"} //nolint:gochecknoglobals // never changed

// answers reports whether an index of an earlier schema is one of these, and has what no
// answer can do without: cards, and who may see them.
func answers(schema string, b bleve.Index) (bool, error) {
	if !slices.Contains(answering, schema) {
		return false, nil
	}
	n, err := b.DocCount()
	if err != nil || n == 0 {
		return err == nil, err
	}
	have, err := b.Fields()
	if err != nil {
		return false, fmt.Errorf("read what fields the index has: %w", err)
	}
	return slices.Contains(have, fieldTier) && slices.Contains(have, fieldCard), nil
}

// Prepare looks whether the index can be used with a catalogue, before searches are
// answered. Where it has to be made anew it returns why, Indexing tells of it from then on,
// and Make makes it. One that has followed another log than the catalogue's, as of a
// database that was put back, is not used any more, of whatever schema it is.
func (ix *Index) Prepare(ctx context.Context, source Source) (why string, err error) {
	ix.rebuild.Lock()
	defer ix.rebuild.Unlock()
	if ix.why == "" || ix.old { // searches see what is in it
		other, err := astray(ctx, source, ix.bleve)
		if err != nil {
			return "", err
		}
		if other != "" {
			ix.why = other
			if err := ix.discard(); err != nil {
				return "", err
			}
		}
	}
	of, err := source.Count(ctx, archive.ListQuery{Published: true})
	if err != nil {
		return "", fmt.Errorf("prepare index: %w", err)
	}
	if ix.why == "" && of > 0 { // made by a process that ended before it was filled
		if n, err := ix.Count(); err != nil {
			return "", err
		} else if seq, err := ix.Seq(); err != nil {
			return "", err
		} else if n == 0 && seq == 0 {
			ix.why = "it is empty"
		}
	}
	if of == 0 && !ix.old {
		ix.why = "" // the empty one is what it should be
	}
	if ix.why == "" {
		return "", ix.clearOthers() // what was left of one in the making is not needed
	}
	ix.indexing.Store(&Indexing{Of: of, Old: ix.old})
	return ix.why, nil
}

// Make makes the index anew where Prepare has found that it has to be; it may be tried
// again.
func (ix *Index) Make(ctx context.Context, source Source) error {
	ix.rebuild.Lock()
	defer ix.rebuild.Unlock()
	if ix.indexing.Load() == nil {
		return nil // somebody asked for a new one meanwhile
	}
	_, err := ix.reindex(ctx, source, nil)
	return err
}

// astray says why an index cannot have followed the log of a catalogue; "" where it may
// have.
func astray(ctx context.Context, source Source, b bleve.Index) (why string, err error) {
	seq, err := seqOf(b)
	if err != nil || seq == 0 {
		return "", err
	}
	noted, err := b.GetInternal([]byte(hashKey))
	if err != nil {
		return "", fmt.Errorf("read index position: %w", err)
	}
	return strays(ctx, source, seq, hashOf(string(noted), seq))
}

// strays compares the last change that an index, or a copy of one, has followed, and its
// hash ("" where nothing is known of it), with the log.
func strays(ctx context.Context, source Source, seq int64, hash string) (why string, err error) {
	last, err := source.LastChange(ctx)
	if err != nil {
		return "", fmt.Errorf("hold index to the log: %w", err)
	}
	if seq > last {
		return fmt.Sprintf("it has come to change %d, and the log ends at %d: the catalogue is of an earlier state", seq, last), nil
	}
	if hash == "" {
		return "", nil
	}
	now, err := markAt(ctx, source, seq)
	if err != nil {
		return "", err
	}
	if hashOf(now, seq) != hash {
		return fmt.Sprintf("change %d is another one than it followed: the catalogue is of another state", seq), nil
	}
	return "", nil
}

// markAt is what an index notes of the change up to which it has come.
func markAt(ctx context.Context, source Source, seq int64) (string, error) {
	if seq == 0 {
		return "", nil
	}
	changes, err := source.Changes(ctx, seq-1, 1)
	if err != nil {
		return "", fmt.Errorf("read change %d: %w", seq, err)
	}
	if len(changes) == 0 || changes[0].Seq != seq {
		return "", nil
	}
	return noteOf(&changes[0]), nil
}

func noteOf(c *archive.Change) string { return strconv.FormatInt(c.Seq, 10) + ":" + c.Hash }

// hashOf is the hash in what noteOf wrote of a change; "" where that is of another one.
func hashOf(noted string, seq int64) string {
	number, hash, _ := strings.Cut(noted, ":")
	if number != strconv.FormatInt(seq, 10) {
		return ""
	}
	return hash
}

// discard puts an empty index in the place of one that is not to be answered from.
func (ix *Index) discard() error {
	ix.log.Warn("the search index is not of this catalogue and is made anew", "why", ix.why)
	ix.writing.Lock()
	defer ix.writing.Unlock()
	fresh, err := ix.createNext(ix.why)
	if err != nil {
		return err
	}
	ix.warming.Wait()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.engine.Reset()
	old := ix.bleve
	ix.bleve = fresh
	return errors.Join(old.Close(), ix.clearOthers())
}

// clearOthers removes all but the index in use.
func (ix *Index) clearOthers() error {
	if ix.dir == "" {
		return nil
	}
	path, err := currentPath(ix.dir)
	if err != nil {
		return err
	}
	ix.clear(filepath.Base(path))
	return nil
}
