package ingest

import (
	"context"
	"errors"
	"fmt"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

// PreserveVocabularies writes the archive's own vocabularies and profiles, by their
// paths, into their package, if that does not hold them as they are. Where there are none
// it does nothing: what is preserved is not taken back.
func (p *Pipeline) PreserveVocabularies(ctx context.Context, files map[string][]byte) error {
	if p.opts.Packages == nil || len(files) == 0 {
		return nil
	}
	built, err := packet.BuildVocabularies(files)
	if err != nil {
		return err
	}
	err = p.writing(ctx, archive.PackageVocabularies, func(object *ocfl.Object) error {
		_, _, err := p.writeOwn(ctx, archive.Due{Package: archive.PackageVocabularies}, object, built, "vocabularies and profiles")
		return err
	})
	if err != nil {
		return fmt.Errorf("write package %s: %w", archive.PackageVocabularies, err)
	}
	return nil
}

// PreservedVocabularies returns the files of the latest version of the package of the
// archive's own vocabularies, by their paths; none where there is no such package.
func PreservedVocabularies(ctx context.Context, root PackageRoot) (map[string][]byte, error) {
	object, err := (&rebuilding{root: root}).open(ctx, archive.PackageVocabularies)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open package %s: %w", archive.PackageVocabularies, err)
	}
	return packet.ReadVocabularies(ctx, object, object.Paths())
}
