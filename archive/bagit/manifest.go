package bagit

import (
	"crypto/md5"  //nolint:gosec // old bags have nothing better
	"crypto/sha1" //nolint:gosec // old bags have nothing better
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"regexp"
	"strings"
)

// algorithms are those that manifests may use, by the names in their file names.
var algorithms = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New,
	"sha384": sha512.New384, "sha512": sha512.New,
}

var (
	manifestName = regexp.MustCompile(`^(tag)?manifest-([a-z0-9-]+)\.txt$`)
	digestForm   = regexp.MustCompile(`^[0-9A-Fa-f]+$`)
)

// manifest is one manifest as it is written: the digest of each path.
type manifest struct {
	file, algorithm string
	digests         map[string]string // lower-case hexadecimal, by path as the bag has it
}

// readManifest reads a manifest. Paths are resolved against what is there (exists),
// because the drafts did not say how odd names are written.
func (v *validation) readManifest(file, algorithm string, exists func(string) bool) *manifest {
	m := &manifest{file: file, algorithm: algorithm, digests: map[string]string{}}
	length := algorithms[algorithm]().Size() * 2
	number, stars := 0, false
	for line, err := range v.lines(file) {
		number++
		if err != nil {
			v.report.fault("unreadable", file, "%v", err)
			return m
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		digest, name, ok := cutBlank(line)
		if !ok || len(digest) != length || !digestForm.MatchString(digest) {
			v.report.fault("manifest", file, "line %d is not a digest of %d hexadecimal digits and a path", number, length)
			continue
		}
		if rest, star := strings.CutPrefix(name, "*"); star { // as md5sum writes it
			stars, name = true, rest
		}
		name, ok = v.resolve(file, name, exists)
		if !ok {
			continue
		}
		digest = strings.ToLower(digest)
		switch before, twice := m.digests[name]; {
		case twice && before != digest:
			v.report.fault("twice", name, "stands in %s twice, with different digests", file)
		case twice:
			v.report.warn("twice", name, "stands in %s twice", file)
		}
		m.digests[name] = digest
	}
	if stars {
		v.report.warn("md5sum", file, "has asterisks before paths, as md5sum writes them; BagIt does not")
	}
	return m
}

// resolve returns the path that a manifest means, in the form in which the bag has it.
func (v *validation) resolve(file, name string, exists func(string) bool) (string, bool) {
	forms := []string{name, decodeName(name)}
	if v.strict() {
		forms[0], forms[1] = forms[1], forms[0]
	}
	for _, form := range forms {
		if why := unsafeName(form); why != "" {
			v.report.fault("out-of-bag", name, "stands in %s and %s", file, why)
			return "", false
		}
	}
	first := cleanName(forms[0])
	if strings.HasPrefix(forms[0], "./") {
		v.report.warn("relative", name, "stands in %s with ./ before it", file)
	}
	if exists(first) {
		return first, true
	}
	if second := cleanName(forms[1]); exists(second) {
		if v.strict() {
			v.report.warn("not-encoded", name, "stands in %s without %%25 for its percent sign", file)
		}
		return second, true
	}
	if composed, ok := v.composed[nfc(first)]; ok {
		v.report.warn("normalised", name, "is written in %s in another Unicode form than its file has", file)
		return composed, true
	}
	return first, true
}

// cutBlank splits a line at its first run of blanks.
func cutBlank(line string) (before, after string, ok bool) {
	i := strings.IndexAny(line, " \t")
	if i <= 0 {
		return line, "", false
	}
	after = strings.TrimLeft(line[i:], " \t")
	return line[:i], after, after != ""
}
