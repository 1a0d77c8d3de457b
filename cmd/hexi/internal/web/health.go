package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// healthz says that the process answers.
func (s *Server) healthz(c *gin.Context) error {
	c.JSON(http.StatusOK, gin.H{"status": "ok", "version": s.Version})
	return nil
}

// readyz says whether the server can do its work: catalogue reachable, index
// open and following.
func (s *Server) readyz(c *gin.Context) error {
	if s.Ready != nil {
		if err := s.Ready(c.Request.Context()); err != nil {
			return busy(5, "Not ready: "+err.Error())
		}
	}
	c.JSON(http.StatusOK, gin.H{"status": "ready"})
	return nil
}
