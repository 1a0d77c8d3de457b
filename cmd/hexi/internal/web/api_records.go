package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
)

// recordBody is a record as the API answers it: the record's own fields, and
// around them where it stands (archive.Envelope).
type recordBody struct {
	archive.Record
	Status    string      `json:"status"`
	Revision  int         `json:"revision"`
	Published int         `json:"published"`
	Created   time.Time   `json:"created"`
	Updated   time.Time   `json:"updated"`
	Assets    []assetBody `json:"assets"`
	ARK       string      `json:"ark,omitempty"`
	// Doubts are what is to be asked about a record that was just saved.
	Doubts []fault `json:"doubts,omitempty"`
}

// assetBody is an asset as the API answers it. The public is not told how its
// master is called, nor what went wrong with it.
type assetBody struct {
	ID     string             `json:"id"`
	Record string             `json:"record"`
	Kind   archive.AssetKind  `json:"kind"`
	State  archive.AssetState `json:"state"`
	Format string             `json:"format,omitempty"`
	Width  int                `json:"width,omitempty"`
	Height int                `json:"height,omitempty"`
	Layer  *layerBody         `json:"layer,omitempty"`
	// Incomplete says that the image ends early, and how much of it there is.
	Incomplete archive.Text     `json:"incomplete,omitempty"`
	Service    string           `json:"service,omitempty"`
	Thumbnail  string           `json:"thumbnail,omitempty"`
	Filename   string           `json:"filename,omitempty"`
	Size       int64            `json:"size,omitempty"`
	SHA512     string           `json:"sha512,omitempty"`
	Technical  json.RawMessage  `json:"technical,omitempty"`
	MadeBy     string           `json:"accessMadeBy,omitempty"`
	Failure    *archive.Failure `json:"failure,omitempty"`
	Received   *time.Time       `json:"received,omitempty"`
	ReceivedBy string           `json:"receivedBy,omitempty"`
	// Which versions of one image follow each other (archive.Asset).
	Replacing  string     `json:"replacing,omitempty"`
	Replaces   string     `json:"replaces,omitempty"`
	ReplacedBy string     `json:"replacedBy,omitempty"`
	ReplacedAt *time.Time `json:"replacedAt,omitempty"`
}

func (s *Server) recordBody(c *gin.Context, e *archive.Entry) recordBody {
	body := recordBody{
		Record: e.Record, Status: e.Status(), Revision: e.Revision, Published: e.Published,
		Created: e.Created, Updated: e.Updated, Assets: []assetBody{}, ARK: s.ark(e.Record.ID),
	}
	for i := range e.Assets {
		if s.staff(c) || e.Assets[i].Servable() {
			body.Assets = append(body.Assets, s.assetBody(c, e, &e.Assets[i]))
		}
	}
	return body
}

// assetBody describes an asset of a record as the asker may see it.
func (s *Server) assetBody(c *gin.Context, e *archive.Entry, a *archive.Asset) assetBody {
	body := assetBody{ID: a.ID, Record: a.Record, Kind: a.Kind, State: a.State, Format: a.Master.Format, Layer: s.layerBody(c, e, a), Incomplete: a.Incomplete()}
	if body.ReplacedBy = a.ReplacedBy; !a.ReplacedAt.IsZero() {
		body.ReplacedAt = &a.ReplacedAt
	}
	rights := e.Record.Rights
	if a.Image != nil {
		body.Width, body.Height = a.Image.Width, a.Image.Height
		if rights != nil && rights.Tier == archive.TierReduced && !s.staff(c) {
			body.Width, body.Height = reducedSize(a, rights.MaxPixels)
		}
	}
	if a.Servable() {
		body.Service = s.base(c.Request) + "/iiif/3/" + a.ID
		body.Thumbnail = body.Service + "/full/!480,480/0/default.jpg"
	}
	if s.staff(c) {
		body.Filename, body.Size, body.SHA512 = a.Master.Filename, a.Master.Size, a.Master.SHA512
		body.Failure, body.Received, body.ReceivedBy = a.Failure, &a.Received, a.ReceivedBy
		body.Replacing, body.Replaces = a.Replacing, a.Replaces
		if a.Image != nil {
			body.Technical = a.Image.Technical
		}
		if a.Access != nil {
			body.MadeBy = a.Access.Origin
		}
	}
	return body
}

