package check

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hexi/archive"
	"hexi/ingest"
)

// repairBatch is the batch of the jobs that a repair makes.
const repairBatch = "repair"

// repair does about each difference what can be done without asking anyone. Masters
// come first: what is derived is derived from them.
func (c *Checker) repair(ctx context.Context, r *Report) error {
	if err := c.restoreMasters(ctx, r); err != nil {
		return err
	}
	lost := map[string]bool{} // assets without their master
	for _, d := range r.Differences {
		if (d.Code == MasterMissing || d.Code == MasterDamaged) && !d.Mended {
			lost[d.Asset] = true
		}
	}
	done := map[string]bool{}
	for i := range r.Differences {
		d := &r.Differences[i]
		if d.Mended {
			continue
		}
		var err error
		switch how := cures[d.Code].Repair; how {
		case RepairDerive, RepairResume:
			if lost[d.Asset] {
				d.Repaired = "not yet: its master has to be put back first"
				continue
			}
			if !done[d.Asset] {
				err = c.again(ctx, how, d.Asset)
			}
			if done[d.Asset] = err == nil; err == nil {
				d.Repaired, d.Mended = "its job was made", true
			}
		case RepairPreserve:
			d.Repaired, d.Mended, err = c.settlePackage(ctx, *d)
		case RepairRemove:
			d.Repaired, d.Mended, err = c.remove(ctx, *d)
		case RepairErase:
			d.Repaired, d.Mended, err = c.removeErased(ctx, *d)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			d.Repaired, d.Mended = "could not be repaired: "+err.Error(), false
		}
	}
	return nil
}

func (c *Checker) again(ctx context.Context, how Repair, asset string) error {
	if how == RepairResume {
		return c.parts.Archive.Resume(ctx, asset, repairBatch)
	}
	return c.parts.Archive.DeriveAgain(ctx, asset, repairBatch)
}

// remove takes an object away that is of no use to anyone, if it still is what it was
// found to be, and old enough.
func (c *Checker) remove(ctx context.Context, d Difference) (says string, done bool, err error) {
	info, err := c.parts.Objects.Stat(ctx, d.Key)
	if errors.Is(err, archive.ErrNotFound) {
		return "it is gone already", true, nil
	}
	if err != nil {
		return "", false, err
	}
	if age := c.opts.Now().Sub(info.Modified); age < c.opts.Older {
		return fmt.Sprintf("not yet: it is younger than %s (--older)", days(c.opts.Older)), false, nil
	}
	if d.Asset != "" {
		a, err := c.parts.Archive.Asset(ctx, d.Asset)
		switch {
		case errors.Is(err, archive.ErrNotFound):
		case err != nil:
			return "", false, err
		case d.Code == IncomingLeft:
			if a.Master.Key == d.Key {
				return "it is the master after all, and stays", false, nil
			}
			if whole, err := c.isMaster(ctx, a.Master.Key, a); err != nil || !whole {
				return "it stays: the master in the package is not whole", false, err
			}
		case ofAccess(a, filepath.Base(d.Key)):
			return "it is of use again, and stays", false, nil
		}
	}
	if err := c.parts.Objects.Delete(ctx, d.Key); err != nil {
		return "", false, err
	}
	c.opts.Log.Info("an object that nobody knows was removed", "key", d.Key, "bytes", info.Size, "code", string(d.Code))
	return "it was removed", true, nil
}

// isMaster reports whether an object has the bytes of an asset's master.
func (c *Checker) isMaster(ctx context.Context, key string, a *archive.Asset) (bool, error) {
	got, err := c.digest(ctx, key)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	return err == nil && got == a.Master.SHA512, err
}

func (c *Checker) digest(ctx context.Context, key string) (string, error) {
	digest := sha512.New()
	_, err := c.sum(ctx, key, digest)
	return hex.EncodeToString(digest.Sum(nil)), err
}

