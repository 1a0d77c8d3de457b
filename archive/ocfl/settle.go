package ocfl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hexi/archive"
)

// SettleOptions say what Settle may clear away.
type SettleOptions struct {
	// Before is when the content of a version that was never committed must have
	// been put for its writer to be dead; the zero time leaves all of it. A writer
	// that still lives would commit a version without it: a day is on the safe side.
	Before time.Time
}

// Settle brings an object to rest: it finishes a version that was committed and not
// finished, restores an inventory that is damaged from its copy in the version's
// directory, and clears away files under versions that their inventories do not
// have. It lists the object. One that is not there is archive.ErrNotFound.
func (r *Root) Settle(ctx context.Context, id string, opts SettleOptions) error {
	if err := r.settle(ctx, id, opts); err != nil {
		return fmt.Errorf("settle object %s: %w", id, err)
	}
	return nil
}

func (r *Root) settle(ctx context.Context, id string, opts SettleOptions) error {
	dir, err := r.Path(ctx, id)
	if err != nil {
		return err
	}
	h, err := r.read(ctx, dir)
	if err == nil && h.recovered != "" {
		if err := r.restore(ctx, dir, id, h); err != nil {
			return err
		}
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	if h, err = r.current(ctx, dir, id); err != nil {
		return err
	}
	if h.inv != nil {
		if err := r.reseal(ctx, dir, h); err != nil {
			return err
		}
		if err := r.repeat(ctx, dir, h); err != nil {
			return err
		}
	}
	if err := r.sweep(ctx, dir, h.inv, opts); err != nil {
		return err
	}
	if h.inv == nil {
		return archive.ErrNotFound
	}
	return nil
}

// Finish finishes a version of an object that was committed and not finished, without
// listing anything: what is read afterwards is the latest that was committed. An object
// that is not there is no error.
func (r *Root) Finish(ctx context.Context, id string) error {
	dir, err := r.Path(ctx, id)
	if err == nil {
		_, err = r.current(ctx, dir, id)
	}
	if err != nil {
		return fmt.Errorf("finish object %s: %w", id, err)
	}
	return nil
}

// restore puts the sound inventory that was found in place of the damaged one.
func (r *Root) restore(ctx context.Context, dir, id string, h *head) error {
	if err := writable(h.inv, id); err != nil {
		return err
	}
	if err := r.put(ctx, dir+"/"+inventoryName, h.raw, replacing(h.etag)); err != nil {
		return err
	}
	now, err := r.read(ctx, dir)
	if err != nil {
		return err
	}
	return r.reseal(ctx, dir, now)
}

// repeat puts the files of the head that may be missing although they carry nothing
// that is not elsewhere: the declaration, and the digest of the version's inventory.
func (r *Root) repeat(ctx context.Context, dir string, h *head) error {
	blobs := []Blob{declared(dir, h.inv.spec)}
	if _, err := r.store.Stat(ctx, dir+"/"+h.inv.Head+"/"+inventoryName); err == nil {
		line := sidecarLine(digestHex(h.inv.Algorithm, h.raw))
		blobs = append(blobs, Blob{Key: dir + "/" + h.inv.Head + "/" + h.inv.sidecar(), Data: line, PutOptions: PutOptions{IfAbsent: true}})
	}
	return firstBut(r.putAll(ctx, blobs), archive.ErrExists)
}

// sweep removes files in content directories that the inventory does not have: at
// once in versions that are committed, by their age in those that are not.
func (r *Root) sweep(ctx context.Context, dir string, inv *inventory, opts SettleOptions) error {
	kept := map[string]bool{}
	if inv != nil {
		kept = inv.keys(dir)
	}
	for info, err := range r.store.List(ctx, dir+"/v") {
		if err != nil {
			return err
		}
		name, rest, _ := strings.Cut(strings.TrimPrefix(info.Key, dir+"/"), "/")
		n, _, ok := parseVersionDir(name)
		committed := inv != nil && n <= inv.number
		contentDir := "content/"
		if inv != nil {
			contentDir = inv.content() + "/"
		}
		if !ok || kept[info.Key] || !strings.HasPrefix(rest, contentDir) || !committed && !info.Modified.Before(opts.Before) {
			continue
		}
		if err := r.store.Delete(ctx, info.Key); err != nil {
			return err
		}
	}
	return nil
}
