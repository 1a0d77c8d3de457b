package vocab

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"hexi/archive"
)

// A profile is a CSV file whose name is its code. Above its fields stand lines of a key
// and a value:
//
//	kind,relic                  of the records
//	zh,可移动文物               its label
//	en,Movable relic
//	sheet,总登记账              the official sheet, if there is one
//	extends,movable-relic       takes over the fields of another profile, which stand first
//	categories,relic-21|…       codes: only records of these categories
//	within,cave|site            kinds of records that one of these may be part of
//	explicit,yes                only for records that name it
//	order,20                    where it is listed
//
// Then a line of columns that begins with path, and a line a field: path, zh, en, type,
// scheme, required (yes), headings (parted by |) and, where there is such a column, after
// (of a date or year the field that it does not lie before). A field with the path of one that
// was taken over stands in its place.

var profileTypes = []string{
	archive.TypeText, archive.TypeNumber, archive.TypeInteger, archive.TypeYear, archive.TypeDate, archive.TypeList,
	archive.TypeTerm, archive.TypeTerms, archive.TypePeriod, archive.TypeBoolean, archive.TypeRegions,
}

// draft is a profile as its file has it.
type draft struct {
	archive.Profile
	extends string
	order   int
}

// readProfiles reads the profiles of a directory, which need not be there.
func (v *Vocabulary) readProfiles(dir fs.FS, in string, own bool) error {
	names, err := fs.Glob(dir, in+"/*.csv")
	if err != nil {
		return err
	}
	if len(names) > maxFiles {
		return fmt.Errorf("directory: has %d files; at most %d are read", len(names), maxFiles)
	}
	drafts := map[string]*draft{}
	var order []string
	for _, name := range names {
		data, err := readFile(dir, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		code := strings.TrimSuffix(name[len(in)+1:], ".csv")
		if !archive.ValidID(code) {
			return fmt.Errorf("%s: is no name of a profile; it may hold only letters A–Z a–z, digits, - and _", name)
		}
		d, err := readProfile(code, data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		drafts[code] = d
		order = append(order, code)
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(drafts[a].order, drafts[b].order) })
	for _, code := range order {
		p, err := v.extend(drafts, code, 0)
		if err != nil {
			return fmt.Errorf("%s/%s.csv: %w", in, code, err)
		}
		if _, there := v.profiles[code]; !there {
			v.order = append(v.order, code)
		}
		v.profiles[code] = p
		v.own[code] = own
	}
	return nil
}

// extend puts the fields of the profile that another extends before its own.
func (v *Vocabulary) extend(drafts map[string]*draft, code string, depth int) (archive.Profile, error) {
	d := drafts[code]
	if d == nil {
		p, ok := v.profiles[code]
		if !ok {
			return p, fmt.Errorf("extends %q, which is no profile", code)
		}
		return p, nil
	}
	if d.extends == "" {
		return d.Profile, nil
	}
	if depth > 10 {
		return d.Profile, fmt.Errorf("extends itself")
	}
	var base archive.Profile
	if before, ok := v.profiles[code]; ok && d.extends == code {
		base = before // an own file that adds to the profile of its name
	} else {
		var err error
		if base, err = v.extend(drafts, d.extends, depth+1); err != nil {
			return d.Profile, err
		}
	}
	p := d.Profile
	p.Fields = slices.Clone(base.Fields)
	for _, f := range d.Fields {
		if i := slices.IndexFunc(p.Fields, func(o archive.Field) bool { return o.Path == f.Path }); i >= 0 {
			p.Fields[i] = f
		} else {
			p.Fields = append(p.Fields, f)
		}
	}
	p.Kind = archive.Kind(either(string(p.Kind), string(base.Kind)))
	if p.Within == nil {
		p.Within = base.Within
	}
	if len(p.Label) == 0 {
		p.Label = base.Label
	}
	return p, nil
}

func readProfile(code string, data []byte) (*draft, error) {
	d := &draft{Profile: archive.Profile{Code: code, Label: archive.Text{}}}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1
	var t *table
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		r := row{t, line, cells}
		switch {
		case t != nil:
			f, err := r.field()
			if err != nil {
				return nil, err
			}
			if _, there := d.Field(f.Path); there {
				return nil, r.fault("the field %s is there already", f.Path)
			}
			d.Fields = append(d.Fields, f)
		case strings.EqualFold(strings.TrimSpace(cells[0]), "path"):
			t = &table{columns: map[string]int{}}
			for i, h := range cells {
				t.columns[strings.ToLower(strings.TrimSpace(h))] = i
			}
			for _, need := range []string{"zh", "en", "type"} {
				if _, ok := t.columns[need]; !ok {
					return nil, r.fault("has no column %q", need)
				}
			}
		default:
			if err := d.set(r); err != nil {
				return nil, err
			}
		}
	}
	if t == nil {
		return nil, fmt.Errorf("has no line that begins with path, which names the columns of its fields")
	}
	if d.extends == "" && (d.Kind == "" || d.Label["zh"] == "" || d.Label["en"] == "") {
		return nil, fmt.Errorf("lacks a line for kind, zh or en")
	}
	return d, nil
}

