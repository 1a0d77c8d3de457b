package bagit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
)

// Options say how a bag is validated.
type Options struct {
	// Quick leaves out the digests: only names, sizes and completeness are looked at.
	Quick bool
	// Workers is how many files are read at once; 0 is as many as there are processors.
	Workers int
	// Read, if not nil, hears how many bytes were read, from several goroutines.
	Read func(bytes int64)
}

// Validate looks at everything that makes a folder a valid bag (RFC 8493, section 3) and
// reports every fault. Its error is about the folder as such, or ctx.
func Validate(ctx context.Context, dir string, opts Options) (*Report, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open bag: %w", err)
	}
	defer root.Close() //nolint:errcheck // opened for reading only
	v := &validation{root: root, opts: opts, report: &Report{}, composed: map[string]string{}, payload: map[string]int64{}, cleared: map[string]bool{}}
	if !v.declaration() {
		return v.report, nil
	}
	if err := v.walk(ctx); err != nil {
		return nil, err
	}
	v.info()
	if err := v.manifests(ctx); err != nil {
		return nil, err
	}
	return v.report, nil
}

// IsBag reports whether a folder says that it is a bag.
func IsBag(dir string) bool {
	info, err := os.Lstat(dir + "/bagit.txt")
	return err == nil && info.Mode().IsRegular()
}

// validation is one validation in progress.
type validation struct {
	root     *os.Root
	opts     Options
	report   *Report
	encoding encoding.Encoding // of tag files but bagit.txt; nil is UTF-8
	payload  map[string]int64  // sizes by path
	composed map[string]string // paths of the payload by their composed form, where it differs
	cleared  map[string]bool   // files that an operating system had left and that are gone
}

// openFile opens a regular file of the bag: no link, no pipe that never ends.
func (v *validation) openFile(name string) (*os.File, error) {
	info, err := v.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is a link or a special file, not a file of the bag")
	}
	return v.root.Open(name)
}

// walk finds the files of the payload.
func (v *validation) walk(ctx context.Context) error {
	info, err := v.root.Lstat("data")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.report.fault("no-payload", "data", "is not there; a bag has its payload in a folder data")
		return nil
	case err == nil && !info.IsDir():
		v.report.fault("no-payload", "data", "is not a folder")
		return nil
	}
	err = fs.WalkDir(v.root.FS(), "data", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			v.report.fault("unreadable", name, "%v", err)
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
		case !entry.Type().IsRegular():
			v.report.fault("not-a-file", name, "is a link or a special file, which a bag may not hold")
		default:
			return v.found(name, entry)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look through bag: %w", err)
	}
	return nil
}

func (v *validation) found(name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		v.report.fault("unreadable", name, "%v", err)
		return nil
	}
	v.payload[name] = info.Size()
	v.report.Files++
	v.report.Bytes += info.Size()
	composed := nfc(name)
	if other, ok := v.composed[composed]; ok || composed != name {
		if _, same := v.payload[composed]; ok && other != name || same && composed != name {
			v.report.warn("normalised", name, "is the same name as another file's, in another Unicode form")
		}
	}
	if composed != name {
		v.composed[composed] = name
	}
	if systemFile(name) {
		v.report.warn("system-file", name, "was left by an operating system, not put there by a person")
	}
	return nil
}

// manifests reads all manifests, and holds the files to them.
func (v *validation) manifests(ctx context.Context) error {
	payload, tags, err := v.findManifests()
	if err != nil {
		return err
	}
	if len(payload) == 0 {
		v.report.fault("no-manifest", "", "there is no manifest of the payload (manifest-sha512.txt) whose algorithm is known")
	}
	v.complete(payload)
	v.fetch(payload)
	v.oxum()
	want := map[string][]expected{}
	for _, m := range slices.Concat(payload, tags) {
		for name, digest := range m.digests {
			want[name] = append(want[name], expected{m, digest})
		}
	}
	for _, m := range tags {
		for _, name := range slices.Sorted(maps.Keys(m.digests)) {
			if !v.exists(name) {
				v.report.fault("missing", name, "stands in %s and is not there", m.file)
				delete(want, name)
			}
		}
	}
	for _, m := range payload {
		for name := range m.digests {
			if _, ok := v.payload[name]; !ok {
				delete(want, name) // said already
			}
		}
	}
	if v.opts.Quick {
		return nil
	}
	return v.hashAll(ctx, want)
}

