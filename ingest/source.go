package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
	"hexi/archive/bagit"
	"hexi/ingest/sheet"
)

// imageExtensions are the endings that promise an image: a file of a folder that
// has one and is none is a fault, where others are only noted.
var imageExtensions = []string{
	".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".jp2", ".j2k", ".jpx", ".jpf",
	".heic", ".heif", ".avif", ".jxl", ".psd", ".dng", ".cr2", ".nef", ".arw",
}

// source is a file that was found under one of the given paths.
type source struct {
	path string // to open it
	rel  string // below the path that was given, with slashes, NFC; for a single file its base name

	named bool // by the person who typed the command, not found in a folder

	read *reading // nil while it was not read

	want  *archive.LineMaster // which bytes a row means; nil where it only names a file
	asset string              // set where the archive has these bytes, and no file was given
}

// size is how many bytes the file has, -1 where that cannot be told.
func (s source) size() int64 {
	info, err := os.Stat(s.path)
	if err != nil {
		return -1
	}
	return info.Size()
}

func (s source) file() File {
	f := File{Name: filepath.Base(s.path), Open: func() (io.ReadCloser, error) { return os.Open(s.path) }, read: s.read}
	if s.want != nil {
		f.Name, f.SHA512 = s.want.Filename, s.want.SHA512
	}
	return f
}

// sources is what a run was given: sheets, and files for them to name.
type sources struct {
	sheets  []string
	bags    []string        // folders that say they are BagIt bags; takeBags looks into them
	ofBag   map[string]bool // the sheets that are the records of a bag
	files   []source
	skipped []Item
	byRel   map[string]int   // index into files
	byBase  map[string][]int // several where folders hold the same name
	used    map[int]bool
	unclear map[int]bool     // those that fit several rows, which is told
	byFold  map[string][]int // by folded base, with its ending and without; made when it is needed
	byStem  map[string][]int // texts, by folder and what they are the text of; made when it is needed
}

// findSources walks the given paths. A path that does not exist is an error:
// it is a slip of the person who typed it, and nothing has been done yet.
func findSources(paths []string) (*sources, error) {
	found := &sources{byRel: map[string]int{}, byBase: map[string][]int{}, used: map[int]bool{}, unclear: map[int]bool{}, ofBag: map[string]bool{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil, archive.Invalid(path, "there is no such file or folder")
			}
			return nil, fmt.Errorf("look at %s: %w", path, err)
		}
		switch {
		case info.IsDir() && bagit.IsBag(path):
			found.bags = append(found.bags, path)
		case info.IsDir():
			if err := found.walk(path, false); err != nil {
				return nil, err
			}
		case sheet.IsSheet(path):
			found.sheets = append(found.sheets, path)
		default:
			found.add(source{path: path, rel: nfc(filepath.Base(path)), named: true})
		}
	}
	return found, nil
}

// walk takes a folder's files in the order of their names. Symbolic links are
// not followed out of the folder; hidden files are passed over unless they are wanted,
// and bags are noted as such.
func (s *sources) walk(root string, hidden bool) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open folder %s: %w", root, err)
	}
	defer dir.Close() //nolint:errcheck // opened for reading only
	return fs.WalkDir(dir.FS(), ".", func(rel string, entry fs.DirEntry, err error) error {
		path := filepath.Join(root, filepath.FromSlash(rel))
		switch {
		case err != nil:
			s.skipped = append(s.skipped, Item{Item: path, Code: "unreadable", Why: err.Error(), Do: "check the permissions"})
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
		case strings.HasPrefix(entry.Name(), ".") && rel != "." && !hidden:
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
			if rel != "." && bagit.IsBag(path) {
				s.bags = append(s.bags, path)
				return fs.SkipDir
			}
		case !entry.Type().IsRegular():
			s.skipped = append(s.skipped, Item{Item: path, Code: "not-a-file", Why: "is a link or a special file, which is not followed"})
		default:
			s.add(source{path: path, rel: nfc(rel)})
		}
		return nil
	})
}

func (s *sources) add(f source) {
	i := len(s.files)
	s.files = append(s.files, f)
	if _, ok := s.byRel[f.rel]; !ok {
		s.byRel[f.rel] = i
	}
	base := f.rel[strings.LastIndexByte(f.rel, '/')+1:]
	s.byBase[base] = append(s.byBase[base], i)
}

// given reports whether there is a file to read, and not only word of one.
func (s source) given() bool { return s.rel != "" }

// take returns a file that a row names, and notes that one does.
func (s *sources) take(i int) source {
	s.used[i] = true
	return s.files[i]
}

// find returns the file that a row names: by its path below a given folder, or by
// the end of that path, its name alone or with the folders above, where only one
// file has it. File names are compared in Unicode's composed form, because sheets
// and file systems differ in that.
func (s *sources) find(name string) (source, error) {
	key := nfc(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./"))
	if i, ok := s.byRel[key]; ok {
		return s.take(i), nil
	}
	base := key[strings.LastIndexByte(key, '/')+1:]
	var matches []int
	for _, i := range s.byBase[base] {
		if key == base || strings.HasSuffix(s.files[i].rel, "/"+key) {
			matches = append(matches, i)
		}
	}
	switch len(matches) {
	case 0:
		if i, err := s.nearly(key); err != nil {
			return source{}, err
		} else if i >= 0 {
			return s.take(i), nil
		}
		if same := s.byBase[base]; len(same) > 0 {
			return source{}, archive.Invalid("files", "%s is not among the files that were given; a file of that name is there as %s: name it by its path below the given folder",
				name, s.files[same[0]].rel)
		}
		return source{}, archive.Invalid("files", "%s is not among the files and folders that were given; add its folder to the command or mend the name", name)
	case 1:
		return s.take(matches[0]), nil
	default:
		return source{}, archive.Invalid("files", "%s is there %d times (%s, %s …); name it with its folder",
			name, len(matches), s.files[matches[0]].rel, s.files[matches[1]].rel)
	}
}

// promised reports whether a file was given as an image: by its name, or by the
// person who named it. Others may be images too; what they are is looked up.
func (s source) promised() bool {
	return s.named || slices.Contains(imageExtensions, strings.ToLower(filepath.Ext(s.path)))
}

// unused returns the images that no row named, for a run with sheets.
func (s *sources) unused() []Item {
	var out []Item
	for i, f := range s.files {
		if !s.used[i] && !s.unclear[i] && f.promised() {
			out = append(out, Item{Item: f.path, Code: "not-named", Why: "no row names this file, or has the register number or the name that its own name or folder begins with", Do: "add it to a row's files column"})
		}
	}
	return out
}

func nfc(s string) string { return norm.NFC.String(s) }
