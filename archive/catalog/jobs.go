package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/uptrace/bun"

	"hexi/archive"
)

// maxAttempts is how often a job is tried before it is given up; with the waits
// between them (see backoff) that is about half an hour.
const maxAttempts = 8

type jobRow struct {
	bun.BaseModel `bun:"table:jobs,alias:j"`

	ID     int64  `bun:"id,pk"`
	Kind   string `bun:"kind"`
	Record string `bun:"record"`
	Asset  string `bun:"asset"`
	Batch  string `bun:"batch"`
	Deaths int    `bun:"deaths"`
}

// jobArgs is what River keeps of a job.
type jobArgs struct{ archive.Job }

// Kind implements river.JobArgs: every kind of job is one of River's.
func (j jobArgs) Kind() string { return string(j.Job.Kind) }

var jobKind = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// AddJob implements archive.Tx. A job that waits already, for its first or a
// further attempt, counts for the newer batch from then on. One that is running
// does not count as waiting: it may have begun before what this job is for.
func (t *tx) AddJob(_ context.Context, j archive.Job) error {
	if !jobKind.MatchString(string(j.Kind)) {
		return archive.Invalid("kind", "%q is not a kind of job", j.Kind)
	}
	for field, value := range map[string]string{"record": j.Record, "asset": j.Asset, "batch": j.Batch} {
		if err := storable(field, value); err != nil {
			return err
		}
	}
	t.jobs = append(t.jobs, j)
	return nil
}

// flushJobs adds the jobs that were gathered, at the end of the transaction.
// River's own rule against doubles counts running jobs, too, which would lose
// the work that came up meanwhile; as there is one writing transaction at a
// time, looking before adding is as good as a constraint.
func (t *tx) flushJobs(ctx context.Context) error {
	for jobs := range slices.Chunk(t.jobs, maxRows) {
		if err := t.addJobs(ctx, jobs); err != nil {
			return err
		}
	}
	t.jobs = t.jobs[:0]
	return nil
}

func (t *tx) addJobs(ctx context.Context, jobs []archive.Job) error {
	waiting, err := t.waiting(ctx, jobs)
	if err != nil {
		return err
	}
	var rows []jobRow
	var params []river.InsertManyParams
	added := map[jobTarget]int{} // index in rows
	for _, j := range jobs {
		target := jobTarget{string(j.Kind), j.Record, j.Asset}
		if i, ok := added[target]; ok {
			rows[i].Batch = j.Batch
			continue
		}
		if old, ok := waiting[target]; ok {
			old.Batch = j.Batch
			if _, err := t.q.update(&old).Column("batch").WherePK().Exec(ctx); err != nil {
				return fmt.Errorf("note job: %w", err)
			}
			continue
		}
		added[target] = len(rows)
		rows = append(rows, jobRow{Kind: string(j.Kind), Record: j.Record, Asset: j.Asset, Batch: j.Batch})
		params = append(params, river.InsertManyParams{Args: jobArgs{j}, InsertOpts: &river.InsertOpts{MaxAttempts: maxAttempts}})
	}
	if len(rows) == 0 {
		return nil
	}
	results, err := t.catalog.queue.InsertManyTx(ctx, t.sql, params)
	if err != nil {
		return fmt.Errorf("add jobs: %w", err)
	}
	for i, result := range results {
		rows[i].ID = result.Job.ID
	}
	if _, err := t.q.insert(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("note jobs: %w", err)
	}
	return nil
}

// jobTarget is what makes two jobs the same.
type jobTarget struct{ kind, record, asset string }

// waiting finds those of the jobs that wait already.
func (t *tx) waiting(ctx context.Context, jobs []archive.Job) (map[jobTarget]jobRow, error) {
	assets := make([]string, len(jobs))
	for i, j := range jobs {
		assets[i] = j.Asset
	}
	var rows []jobRow
	err := t.q.find(&rows).Join("JOIN river_job AS q ON q.id = j.id").Where("j.asset IN (?)", bun.List(assets)).
		Where("q.state IN (?)", bun.List([]rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		})).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for waiting jobs: %w", err)
	}
	out := make(map[jobTarget]jobRow, len(rows))
	for _, row := range rows {
		out[jobTarget{row.Kind, row.Record, row.Asset}] = row
	}
	return out, nil
}
