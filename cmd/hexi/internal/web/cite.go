package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/citation"
)

// citeStyle is a form in which a record is cited.
type citeStyle struct {
	name, label string
	media       string
	end         string // of the name of a file
	write       func(c *citation.Citation, lang string) ([]byte, error)
}

func text(write func(*citation.Citation) string) func(*citation.Citation, string) ([]byte, error) {
	return func(c *citation.Citation, _ string) ([]byte, error) { return []byte(write(c)), nil }
}

func textIn(write func(*citation.Citation, string) string) func(*citation.Citation, string) ([]byte, error) {
	return func(c *citation.Citation, lang string) ([]byte, error) { return []byte(write(c, lang)), nil }
}

// citeStyles are all of them: those that people write, and those that programs read.
var citeStyles = []citeStyle{
	{"gb7714", "GB/T 7714", "text/plain; charset=utf-8", "txt", text((*citation.Citation).GBT7714)},
	{"chicago", "Chicago", "text/plain; charset=utf-8", "txt", text((*citation.Citation).Chicago)},
	{"bibtex", "BibTeX", "application/x-bibtex; charset=utf-8", "bib", textIn((*citation.Citation).BibTeX)},
	{"ris", "RIS", "application/x-research-info-systems; charset=utf-8", "ris", textIn((*citation.Citation).RIS)},
	{"csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json", (*citation.Citation).CSL},
}

// written is how many of the styles are for people.
const written = 2

func (s *Server) citation(c *gin.Context, r *archive.Record) *citation.Citation {
	cited := citation.Of(r, s.Vocabulary, archiveName, s.base(c.Request)+"/records/"+r.ID, time.Now())
	return &cited
}

// cite is how a record is cited in one style, for its page; End is the end of a file's name.
type cite struct{ Name, Style, Text, End string }

// cites are the citations that people write.
func (s *Server) cites(c *gin.Context, r *archive.Record, lang string) (out []cite, err error) {
	cited := s.citation(c, r)
	for _, style := range citeStyles[:written] {
		b, err := style.write(cited, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, cite{Name: style.name, Style: style.label, Text: string(b)})
	}
	return out, nil
}

// managers are the styles that programs read.
func managers() (out []cite) {
	for _, style := range citeStyles[written:] {
		out = append(out, cite{Name: style.name, Style: style.label, End: style.end})
	}
	return out
}

// apiCite answers GET /api/v1/records/{id}/cite?style=&lang=: a citation in a style, or
// without one all of them by their names.
func (s *Server) apiCite(c *gin.Context) error {
	lang := c.Query("lang")
	switch lang {
	case "":
		lang = "zh"
	case "zh", "en":
	default:
		return archive.Invalid("lang", "%q is not one of zh and en", lang)
	}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-cache") // the day of the visit is in it
	c.Header("Vary", askerHeaders)
	cited := s.citation(c, &e.Record)
	name := c.Query("style")
	all := gin.H{}
	for _, style := range citeStyles {
		if name != "" && name != style.name {
			continue
		}
		b, err := style.write(cited, lang)
		if err != nil {
			return err
		}
		if name != "" {
			c.Data(http.StatusOK, style.media, b)
			return nil
		}
		all[style.name] = string(b)
	}
	if name != "" {
		return archive.Invalid("style", "%q is not one of gb7714, chicago, bibtex, ris and csl", name)
	}
	return answerJSON(c, http.StatusOK, all)
}
