package ocfl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"hexi/archive"
)

// ValidateOptions say how much Validate does.
type ValidateOptions struct {
	// SkipContent leaves out the digests of the content files, which are most of the
	// bytes; inventories are still held to theirs.
	SkipContent bool
	// MostProblems ends a report after so many; 0 is 10,000.
	MostProblems int
}

// Problem is a rule of the specification that an object or a storage root breaks.
type Problem struct {
	// Code is that of the specification (https://ocfl.io/1.1/spec/validation-codes.html):
	// E… for what must not be, W… for what should not be.
	Code string `json:"code"`
	// Path is where it is, from the folder of the object or of the storage root; ""
	// is that folder itself.
	Path string `json:"path"`
	What string `json:"what"` // a sentence without its subject, which is the path
	// By is the inventory that is not in line with a content file, "" where the problem
	// is not such a one: where that inventory is the damaged file, the content is not.
	By string `json:"by,omitempty"`
}

// Warning tells whether the object is valid nevertheless.
func (p Problem) Warning() bool { return strings.HasPrefix(p.Code, "W") }

// String is the problem in one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Code + " " + p.What
	}
	return p.Code + " " + p.Path + " " + p.What
}

// Report is what Validate found of one object, or of the hierarchy around the
// objects of a storage root.
type Report struct {
	Object   string    `json:"object"` // its id, "" where it cannot be read
	Dir      string    `json:"dir"`    // its folder in the store
	Spec     string    `json:"spec"`   // the version of the specification that it was held to
	Problems []Problem `json:"problems"`
	// Files and Bytes are how many content files were read for their digests, and
	// how much that was.
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
	// Cut says that there were more problems than the report may hold.
	Cut bool `json:"cut,omitempty"`
}

// Valid tells whether there are no errors; warnings do not count.
func (r *Report) Valid() bool {
	return !slices.ContainsFunc(r.Problems, func(p Problem) bool { return !p.Warning() })
}

const mostProblems = 10_000

// Validate holds one object to every rule of the specification (1.0 for objects that
// declare it, else 1.1) that can be seen in it. The error is not about the object
// but says why it could not be looked at; one that is not there is
// archive.ErrNotFound.
//
// Not reported are codes of what cannot be seen in files, since they are about what
// programs do (E021, E022, E027, E028, E062, E074, E087, E089, W012), and those
// that only sum up others (E002, E026, E055, E075, E098). Empty folders and links
// are seen in stores that implement Odd.
func (r *Root) Validate(ctx context.Context, id string, opts ValidateOptions) (Report, error) {
	dir, err := r.Path(ctx, id)
	if err != nil {
		return Report{}, err
	}
	report, err := ValidateAt(ctx, r.store, dir, opts)
	if err != nil {
		return report, fmt.Errorf("validate object %s: %w", id, err)
	}
	if report.Object != "" && report.Object != id {
		report.Problems = append(report.Problems, Problem{Code: "E083", Path: inventoryName, What: fmt.Sprintf("is of the object %q, in the folder of %q", report.Object, id)})
	}
	return report, nil
}

// ValidateAt holds the object in a folder of a store to the specification, whether
// the folder belongs to a storage root or not. Where nothing is, the error is
// archive.ErrNotFound, and the report is that of an empty object.
func ValidateAt(ctx context.Context, store Store, dir string, opts ValidateOptions) (Report, error) {
	v := &validator{store: store, dir: folder(dir), opts: opts, report: Report{Dir: strings.Trim(dir, "/"), Problems: []Problem{}}}
	if v.opts.MostProblems <= 0 {
		v.opts.MostProblems = mostProblems
	}
	if err := v.list(ctx); err != nil {
		return v.report, err
	}
	err := v.object(ctx)
	v.report.Spec = v.spec
	v.finish()
	if err == nil && len(v.files) == 0 && len(v.odd) == 0 {
		err = archive.ErrNotFound
	}
	return v.report, err
}

// ValidateAll holds the whole storage root to the specification: each of its
// objects, in the order of their folders, and at last the hierarchy around them, as
// a report without an object. An error that comes with a report says why the object
// could not be looked at.
func (r *Root) ValidateAll(ctx context.Context, opts ValidateOptions) iter.Seq2[Report, error] {
	return func(yield func(Report, error) bool) {
		h, err := r.hierarchy(ctx)
		if err != nil {
			yield(Report{}, err)
			return
		}
		for _, dir := range h.objects {
			report, err := ValidateAt(ctx, r.store, dir, opts)
			if err != nil && errors.Is(err, archive.ErrNotFound) {
				continue // purged meanwhile
			}
			h.check(dir, &report)
			if !yield(report, err) || ctx.Err() != nil {
				return
			}
		}
		yield(h.report(), nil)
	}
}

// validator looks at one object.
type validator struct {
	store  Store
	dir    string // ending in a slash
	opts   ValidateOptions
	report Report

	files map[string]Info   // by path in the object
	odd   map[string]string // what stands there beside files, by path
	spec  string            // the rules that hold
	root  *inventory
	raw   []byte
	// versions are the inventories of version directories, by number; digests what
	// the content files should be, by path.
	versions map[int]*inventory
	digests  map[string]*expected
}

// note adds a problem.
func (v *validator) note(code, path, format string, args ...any) {
	v.noteBy("", code, path, format, args...)
}

// noteBy adds a problem of a content file that an inventory has.
func (v *validator) noteBy(by, code, path, format string, args ...any) {
	if len(v.report.Problems) >= v.opts.MostProblems {
		v.report.Cut = true
		return
	}
	v.report.Problems = append(v.report.Problems, Problem{Code: code, Path: path, What: fmt.Sprintf(format, args...), By: by})
}

// finish brings the problems into an order that does not depend on how they were
// found, each once.
func (v *validator) finish() {
	slices.SortStableFunc(v.report.Problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Code[:1], b.Code[:1]), strings.Compare(a.Path, b.Path), strings.Compare(a.Code, b.Code), strings.Compare(a.What, b.What))
	})
	v.report.Problems = slices.Compact(v.report.Problems)
}

func (v *validator) list(ctx context.Context) error {
	v.files, v.odd = map[string]Info{}, map[string]string{}
	v.versions, v.digests = map[int]*inventory{}, map[string]*expected{}
	for info, err := range v.store.List(ctx, v.dir) {
		if err != nil {
			return err
		}
		v.files[strings.TrimPrefix(info.Key, v.dir)] = info
	}
	odd, ok := v.store.(Odd)
	if !ok {
		return nil
	}
	for o, err := range odd.Oddities(ctx, v.dir) {
		if err != nil {
			return err
		}
		v.odd[strings.TrimPrefix(o.Key, v.dir)] = o.What
	}
	return nil
}

// object runs the checks, from the outside in.
func (v *validator) object(ctx context.Context) error {
	v.declaration(ctx)
	if err := v.rootInventory(ctx); err != nil {
		return err
	}
	for path, what := range v.odd {
		if what != EmptyFolder {
			v.note("E090", path, "is a %s", what)
		}
	}
	if v.root == nil {
		v.base()
		return nil
	}
	if err := v.versionInventories(ctx); err != nil {
		return err
	}
	v.base()
	v.versionDirs()
	v.compare()
	v.expect()
	if v.opts.SkipContent {
		return nil
	}
	return v.content(ctx)
}
