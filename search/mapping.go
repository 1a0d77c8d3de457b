package search

import (
	"fmt"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"

	"hexi/search/engine"
	"hexi/search/zh"
)

// schemaVersion changes with everything that makes an old index wrong: fields,
// analysis, columns. An index of another version is made anew.
const schemaVersion = "11"

// The names under which bleve knows our analysis.
const (
	analyzerName = "hexi"
	textName     = "hexi_text"
	longName     = "hexi_long"
	keywordName  = keyword.Name
	termsName    = "hexi_terms" // of values that are terms as they are
)

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

// analyzers cut texts of each pairing.
var analyzers = map[pairing]string{pairAll: analyzerName, pairMost: textName, pairFew: longName}

// facetFields are counted, and filtered by, under their parameter's name.
var facetFields = []string{"collection", "kind", "period", "category", "level", "material", "site", "condition", "rights", "has"}

// filterFields are filtered by: of caves there are too many to count them but at a site.
var filterFields = append(slices.Clone(facetFields), fieldCave)

// Fields that are no texts. Numbers are written by engine.Number.
const (
	fieldTier     = "tier"
	fieldCave     = "cave"
	fieldExact    = "exact"    // numbers and shelf marks, squeezed
	fieldInitials = "initials" // of names, in pinyin
	fieldPinyin   = "pinyin"   // neighbouring syllables of names
	fieldSuggest  = "suggest"
	fieldHue      = "hue"   // of the first picture
	fieldNamed    = "named" // "period" where a period is said
	fieldFrom     = "from"  // years
	fieldTo       = "to"
	fieldUpdated  = "updated" // seconds since the epoch
	fieldUntil    = "until"   // days since 1970: the end of an embargo
	fieldLat      = "lat"     // engine.Degrees
	fieldLon      = "lon"
	fieldQuality  = "quality" // 0 … 1000, how complete a record is
	fieldLength   = "length"  // of the title, in characters or, without Han, in words
	fieldCard     = "card"    // stored only, as the next
	fieldTexts    = "texts"
	fieldPages    = "pages" // what stands on the pages of a record, each term once
)

// epoch is the second from which updates are counted, 2000-01-01, so that they fit a
// column.
const epoch = 946684800

var numberFields = []string{fieldFrom, fieldTo, fieldUpdated, fieldUntil, fieldLat, fieldLon, fieldQuality, fieldLength}

func layout() engine.Layout {
	return engine.Layout{Facets: filterFields, Numbers: numberFields, Orders: []string{titleSort["zh"], titleSort["en"]}}
}

// buildMapping describes the fields. Nothing is dynamic: what is not named here
// is not indexed. Neither places nor frequencies of words are kept: neighbours are words
// of their own (tokenizer), and texts are stored for where it has to be seen.
func buildMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = analyzerName
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	for _, name := range []string{analyzerName, textName, longName, termsName} {
		if err := m.AddCustomTokenizer(name, map[string]any{"type": name}); err != nil {
			return nil, fmt.Errorf("describe index: %w", err)
		}
		if err := m.AddCustomAnalyzer(name, map[string]any{"type": custom.Name, "tokenizer": name}); err != nil {
			return nil, fmt.Errorf("describe index: %w", err)
		}
	}
	doc := bleve.NewDocumentStaticMapping()
	doc.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping()) // or it is made, of nothing
	indexed := func(analyzer string) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeInAll, f.DocValues, f.IncludeTermVectors, f.SkipFreqNorm = analyzer, false, false, false, false, true
		return f
	}
	for _, f := range textFields {
		m := indexed(analyzers[pairings[f.name]])
		if f.name == fieldPages {
			m.Analyzer = termsName // it is cut already, page by page
		}
		m.SkipFreqNorm = f.name != "identifier" && f.name != fieldPages // as of others that are mostly of one record each
		doc.AddFieldMappingsAt(f.name, m)
	}
	for _, name := range slices.Concat(facetFields, []string{fieldTier, fieldCave, fieldHue, fieldNamed}) {
		doc.AddFieldMappingsAt(name, indexed(termsName))
	}
	// Of fields whose terms are mostly of one record each frequencies are kept all the same:
	// without them the segment keeps a list for such a term, and with them its one record
	// stands beside the term.
	unique := func(analyzer string) *mapping.FieldMapping {
		f := indexed(analyzer)
		f.SkipFreqNorm = false
		return f
	}
	for _, name := range []string{fieldExact, fieldInitials, fieldSuggest} {
		doc.AddFieldMappingsAt(name, unique(termsName))
	}
	doc.AddFieldMappingsAt(fieldPinyin, indexed(termsName))
	for _, name := range append(slices.Clone(numberFields), titleSort["zh"], titleSort["en"]) {
		f := unique(keywordName)
		f.DocValues = true
		doc.AddFieldMappingsAt(name, f)
	}
	for _, name := range []string{fieldCard, fieldTexts, digestField} {
		f := bleve.NewTextFieldMapping()
		f.Index, f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, true, false, false, false
		doc.AddFieldMappingsAt(name, f)
	}
	m.DefaultMapping = doc
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("describe index: %w", err)
	}
	return m, nil
}

// bleve finds a tokenizer by its name in a registry of its own; there is no
// other way to give it one.
func init() { //nolint:gochecknoinits // see above
	register := func(name string, made func() analysis.Tokenizer) {
		err := registry.RegisterTokenizer(name, func(map[string]any, *registry.Cache) (analysis.Tokenizer, error) { return made(), nil })
		if err != nil {
			panic(err) // only a second registration of the same name does this
		}
	}
	register(termsName, func() analysis.Tokenizer { return terms{} })
	for pairs, name := range analyzers {
		register(name, func() analysis.Tokenizer { return &tokenizer{folder: zh.NewFolder(), pairs: pairs} }) // when it is needed
	}
}
