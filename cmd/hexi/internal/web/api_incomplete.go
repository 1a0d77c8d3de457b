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
	if err := s.Archive.AcceptIncomplete(ctx, s.user(c).Name, a.ID, "accept-"+a.ID); err != nil {
		return err
	}
	if a, err = s.Archive.Asset(ctx, a.ID); err != nil {
		return err
	}
	return answerJSON(c, http.StatusAccepted, s.assetBody(c, e, a))
}
