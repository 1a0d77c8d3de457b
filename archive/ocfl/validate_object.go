package ocfl

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"hexi/archive"
)

// declaration checks the file that says that the folder is an object, and by which
// version of the specification.
func (v *validator) declaration(ctx context.Context) {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if strings.Contains(name, "/") {
			continue
		}
		tag, value, ok := strings.Cut(name, "=")
		if !ok || tag != "0" && !strings.HasPrefix(value, "ocfl_object") {
			continue
		}
		switch {
		case tag != "0":
			v.note("E005", name, "does not begin with 0=")
		case !strings.HasPrefix(value, "ocfl_object_"):
			v.note("E006", name, "is no declaration of an object")
		default:
			found = append(found, name)
		}
	}
	v.spec = specWritten
	switch len(found) {
	case 0:
		v.note("E003", "", "has no declaration of an object, such as 0=ocfl_object_1.1")
		return
	case 1:
	default:
		v.note("E003", "", "has %d declarations of an object: %s", len(found), strings.Join(found, ", "))
	}
	for _, name := range found {
		value := strings.TrimPrefix(name, "0=")
		spec := strings.TrimPrefix(value, "ocfl_object_")
		if spec != "1.0" && spec != "1.1" {
			v.note("E004", name, "names no version of the specification that is known here")
			continue
		}
		v.spec = spec
		data, err := v.read(ctx, name, maxSidecar)
		if err != nil || string(data) != value+"\n" {
			v.note("E007", name, "does not hold %s and a newline", value)
		}
	}
}

// read reads a small file of the object.
func (v *validator) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	r := Root{store: v.store}
	data, _, err := r.get(ctx, v.dir+path, limit)
	return data, err
}

