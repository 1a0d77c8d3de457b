package archive

import "time"

// JobKind names a step of the pipeline that runs as a durable job.
type JobKind string

// The steps that run as jobs. Every one is idempotent: working it twice has
// the same result as working it once.
const (
	// JobIdentify finds out what a received master is.
	JobIdentify JobKind = "identify"
	// JobDerive makes the access copy of an identified image.
	JobDerive JobKind = "derive"
	// JobErase removes what an erased record has left in the object store.
	JobErase JobKind = "erase"
	// JobCheck looks whether a part of the archive is as it should be. It is for no
	// asset and no record.
	JobCheck JobKind = "check"
)

// Job is one step to be done for one asset. Batch names the ingest that it
// belongs to, so that the one who started it can wait for the end.
type Job struct {
	Kind   JobKind `json:"kind"`
	Record string  `json:"record"`
	Asset  string  `json:"asset"`
	Batch  string  `json:"batch,omitempty"`
}

// JobState says where a job stands.
type JobState string

// The states of a job as people see them.
const (
	JobWaiting JobState = "waiting"
	JobRunning JobState = "running"
	JobRetry   JobState = "retry" // failed, and will be tried again
	JobDone    JobState = "done"
	JobFailed  JobState = "failed" // given up
)

// JobStatus is a job and how it goes. Error is the last attempt's, if any.
type JobStatus struct {
	Job
	ID      int64     `json:"id"`
	State   JobState  `json:"state"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error,omitempty"`
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`
}
