package packet

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"hexi/archive"
)

// Bounds of the package of an archive's own vocabularies, those of the vocabularies
// themselves.
const (
	maxVocabularies   = 1000
	maxVocabularySize = 8 << 20 // bytes
)

// vocabularyPath is what a file of vocabularies may be called: a file of CSV, at the top
// or among the profiles.
var vocabularyPath = regexp.MustCompile(`^(profiles/)?[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,119}\.csv$`)

// BuildVocabularies returns the files of the package of an archive's own vocabularies and
// profiles: those files as they are, by their paths.
func BuildVocabularies(files map[string][]byte) ([]File, error) {
	if len(files) > maxVocabularies {
		return nil, archive.Invalid("vocabularies", "there are %d files; at most %d are preserved", len(files), maxVocabularies)
	}
	out := make([]File, 0, len(files))
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if !vocabularyPath.MatchString(path) {
			return nil, archive.Invalid("vocabularies", "the file %.160q cannot be preserved: give it a name of letters and digits that ends in .csv", path)
		}
		if len(files[path]) > maxVocabularySize {
			return nil, archive.Invalid("vocabularies", "the file %s has %d bytes; at most %d are preserved", path, len(files[path]), maxVocabularySize)
		}
		out = append(out, File{Path: path, Data: files[path]})
	}
	return out, nil
}

// ReadVocabularies reads the files back that a package of vocabularies has, which are
// named by paths. Names that lead anywhere else, and files that are too large, are an
// *archive.InvalidError.
func ReadVocabularies(ctx context.Context, src Source, paths []string) (map[string][]byte, error) {
	r := &reader{src, archive.PackageVocabularies, maxPackage}
	if len(paths) > maxVocabularies {
		return nil, r.damaged("it has %d files; at most %d are read", len(paths), maxVocabularies)
	}
	out := make(map[string][]byte, len(paths))
	for _, path := range paths {
		if !vocabularyPath.MatchString(path) {
			return nil, r.damaged("it has a file %.160q, which is no vocabulary", path)
		}
		data, err := r.file(ctx, path, maxVocabularySize)
		if err != nil {
			return nil, err
		}
		out[path] = data
	}
	return out, nil
}
