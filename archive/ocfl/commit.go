package ocfl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// add writes version h+1: content, commit, and what repeats the commit. The error is
// errOther when another writer committed it first.
func (r *Root) add(ctx context.Context, dir string, h *head, v Version, files []File) (Written, error) {
	inv := nextInventory(h.inv, v)
	p := &plan{root: r, dir: dir, inv: inv, taken: map[string]bool{}}
	w := Written{Object: v.Object, Version: inv.number, New: true}
	state := make(map[string][]string, len(files))
	for _, f := range files {
		state[f.SHA512] = append(state[f.SHA512], f.Path)
		if len(inv.Manifest[f.SHA512]) > 0 {
			w.Reused++
			continue
		}
		if err := p.place(f); err != nil {
			return Written{}, err
		}
		w.Stored++
	}
	inv.Versions[inv.Head] = &versionBlock{
		Created: v.Created.UTC().Truncate(time.Second).Format(time.RFC3339), Message: v.Message, User: userOf(v), State: state,
	}
	err := p.copies(ctx)
	if batch, ok := r.store.(Batch); ok && err == nil {
		done, err := p.inOne(ctx, batch, h)
		switch {
		case done && err != nil:
			return Written{}, err
		case done:
			return w, p.clear(ctx, inv)
		}
	}
	if err == nil {
		err = p.store(ctx, h.inv == nil)
	}
	if err != nil {
		// Another writer may have committed the version, and cleared away what it did
		// not need.
		if winner, other := r.winner(ctx, dir, inv); other == nil {
			_ = p.clear(ctx, winner) // the winner's Write tells, or the next one
			return Written{}, errOther
		}
		return Written{}, err
	}
	raw, err := inv.encode()
	if err != nil {
		return Written{}, err
	}
	// The commit.
	err = r.put(ctx, dir+"/"+inv.Head+"/"+inventoryName, raw, PutOptions{IfAbsent: true})
	if errors.Is(err, archive.ErrExists) {
		winner, err := r.winner(ctx, dir, inv)
		if err != nil {
			return Written{}, err
		}
		_ = p.clear(ctx, winner) // as above
		return Written{}, errOther
	}
	if err != nil {
		return Written{}, err
	}
	if err := r.finish(ctx, dir, h, inv, raw); err != nil {
		return Written{}, fmt.Errorf("version %d is written, and was not put in the place of the one before: %w", inv.number, err)
	}
	return w, p.clear(ctx, inv)
}

func userOf(v Version) *userBlock {
	if v.User == "" {
		return nil
	}
	return &userBlock{Name: v.User, Address: v.Address}
}

func nextInventory(before *inventory, v Version) *inventory {
	if before != nil {
		return before.next()
	}
	inv := &inventory{
		ID: v.Object, Algorithm: algorithmUsed, Manifest: map[string][]string{}, Versions: map[string]*versionBlock{},
	}
	return inv.next()
}

// winner reads the inventory with which another writer made the same version.
func (r *Root) winner(ctx context.Context, dir string, inv *inventory) (*inventory, error) {
	key := dir + "/" + inv.Head + "/" + inventoryName
	raw, _, err := r.get(ctx, key, maxInventory)
	if err != nil {
		return nil, err
	}
	return readInventory(raw, key)
}

// finish repeats a commit where readers look for it: in the root of the object. raw
// is the inventory inv, which follows h. Each file is replaced only when it is
// still what h saw, so that who comes late does not undo a later version. The
// inventory in the root comes last: where it stands, all of the version does.
func (r *Root) finish(ctx context.Context, dir string, h *head, inv *inventory, raw []byte) error {
	blobs := repeats(dir, h, inv, raw)
	last := len(blobs) - 1
	if h.inv == nil {
		// It is there since before the first commit, unless somebody removed it.
		if err := firstBut(r.putAll(ctx, []Blob{declared(dir, inv.spec)}), archive.ErrExists); err != nil {
			return err
		}
	}
	errs := r.putAll(ctx, blobs[:last])
	if err := firstBut(errs, archive.ErrExists, archive.ErrConflict); err != nil {
		return err
	}
	errs = append(errs, r.putAll(ctx, blobs[last:])...)
	if err := firstBut(errs, archive.ErrExists, archive.ErrConflict); err != nil {
		return err
	}
	if errors.Join(errs...) == nil {
		return nil
	}
	now, err := r.read(ctx, dir)
	if err != nil {
		return err
	}
	return r.reseal(ctx, dir, now)
}

