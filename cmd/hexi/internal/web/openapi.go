package web

import (
	_ "embed" // of the description
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var openAPISource []byte

// openAPI is the description of the API in JSON, made when it is first asked for.
var openAPI = sync.OnceValues(func() ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(openAPISource, &doc); err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	return json.Marshal(doc)
})

// apiDescription answers GET /api/openapi.json (OpenAPI Specification 3.1).
func (s *Server) apiDescription(c *gin.Context) error {
	doc, err := openAPI()
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("ETag", etagOf(doc))
	if notModified(c.Request, h) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.Data(http.StatusOK, "application/json", doc)
	return nil
}
