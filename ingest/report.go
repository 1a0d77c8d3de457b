package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// Report is the outcome of a run, as shown to a person and, as JSON, to a
// machine. Records and Assets count; Items lists what was refused or is worth
// knowing, never what simply went well.
type Report struct {
	Batch   string         `json:"batch,omitempty"`
	DryRun  bool           `json:"dryRun,omitempty"`
	Records map[string]int `json:"records"` // created, updated, unchanged, refused
	// Published is how many of them this run made visible to the public, changed or not; of
	// those made up for a file, none yet.
	Published int            `json:"published,omitempty"`
	Assets    map[string]int `json:"assets"`           // ready, unchanged, refused; looked-at in a dry run
	Layers    int            `json:"layers,omitempty"` // images that became a layer of a view, another one, or none
	Sheets    []TableReport  `json:"sheets,omitempty"`
	Review    string         `json:"review,omitempty"` // the workbook that shows what is wrong in the sheets
	Failed    []Item         `json:"failed"`

	Packages *PackagesReport `json:"packages,omitempty"` // nil in a dry run
	Notes    []Item          `json:"notes,omitempty"`
}

// PackagesReport says how the preservation packages stand at the end of a run.
type PackagesReport struct {
	Written int    `json:"written"` // versions, by this process
	Waiting int    `json:"waiting"` // of the whole archive
	Error   string `json:"error,omitempty"`
}

// Item is one thing to tell: which file or row, what about it, and what to do.
type Item struct {
	Item   string `json:"item"` // "sheet.csv row 5", "photos/a.jpg"
	Record string `json:"record,omitempty"`
	Asset  string `json:"asset,omitempty"`
	Field  string `json:"field,omitempty"`
	// Column and Heading are those of the sheet that a refused row's field stands in: "F",
	// as spreadsheet programs name it, and 级别.
	Column  string `json:"column,omitempty"`
	Heading string `json:"heading,omitempty"`
	Code    string `json:"code,omitempty"`
	Why     string `json:"why"`
	Do      string `json:"do,omitempty"`
	Like    *Like  `json:"like,omitempty"` // what it looks like, of a note "duplicate" or "looks-like"
}

// Like is another asset that looks the same, and its record.
type Like struct {
	Asset    string       `json:"asset"`
	Record   string       `json:"record"`
	Titles   archive.Text `json:"titles"`
	Distance int          `json:"distance"` // 0: the same, as far as can be seen
}

// TableReport accounts for the lines of one table of a sheet: every line that holds
// anything is a row or passed over.
type TableReport struct {
	Sheet   string         `json:"sheet"` // "register.xlsx 总登记账"
	Profile string         `json:"profile,omitempty"`
	Kind    archive.Kind   `json:"kind,omitempty"`    // of rows that do not say it
	Kinds   []archive.Kind `json:"kinds,omitempty"`   // that rows say themselves
	Columns []sheet.Column `json:"columns,omitempty"` // what each is taken for
	// Constants are what a mapping has every row say, Defaults what rows that say nothing.
	Constants []sheet.Filled       `json:"constants,omitempty"`
	Defaults  []sheet.Filled       `json:"defaults,omitempty"`
	Files     []RowFiles           `json:"files,omitempty"` // of a dry run, in the order of the rows
	Lines     int                  `json:"lines"`
	Rows      int                  `json:"rows"`   // each a record, refused, or the same as another
	Passed    map[sheet.Passed]int `json:"passed"` // title, heading, note, total; same, of the rows
}

// RowFiles are the files that a row would get, by their paths in what was given.
type RowFiles struct {
	Row   int      `json:"row"`
	Files []string `json:"files"`
}

// Where says which file or row, and which column or field of it.
func (i Item) Where() string {
	switch {
	case i.Column != "" && (i.Field == i.Heading || i.Heading == ""):
		return strings.TrimSpace(i.Item + ", column " + i.Column + " " + i.Heading)
	case i.Column != "":
		return i.Item + ", column " + i.Column + " " + i.Heading + " (" + i.Field + ")"
	case i.Field == "":
		return i.Item
	}
	return i.Item + ", " + i.Field
}

func newReport(batch string, dry bool) *Report {
	return &Report{
		Batch: batch, DryRun: dry, Failed: []Item{},
		Records: map[string]int{string(archive.Created): 0, string(archive.Updated): 0, string(archive.Unchanged): 0, "refused": 0},
		Assets:  map[string]int{"ready": 0, "unchanged": 0, "refused": 0},
	}
}

// Complete reports whether everything went through.
func (r *Report) Complete() bool { return len(r.Failed) == 0 }

// Changed reports whether the run changed anything in the archive.
func (r *Report) Changed() bool {
	return r.Records[string(archive.Created)]+r.Records[string(archive.Updated)]+r.Assets["ready"]+r.Layers+r.Published > 0
}

// order brings what was refused into the order of the sheets, and of the rows in each:
// some rows are refused when they are read, others when they are saved. What is about no
// row stands where it was found.
func (r *Report) order() {
	places := map[string]int{}
	for _, t := range r.Sheets {
		places[t.Sheet] = len(places)
	}
	type at struct {
		item       Item
		place, row int
	}
	all := make([]at, 0, len(r.Failed))
	for _, item := range r.Failed {
		name, number, _ := cutLast(item.Item, " row ")
		if _, known := places[name]; !known {
			places[name] = len(places)
		}
		one := at{item: item, place: places[name]}
		if _, err := fmt.Sscanf(number, "%d", &one.row); err != nil {
			one.row = 0
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b at) int { return cmp.Or(a.place-b.place, a.row-b.row) })
	for i := range all {
		r.Failed[i] = all[i].item
	}
}

// cutLast cuts a text around the last place where another one stands in it.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (r *Report) fail(item Item) { r.Failed = append(r.Failed, item) }

func (r *Report) note(item Item) { r.Notes = append(r.Notes, item) }