// firstBut is the first error that is none of those that say that another one was
// there before.
func firstBut(errs []error, others ...error) error {
	for _, err := range errs {
		if err != nil && !slices.ContainsFunc(others, func(other error) bool { return errors.Is(err, other) }) {
			return err
		}
	}
	return nil
}

// repeats are the files that repeat the commit of inv, whose bytes are raw, after h.
func repeats(dir string, h *head, inv *inventory, raw []byte) []Blob {
	line := sidecarLine(digestHex(inv.Algorithm, raw))
	return []Blob{
		{Key: dir + "/" + inv.Head + "/" + inv.sidecar(), Data: line},
		{Key: dir + "/" + inv.sidecar(), Data: line, PutOptions: replacing(h.sidecar)},
		{Key: dir + "/" + inventoryName, Data: raw, PutOptions: replacing(h.etag)},
	}
}

func replacing(etag string) PutOptions {
	if etag == "" {
		return PutOptions{IfAbsent: true}
	}
	return PutOptions{IfMatch: etag}
}

// reseal puts the digest of an inventory beside it, where a writer stopped before
// that, or several came at once.
func (r *Root) reseal(ctx context.Context, dir string, h *head) error {
	for range attempts {
		if h.sealed {
			return nil
		}
		err := r.put(ctx, dir+"/"+h.inv.sidecar(), sidecarLine(digestHex(h.inv.Algorithm, h.raw)), replacing(h.sidecar))
		if err != nil && !errors.Is(err, archive.ErrConflict) && !errors.Is(err, archive.ErrExists) {
			return err
		}
		// Another version may have come: its inventory needs its own digest.
		if h, err = r.read(ctx, dir); err != nil {
			return err
		}
		if h.recovered != "" {
			return fmt.Errorf("%s: the object must be settled: %w", h.recovered, ErrCorrupt)
		}
	}
	return nil // others are writing, and do the same
}

// putAll puts small files at once. Each has an error of its own.
func (r *Root) putAll(ctx context.Context, blobs []Blob) []error {
	for i := range blobs {
		blobs[i].Size = int64(len(blobs[i].Data))
	}
	errs := make([]error, len(blobs))
	_ = together(len(blobs), func(i int) error { // each has its own error
		errs[i] = r.store.Put(ctx, blobs[i].Key, bytes.NewReader(blobs[i].Data), blobs[i].PutOptions)
		return nil
	})
	return errs
}

// plan is the content that a version brings along.
type plan struct {
	root   *Root
	dir    string
	inv    *inventory
	stored []*placed
	taken  map[string]bool // content paths, in lower case
	left   []string        // keys under which another writer's content was found
}

// placed is a file on its way into the object.
type placed struct {
	File
	content string // content path
}

// place chooses the content path of a file: its own name, unless the store (or
// another file) does not allow that.
func (p *plan) place(f File) error {
	if f.Data == nil && f.From == "" && f.SHA512 != sha512Hex(nil) {
		return archive.Invalid("files", "%s is said to be in the object already, which has no content with the SHA-512 %s", f.Path, shortDigest(f.SHA512))
	}
	base := p.inv.Head + "/" + p.inv.content() + "/"
	content := base + f.Path
	// What differs in case only would be one file on some disks.
	if !storable(f.Path, maxKey-len(p.dir)-1-len(base)) || p.collides(content) {
		content = base + nameByContent(f.Path, f.SHA512)
	}
	p.take(f, content)
	return nil
}

func (p *plan) take(f File, content string) {
	p.inv.Manifest[f.SHA512] = []string{content}
	p.stored = append(p.stored, &placed{File: f, content: content})
	lower := strings.ToLower(content)
	p.taken[lower] = true
	for folder := path.Dir(lower); folder != "."; folder = path.Dir(folder) {
		p.taken[folder+"/"] = true
	}
}

// collides tells whether a content path is taken, is a folder of another one or has
// a file for a folder.
func (p *plan) collides(content string) bool {
	lower := strings.ToLower(content)
	if p.taken[lower] || p.taken[lower+"/"] {
		return true
	}
	for folder := path.Dir(lower); folder != "."; folder = path.Dir(folder) {
		if p.taken[folder] {
			return true
		}
	}
	return false
}
