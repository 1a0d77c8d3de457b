package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// draftRow is a record that the public does not see, or not as it is now.
type draftRow struct{ ID, Title, State, Changed, At string }

const (
	shownDrafts = 30
	// scannedRecords bounds how many records one page looks at for drafts; the
	// next page goes on from there.
	scannedRecords = 5000
)

var statusWords = map[string]archive.Text{
	"draft": {"zh": "草稿", "en": "draft"}, "withdrawn": {"zh": "已撤回", "en": "withdrawn"}, "published": {"zh": "有未公开的修订", "en": "has unpublished changes"},
}

var roleWords = map[archive.Role]archive.Text{
	archive.RoleViewer: {"zh": "查看者", "en": "viewer"}, archive.RoleCurator: {"zh": "编目员", "en": "curator"},
	archive.RoleEditor: {"zh": "审核编辑", "en": "editor"}, archive.RoleAdmin: {"zh": "管理员", "en": "administrator"},
}

// drafts lists records that are not published as they stand, after the id that
// the address names.
func (s *Server) drafts(c *gin.Context, lang string) (rows []draftRow, more string, err error) {
	after := c.Query("after")
	for scanned := 0; scanned < scannedRecords; {
		page, next, err := s.Archive.List(c.Request.Context(), archive.ListQuery{After: after, Limit: 500})
		if err != nil {
			return nil, "", err
		}
		for _, e := range page {
			after = e.Record.ID
			if e.Status() == "published" && e.Published == e.Revision {
				continue
			}
			rows = append(rows, draftRow{
				e.Record.ID, e.Record.Titles.In(lang), statusWords[e.Status()].In(lang), e.Updated.Local().Format(minutes), e.Updated.UTC().Format(rfcTime),
			})
			if len(rows) == shownDrafts {
				return rows, "/curate?after=" + queryEscape(after), nil
			}
		}
		if next == "" {
			return rows, "", nil
		}
		scanned += len(page)
	}
	return rows, "/curate?after=" + queryEscape(after), nil
}

// doPublish answers POST /curate/records/{id}/publish.
func (s *Server) doPublish(c *gin.Context) error { return s.doChangeState(c, s.Archive.Publish) }

// doWithdraw answers POST /curate/records/{id}/withdraw, with a reason for the tombstone.
func (s *Server) doWithdraw(c *gin.Context) error {
	w := archive.Withdrawal{Reason: archive.Text{"zh": c.PostForm("reason_zh"), "en": c.PostForm("reason_en")}, ShowTitle: c.PostForm("show_title") == "true"}
	return s.doChangeState(c, func(ctx context.Context, by, id string) error { return s.Archive.WithdrawAs(ctx, by, id, w) })
}

func (s *Server) doChangeState(c *gin.Context, change func(ctx context.Context, by, id string) error) error {
	user, done, err := s.signedIn(c, archive.RoleEditor)
	if done {
		return err
	}
	if s.ReadOnly {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	id := c.Param("id")
	if !archive.ValidID(id) {
		return archive.ErrNotFound
	}
	if err := change(c.Request.Context(), user.Name, id); err != nil {
		return err
	}
	if c.Query("back") == "record" {
		return seeOther(c, "/records/"+id)
	}
	return seeOther(c, "/curate")
}
