package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"hexi/archive/ocfl"
)

// packageProblems are the problems of a package that are no warnings, one for each file
// that is damaged: it has one cure, however many rules it breaks. Of an inventory that is
// not as it was written all that follows from what it says now is left out.
func packageProblems(found []ocfl.Problem) []ocfl.Problem {
	out := slices.DeleteFunc(slices.Clone(found), ocfl.Problem.Warning)
	altered := map[string]bool{} // folders whose inventory is not the one of the digest beside it
	for _, p := range out {
		if p.Code == "E060" {
			altered[path.Dir(p.Path)] = true
		}
	}
	of := map[string][]ocfl.Problem{} // by the folder of the inventory
	var order []string
	seen := map[string]bool{}
	rest := out[:0]
	for _, p := range out {
		dir := path.Dir(p.Path)
		follows := p.By != "" && altered[path.Dir(p.By)]
		switch {
		case follows:
			dir = path.Dir(p.By)
		case altered["."] && versionFolder.MatchString(p.Path): // which versions there are is what was altered
			continue
		case p.By != "" && seen[p.Path]: // by another inventory, or another rule
			continue
		case !strings.HasPrefix(path.Base(p.Path), inventoryFile):
			seen[p.Path] = p.By != ""
			rest = append(rest, p)
			continue
		}
		// The inventories of versions are held to the object's: where that is the damaged
		// one, nothing that is said of them counts.
		if altered["."] && !altered[dir] || p.Code == "E064" && len(of["."]) > 0 {
			dir = "."
		}
		if of[dir] == nil {
			order = append(order, dir)
		}
		of[dir] = append(of[dir], p)
	}
	var told []ocfl.Problem
	for _, dir := range order {
		told = append(told, oneInventory(dir, of[dir], altered[dir]))
	}
	return append(told, rest...)
}

// oneInventory is what is wrong with one inventory, as one problem.
func oneInventory(dir string, found []ocfl.Problem, altered bool) ocfl.Problem {
	if len(found) == 1 {
		return found[0]
	}
	var codes []string
	for _, p := range found {
		if (p.Code != "E060" || !altered) && !slices.Contains(codes, p.Code) {
			codes = append(codes, p.Code)
		}
	}
	one := ocfl.Problem{Code: found[0].Code, Path: path.Join(dir, inventoryFile)}
	switch {
	case altered && len(codes) == 0:
		return found[0]
	case altered:
		one.Code = "E060"
		one.What = fmt.Sprintf("is not as it was written: it has another digest than the one beside it, and breaks %s", strings.Join(codes, ", "))
	default:
		one.What = fmt.Sprintf("%s; it breaks %s", found[0].What, strings.Join(codes, ", "))
	}
	return one
}

// versionFolder is how the folder of a version is called.
var versionFolder = regexp.MustCompile(`^v[0-9]+$`)

// inventoryFile is what an inventory is called; its digest's name begins with it.
const inventoryFile = "inventory.json"