// reducedSize is the size of an image of the tier "reduced" as its info.json says it.
func reducedSize(a *archive.Asset, pixels int64) (width, height int) {
	tile := max(a.Image.Width, a.Image.Height)
	if a.Access != nil && a.Access.TileSize > 0 {
		tile = a.Access.TileSize
	}
	v := view{shape: iiif.Image{Pyramid: iiif.NewPyramid(a.Image.Width, a.Image.Height, tile)}}
	v.reduce(pixels)
	return v.shape.Width, v.shape.Height
}

// entry returns the record that the URL names as the asker may see it.
func (s *Server) entry(c *gin.Context, id string) (*archive.Entry, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	if s.staff(c) {
		return s.Archive.Record(c.Request.Context(), id)
	}
	return s.Archive.PublicRecord(c.Request.Context(), id)
}

// apiRecord answers GET /api/v1/records/{id}.
func (s *Server) apiRecord(c *gin.Context) error {
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	return s.answerRecord(c, http.StatusOK, e)
}

// answerRecord answers a record. Doubts about it are no part of it, nor of its ETag.
func (s *Server) answerRecord(c *gin.Context, status int, e *archive.Entry, doubts ...*archive.InvalidError) error {
	body := s.recordBody(c, e)
	etag, err := s.recordTag(c, body)
	if err != nil {
		return err
	}
	c.Header("ETag", etag)
	c.Header("Cache-Control", "no-cache")
	c.Header("Vary", "Accept, Authorization, Cookie")
	if (c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead) && matches(c.GetHeader("If-None-Match"), etag) {
		c.Status(http.StatusNotModified)
		return nil
	}
	for _, d := range doubts {
		body.Doubts = append(body.Doubts, fault{d.Field, d.Why})
	}
	return answerJSON(c, status, body)
}

// apiRecords answers GET /api/v1/records: every record that the asker may see,
// by id, page after page.
func (s *Server) apiRecords(c *gin.Context) error {
	limit, err := intParam(c, "limit", 50, 1, 100)
	if err != nil {
		return err
	}
	page, next, err := s.Archive.List(c.Request.Context(), archive.ListQuery{
		Collection: c.Query("collection"), Kind: archive.Kind(c.Query("kind")), PartOf: c.Query("partOf"),
		Published: !s.staff(c), After: c.Query("cursor"), Limit: limit,
	})
	if err != nil {
		return err
	}
	records := make([]recordBody, len(page))
	for i, e := range page {
		records[i] = s.recordBody(c, e)
	}
	return answerJSON(c, http.StatusOK, gin.H{"records": records, "next": next})
}

// apiCreateRecord answers POST /api/v1/records: one record of JSON, which must not be
// there yet (409; 412 with If-None-Match: *). With
// ?publish=true it is published too, which takes an editor.
func (s *Server) apiCreateRecord(c *gin.Context) error {
	return s.saveRecord(c, "")
}

// apiSaveRecord answers PUT /api/v1/records/{id}. If-Match with the ETag of the
// record as it was read guards against overwriting what others did since, and is asked
// for (428); If-Match: * overwrites whatever is there.
func (s *Server) apiSaveRecord(c *gin.Context) error {
	return s.saveRecord(c, c.Param("id"))
}