// set reads a line of a key and a value.
func (d *draft) set(r row) error {
	key, value := strings.TrimSpace(r.cells[0]), ""
	if len(r.cells) > 1 {
		value = strings.TrimSpace(r.cells[1])
	}
	switch key {
	case "kind":
		d.Kind = archive.Kind(value)
	case "zh", "en":
		d.Label[key] = value
	case "sheet":
		d.Sheet = value
	case "extends":
		d.extends = value
	case "categories":
		d.Categories = strings.Split(value, "|")
	case "within":
		for kind := range strings.SplitSeq(value, "|") {
			d.Within = append(d.Within, archive.Kind(kind))
		}
	case "explicit":
		d.Explicit = value == "yes"
	case "order":
		if _, err := fmt.Sscanf(value, "%d", &d.order); err != nil {
			return r.fault("order is %q, which is no number", value)
		}
	case "":
	default:
		return r.fault("%q is nothing that a profile has; it has kind, zh, en, sheet, extends, categories, within, explicit and order", key)
	}
	return nil
}

// field reads a line of the fields.
func (r row) field() (archive.Field, error) {
	f := archive.Field{
		Path: r.get("path"), Label: archive.Text{"zh": r.get("zh"), "en": r.get("en")},
		Scheme: archive.Scheme(r.get("scheme")), Type: r.get("type"), Required: r.get("required") == "yes", After: r.get("after"),
	}
	if h := r.get("headings"); h != "" {
		f.Headings = strings.Split(h, "|")
	}
	switch {
	case f.Path == "" || f.Label["zh"] == "" || f.Label["en"] == "":
		return f, r.fault("a field needs path, zh and en")
	case !slices.Contains(profileTypes, f.Type):
		return f, r.fault("%s has the type %q; there are %s", f.Path, f.Type, strings.Join(profileTypes, ", "))
	case (f.Type == archive.TypeTerm || f.Type == archive.TypeTerms) && f.Scheme == "":
		return f, r.fault("%s takes terms, but names no scheme", f.Path)
	}
	if key, ok := f.Extra(); ok && (key == "" || strings.Contains(key, ".")) {
		return f, r.fault("%s is no field of extra; write extra. and one key", f.Path)
	} else if !ok && !archive.IsRecordPath(f.Path) {
		return f, r.fault("a record has no field %q; what a profile adds stands under extra., as in extra.eventDate", f.Path)
	}
	return f, nil
}

