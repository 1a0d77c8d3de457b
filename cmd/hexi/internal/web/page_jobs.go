package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

const (
	shownJobs = 50
	minutes   = "2006-01-02 15:04"
	rfcTime   = time.RFC3339
)

type jobsPage struct {
	base
	Counts       string
	Uploaded     *uploadedNote
	Check        *checkNote
	Jobs         []jobRow
	Newer, Older string
}

// uploadedNote says what became of an upload: "ready", "working", "refused" or
// "nothing" where the files were there already.
type uploadedNote struct{ State, ID, Title string }

// jobRow is one job. What went wrong is in English, as the pipeline says it.
type jobRow struct {
	ID                                  int64
	Kind, Record, Title, File           string
	State, StateName, Why, Do, Time, At string
	Accept                              string // the asset, where one who may can accept it as it is
}

// jobWords are the states and steps of jobs in both languages.
var jobWords = map[string]archive.Text{
	"waiting": {"zh": "等待", "en": "waiting"}, "running": {"zh": "进行中", "en": "running"}, "retry": {"zh": "稍后重试", "en": "will be tried again"},
	"done": {"zh": "完成", "en": "done"}, "failed": {"zh": "失败", "en": "failed"}, "identify": {"zh": "识别", "en": "identify"}, "derive": {"zh": "制作浏览图", "en": "make access copy"}, "check": {"zh": "完整性检查", "en": "check the archive"},
	"refused": {"zh": "文件未被接受", "en": "file not accepted"},
}

// pageJobs answers GET /curate/jobs: the jobs of an upload or of all, the newest
// first.
func (s *Server) pageJobs(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	ctx, lang, batch := c.Request.Context(), s.lang(c), c.Query("batch")
	before, err := strconv.ParseInt(c.Query("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	jobs, err := s.Archive.Jobs(ctx, archive.JobQuery{Batch: batch, Before: before, Limit: shownJobs})
	if err != nil {
		return err
	}
	m := jobsPage{base: s.page(c, "jobs", inLanguage(lang, "任务", "Jobs"), "jobs")}
	if m.Counts, err = s.jobCounts(ctx, batch, lang); err != nil {
		return err
	}
	if batch == "" && before == 0 {
		m.Check = s.checkNote(ctx, lang)
	}
	if record := c.Query("record"); archive.ValidID(record) {
		if m.Uploaded, err = s.uploadedNote(ctx, record, batch, lang); err != nil {
			return err
		}
	}
	if m.Jobs, err = s.jobRows(ctx, jobs, user.Role.AtLeast(archive.RoleEditor) && !s.ReadOnly, lang); err != nil {
		return err
	}
	address := func(before int64) string {
		v := cloneValues(c.Request.URL.Query())
		v.Del("before")
		if before > 0 {
			v.Set("before", strconv.FormatInt(before, 10))
		}
		return "/curate/jobs?" + v.Encode()
	}
	if before > 0 {
		m.Newer = address(0)
	}
	if len(jobs) == shownJobs {
		m.Older = address(jobs[len(jobs)-1].ID)
	}
	return s.show(c, http.StatusOK, "jobs", m)
}

// jobCounts says how the work goes: jobs that are not at their end, and files by
// what became of them. A refused file's jobs ended well, but it is not done.
func (s *Server) jobCounts(ctx context.Context, batch, lang string) (string, error) {
	jobs, err := s.Archive.JobCounts(ctx, batch)
	if err != nil {
		return "", err
	}
	files, err := s.Archive.AssetCounts(ctx, batch)
	if err != nil {
		return "", err
	}
	var parts []string
	add := func(n int, zh, en string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s%s%d", inLanguage(lang, zh, en), inLanguage(lang, "：", ": "), n))
		}
	}
	add(jobs[archive.JobRunning], "进行中的任务", "jobs running")
	add(jobs[archive.JobWaiting], "等待的任务", "jobs waiting")
	add(jobs[archive.JobRetry], "将重试的任务", "jobs to be tried again")
	add(jobs[archive.JobFailed], "失败的任务", "jobs failed")
	add(files[archive.AssetReady], "可以查看的文件", "files ready")
	add(files[archive.AssetRefused], "未被接受的文件", "files not accepted")
	return strings.Join(parts, " · "), nil
}

// uploadedNote finds out what became of the files of an upload.
func (s *Server) uploadedNote(ctx context.Context, record, batch, lang string) (*uploadedNote, error) {
	e, err := s.Archive.Record(ctx, record)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files, err := s.Archive.AssetCounts(ctx, batch)
	if err != nil {
		return nil, err
	}
	jobs, err := s.Archive.JobCounts(ctx, batch)
	if err != nil {
		return nil, err
	}
	note := &uploadedNote{State: "nothing", ID: record, Title: e.Record.Titles.In(lang)}
	total := 0
	for _, n := range files {
		total += n
	}
	switch {
	case files[archive.AssetReceived]+files[archive.AssetIdentified] > 0 && jobs[archive.JobFailed] == 0:
		note.State = "working"
	case files[archive.AssetReady] > 0:
		note.State = "ready"
	case total > 0:
		note.State = "refused"
	}
	return note, nil
}

// jobRows makes rows of jobs. A refusal is told once, with the latest of the
// file's jobs; mayAccept is whether who looks may take it as it is.
func (s *Server) jobRows(ctx context.Context, jobs []archive.JobStatus, mayAccept bool, lang string) ([]jobRow, error) {
	rows := make([]jobRow, 0, len(jobs))
	titles, told := map[string]string{}, map[string]bool{}
	for _, j := range jobs {
		title, known := titles[j.Record]
		if !known {
			e, err := s.Archive.Record(ctx, j.Record)
			if err != nil && !errors.Is(err, archive.ErrNotFound) {
				return nil, err
			}
			title = j.Record
			if err == nil {
				title = e.Record.Titles.In(lang)
			}
			titles[j.Record] = title
		}
		at := j.Ended
		if at.IsZero() {
			at = j.Created
		}
		r := jobRow{
			ID: j.ID, Kind: jobWords[string(j.Kind)].In(lang), Record: j.Record, Title: title, State: string(j.State), StateName: jobWords[string(j.State)].In(lang),
			Why: j.Error, Time: at.Local().Format(minutes), At: at.UTC().Format(rfcTime),
		}
		// A job that ended well may have found that the file cannot be shown.
		switch a, err := s.Archive.Asset(ctx, j.Asset); {
		case errors.Is(err, archive.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			r.File = a.Master.Filename
			if a.Failure != nil && j.State == archive.JobDone && !told[a.ID] {
				told[a.ID] = true
				r.State, r.StateName, r.Why, r.Do = "failed", jobWords["refused"].In(lang), a.Failure.Why, a.Failure.Do
				if mayAccept && a.Acceptable() {
					r.Accept = a.ID
				}
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}
