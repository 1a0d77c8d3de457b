package web

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive/iiif"
)

// activitiesPerPage is never changed: others keep pages.
const activitiesPerPage = 200

// discovery answers GET /iiif/discovery/activities and /iiif/discovery/page/{n} (Change Discovery 1.0).
// Whoever asks gets what the public sees.
func (s *Server) discovery(c *gin.Context, path string) error {
	ctx := c.Request.Context()
	s.noteOpened(ctx)
	total, err := s.Archive.LastActivity(ctx)
	if err != nil {
		return err
	}
	if path == "activities" {
		return s.document(c, s.publisher(c).ActivityCollection(total, s.activities), iiif.DiscoveryContext)
	}
	digits, isPage := strings.CutPrefix(path, "page/")
	number, err := strconv.ParseInt(digits, 10, 64)
	if !isPage || err != nil || number < 1 || number > iiif.LastActivityPage(total, s.activities) || strconv.FormatInt(number, 10) != digits {
		return &unknownError{"page", path, "/iiif/discovery/activities names the first and the last of the pages, and each page its neighbours"}
	}
	items, err := s.Archive.Activities(ctx, (number-1)*s.activities, int(s.activities))
	if err != nil {
		return err
	}
	page := s.publisher(c).ActivityPage(number, total, s.activities, items)
	if page.Next != nil {
		return s.documentFor(c, page, iiif.DiscoveryContext, fullPageAge)
	}
	return s.document(c, page, iiif.DiscoveryContext)
}
