package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/uptrace/bun"

	"hexi/archive"
)

// jobStates are the states in the archive's words and what River says for them.
// A job that failed waits for its next attempt as "available" when that is near,
// as "retryable" or "scheduled" when it is not; tried tells it from a new one.
var jobStates = []struct {
	state archive.JobState
	river []rivertype.JobState
	tried string // a further condition, "" for none
}{
	{archive.JobWaiting, []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateScheduled}, "q.attempt = 0"},
	{archive.JobRetry, []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateScheduled}, "q.attempt > 0"},
	{archive.JobRetry, []rivertype.JobState{rivertype.JobStateRetryable}, ""},
	{archive.JobRunning, []rivertype.JobState{rivertype.JobStateRunning}, ""},
	{archive.JobDone, []rivertype.JobState{rivertype.JobStateCompleted}, ""},
	{archive.JobFailed, []rivertype.JobState{rivertype.JobStateCancelled, rivertype.JobStateDiscarded}, ""},
}

// stateOf is a job's state in the words of the archive.
func stateOf(state string, tried bool) archive.JobState {
	for _, s := range jobStates {
		for _, r := range s.river {
			if string(r) == state && (s.tried == "" || (s.tried == "q.attempt > 0") == tried) {
				return s.state
			}
		}
	}
	return archive.JobWaiting
}

// JobCounts implements archive.Catalog. States in which there is none are left
// out. Jobs that ended long ago (see keepDone, keepFailed) are forgotten.
func (c *Catalog) JobCounts(ctx context.Context, batch string) (map[archive.JobState]int, error) {
	out := map[archive.JobState]int{}
	if !plain(batch) {
		return out, nil
	}
	var rows []struct {
		State string
		Tried bool
		N     int
	}
	q := c.read().from("river_job AS q").ColumnExpr("q.state AS state").ColumnExpr("q.attempt > 0 AS tried").
		ColumnExpr("count(*) AS n").GroupExpr("1, 2")
	if batch != "" {
		q = q.Join("JOIN jobs AS j ON j.id = q.id").Where("j.batch = ?", batch)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	for _, row := range rows {
		out[stateOf(row.State, row.Tried)] += row.N
	}
	return out, nil
}

// Jobs implements archive.Catalog. A limit of 0 means 100.
func (c *Catalog) Jobs(ctx context.Context, query archive.JobQuery) ([]archive.JobStatus, error) {
	if !plain(query.Batch + query.Record) {
		return nil, nil
	}
	if query.Limit <= 0 {
		query.Limit = 100
	}
	var rows []struct {
		ID      int64
		Kind    string
		Record  string
		Asset   string
		Batch   string
		State   string
		Attempt int
		Failure string
		Created time.Time
		Ended   bun.NullTime
	}
	q := c.read().from("jobs AS j").Join("JOIN river_job AS q ON q.id = j.id").
		ColumnExpr("j.id, j.kind, j.record, j.asset, j.batch, q.state, q.attempt").ColumnExpr(c.dialect.lastError + " AS failure").
		ColumnExpr("q.created_at AS created, q.finalized_at AS ended").Order("j.id DESC").Limit(int64(query.Limit))
	if query.Batch != "" {
		q = q.Where("j.batch = ?", query.Batch)
	}
	if query.Record != "" {
		q = q.Where("j.record = ?", query.Record)
	}
	if query.Before > 0 {
		q = q.Where("j.id < ?", query.Before)
	}
	if query.State != "" {
		known := false
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, s := range jobStates {
				if s.state != query.State {
					continue
				}
				known = true
				condition := "q.state IN (?)"
				if s.tried != "" {
					condition += " AND " + s.tried
				}
				q = q.WhereOr(condition, bun.List(s.river))
			}
			return q
		})
		if !known {
			return nil, archive.Invalid("state", "%q is not a state of a job; use waiting, running, retry, done or failed", query.State)
		}
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	out := make([]archive.JobStatus, len(rows))
	for i, row := range rows {
		out[i] = archive.JobStatus{
			Job: archive.Job{Kind: archive.JobKind(row.Kind), Record: row.Record, Asset: row.Asset, Batch: row.Batch},
			ID:  row.ID, State: stateOf(row.State, row.Attempt > 0), Attempt: row.Attempt, Error: row.Failure,
			Created: row.Created.UTC(),
		}
		if !row.Ended.IsZero() {
			out[i].Ended = row.Ended.UTC()
		}
	}
	return out, nil
}
