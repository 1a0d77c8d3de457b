package vocab

import (
	"fmt"
	"io/fs"
	"path"
)

// Files reads the files of an archive's own directory that Load takes, as they are, by
// their paths in it ("glaze.csv", "profiles/sherds.csv").
func Files(dir fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, pattern := range []string{"*.csv", path.Join(profilesDir, "*.csv")} {
		names, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		if len(names) > maxFiles {
			return nil, fmt.Errorf("directory: has %d files; at most %d are read", len(names), maxFiles)
		}
		for _, name := range names {
			data, err := readFile(dir, name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out[name] = data
		}
	}
	return out, nil
}
