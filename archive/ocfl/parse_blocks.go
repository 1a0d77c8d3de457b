package ocfl

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// manifest reads the manifest: which content has which digest.
func (p *parser) manifest(o *object) {
	v, there := o.get("manifest")
	if !there {
		p.note("E041", "has no manifest")
		return
	}
	block, ok := v.(*object)
	if !ok {
		code := "E106"
		if p.spec == "1.0" {
			code = "E041"
		}
		p.note(code, "manifest is %s, not an object", describe(v))
		return
	}
	p.hasManifest = true
	p.digests(block, p.inv.Algorithm, "E096", "the manifest")
	p.inv.Manifest = p.paths(block, "E092", "E092", "the manifest")
	p.contentPaths(p.inv.Manifest, true, "the manifest")
}

// digests checks the keys of a block: each once, whatever the case, and of the form
// that its algorithm has.
func (p *parser) digests(block *object, algorithm, twice, where string) {
	size := digestSize(algorithm)
	seen := make(map[string]bool, len(block.members))
	for _, m := range block.members {
		lower := strings.ToLower(m.key)
		if seen[lower] {
			p.note(twice, "%s has the digest %s twice", where, shortDigest(m.key))
		}
		seen[lower] = true
		if raw, err := hex.DecodeString(m.key); size > 0 && (err != nil || len(raw) != size) {
			p.note(formCode(algorithm, where), "%s has the digest %s, which is none of %s", where, shortDigest(m.key), algorithm)
		}
	}
}

// formCode is the code for a digest of the wrong form: in the manifest the one of
// the wrong algorithm, in the fixity block the one of its encoding.
func formCode(algorithm, where string) string {
	if where == "the manifest" {
		return "E039"
	}
	switch algorithm {
	case "sha1":
		return "E029"
	case "sha256":
		return "E030"
	case "sha512":
		return "E031"
	case "blake2b-512":
		return "E032"
	}
	return "E057"
}

// contentPaths checks the paths in a manifest or in a fixity block.
func (p *parser) contentPaths(block map[string][]string, unique bool, where string) {
	var all []string
	for _, digest := range slices.Sorted(maps.Keys(block)) {
		for _, content := range block[digest] {
			all = append(all, content)
			fault, atEnd := pathFault(content)
			switch {
			case atEnd:
				p.note("E100", "%s has the path %q, which %s", where, content, fault)
				// Without its slashes it may have faults of its own.
				if inner, _ := pathFault(strings.Trim(content, "/")); inner != "" && strings.Trim(content, "/") != "" {
					p.note("E099", "%s has the path %q, which %s", where, content, inner)
				}
			case fault != "":
				p.note("E099", "%s has the path %q, which %s", where, content, fault)
			case strings.Contains(content, "\\") && !strings.Contains(content, "/"):
				p.note("E035", "%s has the path %q, whose separator is not a slash", where, content)
				p.note("E042", "%s has the path %q, which is not in a version's content directory", where, content)
			default:
				p.placed(content, where)
			}
		}
	}
	slices.Sort(all)
	for _, pair := range conflicts(all) {
		switch {
		case pair[0] == pair[1] && unique:
			p.note("E101", "%s has the path %q twice", where, pair[0])
		case pair[0] == pair[1]:
			p.note("E057", "%s has the path %q twice", where, pair[0])
		default:
			p.note("E101", "%s has %q as a file and as a folder of %q", where, pair[0], pair[1])
		}
	}
}

// placed checks that a content path lies in the content directory of a version that
// the inventory has, by the name that this has.
func (p *parser) placed(content, where string) {
	dir, rest, _ := strings.Cut(content, "/")
	if _, known := p.inv.Versions[dir]; !known {
		if n, _, ok := parseVersionDir(dir); ok && p.inv.has(n) {
			p.note("E014", "%s has the path %q, in which the version directory has another name", where, content)
			return
		}
		p.note("E042", "%s has the path %q, which is in no version's directory", where, content)
		return
	}
	if inside, ok := strings.CutPrefix(rest, p.inv.content()+"/"); !ok || inside == "" {
		p.note("E042", "%s has the path %q, which is not in the content directory %s", where, content, p.inv.content())
	}
}

func (inv *inventory) has(n int) bool {
	for key := range inv.Versions {
		if m, _, ok := parseVersionDir(key); ok && m == n {
			return true
		}
	}
	return false
}

// states checks the logical paths of all versions, and their digests against the
// manifest.
func (p *parser) states() {
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.inv.Versions)) {
		v := p.inv.Versions[name]
		var all []string
		for _, digest := range slices.Sorted(maps.Keys(v.State)) {
			used[digest] = true
			if _, known := p.inv.Manifest[digest]; p.hasManifest && !known {
				p.note("E050", "the state of version %s has the digest %s, which the manifest has not", name, shortDigest(digest))
			}
			for _, logical := range v.State[digest] {
				all = append(all, logical)
				p.logical(name, logical)
			}
		}
		slices.Sort(all)
		for _, pair := range conflicts(all) {
			if pair[0] == pair[1] {
				p.note("E095", "version %s has the path %q twice", name, pair[0])
			} else {
				p.note("E095", "version %s has %q as a file and as a folder of %q", name, pair[0], pair[1])
			}
		}
	}
	code := "E107"
	if p.spec == "1.0" {
		code = "E050" // 1.0 has the rule, and no code of its own for it
	}
	for _, digest := range slices.Sorted(maps.Keys(p.inv.Manifest)) {
		if !used[digest] {
			p.note(code, "the manifest has %s, which no version uses", shortDigest(digest))
		}
	}
}

func (p *parser) logical(version, logical string) {
	fault, atEnd := pathFault(logical)
	if atEnd {
		p.note("E053", "version %s has the path %q, which %s", version, logical, fault)
		logical = strings.Trim(logical, "/")
		if fault, _ = pathFault(logical); logical == "" {
			return
		}
	}
	if fault != "" {
		p.note("E052", "version %s has the path %q, which %s", version, logical, fault)
	}
}

// fixity reads the fixity block: further digests of some of the content.
func (p *parser) fixity(o *object) {
	v, there := o.get("fixity")
	if !there {
		return
	}
	block, ok := v.(*object)
	if !ok {
		code := "E111"
		if p.spec == "1.0" {
			code = "E057"
		}
		p.note(code, "fixity is %s, not an object", describe(v))
		return
	}
	p.inv.Fixity = map[string]map[string][]string{}
	for _, m := range block.members {
		if digestSize(m.key) == 0 && m.key != "size" {
			p.note("E056", "fixity names the digest algorithm %q, which the specification and its extensions do not know", m.key)
		}
		values, ok := m.value.(*object)
		if !ok {
			p.note("E057", "fixity of %s is %s, not an object", m.key, describe(m.value))
			continue
		}
		where := "fixity of " + m.key
		p.digests(values, m.key, "E097", where)
		p.inv.Fixity[m.key] = p.paths(values, "E057", "E057", where)
		p.contentPaths(p.inv.Fixity[m.key], false, where)
	}
}
