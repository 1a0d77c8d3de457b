package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// layerBody is which layer of its record an asset is. Problem says to those who work
// here why it is not shown in its view.
type layerBody struct {
	archive.Layer
	Problem archive.Text `json:"problem,omitempty"`
}

// layerBody describes the layer that an asset is, as the asker may see it; nil if it
// is none.
func (s *Server) layerBody(c *gin.Context, e *archive.Entry, a *archive.Asset) *layerBody {
	if a.Layer == nil {
		return nil
	}
	body := &layerBody{Layer: *a.Layer}
	if s.staff(c) {
		body.Problem = archive.Misfits(e.Assets)[a.ID]
		return body
	}
	body.Tier, body.Until = "", ""
	if r := e.Record.Rights; r != nil && r.Tier == archive.TierReduced {
		body.Region = "" // it is in pixels that the public does not see
	}
	return body
}

// apiSetLayer answers PUT /api/v1/assets/{id}/layer: the asset is this layer of its
// record from now on.
func (s *Server) apiSetLayer(c *gin.Context) error {
	return s.setLayer(c, func() (*archive.Layer, error) {
		data, err := io.ReadAll(c.Request.Body)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, refuse(http.StatusBadRequest, "The layer ended before its Content-Length.")
		}
		if err != nil {
			return nil, fmt.Errorf("read layer: %w", err)
		}
		layer, err := archive.DecodeLayer(data)
		if err == nil {
			layer, err = archive.NormaliseLayer(s.Vocabulary, layer)
		}
		return &layer, err
	})
}

// apiUnsetLayer answers DELETE /api/v1/assets/{id}/layer: the asset is a view of its
// own from now on.
func (s *Server) apiUnsetLayer(c *gin.Context) error {
	return s.setLayer(c, func() (*archive.Layer, error) { return nil, nil })
}

func (s *Server) setLayer(c *gin.Context, read func() (*archive.Layer, error)) error {
	if err := s.requireWrite(c, archive.RoleCurator); err != nil {
		return err
	}
	a, _, err := s.asset(c, c.Param("id"))
	if err != nil {
		return err
	}
	layer, err := read()
	if err != nil {
		return err
	}
	// Who may see a layer is for those to say who publish.
	if was, will := closedAs(a.Layer), closedAs(layer); was != will {
		if err := s.requireWrite(c, archive.RoleEditor); err != nil {
			return err
		}
	}
	ctx := c.Request.Context()
	if _, err := s.Archive.SetLayers(ctx, s.user(c).Name, a.Record, archive.Layers{a.ID: layer}); err != nil {
		return err
	}
	a, e, err := s.asset(c, a.ID)
	if err != nil {
		return err
	}
	return answerJSON(c, http.StatusOK, s.assetBody(c, e, a))
}

// closedAs says to whom, and until when, a layer is closed.
func closedAs(l *archive.Layer) [2]string {
	if l == nil {
		return [2]string{}
	}
	return [2]string{string(l.Tier), l.Until}
}
