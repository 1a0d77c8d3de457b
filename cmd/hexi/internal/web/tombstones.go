package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// tombstoneBody is what everyone is told of a record that is gone.
type tombstoneBody struct {
	Record    string       `json:"record"`
	Withdrawn time.Time    `json:"withdrawn"`
	Erased    bool         `json:"erased,omitempty"`
	Title     archive.Text `json:"title,omitempty"`
	Reason    archive.Text `json:"reason,omitempty"`
}

func newTombstoneBody(t archive.Tombstone) *tombstoneBody {
	return &tombstoneBody{Record: t.Record, Withdrawn: t.At.UTC().Truncate(time.Second), Erased: t.Erased > 0, Title: t.Title, Reason: t.Reason}
}

// text says it in a sentence or two.
func (t *tombstoneBody) text(lang string) string {
	day := t.Withdrawn.Format(time.DateOnly)
	if t.Erased {
		return fmt.Sprintf(inLanguage(lang, "记录 %s 已于 %s 依法删除，其编号不再使用。", "Record %s was erased on %s; its id is not used again."), t.Record, day)
	}
	s := fmt.Sprintf(inLanguage(lang, "记录 %s 已于 %s 撤回。", "Record %s was withdrawn on %s."), t.Record, day)
	if reason := t.Reason.In(lang); reason != "" {
		s += inLanguage(lang, "原因：", " Reason: ") + reason
	}
	return s
}

// apiWithdraw answers POST /api/v1/records/{id}/withdraw. A body, which may be left out,
// says why, for everyone to read: {"reason": {"zh": "…", "en": "…"}, "showTitle": true}.
func (s *Server) apiWithdraw(c *gin.Context) error {
	var w archive.Withdrawal
	if err := s.requireWrite(c, archive.RoleEditor); err != nil {
		return err
	}
	var sent struct {
		Reason    archive.Text `json:"reason"`
		ShowTitle bool         `json:"showTitle"`
	}
	if err := readBody(c, &sent, `{"reason": {"zh": "…", "en": "…"}, "showTitle": true}`); err != nil {
		return err
	}
	w.Reason, w.ShowTitle = sent.Reason, sent.ShowTitle
	return s.changeState(c, func(ctx context.Context, by, id string, ifRevision int) error {
		w.IfRevision = ifRevision
		return s.Archive.WithdrawAs(ctx, by, id, w)
	})
}

// apiErase answers POST /api/v1/records/{id}/erase, which takes an administrator and a
// body {"id": "…", "reason": "…"} that names the record once more: its content is erased
// for ever (archive.Erase).
func (s *Server) apiErase(c *gin.Context) error {
	if err := s.requireWrite(c, archive.RoleAdmin); err != nil {
		return err
	}
	var sent struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
	}
	if err := readBody(c, &sent, `{"id": "…", "reason": "…"}`); err != nil {
		return err
	}
	id, ctx := c.Param("id"), c.Request.Context()
	if !archive.ValidID(id) {
		return archive.ErrNotFound
	}
	if sent.ID != id {
		return archive.Invalid("id", "%q is not the id of the address; to erase for ever, send %q", sent.ID, id)
	}
	if c.GetHeader("If-Match") != "" {
		e, err := s.Archive.Record(ctx, id)
		if err != nil {
			return err
		}
		if _, err := s.wanted(c, e, false, nil); err != nil {
			return err
		}
	}
	if err := s.Archive.Erase(ctx, s.user(c).Name, id, sent.Reason); err != nil {
		return err
	}
	stone, err := s.Archive.Tombstone(ctx, id)
	if err != nil {
		return err
	}
	// What lies in the object store goes by a job.
	return answerJSON(c, http.StatusAccepted, gin.H{"tombstone": newTombstoneBody(*stone), "entry": stone.Erased, "purged": stone.Purged})
}

// readBody decodes a JSON body that may be left out; shape is what it looks like.
func readBody(c *gin.Context, into any, shape string) error {
	dec := json.NewDecoder(c.Request.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	if err != nil {
		return archive.Invalid("", "the body cannot be read: %v; it looks like %s", err, shape)
	}
	return nil
}

// DropErased drops what the cache on disk has of images that were erased. It is to be
// called when the server starts, and whenever the log grew.
func (s *Server) DropErased(ctx context.Context) error {
	if s.Cache == nil {
		return nil
	}
	for after := ""; ; {
		page, err := s.Archive.Assets(ctx, archive.AssetQuery{State: archive.AssetErased, After: after, Limit: 1000})
		if err != nil {
			return err
		}
		for _, a := range page {
			s.Cache.keep(a.ID, "")
			after = a.ID
		}
		if len(page) < 1000 {
			return nil
		}
	}
}
