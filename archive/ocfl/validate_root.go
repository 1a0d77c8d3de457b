package ocfl

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"hexi/archive"
)

// hierarchy is what stands in a storage root around its objects.
type hierarchy struct {
	root     *Root
	objects  []string // folders, in their order
	problems []Problem
	// layouts are the numbers of folders above the objects.
	depths map[int]int
	ids    map[string]string // of the objects that were checked, their folders
	spec   string            // that the root declares
}

func (h *hierarchy) note(code, at, what string) {
	h.problems = append(h.problems, Problem{Code: code, Path: at, What: what})
}

// hierarchy lists the storage root once: its objects, and what does not belong
// between them.
func (r *Root) hierarchy(ctx context.Context) (*hierarchy, error) {
	h := &hierarchy{root: r, depths: map[int]int{}, ids: map[string]string{}}
	seen, extensions, loose := map[string]bool{}, map[string]bool{}, map[string]string{}
	declarations := map[string]bool{}
	inside := ""
	for info, err := range r.store.List(ctx, r.prefix) {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(info.Key, r.prefix)
		dir, base := path.Split(name)
		first, rest, below := strings.Cut(name, "/")
		switch {
		case inside != "" && strings.HasPrefix(name, inside):
			// Content may be anything, whole objects too.
			version, _, _ := strings.Cut(strings.TrimPrefix(name, inside), "/")
			if _, _, content := parseVersionDir(version); strings.HasPrefix(base, declaration) && dir != inside && !content {
				h.note("E082", strings.TrimSuffix(dir, "/"), "is an object inside of another one")
			}
		case !below:
			declarations[name] = declarations[name] || strings.HasPrefix(name, rootDeclaration) || strings.Contains(name, "=ocfl")
		case first == extensionsDir:
			if extension, _, deeper := strings.Cut(rest, "/"); deeper {
				extensions[extension] = true
			} else {
				h.note("E112", name, "is a file among the folders of extensions")
			}
		case strings.HasPrefix(base, declaration):
			inside = dir
			object := strings.TrimSuffix(dir, "/")
			if !seen[object] {
				h.objects = append(h.objects, r.prefix+object)
				h.depths[strings.Count(object, "/")]++
			}
			seen[object] = true
		default:
			loose[name] = strings.TrimSuffix(dir, "/")
		}
	}
	h.loose(seen, loose)
	for name := range extensions {
		if !registeredExtension(name) {
			h.note("W016", extensionsDir+"/"+name, "is not named after a registered extension")
		}
	}
	if err := h.declared(ctx, declarations); err != nil {
		return nil, err
	}
	if err := h.described(ctx); err != nil {
		return nil, err
	}
	return h, h.odd(ctx, seen)
}

// loose notes files that are in no object. Those of a folder without a declaration
// that has all else of an object are one object's.
func (h *hierarchy) loose(objects map[string]bool, loose map[string]string) {
	undeclared := map[string]bool{}
	for name, dir := range loose {
		if path.Base(name) == inventoryName {
			if _, _, version := parseVersionDir(path.Base(dir)); version {
				undeclared[path.Dir(dir)] = true
			} else {
				undeclared[dir] = true
			}
		}
	}
	for dir := range undeclared {
		if within(dir, objects) || path.Dir(dir) != "." && within(path.Dir(dir), undeclared) {
			delete(undeclared, dir)
			continue
		}
		h.objects = append(h.objects, h.root.prefix+dir) // its own check says that it has no declaration
	}
	slices.Sort(h.objects)
	for _, name := range slices.Sorted(maps.Keys(loose)) {
		if within(name, undeclared) || within(name, objects) {
			continue
		}
		h.note("E072", name, "is a file that is not part of an object")
		code := "E084" // among the folders that lead to objects
		if !leads(loose[name], h.objects, h.root.prefix) {
			code = "E085" // in folders that lead to no object
			h.note("E088", loose[name], "is a folder that leads to no object")
		}
		h.note(code, name, "stands in the hierarchy of folders, which ends with objects")
	}
}

// within tells whether a path is in one of the folders.
func within(name string, folders map[string]bool) bool {
	for name != "." && name != "/" && name != "" {
		if folders[name] {
			return true
		}
		name = path.Dir(name)
	}
	return false
}

func leads(dir string, objects []string, prefix string) bool {
	return slices.ContainsFunc(objects, func(o string) bool { return strings.HasPrefix(o, prefix+dir+"/") })
}