func (v *validation) exists(name string) bool {
	if _, ok := v.payload[name]; ok {
		return true
	}
	info, err := v.root.Lstat(name)
	return err == nil && !info.IsDir()
}

func (v *validation) findManifests() (payload, tags []*manifest, err error) {
	entries, err := fs.ReadDir(v.root.FS(), ".")
	if err != nil {
		return nil, nil, fmt.Errorf("look through bag: %w", err)
	}
	for _, entry := range entries {
		name := manifestName.FindStringSubmatch(entry.Name())
		if name == nil {
			continue
		}
		if algorithms[name[2]] == nil {
			v.report.warn("algorithm", entry.Name(), "uses %s, which is not known; it was not looked at", name[2])
			continue
		}
		m := v.readManifest(entry.Name(), name[2], v.exists)
		if name[1] == "tag" {
			tags = append(tags, m)
		} else {
			payload = append(payload, m)
		}
	}
	return payload, tags, nil
}

// complete holds the payload's files to its manifests: every file in every manifest,
// in the drafts in one at least, and nothing in a manifest that is not there.
func (v *validation) complete(manifests []*manifest) {
	for _, m := range manifests {
		for _, name := range slices.Sorted(maps.Keys(m.digests)) {
			if !strings.HasPrefix(name, "data/") {
				v.report.fault("out-of-payload", name, "stands in %s and is not below data/", m.file)
			} else if _, ok := v.payload[name]; ok {
				continue
			} else if systemFile(name) {
				// Programs that copy folders leave such files behind; nothing is lost.
				v.report.warn("system-file", name, "stands in %s and is not there; an operating system had left it, no person", m.file)
				v.cleared[name] = true
			} else {
				v.report.fault("missing", name, "stands in %s and is not there", m.file)
			}
		}
	}
	if len(manifests) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(v.payload)) {
		var without []string
		for _, m := range manifests {
			if _, ok := m.digests[name]; !ok {
				without = append(without, m.file)
			}
		}
		if len(without) == len(manifests) || v.strict() && len(without) > 0 {
			v.report.fault("not-listed", name, "does not stand in %s", strings.Join(without, ", "))
		}
	}
}

// fetch reads fetch.txt (RFC 8493, section 2.2.3). Nothing is fetched: where a file is
// missing, that it could be fetched is part of the reason.
func (v *validation) fetch(manifests []*manifest) {
	const file = "fetch.txt"
	if _, err := v.root.Lstat(file); err != nil {
		return
	}
	number := 0
	for line, err := range v.lines(file) {
		number++
		if err != nil {
			v.report.fault("unreadable", file, "%v", err)
			return
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		_, rest, _ := cutBlank(line)
		length, name, ok := cutBlank(rest)
		if _, err := strconv.ParseInt(length, 10, 64); !ok || err != nil && length != "-" {
			v.report.fault("fetch", file, "line %d is not an address, a length and a path", number)
			continue
		}
		name, ok = v.resolve(file, name, v.exists)
		if !ok {
			continue
		}
		if !strings.HasPrefix(name, "data/") {
			v.report.fault("out-of-payload", name, "stands in %s and is not below data/", file)
			continue
		}
		for _, m := range manifests {
			if _, ok := m.digests[name]; !ok {
				v.report.fault("not-listed", name, "stands in %s and not in %s", file, m.file)
			}
		}
		if _, ok := v.payload[name]; !ok {
			v.report.fault("not-fetched", name, "is to be fetched (%s) and was not; fetch it with the program that made the bag, then validate it again", file)
		}
	}
}

// oxum compares the payload with what bag-info.txt says of it.
func (v *validation) oxum() {
	said := v.report.Get("Payload-Oxum")
	if said == "" {
		return
	}
	var bytes int64
	var files int
	_, err := fmt.Sscanf(said, "%d.%d", &bytes, &files)
	if n := len(v.cleared); err == nil && n > 0 && files == v.report.Files+n && bytes >= v.report.Bytes {
		return
	}
	if is := fmt.Sprintf("%d.%d", v.report.Bytes, v.report.Files); said != is {
		v.report.fault("payload-oxum", "", "the payload has %d bytes in %d files (%s), and bag-info.txt says %s", v.report.Bytes, v.report.Files, is, said)
	}
}