// checkProfiles holds the profiles to the vocabularies.
func (v *Vocabulary) checkProfiles() error {
	for _, code := range v.order {
		p := v.profiles[code]
		fault := func(format string, args ...any) error {
			return fmt.Errorf("profile %s/%s.csv: %w", profilesDir, code, fmt.Errorf(format, args...))
		}
		for _, kind := range append([]archive.Kind{p.Kind}, p.Within...) {
			if t, ok := v.Term(archive.SchemeKind, string(kind)); !ok || t.Code != string(kind) {
				return fault("%q is no kind of records", kind)
			}
		}
		for _, c := range p.Categories {
			if t, ok := v.Term(archive.SchemeCategory, c); !ok || t.Code != c {
				return fault("%q is no code of a category", c)
			}
		}
		for _, f := range p.Fields {
			if _, ok := v.schemes[f.Scheme]; f.Scheme != "" && !ok {
				return fault("%s takes its values from %q, which is no scheme; there is no file %s.csv", f.Path, f.Scheme, f.Scheme)
			}
			if err := checkAfter(&p, f); err != nil {
				return fault("%w", err)
			}
		}
	}
	return nil
}

// checkAfter holds a field to the one that it does not lie before.
func checkAfter(p *archive.Profile, f archive.Field) error {
	if f.After == "" {
		return nil
	}
	begin, there := p.Field(f.After)
	_, extra := f.Extra()
	_, both := begin.Extra()
	if !there || !extra || !both || begin.Type != f.Type || f.Type != archive.TypeDate && f.Type != archive.TypeYear {
		return fmt.Errorf("%s stands after %q, which is no date or year of the profile of its own type below extra", f.Path, f.After)
	}
	return nil
}

// Profiles lists the profiles in their order.
func (v *Vocabulary) Profiles() []archive.Profile {
	out := make([]archive.Profile, len(v.order))
	for i, code := range v.order {
		out[i] = v.profiles[code]
	}
	return out
}

// OwnProfiles lists the codes of the profiles that the archive has itself, or changed.
func (v *Vocabulary) OwnProfiles() []string {
	var out []string
	for _, code := range v.order {
		if v.own[code] {
			out = append(out, code)
		}
	}
	return out
}

// Profile finds a profile by its code, a label, or the name of its sheet.
func (v *Vocabulary) Profile(codeOrLabel string) (archive.Profile, bool) {
	t, ok := v.Term(archive.SchemeProfile, codeOrLabel)
	if !ok {
		return archive.Profile{}, false
	}
	return v.profiles[t.Code], true
}

// addProfileScheme makes the profiles a scheme, so that they are looked up, labelled and
// listed like any term.
func (v *Vocabulary) addProfileScheme() {
	s := &scheme{byLabel: map[string]int{}}
	for i, p := range v.Profiles() {
		s.terms = append(s.terms, archive.Term{Code: p.Code, Label: p.Label})
		names := []string{p.Code, p.Label["zh"], p.Label["en"]}
		if p.Sheet != "" {
			names = append(names, p.Sheet)
		}
		s.aliases = append(s.aliases, names)
		s.version = append(s.version, "")
		for _, name := range s.aliases[i] {
			if _, taken := s.byLabel[fold(name)]; !taken {
				s.byLabel[fold(name)] = i
			}
		}
	}
	for i, t := range s.terms { // a code always names its own profile
		s.byLabel[fold(t.Code)] = i
	}
	v.schemes[archive.SchemeProfile] = s
}

// ProfileOf implements archive.Vocabulary. Of the profiles of the record's kind, one for
// its category goes before one for all.
func (v *Vocabulary) ProfileOf(r *archive.Record) (archive.Profile, bool) {
	if name := r.ProfileName(); name != "" {
		p, ok := v.Profile(name)
		return p, ok && p.Kind == r.Kind
	}
	var found archive.Profile
	for _, code := range v.order {
		p := v.profiles[code]
		if p.Kind != r.Kind || p.Explicit {
			continue
		}
		if slices.Contains(p.Categories, r.Category) && r.Category != "" {
			return p, true
		}
		if len(p.Categories) == 0 && found.Code == "" {
			found = p
		}
	}
	return found, found.Code != ""
}
