package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// apiExhibitions answers GET /api/v1/exhibitions: what a kiosk can play.
func (s *Server) apiExhibitions(c *gin.Context) error {
	type exhibition struct {
		ID     string       `json:"id"`
		Titles archive.Text `json:"titles"`
		Stops  int          `json:"stops"`
		Kiosk  string       `json:"kiosk"`
	}
	out := []exhibition{}
	for after := ""; ; {
		page, next, err := s.Archive.List(c.Request.Context(), archive.ListQuery{
			Kind: archive.KindExhibition, Published: true, After: after, Limit: 100,
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			out = append(out, exhibition{e.Record.ID, e.Record.Titles, len(e.Record.Stops), s.base(c.Request) + "/kiosk/" + e.Record.ID})
		}
		if after = next; next == "" {
			return answerJSON(c, http.StatusOK, gin.H{"exhibitions": out})
		}
	}
}

// apiChanges answers GET /api/v1/changes?since=N: the archive's log. The public
// sees what concerns published records, without names.
func (s *Server) apiChanges(c *gin.Context) error {
	since := int64(0)
	if v := c.Query("since"); v != "" {
		var err error
		if since, err = strconv.ParseInt(v, 10, 64); err != nil || since < 0 {
			return archive.Invalid("since", "%q is not a sequence number", v)
		}
	}
	limit, err := intParam(c, "limit", 100, 1, 1000)
	if err != nil {
		return err
	}
	changes, err := s.Archive.Changes(c.Request.Context(), since, limit)
	if err != nil {
		return err
	}
	next := since
	if len(changes) > 0 {
		next = changes[len(changes)-1].Seq
	}
	if !s.staff(c) {
		if changes, err = s.publicChanges(c, changes); err != nil {
			return err
		}
	}
	if changes == nil {
		changes = []archive.Change{}
	}
	return answerJSON(c, http.StatusOK, gin.H{"changes": changes, "next": next})
}

func (s *Server) publicChanges(c *gin.Context, changes []archive.Change) ([]archive.Change, error) {
	ids := make([]string, 0, len(changes))
	for _, change := range changes {
		ids = append(ids, change.Record)
	}
	entries, err := s.Archive.PublicRecords(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	public, assets := map[string]int{}, map[string]bool{}
	for _, e := range entries {
		public[e.Record.ID] = e.Published
		for i := range e.Assets {
			assets[e.Assets[i].ID] = true
		}
	}
	var out []archive.Change
	for _, change := range changes {
		published, ok := public[change.Record]
		switch {
		case change.Action == archive.ActionErased:
			var what archive.ErasureDetail
			if json.Unmarshal(change.Detail, &what) != nil || !what.Public {
				continue
			}
			change.Revision = 0
		case change.Action == archive.ActionWithdrawn:
			// What was never public is not known to have been there.
			if seen, err := s.wasPublic(c, change); err != nil {
				return nil, err
			} else if !seen {
				continue
			}
		// A layer that is closed is not named; what became of a superseded asset
		// concerns nobody any more.
		case !ok, change.Asset != "" && !assets[change.Asset], change.Action == archive.ActionAssetAdded, change.Action == archive.ActionAssetRefused,
			change.Revision > published, (change.Action == archive.ActionCreated || change.Action == archive.ActionUpdated) && change.Revision != published:
			continue
		}
		change.By, change.Detail = "", nil
		out = append(out, change)
	}
	return out, nil
}

// wasPublic reports whether the public saw what a withdrawal took away.
func (s *Server) wasPublic(c *gin.Context, change archive.Change) (bool, error) {
	if change.Revision == 0 {
		return false, nil
	}
	rev, err := s.Archive.Revision(c.Request.Context(), change.Record, change.Revision)
	if errors.Is(err, archive.ErrErased) {
		stone, err := s.Archive.Tombstone(c.Request.Context(), change.Record)
		return err == nil && stone.Public, err
	}
	if err != nil {
		return false, err
	}
	return rev.Record.Rights.Open(change.At), nil
}

// apiJobs answers GET /api/v1/jobs, the newest first, for those who work here.
func (s *Server) apiJobs(c *gin.Context) error {
	if err := s.require(c, archive.RoleCurator); err != nil {
		return err
	}
	limit, err := intParam(c, "limit", 50, 1, 200)
	if err != nil {
		return err
	}
	before, err := intParam(c, "before", 0, 0, int(^uint(0)>>1))
	if err != nil {
		return err
	}
	jobs, err := s.Archive.Jobs(c.Request.Context(), archive.JobQuery{
		Batch: c.Query("batch"), Record: c.Query("record"), State: archive.JobState(c.Query("state")), Before: int64(before), Limit: limit,
	})
	if err != nil {
		return err
	}
	counts, err := s.Archive.JobCounts(c.Request.Context(), c.Query("batch"))
	if err != nil {
		return err
	}
	if jobs == nil {
		jobs = []archive.JobStatus{}
	}
	return answerJSON(c, http.StatusOK, gin.H{"jobs": jobs, "counts": counts})
}

// eventsEvery is how often the stream of events looks for news; eventsFor ends
// it, so that a browser that was forgotten reconnects now and then.
const (
	eventsEvery = 500 * time.Millisecond
	eventsFor   = 15 * time.Minute
)

// apiEvents answers GET /api/v1/events: a stream of server-sent events with the
// jobs as they go (event "jobs") and the changes as they come (event "change").
func (s *Server) apiEvents(c *gin.Context) error {
	if err := s.require(c, archive.RoleCurator); err != nil {
		return err
	}
	ctx := c.Request.Context()
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Status(http.StatusOK)
	since, err := strconv.ParseInt(c.GetHeader("Last-Event-ID"), 10, 64)
	if err != nil {
		if since, err = s.Archive.LastChange(ctx); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(eventsEvery)
	defer ticker.Stop()
	end := time.After(eventsFor)
	last := ""
	for {
		if since, last, err = s.sendEvents(c, since, last); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-end:
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Server) sendEvents(c *gin.Context, since int64, last string) (int64, string, error) {
	ctx := c.Request.Context()
	changes, err := s.Archive.Changes(ctx, since, 100)
	if err != nil {
		return since, last, err
	}
	for _, change := range changes {
		since = change.Seq
		if err := writeEvent(c, "change", since, change); err != nil {
			return since, last, err
		}
	}
	counts, err := s.Archive.JobCounts(ctx, "")
	if err != nil {
		return since, last, err
	}
	now := fmt.Sprint(counts)
	if now != last {
		if err := writeEvent(c, "jobs", since, counts); err != nil {
			return since, last, err
		}
	}
	c.Writer.Flush()
	return since, now, nil
}

func writeEvent(c *gin.Context, name string, id int64, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err = fmt.Fprintf(c.Writer, "event: %s\nid: %d\ndata: %s\n\n", name, id, data)
	return err
}
