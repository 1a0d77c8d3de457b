package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// Vocabularies reads the archive's own vocabularies and profiles as they are now, by
// their paths below dir; none where it has none.
type Vocabularies func() (dir string, files map[string][]byte, err error)

// vocabularies compares the archive's own vocabularies with the newest version of their
// package. It comes before everything else: labels are indexed as they say.
func (c *Checker) vocabularies(ctx context.Context, r *Report) error {
	if c.parts.Vocabularies == nil || c.root == nil {
		return nil
	}
	c.wordsDiffer = false
	dir, there, err := c.parts.Vocabularies()
	if err != nil {
		return err
	}
	object, err := c.root.Object(ctx, archive.PackageVocabularies)
	if errors.Is(err, archive.ErrNotFound) {
		if len(there) > 0 {
			r.note("vocabularies", fmt.Sprintf("those of %s are in no package yet, so that nothing was there to compare them with: servers, workers and hexi ingest preserve them when they start", dir))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("open package %s: %w", archive.PackageVocabularies, err)
	}
	preserved, err := packet.ReadVocabularies(ctx, object, object.Paths())
	if err != nil {
		return err
	}
	all := maps.Clone(preserved)
	maps.Copy(all, there)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		now, is := there[name]
		was, kept := preserved[name]
		if is && kept && bytes.Equal(now, was) {
			continue
		}
		d, err := vocabularyDiffers(object, name, is, kept)
		if err != nil {
			return err
		}
		d.Key = filepath.Join(dir, filepath.FromSlash(name))
		r.add(d)
		c.wordsDiffer = true
	}
	return nil
}

// meant is what to do where the change of a vocabulary was meant.
const meant = "if that was meant, restart servers and workers, or run hexi ingest, which preserve it; "

// vocabularyDiffers tells of one file of vocabularies that is not what its package has.
func vocabularyDiffers(object *ocfl.Object, name string, is, kept bool) (Difference, error) {
	d := Difference{Code: VocabularyDiffers}
	version := fmt.Sprintf("version %d of package %s", object.Head, object.ID)
	if !kept {
		d.Why = "it is not in " + version
		d.Do = meant + "if not, take it away"
		return d, nil
	}
	key, err := object.Key(name)
	if err != nil {
		return d, err
	}
	if d.Why = "its bytes are not those of " + version; !is {
		d.Why = "it is not there, and is in " + version
	}
	d.Do = meant + "if not, copy " + key + " of the object store over it"
	return d, nil
}

// indexAfterWords says of differences of the index that the vocabularies are to be seen
// to first: brought up to labels that are damaged, it would look whole.
func (c *Checker) indexAfterWords(hear func(Difference)) func(Difference) {
	if !c.wordsDiffer {
		return hear
	}
	return func(d Difference) {
		d.Do = "see to the vocabularies first (" + string(VocabularyDiffers) + "): the index holds their labels; then run hexi check again"
		if c.opts.Repair {
			d.Repaired = "not yet: the vocabularies have to be seen to first"
		}
		hear(d)
	}
}
