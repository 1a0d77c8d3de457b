package web

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// maxAddedFiles bounds the files of one request that adds them to a record.
const maxAddedFiles = 200

// apiAssets answers GET /api/v1/records/{id}/assets: the files of a record in their
// order, and those whose places they took. The public is told of earlier versions that
// it saw.
func (s *Server) apiAssets(c *gin.Context) error {
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	return s.answerAssets(c, http.StatusOK, e, nil)
}

func (s *Server) answerAssets(c *gin.Context, status int, e *archive.Entry, more gin.H) error {
	earlier := []assetBody{}
	for i := range e.Earlier {
		earlier = append(earlier, s.assetBody(c, e, &e.Earlier[i]))
	}
	body := gin.H{"record": e.Record.ID, "assets": s.recordBody(c, e).Assets, "earlier": earlier}
	for k, v := range more {
		body[k] = v
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", "Accept, Authorization, Cookie")
	return answerJSON(c, status, body)
}

// apiAddAssets answers POST /api/v1/records/{id}/assets: a form with "files". With
// "replaces", the id of an image of the record, its one file takes the place of that
// image as soon as it can be shown; without it files are added, and one that has the file
// name of an image replaces that one.
//
// What the public sees is for those to change who publish.
func (s *Server) apiAddAssets(c *gin.Context) error {
	if err := s.requireWrite(c, archive.RoleCurator); err != nil {
		return err
	}
	e, uploaded, err := s.addAssets(c)
	if err != nil {
		return err
	}
	return s.answerAssets(c, http.StatusAccepted, e, gin.H{"batch": uploaded.Batch, "received": uploaded.IDs})
}

// doReplace answers POST /curate/records/{id}/assets, the same by a form of the record's
// page.
func (s *Server) doReplace(c *gin.Context) error {
	if _, done, err := s.signedIn(c, archive.RoleCurator); done {
		return err
	}
	if s.ReadOnly {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	e, uploaded, err := s.addAssets(c)
	if err != nil {
		return err
	}
	return seeOther(c, "/curate/jobs?batch="+uploaded.Batch+"&record="+e.Record.ID)
}

// addAssets takes the files of a form into a record, and returns how that stands then.
func (s *Server) addAssets(c *gin.Context) (*archive.Entry, Uploaded, error) {
	none := Uploaded{}
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return nil, none, err
	}
	if e.Status() == "published" {
		if err := s.require(c, archive.RoleEditor); err != nil {
			return nil, none, err
		}
	}
	if s.Upload == nil {
		return nil, none, refuse(http.StatusServiceUnavailable, "This server takes no files.")
	}
	if _, err := s.wanted(c, e, false, nil); err != nil {
		return nil, none, err
	}
	value, files, err := readForm(c)
	if err != nil {
		return nil, none, err
	}
	defer c.Request.MultipartForm.RemoveAll() //nolint:errcheck // temporary files that the system clears away
	up := Upload{Into: e.Record.ID, Files: files, Replaces: value("replaces")}
	switch n := len(files); {
	case n == 0:
		return nil, none, archive.Invalid("files", "holds no file; send a form (multipart/form-data) with one or more")
	case n > 1 && up.Replaces != "":
		return nil, none, archive.Invalid("files", "holds %d files, of which only one can take the place of %s", n, up.Replaces)
	case n > maxAddedFiles:
		return nil, none, archive.Invalid("files", "holds %d files; send at most %d at a time", n, maxAddedFiles)
	}
	if up.Replaces != "" {
		if err := e.Replaceable(up.Replaces); err != nil { // before anything is stored
			return nil, none, err
		}
	}
	ctx := c.Request.Context()
	uploaded, err := s.Upload.Upload(ctx, s.user(c).Name, up)
	if err != nil {
		return nil, none, fmt.Errorf("add files to record %s: %w", e.Record.ID, err)
	}
	e, err = s.Archive.Record(ctx, e.Record.ID)
	return e, uploaded, err
}
