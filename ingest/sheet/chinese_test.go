package sheet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hexi/archive"
)

// aboutSheets are formats about a sheet as a whole, or a mapping, which no row's reason
// is made of; they are said by the command, in English.
var aboutSheets = regexp.MustCompile(`^the (workbook|sheet|table) (is|has|holds|unpacks)|^this is |^the workbook's part %s (cannot|declares)|is not a sheet|no column has|^is a chart|^is hidden|^is empty$|^is not among the tables|has no column with|JSON|is null|which the mapping names|^line |two columns have|^is larger|is not YAML|none that reasons|^date: |^headings: |^tables: |word of a mapping|^write (lines|one)|stands in line|not known of a column|^%s: %q|^%q is not a field of a record that|^there is no such|^is 0;|has no field|is not a field|cannot be read|^is not a list|longer than 16 MiB|more behind the layer|^%s$|^%s: %s %s$|^%d of the assets`)

// TestReasonsInChinese reads the source for every sentence that a row's reason can be
// made of: each is there in Chinese too, with as many arguments.
func TestReasonsInChinese(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"*.go", "../../archive/validate.go", "../../archive/normalise.go", "../../archive/doubts.go", "../../archive/layer.go", "../sheets.go", "../rowkeys.go", "../rows.go", "../lookup.go", "../source.go", "../match.go", "../heldto.go", "../regions.go"} {
		found, err := filepath.Glob(pattern)
		must(t, err)
		files = append(files, found...)
	}
	verbs := regexp.MustCompile(`%[0-9.\[\]]*[a-z]`)
	makers := []string{"fault", "note", "noteOnce", "newNote", "Invalid", "at"}
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			maker := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				maker = f.Sel.Name
			case *ast.Ident:
				maker = f.Name
			}
			if !slices.Contains(makers, maker) {
				return true
			}
			literal, ok := call.Args[1].(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			format, err := strconv.Unquote(literal.Value)
			must(t, err)
			if aboutSheets.MatchString(format) {
				return true
			}
			seen++
			chinese, ok := inChinese[format]
			if !ok {
				t.Errorf("%s: no Chinese in chinese.go for %q", filepath.Base(name), format)
			}
			if ok && len(verbs.FindAllString(chinese, -1)) != len(verbs.FindAllString(format, -1)) && !strings.Contains(chinese, "%[") {
				t.Errorf("%q has other arguments than %q", chinese, format)
			}
			return true
		})
	}
	if seen < 60 {
		t.Errorf("only %d sentences were found", seen)
	}
}

func TestReason(t *testing.T) {
	t.Parallel()
	fault := archive.Invalid("level", "%q is not a known %s; did you mean %s?", "一等", archive.SchemeLevel, "grade-1 (一级文物)")
	if got, want := Reason("zh", fault), "“一等”不是词表中的级别；是否应为 grade-1 (一级文物)？"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := Reason("en", fault); got != fault.Why {
		t.Errorf("%s", got)
	}
	if got := Reason("zh", &archive.InvalidError{Why: "said by nobody"}); got != "said by nobody" {
		t.Errorf("%s", got)
	}
}
