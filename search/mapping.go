package search

import (
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"hexi/search/engine"
)

// schemaVersion changes with everything that makes an old index wrong: fields,
// analysis, columns. An index of another version is made anew.
const schemaVersion = "15"

// textFields are searched, each with its weight in ranking.
var textFields = []struct {
	name   string
	weight float64
}{
	{"title", 6}, {"identifier", 5}, {"location", 5}, {"subject", 3}, {"period_text", 3}, {"place", 2.5}, {"people", 2.5},
	{"material_text", 1.5}, {"description", 1}, {"body", 0.6}, {fieldPages, 0.3},
}

// pairings are those of the fields of longer texts, which hold fewer pairs.
var pairings = map[string]pairing{"description": pairMost, "body": pairFew, fieldPages: pairFew}

// facetFields are counted, and filtered by, under their parameter's name.
var facetFields = []string{"collection", "kind", "period", "category", "level", "material", "site", "region", "condition", "rights", "has"}

// filterFields are filtered by: of caves there are too many to count them but at a site.
var filterFields = append(slices.Clone(facetFields), fieldCave)

// Fields that are no texts. Numbers are written by engine.Number.
const (
	fieldTier      = "tier"
	fieldCave      = "cave"
	fieldExact     = "exact"    // numbers and shelf marks, squeezed
	fieldShelf     = "shelf"    // the same and their parts, as they are suggested by
	fieldInitials  = "initials" // of names, in pinyin
	fieldPinyin    = "pinyin"   // neighbouring syllables of names
	fieldSuggest   = "suggest"
	fieldTitleRead = "title_read" // how titles begin, as they are read
	fieldHue       = "hue"        // of the colours that stand out in the first picture
	fieldLook      = "look"       // quarters of what it looks like
	fieldNamed     = "named"      // "period" where a period is said
	fieldFrom      = "from"       // years
	fieldTo        = "to"
	fieldUpdated   = "updated"  // seconds since the epoch
	fieldOpened    = "opened"   // the same, since when the public sees it
	fieldAppeared  = "appeared" // number of the log's entry that published it
	fieldUntil     = "until"    // days since 1970: the end of an embargo
	fieldLat       = "lat"      // engine.Degrees
	fieldLon       = "lon"
	fieldQuality   = "quality" // 0 … 1000, how complete a record is
	fieldLength    = "length"  // of the title, in characters or, without Han, in words
	fieldCard      = "card"    // stored only, as the next
	fieldTexts     = "texts"
	fieldPages     = "pages" // what stands on the pages of a record, each term once
)

// epoch is the second from which updates are counted, 2000-01-01, so that they fit a
// column.
const epoch = 946684800

var numberFields = []string{fieldFrom, fieldTo, fieldUpdated, fieldOpened, fieldAppeared, fieldUntil, fieldLat, fieldLon, fieldQuality, fieldLength}

func layout() engine.Layout {
	return engine.Layout{Facets: filterFields, Numbers: numberFields, Orders: []string{titleSort["zh"], titleSort["en"]}}
}

// fieldKind says what is kept of a field. Neither places nor frequencies of words are:
// neighbours are words of their own (tokenizer), and texts are stored for where it has to
// be seen.
type fieldKind struct {
	text    bool // cut into words; else values are terms
	options index.FieldIndexingOptions
}

// fieldKinds are those of all fields that are indexed.
var fieldKinds = func() map[string]fieldKind {
	const (
		shared = index.IndexField | index.SkipFreqNorm
		// Of fields whose terms are mostly of one record each frequencies are kept all the same:
		// without them the segment keeps a list for such a term, and with them its one record
		// stands beside the term.
		unique = index.IndexField
	)
	kinds := map[string]fieldKind{}
	for _, f := range textFields {
		kinds[f.name] = fieldKind{true, shared}
	}
	kinds["identifier"] = fieldKind{true, unique}
	kinds[fieldPages] = fieldKind{false, unique} // it is cut already, page by page
	for _, name := range slices.Concat(facetFields, []string{fieldTier, fieldCave, fieldHue, fieldLook, fieldNamed, fieldPinyin}) {
		kinds[name] = fieldKind{false, shared}
	}
	for _, name := range []string{fieldExact, fieldShelf, fieldInitials, fieldSuggest, fieldTitleRead} {
		kinds[name] = fieldKind{false, unique}
	}
	for _, name := range append(slices.Clone(numberFields), titleSort["zh"], titleSort["en"]) {
		kinds[name] = fieldKind{false, unique | index.DocValues}
	}
	return kinds
}()

// noMapping leaves nothing for bleve to make of documents: they come as they are indexed
// (fieldAnalysis).
func noMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	m.DefaultMapping = bleve.NewDocumentDisabledMapping()
	return m
}
