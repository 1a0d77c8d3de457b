package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// An arrow is what one package of hexi may import (docs/design.md, "The house").
// Every package has one; a new package needs a line here, and with it a place in
// the house.
type arrow struct {
	// from is an import path without the leading "hexi/"; one that ends in "/…"
	// stands for all packages below.
	from string
	// hexi lists what it may import of hexi, in the same form; "*" is everything.
	hexi []string
	// modules lists what it may import from outside of the standard library, as
	// prefixes of import paths; "*" is everything that "only" does not keep for others.
	modules []string
	why     string
}

var arrows = []arrow{
	{"static", nil, nil, "holds templates and assets; view models belong to cmd/hexi/internal/web"},
	{"static/generate", nil, []string{"github.com/evanw/esbuild"}, "bundles the front end, nothing else"},

	{"archive", nil, nil, "rests on the standard library alone; parents never import their children"},
	{"archive/catalog", []string{"archive"}, sqlModules, "knows the domain and SQL"},
	{"archive/objects", []string{"archive"}, []string{"github.com/minio/minio-go/v7", "golang.org/x/sys/unix"}, "knows the domain and byte stores"},
	{"archive/ocfl", []string{"archive", "archive/ocfl/ocfltest"}, []string{"golang.org/x/crypto/blake2b"}, "knows the domain and OCFL, which names BLAKE2b among its digests"},
	{"archive/ocfl/ocfltest", []string{"archive", "archive/ocfl"}, nil, "tries packages on any store, and owns none"},
	{"archive/workbook", []string{"archive"}, []string{"github.com/xuri/excelize/v2"}, "knows the domain and how a workbook lays it out"},
	{"archive/bagit", nil, []string{"golang.org/x/text"}, "knows BagIt, and not what a payload is"},
	{"archive/pyramid", []string{"archive"}, nil, "knows the domain and the access copy's file format"},
	{"archive/snapshot", nil, []string{inflate}, "knows the file format of snapshots, and neither SQL nor stores"},
	{"archive/readahead", nil, nil, "reads, and knows nothing of what"},
	{"archive/raster", []string{"archive", "archive/pyramid", "archive/readahead"}, append([]string{inflate}, pixelModules...), "knows pixels, and the file format that it writes them to"},
	{"archive/raster/sandbox", []string{"archive/pyramid", "archive/raster"}, nil, "runs an engine in a process of its own"},
	{"archive/ocr", nil, []string{"golang.org/x/text"}, "is pure: knows the formats of texts of pages, and no pictures"},
	{"archive/ark", nil, nil, "is pure: names of things in another alphabet"},
	{"archive/citation", []string{"archive"}, nil, "is pure: how a record is cited"},
	{"archive/iiif", []string{"archive"}, nil, "is pure: grammar, geometry and documents, no pixels and no network"},
	{"archive/crosswalk", []string{"archive"}, nil, "is pure: a record in the formats of others, no network and no storage"},
	{"archive/oai", nil, nil, "is pure: knows the protocol, and not what records are"},
	{"archive/vocab", []string{"archive", "archive/vocab/period"}, []string{"golang.org/x/text"}, "is pure: vocabularies and profiles as data"},
	{"archive/vocab/period", []string{"archive"}, []string{"golang.org/x/text"}, "is pure: reads words for a time, and is given the periods"},

	{"search", []string{"archive", "search/zh", "search/engine"}, []string{
		"github.com/blevesearch", "go.etcd.io/bbolt", "golang.org/x/text", "golang.org/x/sync", inflate,
	}, "knows the domain and bleve; it follows the change log and does not know ingest"},
	{"search/engine", nil, []string{"github.com/blevesearch", "github.com/RoaringBitmap/roaring"}, "knows the segments of an index, and not what its fields mean"},
	{"search/zh", nil, []string{"golang.org/x/text", "github.com/mozillazg/go-pinyin"}, "knows the Chinese language only"},
	{"search/zh/internal/…", nil, []string{"golang.org/x/text"}, "makes the tables of search/zh"},

	{"ingest", []string{"archive", "archive/bagit", "archive/ocr", "archive/pyramid", "archive/raster", "archive/readahead", "archive/ocfl", "ingest/…"}, []string{
		"golang.org/x/text", "golang.org/x/sync", "github.com/google/uuid",
	}, "holds the steps of the pipeline; catalogue, store and index are handed to it"},
	{"ingest/sheet", []string{"archive", "archive/workbook"}, []string{"golang.org/x/text", "github.com/xuri/excelize/v2", "go.yaml.in/yaml/v3"}, "turns sheets into records"},
	{"ingest/check", []string{"archive", "archive/ocfl", "archive/pyramid", "ingest", "ingest/packet"}, []string{"golang.org/x/sync"}, "compares what there is; catalogue, store and index are handed to it"},
	{"ingest/packet", []string{"archive"}, nil, "says what stands in a preservation package; archive/ocfl keeps it, and neither knows the other"},
	{"ingest/harvest", []string{"archive"}, []string{"golang.org/x/text", "golang.org/x/net"}, "brings records from elsewhere"},

	{"export", []string{"archive", "archive/bagit", "archive/workbook"}, nil, "gives records out; archive and store are handed to it"},

	{"cmd/hexi", []string{"*"}, []string{"*"}, "joins everything, but speaks no HTTP, SQL or S3 itself"},
	{"cmd/hexi/internal/web", []string{"*"}, []string{"*"}, "speaks HTTP for everything"},
	{"cmd/hexi/internal/texts", []string{"archive", "archive/objects", "archive/ocr", "ingest"}, []string{"github.com/maypok86/otter/v2"}, "reads the texts of pages for the index and for the web"},
	{"cmd/hexi/internal/sample", []string{"archive", "archive/vocab"}, nil, "makes the demo's records and drawings, which go through the pipeline like any other"},
	{"cmd/bench", []string{"*"}, []string{"*"}, "measures, for developers"},
}

