package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"hexi/archive/ocfl"
)

// packageProblems are the problems of a package that are no warnings. Of an inventory that
// is not the one whose digest stands beside it all else that is wrong with inventories only
// follows: that is one problem.
func packageProblems(found []ocfl.Problem) []ocfl.Problem {
	out := slices.DeleteFunc(slices.Clone(found), ocfl.Problem.Warning)
	altered := slices.ContainsFunc(out, func(p ocfl.Problem) bool {
		return p.Code == "E060" && !strings.Contains(p.Path, "/")
	})
	var codes []string
	follows := func(p ocfl.Problem) bool { return strings.HasPrefix(path.Base(p.Path), inventoryFile) }
	for _, p := range out {
		if follows(p) && p.Code != "E060" && !slices.Contains(codes, p.Code) {
			codes = append(codes, p.Code)
		}
	}
	if !altered || len(codes) == 0 {
		return out
	}
	one := ocfl.Problem{Code: "E060", Path: inventoryFile, What: fmt.Sprintf("is not as it was written: it has another digest than the one beside it, and breaks %s",
		strings.Join(codes, ", "))}
	return append([]ocfl.Problem{one}, slices.DeleteFunc(out, follows)...)
}

// inventoryFile is what an inventory is called; its digest's name begins with it.
const inventoryFile = "inventory.json"
