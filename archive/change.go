package archive

import "time"

// Action says what a change did.
type Action string

// The actions of the change log.
const (
	ActionCreated   Action = "created"
	ActionUpdated   Action = "updated"
	ActionPublished Action = "published"
	// ActionWithdrawn: the public no longer sees the revision that it names, be it
	// that the record was withdrawn or that one which is not open was published.
	ActionWithdrawn    Action = "withdrawn"
	ActionAssetAdded   Action = "asset-added"
	ActionAssetReady   Action = "asset-ready"
	ActionAssetRefused Action = "asset-refused"
	// ActionAssetAccepted: someone took a master as it is that ends early.
	ActionAssetAccepted Action = "asset-accepted"
	// ActionAssetLayer: the asset became a layer of a view, another one, or none.
	ActionAssetLayer Action = "asset-layer"
)

// Change is one entry of the archive's ordered log. Seq grows by commit order:
// a reader who has seen seq N has seen every change up to N.
type Change struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Action   Action    `json:"action"`
	Record   string    `json:"record"`
	Revision int       `json:"revision,omitempty"`
	Asset    string    `json:"asset,omitempty"`
}

// Revision is one immutable saved state of a record, numbered from 1.
type Revision struct {
	Record  Record    `json:"record"`
	Number  int       `json:"revision"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Message string    `json:"message,omitempty"`
}

// Entry is a record together with where it stands: its latest revision, the
// revision that the public sees (0 while it is a draft), and its assets in
// their order, superseded ones left out.
type Entry struct {
	Record    Record
	Revision  int
	Published int
	Withdrawn bool
	Created   time.Time
	Updated   time.Time
	Assets    []Asset
}

// Status returns "draft", "published" or "withdrawn".
func (e *Entry) Status() string {
	switch {
	case e.Withdrawn:
		return "withdrawn"
	case e.Published > 0:
		return "published"
	}
	return "draft"
}

// Visible reports whether anyone may see the entry on the given day: published,
// not withdrawn, and of a tier that is open by then.
func (e *Entry) Visible(now time.Time) bool {
	return e.Published > 0 && !e.Withdrawn && e.Record.Rights.Open(now)
}

// Open reports whether the tier lets the public in at that time. A record
// without rights is public. An embargo without a date, or with a date that
// cannot be read, stays closed.
func (r *Rights) Open(now time.Time) bool {
	if r == nil {
		return true
	}
	switch r.Tier {
	case "", TierPublic, TierReduced:
		return true
	case TierEmbargoed:
		until, err := time.Parse(time.DateOnly, r.Until)
		return err == nil && !now.Before(until)
	}
	return false
}
