package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/ark"
)

// ark returns the ARK of a record, "" where this archive has no number.
func (s *Server) ark(record string) string {
	if s.NAAN == "" {
		return ""
	}
	return ark.Mint(s.NAAN, record)
}

// resolve answers GET /id/{ark}: it leads to the record, or with ?info tells of it.
func (s *Server) resolve(c *gin.Context) error {
	name := strings.TrimPrefix(c.Param("ark"), "/")
	if s.NAAN == "" {
		return &unknownError{"identifier", name, "this archive has no number among those who give ARKs"}
	}
	id, err := ark.Parse(s.NAAN, name)
	var fault *ark.FaultError
	if errors.As(err, &fault) {
		return &unknownError{"identifier", name, fault.Why}
	}
	if err != nil {
		return err
	}
	if info := c.Request.URL.RawQuery; info == "info" || info == "?" || c.Request.URL.ForceQuery {
		return s.tellOf(c, id)
	}
	c.Header("Cache-Control", "public, max-age=3600")
	c.Redirect(http.StatusSeeOther, "/records/"+id)
	return nil
}

// tellOf answers what an ARK names, as an Electronic Resource Citation (draft-kunze-erc):
// who made or holds it, what it is called, when it was made, and where it is found.
func (s *Server) tellOf(c *gin.Context, id string) error {
	e, err := s.entry(c, id)
	if err != nil {
		return err
	}
	r := &e.Record
	who := ""
	for _, p := range r.People {
		if p.Role == "author" || p.Role == "artist" {
			who = cmp.Or(who, p.Name.In("zh"))
		}
	}
	if r.Rights != nil {
		who = cmp.Or(who, r.Rights.Holder.In("zh"))
	}
	var term archive.Text
	if r.Period != nil {
		if t, ok := s.Vocabulary.Term(archive.SchemePeriod, r.Period.Term); ok {
			term = t.Label
		}
	}
	const unknown = "(:unkn)"
	var b strings.Builder
	for _, line := range []struct{ label, value string }{
		{"who", who}, {"what", r.Titles.In("zh")}, {"when", r.Period.Words(term).In("zh")}, {"where", s.base(c.Request) + "/id/" + s.ark(id)},
		{"how", string(r.Kind)}, {"changed", e.Updated.UTC().Format(time.DateOnly)},
	} {
		fmt.Fprintf(&b, "%s: %s\n", line.label, cmp.Or(strings.Join(strings.Fields(line.value), " "), unknown))
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", askerHeaders)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte("erc:\n"+b.String()))
	return nil
}
