package search

import (
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// field is a field of a document as bleve takes it. What it is found by is made here and
// not by bleve's analysis: that describes each occurrence of each word, which hexi has no
// use for and which costs more than the words do.
type field struct {
	name     string
	options  index.FieldIndexingOptions
	stored   []byte   // of a field that is not indexed
	values   []string // of one that is
	text     bool     // values are cut into words; else each is a term
	pairs    pairing
	analysis *fieldAnalysis
	terms    index.TokenFrequencies
}

// fieldAnalysis is what all fields share.
type fieldAnalysis struct {
	tokenizer *tokenizer
	// Segments need to know how often a term stands in a field, and for hexi that is once or
	// not told. None of the occurrences is changed once made.
	once, untold *index.TokenFreq
}

func newFieldAnalysis(t *tokenizer) *fieldAnalysis {
	once := &index.TokenFreq{}
	once.SetFrequency(1)
	return &fieldAnalysis{tokenizer: t, once: once, untold: &index.TokenFreq{}}
}

// document makes of a record what bleve takes.
func (a *fieldAnalysis) document(p *prepared) *document.Document {
	out := document.NewDocument(p.id)
	out.Fields = make([]document.Field, 0, len(p.values)+4) // and one for the id
	made := make([]field, 0, len(p.values)+3)
	add := func(f field) {
		made = append(made, f)
		out.Fields = append(out.Fields, &made[len(made)-1])
	}
	for name, values := range p.values {
		kind := fieldKinds[name]
		add(field{name: name, options: kind.options, values: values, text: kind.text, pairs: pairings[name], analysis: a})
	}
	for name, stored := range map[string][]byte{fieldCard: p.card, fieldTexts: p.texts, digestField: []byte(p.digest)} {
		if stored != nil {
			add(field{name: name, options: index.StoreField, stored: stored})
		}
	}
	return out
}

// Analyze implements document.Field.
func (f *field) Analyze() {
	freq := f.analysis.once
	if f.options.SkipFreqNorm() {
		freq = f.analysis.untold
	}
	if !f.text {
		f.terms = make(index.TokenFrequencies, len(f.values))
		for _, s := range f.values {
			f.terms[s] = freq
		}
		return
	}
	size := 0
	for _, s := range f.values {
		size += len(s)
	}
	f.terms = make(index.TokenFrequencies, size/2) // two for each three bytes of Chinese
	t := f.analysis.tokenizer
	for _, s := range f.values {
		eachTerm(t.words(s), f.pairs, func(term string, _, _ word) { f.terms[term] = freq })
	}
}

// Name and the following implement document.Field.
func (f *field) Name() string { return f.name }

// Options says what is kept of the field.
func (f *field) Options() index.FieldIndexingOptions { return f.options }

// Value is what is stored.
func (f *field) Value() []byte { return f.stored }

// ArrayPositions is where the value stands among others: it is the only one.
func (f *field) ArrayPositions() []uint64 { return nil }

// EncodedFieldType says that the field is a text, as bleve writes it.
func (f *field) EncodedFieldType() byte { return 't' }

// AnalyzedLength is of no use here: no score is made of it.
func (f *field) AnalyzedLength() int { return 1 }

// AnalyzedTokenFrequencies are the terms that the field is found by.
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }

// NumPlainTextBytes is a statistic of bleve's that nobody reads.
func (f *field) NumPlainTextBytes() uint64 { return 0 }

// Size is about how many bytes of memory the field takes.
func (f *field) Size() int { return 64*len(f.terms) + len(f.stored) }
