package ocfl

import (
	"maps"
	"slices"
	"strings"
)

// versionDirs checks what stands in the directories of the versions.
func (v *validator) versionDirs() {
	inventories := map[string]*inventory{}
	for n, inv := range v.versions {
		for name := range v.root.Versions {
			if m, _, _ := parseVersionDir(name); m == n {
				inventories[name] = inv
			}
		}
	}
	present, contents, others := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for path := range v.files {
		name, rest, inside := strings.Cut(path, "/")
		if !inside || v.root.Versions[name] == nil {
			continue
		}
		present[name] = true
		child, _, deeper := strings.Cut(rest, "/")
		switch {
		case deeper && child == v.root.content():
			contents[name] = true
		case deeper:
			others[name+"/"+child] = true
		case child == inventoryName:
		case inventories[name] != nil && strings.HasPrefix(child, inventoryName+"."):
			// One that has another algorithm's name is noted as such.
		default:
			v.note("E015", path, "is a file beside the inventory of a version")
		}
	}
	for path, what := range v.odd {
		name, rest, inside := strings.Cut(path, "/")
		if v.root.Versions[name] == nil {
			continue
		}
		present[name] = true
		child, below, _ := strings.Cut(rest, "/")
		switch {
		case !inside || what != EmptyFolder:
		case child != v.root.content():
			others[name+"/"+child] = true
		case below == "":
			v.note("W003", path, "is a content directory without content")
		default:
			v.note("E024", path, "is an empty folder")
		}
	}
	for path := range others {
		v.note("W002", path, "is a folder beside the content directory %s", v.root.content())
	}
	v.missingDirs(present, contents)
}

// missingDirs notes versions that the inventory has and the object has not.
func (v *validator) missingDirs(present, contents map[string]bool) {
	wanted := map[string]bool{}
	for _, paths := range v.root.Manifest {
		for _, path := range paths {
			name, _, _ := strings.Cut(path, "/")
			wanted[name] = true
		}
	}
	highest := 0
	for name := range present {
		n, _, _ := parseVersionDir(name)
		highest = max(highest, n)
	}
	for _, name := range slices.Sorted(maps.Keys(v.root.Versions)) {
		n, _, _ := parseVersionDir(name)
		if !present[name] {
			v.note("E046", name, "is not there, although the inventory has it")
			switch {
			case n == 1:
				v.note("E009", name, "is not there, although it is the first version")
			case n < highest:
				v.note("E010", name, "is not there, although there is v%d", highest)
			}
		} else if wanted[name] && !contents[name] {
			v.note("E016", name, "has no content directory %s, although the manifest has content in it", v.root.content())
		}
	}
}

// compare holds the inventories of the versions to each other and to the object's.
func (v *validator) compare() {
	v.contentDirectories()
	before := "1.0"
	for _, n := range slices.Sorted(maps.Keys(v.versions)) {
		inv := v.versions[n]
		where := v.root.dir(n) + "/" + inventoryName
		if inv.spec != "" {
			if inv.spec < before {
				code := "E103"
				if v.spec == "1.0" {
					code = "E038"
				}
				v.note(code, where, "is of OCFL %s, a version before it is of %s", inv.spec, before)
			}
			if inv.spec > v.spec {
				v.note("E038", where, "is of OCFL %s, the object declares %s", inv.spec, v.spec)
			}
			before = inv.spec
		}
		if inv == v.root {
			continue
		}
		for name, block := range inv.Versions {
			k, _, _ := parseVersionDir(name)
			current := v.root.Versions[name]
			if current == nil {
				if k <= v.root.number {
					v.note("E066", where, "has the version %s, which the inventory of the object has not", name)
				}
				continue
			}
			v.sameVersion(where, name, inv, block, current)
		}
		for k := 1; k <= n; k++ {
			if name := v.root.dir(k); v.root.Versions[name] != nil && inv.Versions[name] == nil {
				v.note("E066", where, "does not have the version %s", name)
			}
		}
	}
}

// contentDirectories checks that all inventories name the same content directory
// from the first version on.
func (v *validator) contentDirectories() {
	numbers := slices.Sorted(maps.Keys(v.versions))
	if len(numbers) == 0 {
		return
	}
	first := v.versions[numbers[0]]
	all := map[string]*inventory{inventoryName: v.root}
	for _, n := range numbers {
		all[v.root.dir(n)+"/"+inventoryName] = v.versions[n]
	}
	for _, where := range slices.Sorted(maps.Keys(all)) {
		set, was := all[where].ContentDirectory, first.ContentDirectory
		if set == was {
			continue
		}
		// The two rules stand in one sentence: set from the first version on, and the
		// same ever after.
		v.note("E019", where, "has the content directory %q, the first version %q", all[where].content(), first.content())
		if was != "" {
			v.note("E020", where, "has the content directory %q, the first version %q", all[where].content(), first.content())
		}
	}
}

// sameVersion compares a version as an earlier inventory has it with what the
// object's inventory has. Digests of different algorithms are compared through the
// content that they stand for.
func (v *validator) sameVersion(where, name string, inv *inventory, old, current *versionBlock) {
	was, is := old.state(), current.state()
	for _, logical := range slices.Sorted(maps.Keys(was)) {
		now, there := is[logical]
		switch {
		case !there:
			v.note("E066", where, "has in version %s the path %q, which the inventory of the object has not", name, logical)
		case inv.Algorithm == v.root.Algorithm && !strings.EqualFold(was[logical], now),
			inv.Algorithm != v.root.Algorithm && !overlap(inv.Manifest[was[logical]], v.root.Manifest[now]):
			v.note("E066", where, "has in version %s another content under %q than the inventory of the object", name, logical)
		}
	}
	for _, logical := range slices.Sorted(maps.Keys(is)) {
		if _, there := was[logical]; !there {
			v.note("E066", where, "does not have in version %s the path %q, which the inventory of the object has", name, logical)
		}
	}
	if old.Created != current.Created {
		v.note("W011", where, "has another time for version %s than the inventory of the object", name)
	}
	if old.Message != current.Message || old.hasMessage != current.hasMessage {
		v.note("W011", where, "has another message for version %s than the inventory of the object", name)
	}
	if (old.User == nil) != (current.User == nil) || old.User != nil && *old.User != *current.User {
		v.note("W011", where, "has another user for version %s than the inventory of the object", name)
	}
}

// overlap tells whether the earlier manifest's content paths are the later one's.
func overlap(old, now []string) bool {
	for _, path := range old {
		if !slices.Contains(now, path) {
			return false
		}
	}
	return len(old) > 0
}
