package archive

import (
	"encoding/json"
	"time"
)

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
	// ActionAssetLayer: the asset became a layer of a view, another one, or none; the
	// detail is the Layer.
	ActionAssetLayer Action = "asset-layer"
	// ActionAssetSuperseded: another asset took the asset's place; the detail says which
	// one (AssetDetail). The author is who sent that one.
	ActionAssetSuperseded Action = "asset-superseded"

	// ActionFixity: the asset's master was read again and is not what was received, or is
	// again what was received (FixityDetail).
	ActionFixity Action = "fixity"

	// ActionErased: the content of the record, its revisions and its assets was erased
	// for ever; the detail says why.
	ActionErased Action = "erased"
	// ActionPurged: nothing of a record that was erased is left in the object store.
	ActionPurged Action = "purged"

	// ActionRestored: the record was read back from its preservation package. The entries
	// about it before this one were read with it, and have their old times; the detail
	// (RestoredDetail) says what vouches for them.
	ActionRestored Action = "restored"

	// Of users: entries without a record, whose detail is a UserDetail.
	ActionUserAdded    Action = "user-added"
	ActionUserChanged  Action = "user-changed"
	ActionUserDisabled Action = "user-disabled"
	ActionTokenAdded   Action = "token-added"
)

// Change is one entry of the archive's ordered log. Seq grows by commit order:
// a reader who has seen seq N has seen every change up to N. What concerns users has no
// Record.
//
// The log is a chain: Hash is made of the hash before it and of all that the entry says
// (Chained), so that none can be altered or taken out without all later ones telling.
// The catalogue numbers and chains entries when they are added.
type Change struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Action   Action    `json:"action"`
	Record   string    `json:"record"`
	Revision int       `json:"revision,omitempty"`
	Asset    string    `json:"asset,omitempty"`

	// Detail is what the action was about, JSON as it is kept; nil where the rest says all.
	Detail json.RawMessage `json:"detail,omitempty"`
	// Digest, in lower-case hexadecimal, is that of the content that the entry vouches
	// for: of a revision that was saved (RevisionDigest, set by the catalogue), of a
	// master that was added (SHA-512), of a user's password hash or a token (SHA-256);
	// "" for none.
	Digest string `json:"digest,omitempty"`
	Hash   string `json:"hash,omitempty"`
}

// Vouches reports whether the entry vouches for the revision that it names.
func (c *Change) Vouches() bool { return c.Action == ActionCreated || c.Action == ActionUpdated }

// AssetDetail is the detail of what happened to an asset.
type AssetDetail struct {
	Filename string `json:"filename,omitempty"` // of the master that was added
	Size     int64  `json:"size,omitempty"`     // of it, in bytes
	Replaces string `json:"replaces,omitempty"` // the asset whose place it is to take
	By       string `json:"by,omitempty"`       // the asset that took this one's place
	Public   bool   `json:"public,omitempty"`   // the public could see it before that
	Code     string `json:"code,omitempty"`     // of the failure for which it was refused
}

// UserDetail is the detail of what happened to a user: how the user stands after it.
type UserDetail struct {
	User     string `json:"user"`
	Role     Role   `json:"role"`
	Disabled bool   `json:"disabled,omitempty"`
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
// their order. Earlier are those in whose places others stand now, in the order in which
// they were received.
type Entry struct {
	Record    Record
	Revision  int
	Published int
	Withdrawn bool
	Created   time.Time
	Updated   time.Time
	// Since when a record has been there to be found, without interruption. Appeared is
	// for those who work here, the number of the log's entry that published it, 0 while it
	// is not published; Opened for the public, zero where the record is closed to it, and
	// in the future while an embargo lasts.
	Appeared int64
	Opened   time.Time

	Assets  []Asset
	Earlier []Asset
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

// Opens returns from when on the tier lets the public in: now where it does so already,
// the end of an embargo, and the zero time for never.
func (r *Rights) Opens(now time.Time) time.Time {
	if r.Open(now) {
		return now
	}
	until, err := time.Parse(time.DateOnly, r.Until)
	if r.Tier != TierEmbargoed || err != nil {
		return time.Time{}
	}
	return until
}

// Opened returns since when the public sees a record of which a revision was published at
// a time, and which opens then (Rights.Opens); before is since when it saw the record until
// then, zero for not at all. An edit of what it sees opens nothing anew.
func Opened(before, at, opens time.Time) time.Time {
	if !before.IsZero() && !before.After(at) && !opens.IsZero() && !opens.After(at) {
		return before
	}
	return opens
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
