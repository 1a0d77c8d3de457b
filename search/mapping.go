package search

import (
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"

	"hexi/search/zh"
)

// schemaVersion changes with everything that makes an old index wrong: fields,
// analysis, boosts of documents. An index of another version is made anew.
const schemaVersion = "4"

// The names under which bleve knows our analysis.
const (
	tokenizerName = "hexi"
	analyzerName  = "hexi"
	keywordName   = keyword.Name
)

// textFields are searched, each with its weight in ranking.
var textFields = []struct {
	name  string
	boost float64
}{
	{"title", 6}, {"identifier", 5}, {"location", 5}, {"subject", 3}, {"period_text", 3}, {"place", 2.5}, {"people", 2.5},
	{"material_text", 1.5}, {"description", 1}, {"body", 0.6},
}

// facetFields are counted, and filtered by, under their parameter's name.
var facetFields = []string{"collection", "kind", "period", "category", "level", "material", "site", "condition", "rights", "has"}

// buildMapping describes the fields. Nothing is dynamic: what is not named here
// is not indexed.
func buildMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = analyzerName
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	if err := m.AddCustomTokenizer(tokenizerName, map[string]any{"type": tokenizerName}); err != nil {
		return nil, fmt.Errorf("describe index: %w", err)
	}
	if err := m.AddCustomAnalyzer(analyzerName, map[string]any{"type": custom.Name, "tokenizer": tokenizerName}); err != nil {
		return nil, fmt.Errorf("describe index: %w", err)
	}
	doc := bleve.NewDocumentStaticMapping()
	text := func() *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeInAll, f.DocValues = analyzerName, false, false, false
		return f
	}
	exact := func() *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeInAll, f.IncludeTermVectors = keywordName, false, false, false
		return f
	}
	for _, f := range textFields {
		doc.AddFieldMappingsAt(f.name, text())
	}
	doc.AddFieldMappingsAt("all", text())
	for _, name := range append([]string{"tier", "cave", "suggest", titleSort["zh"], titleSort["en"], "earliest", "latest", "exact"}, facetFields...) {
		doc.AddFieldMappingsAt(name, exact())
	}
	for _, name := range []string{"from", "to", "updated", "until", "weight"} {
		f := bleve.NewNumericFieldMapping()
		f.Store, f.IncludeInAll = false, false
		doc.AddFieldMappingsAt(name, f)
	}
	point := bleve.NewGeoPointFieldMapping()
	point.Store, point.IncludeInAll = false, false
	doc.AddFieldMappingsAt("point", point)
	card := bleve.NewTextFieldMapping()
	card.Index, card.Store, card.IncludeInAll, card.IncludeTermVectors, card.DocValues = false, true, false, false, false
	doc.AddFieldMappingsAt("card", card)
	sum := bleve.NewTextFieldMapping()
	sum.Index, sum.Store, sum.IncludeInAll, sum.IncludeTermVectors, sum.DocValues = false, true, false, false, false
	doc.AddFieldMappingsAt(digestField, sum)
	m.DefaultMapping = doc
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("describe index: %w", err)
	}
	return m, nil
}

// bleve finds a tokenizer by its name in a registry of its own; there is no
// other way to give it one.
func init() { //nolint:gochecknoinits // see above
	err := registry.RegisterTokenizer(tokenizerName, func(map[string]any, *registry.Cache) (analysis.Tokenizer, error) {
		return &tokenizer{folder: zh.NewFolder()}, nil
	})
	if err != nil {
		panic(err) // only a second registration of the same name does this
	}
}