// inventoryAt reads the inventory of a folder in the object and holds it to its own
// rules and to the digest beside it. It is nil where it cannot be read.
func (v *validator) inventoryAt(ctx context.Context, in string, note func(code, format string, args ...any)) (*inventory, []byte, error) {
	data, err := v.read(ctx, in+inventoryName, maxInventory)
	invalid := (*archive.InvalidError)(nil)
	if errors.As(err, &invalid) {
		v.note("E033", in+inventoryName, "%s", invalid.Why)
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	inv := parseInventory(data, v.specOf(in), note)
	if inv == nil {
		return nil, data, nil
	}
	if inv.Algorithm != "sha512" && inv.Algorithm != "sha256" {
		return inv, data, nil // which file holds the digest is not known
	}
	name := in + inv.sidecar()
	for path := range v.files {
		if other, ok := strings.CutPrefix(path, in+inventoryName+"."); ok && path != name && !strings.Contains(other, "/") {
			v.note("E059", path, "is not named after the digest algorithm of the inventory, %s", inv.Algorithm)
		}
	}
	if _, there := v.files[name]; !there {
		v.note("E058", in+inventoryName, "has no digest beside it, in %s", inv.sidecar())
		return inv, data, nil
	}
	line, err := v.read(ctx, name, maxSidecar)
	if err != nil && !errors.As(err, &invalid) {
		return nil, nil, err
	}
	digest, ok := parseSidecar(line)
	switch {
	case !ok:
		v.note("E061", name, "is not of the form DIGEST inventory.json")
	case !strings.EqualFold(digest, digestHex(inv.Algorithm, data)):
		v.note("E060", name, "has another digest than %s", in+inventoryName)
	}
	return inv, data, nil
}

// specOf is the rules for an inventory: those of the object in its root; a version's
// are by its own type.
func (v *validator) specOf(in string) string {
	if in == "" {
		return v.spec
	}
	return ""
}

func (v *validator) rootInventory(ctx context.Context) error {
	if _, there := v.files[inventoryName]; !there {
		v.note("E063", "", "has no inventory.json")
		for path := range v.files {
			if !strings.Contains(path, "/") && strings.EqualFold(path, inventoryName) {
				v.note("E034", path, "is not named inventory.json")
			}
		}
		return nil
	}
	inv, raw, err := v.inventoryAt(ctx, "", func(code, format string, args ...any) { v.note(code, inventoryName, format, args...) })
	if err != nil {
		return err
	}
	v.root, v.raw = inv, raw
	if inv == nil {
		return nil
	}
	v.report.Object = inv.ID
	if inv.ID != "" && !isURI(inv.ID) {
		v.note("W005", inventoryName, "has the id %q, which is no URI", inv.ID)
	}
	if inv.Algorithm == "sha256" {
		v.note("W004", inventoryName, "uses sha256 and not sha512")
	}
	if inv.spec != "" && inv.spec != v.spec {
		v.note("E038", inventoryName, "is of OCFL %s, the object declares %s", inv.spec, v.spec)
	}
	for name := range inv.Versions {
		if _, width, ok := parseVersionDir(name); ok && width > 0 {
			v.note("W001", inventoryName, "has versions with zeros before their numbers")
			break
		}
	}
	return nil
}

// base checks what stands directly in the object.
func (v *validator) base() {
	allowed := map[string]bool{inventoryName: true}
	if v.root != nil && v.root.Algorithm != "" {
		allowed[v.root.sidecar()] = true
	}
	folders := map[string]bool{}
	for path := range v.files {
		name, _, inside := strings.Cut(path, "/")
		if inside {
			folders[name] = true
			continue
		}
		// What is wrong with declarations and with digests of another name is noted
		// by its own code.
		known := allowed[name] || strings.HasPrefix(name, declaration) || strings.HasPrefix(name, inventoryName+".")
		if !known {
			v.note("E001", name, "does not belong into an object")
		}
	}
	for path, what := range v.odd {
		name, _, inside := strings.Cut(path, "/")
		if inside || what == EmptyFolder {
			folders[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		switch {
		case name == "logs":
		case name == extensionsDir:
			v.extensions()
		case v.root != nil && v.root.Versions[name] != nil:
		default:
			n, _, version := parseVersionDir(name)
			if version && (v.root == nil || len(v.root.Versions) == 0) {
				continue // which versions there are is what cannot be read
			}
			v.note("E001", name, "is a folder that does not belong into an object")
			if version {
				v.note("E046", name, "is the directory of version %d, which the inventory does not have", n)
			}
		}
	}
}

// extensions checks the folder of an object's extensions.
func (v *validator) extensions() {
	seen := map[string]bool{}
	for path := range v.files {
		rest, ok := strings.CutPrefix(path, extensionsDir+"/")
		if !ok {
			continue
		}
		name, _, inside := strings.Cut(rest, "/")
		if !inside {
			v.note("E067", path, "is a file among the folders of extensions")
			continue
		}
		seen[name] = true
	}
	for path := range v.odd {
		if name, ok := strings.CutPrefix(path, extensionsDir+"/"); ok {
			name, _, _ = strings.Cut(name, "/")
			seen[name] = true
		}
	}
	for name := range seen {
		if !registeredExtension(name) {
			v.note("W013", extensionsDir+"/"+name, "is not named after a registered extension")
		}
	}
}

// registeredExtension tells whether a name is that of an extension in the OCFL
// Extensions repository (https://ocfl.github.io/extensions/).
func registeredExtension(name string) bool {
	switch name {
	case "0001-digest-algorithms", flatDirect, hashAndID, hashedTuple, "0005-mutable-head", "0006-flat-omit-prefix-storage-layout",
		"0007-n-tuple-omit-prefix-storage-layout", "0008-schema-registry", "0009-digest-algorithms",
		"0010-differential-n-tuple-omit-prefix-storage-layout", "0011-direct-clean-path-layout", "initial":
		return true
	}
	return false
}

// versionInventories reads the inventory of every version directory.
func (v *validator) versionInventories(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(v.root.Versions)) {
		n, _, _ := parseVersionDir(name)
		in := name + "/"
		if _, there := v.files[in+inventoryName]; !there {
			v.note("W010", name, "has no inventory")
			continue
		}
		if name == v.root.Head {
			data, err := v.read(ctx, in+inventoryName, maxInventory)
			if err == nil && string(data) == string(v.raw) {
				v.versions[n] = v.root
				if err := v.headSidecar(ctx, in); err != nil {
					return err
				}
				continue
			}
			v.note("E064", in+inventoryName, "is not the same as the inventory of the object")
		}
		inv, _, err := v.inventoryAt(ctx, in, func(code, format string, args ...any) { v.note(code, in+inventoryName, format, args...) })
		if err != nil {
			return err
		}
		if inv == nil {
			continue
		}
		v.versions[n] = inv
		v.ofVersion(name, inv)
	}
	return nil
}

// headSidecar checks the digest beside the copy of the object's inventory.
func (v *validator) headSidecar(ctx context.Context, in string) error {
	_, _, err := v.inventoryAt(ctx, in, func(string, string, ...any) {})
	return err
}

// ofVersion compares the inventory of a version with that of the object.
func (v *validator) ofVersion(name string, inv *inventory) {
	where := name + "/" + inventoryName
	if inv.ID != v.root.ID && inv.ID != "" && v.root.ID != "" {
		v.note("E037", where, "has the id %q, the object has %q", inv.ID, v.root.ID)
		if v.spec != "1.0" {
			v.note("E110", where, "has the id %q, the object has %q", inv.ID, v.root.ID)
		}
	}
	if inv.Algorithm == "sha256" && v.root.Algorithm != "sha256" {
		v.note("W004", where, "uses sha256 and not sha512")
	}
	if inv.Head != "" && inv.Head != name {
		v.note("E040", where, "has the head %s", inv.Head)
	}
}