func (s *Server) saveRecord(c *gin.Context, id string) error {
	publish := c.Query("publish") == "true"
	role := archive.RoleCurator
	if publish {
		role = archive.RoleEditor
	}
	if err := s.requireWrite(c, role); err != nil {
		return err
	}
	data, err := io.ReadAll(c.Request.Body)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(http.StatusBadRequest, "The record ended before its Content-Length.")
	}
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	record, err := archive.DecodeRecord(bytes.TrimSpace(data))
	if err != nil {
		return err
	}
	if id != "" {
		if record.ID != "" && record.ID != id {
			return archive.Invalid("id", "%q is not the id of the address, %q", record.ID, id)
		}
		record.ID = id
	}
	ctx := c.Request.Context()
	draft := archive.Draft{Record: record, Publish: publish, Message: c.Query("message")}
	known, err := s.known(ctx, record.ID)
	if err != nil {
		return err
	}
	switch {
	case known != nil && id == "" && c.GetHeader("If-None-Match") == "":
		return fmt.Errorf("record %s: %w", record.ID, archive.ErrExists)
	case known != nil:
		if draft.IfRevision, err = s.wanted(c, known, true, &record); err != nil {
			return err
		}
	case c.GetHeader("If-Match") != "":
		return refuse(http.StatusPreconditionFailed, "There is no record %s that could match.", record.ID)
	case record.ID != "":
		draft.IfRevision = archive.NoRevision
	}
	saved, err := s.Archive.Save(ctx, s.user(c).Name, draft)
	if errors.Is(err, archive.ErrConflict) {
		return s.refuseStale(c, saved.ID, max(draft.IfRevision, 0), &record)
	}
	if err != nil {
		return err
	}
	e, err := s.Archive.Record(ctx, saved.ID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if saved.Outcome == archive.Created {
		status = http.StatusCreated
		c.Header("Location", s.base(c.Request)+"/api/v1/records/"+saved.ID)
	}
	return s.answerRecord(c, status, e, s.Archive.Doubts(&e.Record)...)
}

// known returns the record of that id; nil if there is none.
func (s *Server) known(ctx context.Context, id string) (*archive.Entry, error) {
	if id == "" {
		return nil, nil
	}
	e, err := s.Archive.Record(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	return e, err
}

// apiPublish answers POST /api/v1/records/{id}/publish. If-Match, where it is sent,
// says which revision is to be published.
func (s *Server) apiPublish(c *gin.Context) error {
	return s.changeState(c, s.Archive.PublishRevision)
}

// changeState publishes or withdraws a record.
func (s *Server) changeState(c *gin.Context, change func(ctx context.Context, by, id string, ifRevision int) error) error {
	if err := s.requireWrite(c, archive.RoleEditor); err != nil {
		return err
	}
	id, ctx := c.Param("id"), c.Request.Context()
	e, err := s.entry(c, id)
	if err != nil {
		return err
	}
	wanted, err := s.wanted(c, e, false, nil)
	if err != nil {
		return err
	}
	err = change(ctx, s.user(c).Name, id, wanted)
	if errors.Is(err, archive.ErrConflict) {
		return s.refuseStale(c, id, wanted, nil)
	}
	if err != nil {
		return err
	}
	if e, err = s.Archive.Record(ctx, id); err != nil {
		return err
	}
	return s.answerRecord(c, http.StatusOK, e)
}

// asset returns an asset that the asker may see, and its record.
func (s *Server) asset(c *gin.Context, id string) (*archive.Asset, *archive.Entry, error) {
	if !archive.ValidID(id) {
		return nil, nil, archive.ErrNotFound
	}
	a, err := s.Archive.Asset(c.Request.Context(), id)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.entry(c, a.Record)
	if err != nil {
		return nil, nil, err
	}
	if s.staff(c) {
		return a, e, nil
	}
	if !a.Servable() || !a.Open(s.Archive.Now()) {
		return nil, nil, archive.ErrNotFound
	}
	if a.Replaced() { // the public is left those versions that it saw
		if a = e.Asset(id); a == nil {
			return nil, nil, archive.ErrNotFound
		}
	}
	return a, e, nil
}

// apiAsset answers GET /api/v1/assets/{id}.
func (s *Server) apiAsset(c *gin.Context) error {
	a, e, err := s.asset(c, c.Param("id"))
	if err != nil {
		return err
	}
	return answerJSON(c, http.StatusOK, s.assetBody(c, e, a))
}

// answerJSON answers with a JSON document. HTML characters stay as they are:
// the type is not HTML, and Chinese readers of the source see what is there.
func answerJSON(c *gin.Context, status int, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	c.Data(status, "application/json; charset=utf-8", b.Bytes())
	return nil
}

// matches reports whether an If-Match or If-None-Match header names the ETag.
func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}

func intParam(c *gin.Context, name string, otherwise, low, high int) (int, error) {
	s := c.Query(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, archive.Invalid(name, "%q is not a whole number between %d and %d", s, low, high)
	}
	return n, nil
}

// etagOf makes a strong entity tag from the bytes of an answer.
func etagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