// restoreMasters puts the bytes of lost masters back: from another place in the object
// store that has the same bytes, or from a folder.
func (c *Checker) restoreMasters(ctx context.Context, r *Report) error {
	var folder map[int64][]string
	for i := range r.Differences {
		d := &r.Differences[i]
		if d.Code != MasterMissing && d.Code != MasterDamaged {
			continue
		}
		a, err := c.parts.Archive.Asset(ctx, d.Asset)
		if err != nil {
			return err
		}
		if a.ID != archive.AssetID(a.Record, a.Master.SHA512) {
			d.Repaired = "not done: the catalogue's row of it was altered"
			continue
		}
		if folder == nil && c.opts.From != "" {
			if folder, err = filesBySize(ctx, c.opts.From); err != nil {
				return err
			}
		}
		from, err := c.restoreMaster(ctx, a, folder[a.Master.Size])
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			d.Repaired = "could not be put back: " + err.Error()
		case from == "" && c.opts.From != "":
			d.Repaired = "not put back: no file in " + c.opts.From + " has its bytes"
		case from != "":
			d.Repaired, d.Mended = "its bytes were put back from "+from, true
			c.opts.Log.Info("a master was put back", "asset", a.ID, "key", a.Master.Key, "from", from)
		}
	}
	return nil
}

// restoreMaster looks for the bytes of a master and puts them in its place; from is
// where they were, "" for nowhere.
func (c *Checker) restoreMaster(ctx context.Context, a *archive.Asset, files []string) (from string, err error) {
	same, err := c.parts.Archive.Assets(ctx, archive.AssetQuery{SHA512: a.Master.SHA512, Limit: 20})
	if err != nil {
		return "", err
	}
	keys := []string{ingest.MasterKey(a.ID)}
	for _, other := range same {
		keys = append(keys, other.Master.Key)
	}
	for _, key := range keys {
		if key == a.Master.Key {
			continue
		}
		if whole, err := c.isMaster(ctx, key, a); err != nil || !whole {
			continue
		}
		body, info, err := c.parts.Objects.Get(ctx, key)
		if err != nil {
			return "", err
		}
		if err = errors.Join(c.parts.Objects.Put(ctx, a.Master.Key, body, info.Size), body.Close()); err == nil {
			err = c.mustBe(ctx, a)
		}
		return key, err
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			continue // it may be another that has them
		}
		digest := sha512.New()
		_, err = io.Copy(digest, c.pace.reader(ctx, f))
		if err == nil && hex.EncodeToString(digest.Sum(nil)) == a.Master.SHA512 {
			if _, err = f.Seek(0, io.SeekStart); err == nil {
				err = c.parts.Objects.Put(ctx, a.Master.Key, f, a.Master.Size)
			}
			if err = errors.Join(err, f.Close()); err == nil {
				err = c.mustBe(ctx, a)
			}
			return path, err
		}
		if err := errors.Join(ctx.Err(), f.Close()); err != nil {
			return "", err
		}
	}
	return "", nil
}

// mustBe proves that what was put back is the master.
func (c *Checker) mustBe(ctx context.Context, a *archive.Asset) error {
	if whole, err := c.isMaster(ctx, a.Master.Key, a); err != nil || !whole {
		return errors.Join(fmt.Errorf("the bytes that were put back as %s are others", a.Master.Key), err)
	}
	return nil
}

// maxFolder is how many files of a folder are looked at.
const maxFolder = 1_000_000

// filesBySize finds the files of a folder, to be looked up by their size.
func filesBySize(ctx context.Context, dir string) (map[int64][]string, error) {
	out, n := map[int64][]string{}, 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == dir:
			return err
		case err != nil || !entry.Type().IsRegular():
			return nil //nolint:nilerr // what cannot be read is not what is looked for
		}
		if n++; n > maxFolder {
			return archive.Invalid("from", "%s holds more than %d files; name a folder below it", dir, maxFolder)
		}
		if info, err := entry.Info(); err == nil && !slices.Contains(out[info.Size()], path) {
			out[info.Size()] = append(out[info.Size()], path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look through %s: %w", dir, err)
	}
	return out, nil
}