// declared checks the declaration of the root.
func (h *hierarchy) declared(ctx context.Context, found map[string]bool) error {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(found)) {
		tag, value, ok := strings.Cut(name, "=")
		if !found[name] || !ok {
			continue
		}
		spec := strings.TrimPrefix(value, "ocfl_")
		switch {
		case tag != "0":
			h.note("E078", name, "does not begin with 0=")
			continue
		case !strings.HasPrefix(value, "ocfl_"):
			h.note("E079", name, "is no declaration of a storage root")
			continue
		case strings.HasPrefix(value, "ocfl_object_"):
			h.note("E088", name, "declares an object in the base of the storage root")
			continue
		}
		n++
		h.spec = spec
		if spec != "1.0" && spec != "1.1" {
			h.note("E077", name, "names no version of the specification that is known here")
		}
		data, _, err := h.root.get(ctx, h.root.prefix+name, maxSidecar)
		if invalid := (*archive.InvalidError)(nil); err != nil && !errors.As(err, &invalid) {
			return err
		}
		if string(data) != value+"\n" {
			h.note("E080", name, "does not hold "+value+" and a newline")
		}
	}
	switch {
	case n == 0:
		h.note("E069", "", "has no declaration of a storage root, such as 0=ocfl_1.1")
	case n > 1:
		h.note("E076", "", "has more than one declaration of a storage root")
	}
	return nil
}

// described checks ocfl_layout.json.
func (h *hierarchy) described(ctx context.Context) error {
	data, _, err := h.root.get(ctx, h.root.prefix+layoutName, maxConfig)
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	invalid := (*archive.InvalidError)(nil)
	tooLarge := errors.As(err, &invalid)
	if err != nil && !tooLarge {
		return err
	}
	var keys map[string]any
	if tooLarge || json.Unmarshal(data, &keys) != nil {
		h.note("E070", layoutName, "is no JSON object")
		return nil //nolint:nilerr // a file that is too large is a finding
	}
	for _, key := range []string{"extension", "description"} {
		if s, ok := keys[key].(string); !ok || s == "" {
			h.note("E070", layoutName, "has no "+key)
		}
	}
	if name, ok := keys["extension"].(string); ok && name != "" && !registeredExtension(name) {
		h.note("E071", layoutName, "names the layout "+name+", which is no registered extension")
	}
	return nil
}

// odd notes empty folders and links outside of objects.
func (h *hierarchy) odd(ctx context.Context, objects map[string]bool) error {
	odd, ok := h.root.store.(Odd)
	if !ok {
		return nil
	}
	for o, err := range odd.Oddities(ctx, h.root.prefix) {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(o.Key, h.root.prefix)
		switch {
		case within(name, objects), name == "":
		case o.What != EmptyFolder:
			h.note("E090", name, "is a "+o.What)
		case strings.HasPrefix(name, extensionsDir+"/"):
			if !registeredExtension(strings.TrimPrefix(name, extensionsDir+"/")) && strings.Count(name, "/") == 1 {
				h.note("W016", name, "is not named after a registered extension")
			}
		case name == extensionsDir:
		default:
			h.note("E073", name, "is an empty folder")
		}
	}
	return nil
}

// check holds an object to its place in the root.
func (h *hierarchy) check(dir string, report *Report) {
	place := strings.TrimPrefix(dir, h.root.prefix)
	if report.Object == "" {
		return
	}
	if other, twice := h.ids[report.Object]; twice {
		h.note("E037", place, "has the same id as the object in "+other+": "+report.Object)
	}
	h.ids[report.Object] = place
	if h.spec != "" && report.Spec > h.spec {
		h.note("E081", place, "is of OCFL "+report.Spec+", the storage root of "+h.spec)
	}
	if h.root.layout != nil {
		if want, err := h.root.layout.place(report.Object); err != nil || want != place {
			h.note("E083", place, "is not where the layout "+h.root.layout.Extension+" has the object "+report.Object)
			h.note("W014", place, "does not follow the layout of the storage root")
		}
	}
}

// report is what the root itself is guilty of.
func (h *hierarchy) report() Report {
	if len(h.depths) > 1 && h.root.layout == nil {
		h.note("W014", "", "has objects under different numbers of folders")
		if h.depths[0] > 0 {
			h.note("W015", "", "has objects both directly in it and in a hierarchy of folders")
		}
	} else if h.depths[0] > 0 && len(h.depths) > 1 {
		h.note("W015", "", "has objects both directly in it and in a hierarchy of folders")
	}
	slices.SortStableFunc(h.problems, func(a, b Problem) int { return strings.Compare(a.Path+"\x00"+a.Code, b.Path+"\x00"+b.Code) })
	problems := slices.Compact(h.problems)
	if problems == nil {
		problems = []Problem{}
	}
	return Report{Dir: strings.TrimSuffix(h.root.prefix, "/"), Problems: problems}
}
