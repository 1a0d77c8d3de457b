package archive

// Scheme names a controlled vocabulary.
type Scheme string

// The schemes whose terms a record must use (DESIGN §5). Others, such as
// materials and techniques, take free text.
const (
	SchemeCollection   Scheme = "collection"
	SchemeKind         Scheme = "kind"
	SchemePeriod       Scheme = "period"
	SchemeCategory     Scheme = "category"
	SchemeLevel        Scheme = "level"
	SchemeCompleteness Scheme = "completeness"
	SchemeCondition    Scheme = "condition"
	SchemeSource       Scheme = "source"
	SchemeSite         Scheme = "site"
	SchemeMaterial     Scheme = "material"
	SchemeLayer        Scheme = "layer"
)

// Term is one entry of a vocabulary.
type Term struct {
	Code   string `json:"code"`
	Label  Text   `json:"label"`
	Parent string `json:"parent,omitempty"`
}

// Vocabulary is what validation needs of the controlled vocabularies; package
// archive/vocab has them as data.
type Vocabulary interface {
	// Term finds a term by its code or any of its labels and aliases in any
	// language, folded for case, width and spaces.
	Term(scheme Scheme, codeOrLabel string) (Term, bool)
	// Nearest returns up to three terms that look most like the value, the
	// best first; it may return none.
	Nearest(scheme Scheme, value string) []Term
	// PeriodYears returns the years of a period term as the given site counts
	// them (an empty site means the national count). to is 0 where the period
	// has no end. ok is false for an unknown term.
	PeriodYears(term, site string) (from, to int, ok bool)
}