var (
	sqlModules = []string{
		"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/uptrace/bun",
		"github.com/pressly/goose/v3", "github.com/riverqueue/river",
	}
	pixelModules = []string{"github.com/disintegration/imaging", "golang.org/x/image", "github.com/bep/imagemeta"}
	inflate      = "github.com/klauspost/compress" // the same format as compress/zlib, faster

	// testModules are what any test may import besides.
	testModules = []string{
		"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/santhosh-tekuri/jsonschema/v6",
		"github.com/getkin/kin-openapi", "go.uber.org/goleak",
	}
)

// testArrows are what the tests of a package may import of hexi besides: what gives them
// real things to work on.
var testArrows = map[string][]string{
	"archive/crosswalk": {"archive/vocab", "archive/iiif"}, // records are told by the real vocabularies, and manifests by the same table
	"ingest/harvest":    {"archive/vocab", "archive/iiif"}, // values are read by the real vocabularies, and what hexi itself writes is read back
	"search":            {"archive/vocab"},                 // queries are understood by the real vocabularies
}

// only keeps a technology for one package (and those below it): neither "*" nor
// a test opens it to others.
var only = []struct {
	imports []string
	to      []string // none: nobody
	why     string
}{
	{[]string{"github.com/gin-gonic/gin"}, []string{"cmd/hexi/internal/web"}, "HTTP is spoken in one place; return a value or an error of the domain"},
	{[]string{"github.com/minio/minio-go/v7"}, []string{"archive/objects"}, "only archive/objects knows S3; use an objects.Store"},
	{append([]string{"database/sql"}, sqlModules...), []string{"archive/catalog"}, "only archive/catalog speaks SQL; ask archive.Catalog"},
	{[]string{"github.com/blevesearch/bleve/v2/http"}, nil, "it serves the whole index to anyone"},
	{[]string{"github.com/blevesearch"}, []string{"search"}, "only package search knows bleve; ask search.Index"},
	{pixelModules, []string{"archive/raster"}, "only archive/raster handles pixels"},
	{[]string{"github.com/evanw/esbuild"}, []string{"static/generate"}, "the bundler is no part of the program"},
	{[]string{"github.com/stretchr/testify", "github.com/golang/mock", "go.uber.org/mock"}, nil, "tests say if got != want, or use go-cmp, on real services"},
}

// never are packages of the standard library that some may not import outside
// of their tests.
var never = []struct {
	from, imports []string
	why           string
}{
	{
		[]string{"archive", "archive/iiif", "archive/oai", "archive/vocab", "archive/pyramid", "archive/ocfl", "archive/catalog", "archive/raster", "search", "ingest", "ingest/sheet", "ingest/check", "export"},
		[]string{"net/http"},
		"requests and status codes belong to cmd/hexi/internal/web",
	},
	{
		[]string{"archive/vocab/period"},
		[]string{"os", "os/exec", "net", "net/http", "time"},
		"it is pure: words and numbers",
	},
	{
		[]string{"archive/iiif", "archive/oai", "archive/vocab"},
		[]string{"os", "os/exec", "net", "image/color", "image/draw", "image/jpeg", "image/png", "image/gif"},
		"it is pure: no files, no network, no pixels",
	},
}

// TestArrows holds every package of hexi, tests included, to the arrows.
func TestArrows(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, tags := range []string{"", "vips"} { // files behind a tag are held to them too
		for _, p := range listPackages(t, tags) {
			for _, fault := range p.faults() {
				if !told[fault] {
					t.Error(fault)
				}
				told[fault] = true
			}
		}
	}
}

func TestArrowsFindFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pkg  goPackage
		want string // part of the only fault, or "" for none
	}{
		{"the domain and its child", goPackage{ImportPath: "hexi/archive", Imports: []string{"context", "hexi/archive/catalog"}}, "parents never import"},
		{"the domain and a module", goPackage{ImportPath: "hexi/archive", Imports: []string{"github.com/google/uuid"}}, "github.com/google/uuid"},
		{"a child and the domain", goPackage{ImportPath: "hexi/archive/iiif", Imports: []string{"hexi/archive", "strings", "image"}}, ""},
		{"siblings", goPackage{ImportPath: "hexi/archive/iiif", Imports: []string{"hexi/archive/pyramid"}}, "pure"},
		{"pixels where they are pure", goPackage{ImportPath: "hexi/archive/iiif", Imports: []string{"image/jpeg"}}, "pure"},
		{"but not in a test", goPackage{ImportPath: "hexi/archive/iiif", TestImports: []string{"os", "image/png"}}, ""},
		{"a test breaks an arrow", goPackage{ImportPath: "hexi/ingest", XTestImports: []string{"hexi/ingest", "hexi/archive/catalog"}}, "hexi/archive/catalog"},
		{"a test with a test's module", goPackage{ImportPath: "hexi/archive", TestImports: []string{"github.com/google/go-cmp/cmp"}}, ""},
		{"code with a test's module", goPackage{ImportPath: "hexi/archive", Imports: []string{"github.com/google/go-cmp/cmp"}}, "go-cmp"},
		{"a test and its real things", goPackage{ImportPath: "hexi/search", TestImports: []string{"hexi/archive/vocab"}}, ""},
		{"which are not for the program", goPackage{ImportPath: "hexi/search", Imports: []string{"hexi/archive/vocab"}}, "does not know ingest"},
		{"search and ingest", goPackage{ImportPath: "hexi/search", Imports: []string{"hexi/ingest/sheet"}}, "does not know ingest"},
		{"raster and pyramid", goPackage{ImportPath: "hexi/archive/raster", Imports: []string{"hexi/archive/pyramid", "golang.org/x/image/tiff"}}, ""},
		{"gin outside web", goPackage{ImportPath: "hexi/cmd/hexi", Imports: []string{"github.com/gin-gonic/gin"}}, "one place"},
		{"gin in web", goPackage{ImportPath: "hexi/cmd/hexi/internal/web", Imports: []string{"github.com/gin-gonic/gin/binding"}}, ""},
		{"SQL outside the catalogue", goPackage{ImportPath: "hexi/cmd/hexi", TestImports: []string{"database/sql"}}, "speaks SQL"},
		{"bleve's server", goPackage{ImportPath: "hexi/search", Imports: []string{"github.com/blevesearch/bleve/v2/http"}}, "serves the whole index"},
		{"a name that only begins alike", goPackage{ImportPath: "hexi/cmd/hexi", Imports: []string{"github.com/gin-gonic/ginger"}}, ""},
		{"a package without a place", goPackage{ImportPath: "hexi/utils"}, "no place"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.pkg.faults()
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("got faults %q, want none", got)
			case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
				t.Errorf("got faults %q, want one about %q", got, test.want)
			}
		})
	}
}

// goPackage is what "go list -json" tells of a package.
type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func listPackages(t *testing.T, tags string) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-tags", tags, "-json=ImportPath,Imports,TestImports,XTestImports", "hexi/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var packages []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 2 {
		t.Fatalf("go list found %d packages of hexi; it must run inside the module", len(packages))
	}
	return packages
}

// faults tells, in one sentence each, which arrows a package breaks.
func (p goPackage) faults() []string {
	from := strings.TrimPrefix(p.ImportPath, "hexi/")
	i := slices.IndexFunc(arrows, func(a arrow) bool { return matches(from, a.from) })
	if i < 0 {
		return []string{p.ImportPath + " has no place in the house: give it a line in arrows, or its code to a package that has one"}
	}
	rule := arrows[i]
	var faults []string
	check := func(imports []string, inTest bool) {
		for _, path := range imports {
			if why := rule.forbids(from, path, inTest); why != "" {
				where := ""
				if inTest {
					where = " in a test"
				}
				fault := p.ImportPath + " must not import " + path + where + ": " + why
				if !slices.Contains(faults, fault) {
					faults = append(faults, fault)
				}
			}
		}
	}
	check(p.Imports, false)
	check(p.TestImports, true)
	check(p.XTestImports, true)
	return faults
}

// forbids returns why a package may not import path, or "".
func (a arrow) forbids(from, path string, inTest bool) string {
	for _, o := range only {
		if under(path, o.imports) {
			if !under(from, o.to) {
				return o.why
			}
			break
		}
	}
	if inside, ok := strings.CutPrefix(path, "hexi/"); ok {
		// A test may be outside of the package that it tests.
		own := inTest && (inside == from || slices.Contains(testArrows[from], inside))
		if own || slices.ContainsFunc(a.hexi, func(pattern string) bool { return matches(inside, pattern) }) {
			return ""
		}
		return a.from + " " + a.why
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") { // the standard library
		for _, n := range never {
			if !inTest && slices.Contains(n.from, from) && slices.Contains(n.imports, path) {
				return n.why
			}
		}
		return ""
	}
	if slices.Contains(a.modules, "*") || under(path, a.modules) || (inTest && under(path, testModules)) {
		return ""
	}
	return a.from + " " + a.why
}

// matches tells whether a path is the one that a pattern names: itself, "*" for
// all, or "x/…" for all below x.
func matches(path, pattern string) bool {
	if above, ok := strings.CutSuffix(pattern, "/…"); ok {
		return strings.HasPrefix(path, above+"/")
	}
	return pattern == "*" || path == pattern
}

// under tells whether a path is one of the roots or lies below one.
func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}
