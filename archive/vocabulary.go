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
	SchemeSpace        Scheme = "space"
	SchemeSurface      Scheme = "surface"
	SchemePosition     Scheme = "position"
	SchemeWallRole     Scheme = "wall-role"
	SchemeDimension    Scheme = "dimension"
	SchemeUnit         Scheme = "unit"
	SchemeProfile      Scheme = "profile"   // the profiles themselves
	SchemeThesaurus    Scheme = "thesaurus" // names of one thing, for finding it
	SchemeTheme        Scheme = "theme"
	SchemeFigure       Scheme = "figure"
	SchemeRegion       Scheme = "region" // administrative divisions

	SchemeIdentifierType Scheme = "identifier-type"
)

// Term is one entry of a vocabulary.
type Term struct {
	Code   string `json:"code"`
	Label  Text   `json:"label"`
	Parent string `json:"parent,omitempty"`
	// Certainty is "published" for a term as its authority has it, "general" for one in
	// general use, and "own" for one that the archive added.
	Certainty string `json:"certainty,omitempty"`
	// Same are addresses under which others know the same, or the nearest that they have:
	// concepts of the Getty vocabularies, items of Wikidata.
	Same []string `json:"same,omitempty"`
}

// Vocabulary is what validation needs of the controlled vocabularies; package
// archive/vocab has them as data.
type Vocabulary interface {
	// Term finds a term by its code or any of its labels and aliases in any
	// language, folded for case, width and spaces.
	Term(scheme Scheme, codeOrLabel string) (Term, bool)
	// Terms lists a scheme in its own order; ok is false for an unknown one.
	Terms(scheme Scheme) (terms []Term, ok bool)
	// Nearest returns up to three terms that look most like the value, the
	// best first, of those that among takes; nil takes all. It may return none.
	Nearest(scheme Scheme, value string, among func(Term) bool) []Term
	// Within returns the terms that longer words name (口沿残: 残缺), each once and in
	// the order of the words. A name behind a word for "not" is none.
	Within(scheme Scheme, words string) []Term
	// PeriodYears returns the years of a period term as the given site counts
	// them (an empty site means the national count). to is 0 where the period
	// has no end. ok is false for an unknown term.
	PeriodYears(term, site string) (from, to int, ok bool)
	// Period reads a curator's words for a time (盛唐, 贞观十六年, 汉—晋, 距今约5000年,
	// 19th century) as the given site counts its periods. ok is false where nothing of
	// it is understood.
	Period(expression, site string) (d Dating, ok bool)
	// ProfileOf returns the profile that a record is held to: the one it names, else
	// the one of its kind and category. ok is false where there is none.
	ProfileOf(r *Record) (p Profile, ok bool)
}

// Dating is what words for a time mean.
type Dating struct {
	Term string // code of the period, where the words name one
	// From and To are signed historical years; there is no year 0, and 0 stands for
	// an open end.
	From, To int
	// Approximate says that the words claim no more than the neighbourhood of these
	// years (约, circa, 距今约5000年).
	Approximate bool
	// Doubts are sentences about what the words leave open, or what was not
	// understood of them: an era name that two dynasties used, a 疑.
	Doubts []string
	// Readings are the times that the words may mean one by one, where they are the name of
	// several eras (太和) and nothing says which; From and To are then the first and the last
	// year of them all. Of one meaning there are none.
	Readings []Dating
}
