package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// apiRevisions answers GET /api/v1/records/{id}/revisions. The public sees of a
// record's history only what it sees now.
func (s *Server) apiRevisions(c *gin.Context) error {
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	revs, err := s.Archive.Revisions(c.Request.Context(), e.Record.ID)
	if err != nil {
		return err
	}
	type revision struct {
		Number    int       `json:"revision"`
		At        time.Time `json:"at"`
		By        string    `json:"by,omitempty"`
		Message   string    `json:"message,omitempty"`
		Published bool      `json:"published"`
	}
	out := []revision{}
	for _, r := range revs {
		if s.staff(c) {
			out = append(out, revision{r.Number, r.At, r.By, r.Message, r.Number == e.Published})
		} else if r.Number == e.Published {
			out = append(out, revision{Number: r.Number, At: r.At, Published: true})
		}
	}
	return answerJSON(c, http.StatusOK, gin.H{"revisions": out})
}

// apiRevision answers GET /api/v1/records/{id}/revisions/{n}.
func (s *Server) apiRevision(c *gin.Context) error {
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || (!s.staff(c) && n != e.Published) {
		return archive.ErrNotFound
	}
	if !s.staff(c) {
		return answerJSON(c, http.StatusOK, e.Record)
	}
	rev, err := s.Archive.Revision(c.Request.Context(), e.Record.ID, n)
	if err != nil {
		return err
	}
	return answerJSON(c, http.StatusOK, rev.Record)
}

// differenceBody is a difference as the API answers it: two texts are compared piece by
// piece, too.
type differenceBody struct {
	archive.Difference
	Parts []archive.TextPart `json:"parts,omitempty"`
}

// apiDiff answers GET /api/v1/records/{id}/revisions/{n}/diff?with=m, for those who
// work here: what differs from revision m (without it, the one before n; 0 is the state
// before the first) to revision n.
func (s *Server) apiDiff(c *gin.Context) error {
	if err := s.require(c, archive.RoleViewer); err != nil {
		return err
	}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	to, err := strconv.Atoi(c.Param("n"))
	if err != nil || to < 1 {
		return archive.ErrNotFound
	}
	from, err := intParam(c, "with", to-1, 0, e.Revision)
	if err != nil {
		return err
	}
	found, err := s.Archive.DiffRevisions(c.Request.Context(), e.Record.ID, from, to)
	if err != nil {
		return err
	}
	out := make([]differenceBody, len(found))
	for i, d := range found {
		out[i].Difference = d
		if before, after, ok := textsOf(d); ok {
			out[i].Parts = archive.DiffText(before, after)
		}
	}
	return answerJSON(c, http.StatusOK, gin.H{"record": e.Record.ID, "from": from, "to": to, "differences": out})
}

// textsOf returns the two texts of a difference between texts.
func textsOf(d archive.Difference) (before, after string, ok bool) {
	if d.Op != archive.DiffChanged || json.Unmarshal(d.Before, &before) != nil || json.Unmarshal(d.After, &after) != nil {
		return "", "", false
	}
	return before, after, true
}

// apiRestore answers POST /api/v1/records/{id}/revisions/{n}/restore?message=…: what
// revision n says becomes the latest revision, as a draft.
func (s *Server) apiRestore(c *gin.Context) error {
	if err := s.requireWrite(c, archive.RoleCurator); err != nil {
		return err
	}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 {
		return archive.ErrNotFound
	}
	wanted, err := s.wanted(c, e, false, nil)
	if err != nil {
		return err
	}
	_, err = s.Archive.Restore(c.Request.Context(), s.user(c).Name, e.Record.ID, n, wanted, c.Query("message"))
	if errors.Is(err, archive.ErrConflict) {
		return s.refuseStale(c, e.Record.ID, wanted, nil)
	}
	if err != nil {
		return err
	}
	if e, err = s.Archive.Record(c.Request.Context(), e.Record.ID); err != nil {
		return err
	}
	return s.answerRecord(c, http.StatusOK, e)
}
