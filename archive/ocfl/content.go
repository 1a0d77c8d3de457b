package ocfl

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hexi/archive"
)

// store puts the small files of a version, and the declaration of a new object.
// Nothing that is there is replaced. A name under which another writer left the same
// bytes is good as it is; under a name with other bytes may be what a living writer
// is about to commit, so that the file gets a name of its own, made of its digest.
func (p *plan) store(ctx context.Context, fresh bool) error {
	blobs, of := p.blobs(fresh)
	for i, err := range p.root.putAll(ctx, blobs) {
		switch {
		case err == nil:
		case !errors.Is(err, archive.ErrExists):
			return err
		case i < len(of):
			if err := p.adopt(ctx, of[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// blobs are the small files of a version, and the files that they are of; the
// declaration of a new object is one more.
func (p *plan) blobs(fresh bool) (blobs []Blob, of []*placed) {
	for _, f := range p.stored {
		if f.From == "" {
			blobs = append(blobs, Blob{Key: p.key(f), Data: f.Data, PutOptions: PutOptions{IfAbsent: true}})
			of = append(of, f)
		}
	}
	if fresh {
		blobs = append(blobs, declared(p.dir, specWritten))
	}
	return blobs, of
}

// declared is the declaration of an object.
func declared(dir, spec string) Blob {
	value := "ocfl_object_" + spec
	return Blob{Key: dir + "/0=" + value, Data: []byte(value + "\n"), PutOptions: PutOptions{IfAbsent: true}}
}

// copies brings the files that are elsewhere in the store.
func (p *plan) copies(ctx context.Context) error {
	for _, f := range p.stored {
		if f.From == "" {
			continue
		}
		if err := p.copy(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// inOne does what is left of a version in one batch, in the order of the steps:
// small files, commit, and what repeats it. Where something is in the way it is not
// done, and the steps are taken one by one: they find what is there already.
func (p *plan) inOne(ctx context.Context, batch Batch, h *head) (done bool, err error) {
	raw, err := p.inv.encode()
	if err != nil {
		return true, err
	}
	blobs, _ := p.blobs(h.inv == nil)
	blobs = append(blobs, Blob{Key: p.dir + "/" + p.inv.Head + "/" + inventoryName, Data: raw, PutOptions: PutOptions{IfAbsent: true}})
	blobs = append(blobs, repeats(p.dir, h, p.inv, raw)...)
	for i := range blobs {
		blobs[i].Size = int64(len(blobs[i].Data))
	}
	_, err = batch.PutAll(ctx, blobs)
	if errors.Is(err, archive.ErrExists) || errors.Is(err, archive.ErrConflict) || errors.Is(err, errors.ErrUnsupported) {
		return false, nil
	}
	return true, err
}

func (p *plan) key(f *placed) string { return p.dir + "/" + f.content }

// adopt takes what is there under a file's name, or gives the file another one.
func (p *plan) adopt(ctx context.Context, f *placed) error {
	same, err := p.holds(ctx, f)
	if err != nil || same {
		return err
	}
	p.rename(f)
	if f.From != "" {
		return p.root.store.Copy(ctx, f.From, p.key(f)) // whoever comes between brings the same bytes
	}
	err = p.root.put(ctx, p.key(f), f.Data, PutOptions{IfAbsent: true})
	if errors.Is(err, archive.ErrExists) {
		if same, err = p.holds(ctx, f); err == nil && !same {
			err = fmt.Errorf("%s %w: it does not have the digest in its name", p.key(f), ErrCorrupt)
		}
	}
	return err
}

// holds tells whether what is there under a file's name are the file's bytes.
func (p *plan) holds(ctx context.Context, f *placed) (bool, error) {
	info, err := p.root.store.Stat(ctx, p.key(f))
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if f.From == "" && info.Size != int64(len(f.Data)) || f.Size > 0 && info.Size != f.Size {
		return false, nil
	}
	digest, err := p.root.hashKey(ctx, p.key(f))
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil // its writer was not the first, and cleared it away
	}
	return digest == f.SHA512, err
}

// rename gives a file a name that no other content can have.
func (p *plan) rename(f *placed) {
	p.left = append(p.left, p.key(f))
	f.content = p.inv.Head + "/" + p.inv.content() + "/" + nameByContent(f.Path, f.SHA512)
	p.inv.Manifest[f.SHA512] = []string{f.content}
}

// copy brings a file from elsewhere in the store. Stores cannot copy on a
// condition: an empty object is put in the place first, on the condition that there
// is none, and whoever put it copies over it.
func (p *plan) copy(ctx context.Context, f *placed) error {
	err := p.root.put(ctx, p.key(f), nil, PutOptions{IfAbsent: true})
	if errors.Is(err, archive.ErrExists) {
		err = p.adopt(ctx, f)
	} else if err == nil {
		err = p.root.store.Copy(ctx, f.From, p.key(f))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	info, err := p.root.store.Stat(ctx, p.key(f))
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	if f.Size > 0 && info.Size != f.Size {
		return fmt.Errorf("%s: %s has %d bytes, not %d: %w", f.Path, f.From, info.Size, f.Size, ErrCorrupt)
	}
	return nil
}

// clear removes what this writer and those that it met left under the version's
// directory and the committed inventory does not have. The version is there for
// good, so that nobody can commit what is removed. After an error, the next Write
// goes on with it (tidy).
func (p *plan) clear(ctx context.Context, committed *inventory) error {
	kept := committed.keys(p.dir)
	keys := p.left
	for _, f := range p.stored {
		keys = append(keys, p.key(f))
	}
	var left error
	for _, key := range keys {
		if !kept[key] && strings.HasPrefix(key, p.dir+"/"+committed.Head+"/") {
			left = errors.Join(left, p.root.store.Delete(ctx, key))
		}
	}
	if len(p.left) > 0 && left == nil {
		left = p.root.sweepNamed(ctx, p.dir, committed)
	}
	if left != nil {
		return fmt.Errorf("version %d is written, and what an earlier attempt left was not removed: %w", committed.number, left)
	}
	return nil
}

// sweepNamed removes what is under names made of digests in the newest version, which is
// committed, and is none of its own: of several writers that stopped one after the other
// and had other bytes each, only the first left its bytes under the plain name. It lists
// that one folder, and is for where a plain name was found taken, so that a writer did
// stop.
func (r *Root) sweepNamed(ctx context.Context, dir string, committed *inventory) error {
	kept := committed.keys(dir)
	var left error
	for info, err := range r.store.List(ctx, dir+"/"+committed.Head+"/"+committed.content()+"/"+byContent+"/") {
		if err != nil {
			return errors.Join(left, err)
		}
		if !kept[info.Key] {
			left = errors.Join(left, r.store.Delete(ctx, info.Key))
		}
	}
	return left
}

// tidy removes what a writer that stopped left of the newest version under the names of
// files for which the version then took others, made of their digests. It lists nothing
// where no file has such a name, as mostly: then there is nothing to look for.
func (r *Root) tidy(ctx context.Context, dir string, inv *inventory) error {
	kept := map[string]bool{} // in lower case: some disks do not tell the two apart
	for _, paths := range inv.Manifest {
		for _, content := range paths {
			kept[strings.ToLower(content)] = true
		}
	}
	renamed := false
	for digest, paths := range inv.Versions[inv.Head].State {
		for _, path := range paths {
			base := inv.Head + "/" + inv.content() + "/"
			if !kept[strings.ToLower(base+nameByContent(path, digest))] || kept[strings.ToLower(base+path)] || !storable(path, maxKey-len(dir)-1-len(base)) {
				continue
			}
			renamed = true
			if _, err := r.store.Stat(ctx, dir+"/"+base+path); errors.Is(err, archive.ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
			if err := r.store.Delete(ctx, dir+"/"+base+path); err != nil {
				return err
			}
		}
	}
	if !renamed {
		return nil
	}
	return r.sweepNamed(ctx, dir, inv)
}
