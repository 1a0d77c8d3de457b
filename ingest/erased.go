package ingest

import (
	"context"
	"errors"
	"fmt"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// PreserveErased has the package of what was erased name all records that the catalogue
// says were erased. It is durable when this returns: from then on none of them comes back
// when the catalogue is lost.
func (p *Pipeline) PreserveErased(ctx context.Context) error {
	if p.opts.Packages == nil {
		return nil
	}
	if _, _, err := p.preserve(ctx, archive.Due{Package: archive.PackageErased}, nil); err != nil {
		return fmt.Errorf("write package %s: %w", archive.PackageErased, err)
	}
	return nil
}

// preserveErased writes the package of what was erased.
func (p *Pipeline) preserveErased(ctx context.Context, d archive.Due, object *ocfl.Object) (archive.Preserved, []string, error) {
	var known []archive.Tombstone
	var err error
	if object != nil {
		if known, err = packet.ReadErased(ctx, object); err != nil {
			return archive.Preserved{}, nil, err
		}
	}
	stones, err := p.archive.Erasures(ctx)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	files, err := packet.BuildErased(known, stones)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	return p.writeOwn(ctx, d, object, files, "ids of records that were erased")
}

// writeOwn writes a package that is of no record.
func (p *Pipeline) writeOwn(ctx context.Context, d archive.Due, object *ocfl.Object, files []packet.File, message string) (archive.Preserved, []string, error) {
	v := ocfl.Version{
		Object: d.Package, Files: ocflFiles(files), Created: p.archive.Now(),
		Message: message, User: "hexi", Address: "urn:x-hexi:user:hexi",
	}
	if object != nil {
		v.Head = object.Head
	}
	written, err := p.opts.Packages.Write(ctx, v)
	if err != nil {
		return archive.Preserved{}, nil, err
	}
	return archive.Preserved{Package: d.Package, Seq: d.Seq, Head: written.Version}, nil, nil
}

// PackagedAssets returns the ids of the assets that a record's package names; none where
// there is no package, or one that cannot be read.
func (p *Pipeline) PackagedAssets(ctx context.Context, record string) ([]string, error) {
	if p.opts.Packages == nil {
		return nil, nil
	}
	object, err := p.opts.Packages.Object(ctx, record)
	if err == nil {
		var base packet.Base
		if base, err = readBase(ctx, record, object); err == nil {
			ids := make([]string, len(base.Document.Assets))
			for i := range base.Document.Assets {
				ids[i] = base.Document.Assets[i].ID
			}
			return ids, nil
		}
	}
	if damaged(err) {
		return nil, nil
	}
	return nil, fmt.Errorf("read package of %s: %w", record, err)
}

// noteErased tells of what an erasure that was cut off has left.
func (r *rebuilding) noteErased(what string) {
	r.note(Item{Item: what, Code: "erased", Why: "is of a record that was erased; a job removes what is left of it"})
}

// erased takes over what the packages say was erased, before any record is read. A list
// that cannot be read ends the rebuild: without it, what was erased could come back.
func (r *rebuilding) erased(ctx context.Context) error {
	stones, err := r.stones(ctx)
	if err != nil {
		return err
	}
	r.gone, r.goneDirs = make(map[string]bool, len(stones)), make(map[string]bool, len(stones))
	for _, stone := range stones {
		r.gone[stone.Record] = true
		if dir, err := r.root.Path(ctx, stone.Record); err == nil { // of an unknown layout there is none without the object
			r.goneDirs[dir] = true
		}
	}
	r.report.Erased, err = r.p.archive.RebuildErased(ctx, r.by, stones)
	return err
}

// stones reads which records the packages say were erased; none where no package does.
func (r *rebuilding) stones(ctx context.Context) ([]archive.Tombstone, error) {
	object, err := r.open(ctx, archive.PackageErased)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	var stones []archive.Tombstone
	if err == nil {
		stones, err = packet.ReadErased(ctx, object)
	}
	if damaged(err) {
		return nil, fmt.Errorf("the package %s, which names the records that were erased, is damaged; bring it back from a copy, so that none of them is restored: %w", archive.PackageErased, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read package %s: %w", archive.PackageErased, err)
	}
	return stones, nil
}

// PreservedErasures returns which records the packages say were erased; none where no
// package does.
func PreservedErasures(ctx context.Context, root PackageRoot) ([]archive.Tombstone, error) {
	return (&rebuilding{root: root}).stones(ctx)
}
