package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// File is a file to be received. Open may be called more than once and must
// give the same bytes each time.
type File struct {
	Name string // as its owner knows it; kept for the preservation package
	Size int64  // bytes; 0 where that is not known, or said by what Open returns (Stat)
	Open func() (io.ReadCloser, error)
	// SHA512 is what the bytes must have, in lower-case hexadecimal; "" takes any.
	SHA512 string
	// Replaces is the asset of the record whose place the file is to take; "" for that of
	// the image that has the same file name, if there is one.
	Replaces string

	read *reading // what an earlier reading of it found; nil for none
}

// Receipt says what became of a received file.
type Receipt struct {
	Asset   string
	Outcome archive.Outcome
}

// Receive stores a file as a master of a record, whose identity (archive.AssetID)
// is made from the SHA-512 of its bytes. A master that the record has already is
// not stored again.
//
// When Receive returns without an error, the master is durable and its jobs are
// committed.
func (p *Pipeline) Receive(ctx context.Context, by, record string, file File, batch string) (_ Receipt, err error) {
	name := cleanName(file.Name)
	read := file.read
	if read == nil {
		if read, err = p.read(ctx, file, true); err != nil {
			return Receipt{}, fmt.Errorf("read %s: %w", name, err)
		}
	}
	defer func() { err = errors.Join(err, read.discard()) }()
	sum, size := read.sum, read.size
	if size == 0 {
		return Receipt{}, archive.Invalid("files", "%s is empty (0 bytes); copy it again from its source", name)
	}
	if file.SHA512 != "" && file.SHA512 != sum {
		return Receipt{}, archive.Invalid("files", "%s is not the file that the row means: its SHA-512 is %.16s…, not %.16s…; copy it again from its source", name, sum, file.SHA512)
	}
	asset := archive.AssetID(record, sum)
	receipt := archive.Receipt{
		Asset: asset, Record: record, Kind: archive.AssetImage, Filename: name,
		Key: MasterKey(asset), Size: size, SHA512: sum, Batch: batch, Replaces: file.Replaces,
	}
	known, err := p.archive.Asset(ctx, asset)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return Receipt{}, err
	}
	if err == nil && known.State == archive.AssetErased {
		return Receipt{}, fmt.Errorf("record %s %w", record, archive.ErrErased)
	}
	if err != nil {
		if err := p.store(ctx, file, read, receipt); err != nil {
			return Receipt{}, err
		}
	} else {
		receipt.Key = known.Master.Key // it may have moved into its package
		if err := p.restore(ctx, file, read, receipt); err != nil {
			return Receipt{}, err
		}
	}
	outcome, err := p.archive.Receive(ctx, by, receipt)
	if errors.Is(err, archive.ErrErased) { // meanwhile, or before there was this file
		err = errors.Join(err, p.objects.Delete(ctx, MasterKey(asset)))
	}
	if err != nil {
		return Receipt{}, err
	}
	if known == nil && outcome == archive.Unchanged {
		if err := p.dropSecond(ctx, asset); err != nil {
			return Receipt{}, err
		}
	}
	if known != nil && known.State == archive.AssetReady && !(outcome == archive.Unchanged && known.Replaced()) {
		lost, err := p.accessLost(ctx, known)
		if err != nil {
			return Receipt{}, err
		}
		if lost {
			p.opts.Log.Warn("an access copy is lost and is made again", "asset", asset)
			if err := p.archive.DeriveAgain(ctx, asset, batch); err != nil {
				return Receipt{}, err
			}
			outcome = archive.Updated
		}
	}
	return Receipt{Asset: asset, Outcome: outcome}, nil
}

// dropSecond removes a master that was just stored, where somebody else received the
// same file at the same time and it lies in its package already.
func (p *Pipeline) dropSecond(ctx context.Context, asset string) error {
	known, err := p.archive.Asset(ctx, asset)
	if err != nil {
		return err
	}
	if known.Master.Key == MasterKey(asset) {
		return nil
	}
	if err := p.objects.Delete(ctx, MasterKey(asset)); err != nil {
		return fmt.Errorf("remove second copy of master of asset %s: %w", asset, err)
	}
	return nil
}

// restore stores a master again that the catalogue knows and the store has lost.
func (p *Pipeline) restore(ctx context.Context, file File, read *reading, receipt archive.Receipt) error {
	size, err := p.objects.Size(ctx, receipt.Key)
	if err == nil && size == receipt.Size {
		return nil
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("look at master of asset %s: %w", receipt.Asset, err)
	}
	p.opts.Log.Warn("a master is lost or cut and is stored again", "asset", receipt.Asset, "key", receipt.Key)
	return p.store(ctx, file, read, receipt)
}

// accessLost reports whether a part of an access copy is missing.
func (p *Pipeline) accessLost(ctx context.Context, asset *archive.Asset) (bool, error) {
	keys := []string{PyramidKey(asset.ID), SidecarKey(asset.ID)}
	if asset.Kind == archive.AssetText {
		keys = []string{TextKey(asset.ID)}
	}
	for _, key := range keys {
		_, err := p.objects.Size(ctx, key)
		if errors.Is(err, archive.ErrNotFound) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("look at access copy of asset %s: %w", asset.ID, err)
		}
	}
	return false, nil
}

// cleanName keeps the last element of a name as its owner wrote it, without
// control characters and not longer than a file system takes.
func cleanName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	name = filepath.Base(name)
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	for len(name) > 255 {
		_, n := utf8.DecodeRuneInString(name) // shorten at the front: the ending says what it is
		name = name[n:]
	}
	if name == "" || name == "." || name == ".." || name == "/" {
		return "unnamed"
	}
	return name
}
