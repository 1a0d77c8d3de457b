package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// apiAcceptIncomplete answers POST /api/v1/assets/{id}/accept-incomplete: an editor
// takes an image as it is whose master ends early.
func (s *Server) apiAcceptIncomplete(c *gin.Context) error {
	if err := s.requireWrite(c, archive.RoleEditor); err != nil {
		return err
	}
	a, e, err := s.asset(c, c.Param("id"))
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if err := s.Archive.AcceptIncomplete(ctx, s.user(c).Name, a.ID, acceptBatch(a.ID)); err != nil {
		return err
	}
	if a, err = s.Archive.Asset(ctx, a.ID); err != nil {
		return err
	}
	return answerJSON(c, http.StatusAccepted, s.assetBody(c, e, a))
}

// doAcceptIncomplete answers POST /curate/assets/{id}/accept-incomplete: the same by
// a button of the list of jobs.
func (s *Server) doAcceptIncomplete(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleEditor)
	if done {
		return err
	}
	if err := s.requireWrite(c, archive.RoleEditor); err != nil {
		return err
	}
	id := c.Param("id")
	if !archive.ValidID(id) {
		return archive.ErrNotFound
	}
	if err := s.Archive.AcceptIncomplete(c.Request.Context(), user.Name, id, acceptBatch(id)); err != nil {
		return err
	}
	return seeOther(c, "/curate/jobs")
}

// acceptBatch names the batch of the job that makes an accepted image.
func acceptBatch(asset string) string { return "accept-" + asset }
