package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/vocab"
)

// vocabularies change only when a server starts.
func keepHour(c *gin.Context) { c.Header("Cache-Control", "public, max-age=3600") }

// apiVocabs answers GET /api/v1/vocab: the vocabularies that there are.
func (s *Server) apiVocabs(c *gin.Context) error {
	keepHour(c)
	return answerJSON(c, http.StatusOK, gin.H{"schemes": s.Vocabulary.Schemes()})
}

// vocabAnswer is a vocabulary with its terms.
type vocabAnswer struct {
	vocab.Scheme
	Terms []vocabTerm `json:"terms"`
}

type vocabTerm struct {
	archive.Term
	Aliases []string  `json:"aliases,omitempty"` // further names that are taken for it
	Years   *vocabEra `json:"years,omitempty"`   // of a period
}

// vocabEra is how long a period lasts; To is 0 where it lasts on.
type vocabEra struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// apiVocab answers GET /api/v1/vocab/{scheme}: the terms of a vocabulary, and with
// ?site= the periods as that cave site dates them.
func (s *Server) apiVocab(c *gin.Context) error {
	name := archive.Scheme(c.Param("scheme"))
	terms, ok := s.Vocabulary.Terms(name)
	if !ok {
		return archive.ErrNotFound
	}
	out := vocabAnswer{Terms: make([]vocabTerm, len(terms))}
	out.Scheme, _ = s.Vocabulary.Scheme(name)
	site := c.Query("site")
	if site != "" {
		term, ok := s.Vocabulary.Term(archive.SchemeSite, site)
		if !ok {
			return archive.Invalid("site", "%q is not a site; /api/v1/vocab/site lists them", site)
		}
		site = term.Code
	}
	for i, term := range terms {
		one := vocabTerm{Term: term}
		if names := s.Vocabulary.Names(name, term.Code); len(names) > 3 {
			one.Aliases = names[3:] // code, zh, en stand first
		}
		if name == archive.SchemePeriod {
			from, to, _ := s.Vocabulary.PeriodYears(term.Code, site)
			one.Years = &vocabEra{from, to}
		}
		out.Terms[i] = one
	}
	keepHour(c)
	return answerJSON(c, http.StatusOK, out)
}

// apiProfiles answers GET /api/v1/profiles: the profiles, without their fields.
func (s *Server) apiProfiles(c *gin.Context) error {
	type brief struct {
		Code       string       `json:"code"`
		Kind       archive.Kind `json:"kind"`
		Label      archive.Text `json:"label"`
		Sheet      string       `json:"sheet,omitempty"`
		Categories []string     `json:"categories,omitempty"`
		Explicit   bool         `json:"explicit,omitempty"`
		Fields     int          `json:"fields"`
	}
	out := []brief{}
	for _, p := range s.Vocabulary.Profiles() {
		out = append(out, brief{p.Code, p.Kind, p.Label, p.Sheet, p.Categories, p.Explicit, len(p.Fields)})
	}
	keepHour(c)
	return answerJSON(c, http.StatusOK, gin.H{"profiles": out})
}

// apiProfile answers GET /api/v1/profiles/{code}: a profile with its fields, in the
// order in which a form shows them.
func (s *Server) apiProfile(c *gin.Context) error {
	p, ok := s.Vocabulary.Profile(c.Param("code"))
	if !ok {
		return archive.ErrNotFound
	}
	keepHour(c)
	return answerJSON(c, http.StatusOK, p)
}
