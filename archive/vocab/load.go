package vocab

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
	"hexi/archive/vocab/period"
)

//go:embed data profiles
var built embed.FS

// Bounds of an archive's own files, far above what a vocabulary needs.
const (
	maxFiles    = 500
	maxFileSize = 8 << 20 // bytes
	maxTerms    = 100_000 // of one scheme
)

// The files that are no schemes.
const (
	yearsFile    = "years.csv"
	erasFile     = "eras.csv"
	homonymsFile = "homonyms.csv"
	profilesDir  = "profiles"
)

// Load reads and checks the vocabularies that hexi comes with and then, in that order,
// an archive's own: directories that hold files of the same forms. A file is the
// scheme of its name; one with the name of a scheme that is there adds terms to it, and
// changes the labels of those that are there already. An error names file and line.
func Load(own ...fs.FS) (*Vocabulary, error) {
	v := &Vocabulary{schemes: map[archive.Scheme]*scheme{}, years: map[string][]yearRow{}, profiles: map[string]archive.Profile{}, own: map[string]bool{}}
	data, err := fs.Sub(built, "data")
	if err != nil {
		return nil, err
	}
	if err := v.readDir(data, false); err != nil {
		return nil, fmt.Errorf("vocabulary %w", err)
	}
	if err := v.readProfiles(built, profilesDir, false); err != nil {
		return nil, fmt.Errorf("profile %w", err)
	}
	for _, dir := range own {
		if err := v.readDir(dir, true); err != nil {
			return nil, fmt.Errorf("vocabulary %w", err)
		}
		if err := v.readProfiles(dir, profilesDir, true); err != nil {
			return nil, fmt.Errorf("profile %w", err)
		}
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	v.periods = v.newPeriods()
	v.addProfileScheme()
	return v, nil
}

// readDir reads the files of a directory: the schemes first, since the others speak of
// their terms.
func (v *Vocabulary) readDir(dir fs.FS, own bool) error {
	names, err := fs.Glob(dir, "*.csv")
	if err != nil {
		return err
	}
	if len(names) > maxFiles {
		return fmt.Errorf("directory: has %d files; at most %d are read", len(names), maxFiles)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == yearsFile || name == erasFile || name == homonymsFile {
			continue
		}
		t, err := readTable(dir, name, "code", "zh", "en")
		if err == nil {
			err = v.addScheme(archive.Scheme(strings.TrimSuffix(name, ".csv")), t, own)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, late := range []struct {
		name    string
		columns []string
		add     func(*table) error
	}{
		{yearsFile, []string{"term", "site", "from", "to"}, v.addYears},
		{erasFile, []string{"era", "period", "from", "to"}, v.addEras},
		{homonymsFile, []string{"name", "periods"}, v.addHomonyms},
	} {
		if !slices.Contains(names, late.name) {
			continue
		}
		t, err := readTable(dir, late.name, late.columns...)
		if err == nil {
			err = late.add(t)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", late.name, err)
		}
	}
	return nil
}

// table is a CSV file whose first line names the columns.
type table struct {
	columns map[string]int
	rows    []row
}

type row struct {
	table *table
	line  int
	cells []string
}

// get returns a cell without the white space around it; "" if there is no such column.
func (r row) get(column string) string {
	i, ok := r.table.columns[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (r row) fault(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", r.line, fmt.Errorf(format, args...))
}

// readFile reads a file of bounded size.
func readFile(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("has more than %d MB", maxFileSize>>20)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

func readTable(dir fs.FS, name string, need ...string) (*table, error) {
	data, err := readFile(dir, name)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	t := &table{columns: map[string]int{}}
	for i, h := range head {
		t.columns[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, n := range need {
		if _, ok := t.columns[n]; !ok {
			return nil, fmt.Errorf("line 1: has no column %q; it needs %s", n, strings.Join(need, ", "))
		}
	}
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		if len(cells) > len(head) {
			return nil, fmt.Errorf("line %d: has %d cells, and the first line %d", line, len(cells), len(head))
		}
		if len(t.rows) >= maxTerms {
			return nil, fmt.Errorf("line %d: is one too many; at most %d are read", line, maxTerms)
		}
		t.rows = append(t.rows, row{t, line, cells})
	}
}

// addScheme adds the terms of a file to a scheme.
func (v *Vocabulary) addScheme(name archive.Scheme, t *table, own bool) error {
	if !archive.ValidID(string(name)) || name == archive.SchemeProfile {
		return fmt.Errorf("is no name of a scheme; it may hold only letters A–Z a–z, digits, - and _, and profiles have a directory of their own")
	}
	s := v.schemes[name]
	if s == nil {
		s = &scheme{byLabel: map[string]int{}, inside: map[string]int{}, added: own}
		v.schemes[name] = s
	}
	for _, r := range t.rows {
		if err := s.add(r, own); err != nil {
			return err
		}
	}
	for _, r := range t.rows {
		parent := r.get("parent")
		if i, ok := s.byLabel[fold(parent)]; parent != "" && (!ok || s.terms[i].Code != parent) {
			return r.fault("%s has the parent %q, which is no code of this scheme", r.get("code"), parent)
		}
	}
	return nil
}

// add adds a term, or changes one that is there by what an own file says.
func (s *scheme) add(r row, own bool) error {
	code, zh, en := r.get("code"), r.get("zh"), r.get("en")
	if !archive.ValidID(code) {
		return r.fault("%q is no code; it may hold only letters A–Z a–z, digits, - and _", code)
	}
	certainty := r.get("certainty")
	switch certainty {
	case "published", "general":
	case "":
		if certainty = "general"; own {
			certainty = "own"
		}
	default:
		return r.fault("%s has the certainty %q; use published or general, and leave out what is uncertain", code, certainty)
	}
	i, there := s.byLabel[fold(code)]
	there = there && s.terms[i].Code == code
	switch {
	case there && !own:
		return r.fault("the code %s is there already", code)
	case !there && (zh == "" || en == ""):
		return r.fault("%s lacks a label; give zh and en", code)
	case !there:
		i = len(s.terms)
		s.terms = append(s.terms, archive.Term{Code: code, Label: archive.Text{}, Parent: r.get("parent"), Certainty: certainty})
		s.aliases = append(s.aliases, []string{code, "", ""})
		s.version = append(s.version, r.get("version"))
		s.own = append(s.own, own)
	}
	term := &s.terms[i]
	term.Label = archive.Text{"zh": either(zh, term.Label["zh"]), "en": either(en, term.Label["en"])}
	if there {
		term.Parent = either(r.get("parent"), term.Parent)
	}
	if err := addSame(term, r); err != nil {
		return err
	}
	names := s.aliases[i]
	if there { // the labels of before go on naming it
		names = append(names, names[1], names[2])
	}
	names[1], names[2] = term.Label["zh"], term.Label["en"]
	if aliases := r.get("aliases"); aliases != "" {
		names = append(names, strings.Split(aliases, "|")...)
	}
	s.aliases[i] = names
	for _, n := range names {
		if other, ok := s.byLabel[fold(n)]; ok && other != i {
			return r.fault("%q names both %s and %s", n, s.terms[other].Code, code)
		}
		s.byLabel[fold(n)] = i
	}
	return s.addCues(r, i, names)
}

// addSame adds the addresses under which others know a term.
func addSame(term *archive.Term, r row) error {
	same := r.get("same")
	if same == "" {
		return nil
	}
	for address := range strings.SplitSeq(same, "|") {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return r.fault("%s has %q under same, which is no address; write the whole of it, as in http://vocab.getty.edu/aat/300011914", term.Code, address)
		}
		if !slices.Contains(term.Same, address) {
			term.Same = append(term.Same, address)
		}
	}
	return nil
}

func (v *Vocabulary) addYears(t *table) error {
	for _, r := range t.rows {
		code, site := r.get("term"), r.get("site")
		term, ok := v.Term(archive.SchemePeriod, code)
		if !ok || term.Code != code {
			return r.fault("%q is no code of a period", code)
		}
		if s, ok := v.Term(archive.SchemeSite, site); site != "" && (!ok || s.Code != site) {
			return r.fault("%q is no code of a site", site)
		}
		from, to, err := r.span()
		if err != nil {
			return err
		}
		rows := slices.DeleteFunc(v.years[code], func(y yearRow) bool { return y.site == site })
		v.years[code] = append(rows, yearRow{site, from, to})
	}
	return nil
}

// span reads the columns from and to; to may be 0, for no end.
func (r row) span() (from, to int, err error) {
	if from, err = strconv.Atoi(r.get("from")); err != nil || from == 0 {
		return 0, 0, r.fault("from is %q, which is no year; years before our era are negative, and there is no year 0", r.get("from"))
	}
	if to, err = strconv.Atoi(r.get("to")); err != nil {
		return 0, 0, r.fault("to is %q, which is no year; 0 stands for no end", r.get("to"))
	}
	if to != 0 && from > to {
		return 0, 0, r.fault("lasts from %d to %d", from, to)
	}
	return from, to, nil
}

func (v *Vocabulary) addEras(t *table) error {
	for _, r := range t.rows {
		from, to, err := r.span()
		if err != nil {
			return err
		}
		code := r.get("period")
		if term, ok := v.Term(archive.SchemePeriod, code); !ok || term.Code != code {
			return r.fault("%q is no code of a period", code)
		}
		if r.get("era") == "" || to == 0 {
			return r.fault("an era needs a name and a last year")
		}
		era := period.Era{Name: r.get("era"), Period: code, From: from, To: to, Ruler: r.get("ruler")}
		v.eras = append(v.eras, era)
		if era.Name = r.get("en"); era.Name != "" {
			v.eras = append(v.eras, era)
		}
	}
	return nil
}

func (v *Vocabulary) addHomonyms(t *table) error {
	for _, r := range t.rows {
		codes := strings.Split(r.get("periods"), "|")
		for _, code := range codes {
			if term, ok := v.Term(archive.SchemePeriod, code); !ok || term.Code != code {
				return r.fault("%q is no code of a period", code)
			}
		}
		if r.get("name") == "" {
			return r.fault("has no name")
		}
		v.homonyms = append(v.homonyms, period.Homonym{Name: r.get("name"), Periods: codes})
	}
	return nil
}

// check holds what no single file can see.
func (v *Vocabulary) check() error {
	if s := v.schemes[archive.SchemePeriod]; s != nil {
		for _, t := range s.terms {
			if len(v.years[t.Code]) == 0 {
				return fmt.Errorf("vocabulary period.csv: %s has no years; give it a line in %s", t.Code, path.Join(".", yearsFile))
			}
		}
	}
	for name, s := range v.schemes {
		if err := s.acyclic(); err != nil {
			return fmt.Errorf("vocabulary %s.csv: %w", name, err)
		}
	}
	return v.checkProfiles()
}

// acyclic reports a term that is above itself.
func (s *scheme) acyclic() error {
	for _, t := range s.terms {
		for at, steps := t, 0; at.Parent != ""; steps++ {
			if steps > 50 {
				return fmt.Errorf("%s is above itself, or lies more than 50 terms deep", t.Code)
			}
			at = s.terms[s.byLabel[fold(at.Parent)]]
		}
	}
	return nil
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
