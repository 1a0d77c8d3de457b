package archive

import (
	"context"
	"time"
)

// Catalog is what the Archive service needs of the place where the catalogue
// is kept. Package archive/catalog satisfies it with SQLite and PostgreSQL.
//
// Every method returns ErrNotFound (wrapped) for a thing that is not there.
type Catalog interface {
	// Update runs fn in one transaction: all that fn wrote becomes visible
	// together, or, when fn or the commit fails, none of it does. Transactions
	// of several processes do not interleave their changes: the sequence
	// numbers of the change log follow the order of the commits.
	Update(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error

	// Entry returns the record at its latest revision; with published, at the
	// revision that the public sees (ErrNotFound for drafts and withdrawn ones).
	Entry(ctx context.Context, id string, published bool) (*Entry, error)
	// Entries returns those of the ids that exist, in the order of ids. With
	// published, drafts and withdrawn records are left out.
	Entries(ctx context.Context, ids []string, published bool) ([]*Entry, error)
	// FindByAccession returns the id of the record with that accession number
	// in that holder's custody.
	FindByAccession(ctx context.Context, accession, holder string) (string, error)
	// FindByAccessions does the same for many, in their order: no id for none, the
	// first and the last where several records have the same.
	FindByAccessions(ctx context.Context, of []Accession) ([][]string, error)
	// Parts returns the records that are part of any of these, at their latest revisions,
	// in the order of their ids.
	Parts(ctx context.Context, of []string) ([]Member, error)
	// List returns a page of entries in the order of their ids.
	List(ctx context.Context, q ListQuery) ([]*Entry, error)
	// OpenMarks returns every so-many-th id of the records that the public sees at that
	// time, in the order of the ids.
	OpenMarks(ctx context.Context, every int, now time.Time) ([]string, error)
	// Count returns how many entries List would return over all its pages.
	Count(ctx context.Context, q ListQuery) (int, error)
	// Revisions returns the revisions of a record, the latest first, without
	// their records' content if brief.
	Revisions(ctx context.Context, id string, brief bool) ([]Revision, error)
	// Revision returns one revision whole.
	Revision(ctx context.Context, id string, number int) (*Revision, error)
	// Asset returns one asset, superseded ones included.
	Asset(ctx context.Context, id string) (*Asset, error)
	// Assets returns a page of assets in the order of their ids.
	Assets(ctx context.Context, q AssetQuery) ([]*Asset, error)
	// AssetCounts counts the assets of a batch, or all for "", by state.
	AssetCounts(ctx context.Context, batch string) (map[AssetState]int, error)
	// LooksNear returns the assets that can be shown and whose looks differ from
	// the given one in NearLook places at most, itself among them, in no order.
	LooksNear(ctx context.Context, look Look) ([]LookMatch, error)
	// Changes returns up to limit changes with Seq > since, ascending.
	Changes(ctx context.Context, since int64, limit int) ([]Change, error)
	// LastChange returns the highest Seq, or 0.
	LastChange(ctx context.Context) (int64, error)
	// LogHead returns what is noted as the latest entry of the log, beside the log
	// itself.
	LogHead(ctx context.Context) (LogHead, error)
	// LogEntries returns up to limit entries with Seq > since, ascending, with what
	// they vouch for as it is kept now.
	LogEntries(ctx context.Context, since int64, limit int) ([]LogEntry, error)
	// Unlogged calls found for each revision and each asset that no entry of the log
	// vouches for.
	Unlogged(ctx context.Context, found func(record string, revision int, asset string)) error
	// Replaced returns what is kept of the assets in whose places others stand, by their
	// ids.
	Replaced(ctx context.Context) (map[string]Replacement, error)
	// Tombstone returns what stays of a record that is withdrawn or erased.
	Tombstone(ctx context.Context, id string) (*Tombstone, error)
	// PackageTaken reports whether a worker has the record's preservation package; where
	// none has, none gets it any more, if the record was erased.
	PackageTaken(ctx context.Context, id string) (bool, error)
	// Tokens lists the SHA-256 of all API tokens, in hexadecimal, by user.
	Tokens(ctx context.Context) (map[string][]string, error)
	// Jobs returns the newest jobs first.
	Jobs(ctx context.Context, q JobQuery) ([]JobStatus, error)
	// JobCounts counts the jobs of a batch, or of all for "", by state.
	JobCounts(ctx context.Context, batch string) (map[JobState]int, error)

	// User returns a user by name.
	User(ctx context.Context, name string) (*User, error)
	// UserByToken returns the user whose token has that SHA-256, in
	// hexadecimal; disabled users are not found.
	UserByToken(ctx context.Context, sha256 string) (*User, error)
	// Users lists all users by name.
	Users(ctx context.Context) ([]User, error)

	PackageCatalog
	SearchCatalog
	ShownCatalog
}

// Member is a record, by its id, that is part of another one.
type Member struct{ ID, PartOf string }

// ListQuery chooses entries. Zero fields choose all.
type ListQuery struct {
	Collection string
	Kind       Kind
	PartOf     string
	Published  bool   // only what the public sees, at the published revision
	After      string // only ids greater than this one
	Limit      int    // at most this many; 0 means 100
}

// AssetQuery chooses assets. Zero fields choose all.
type AssetQuery struct {
	Record string
	Batch  string
	State  AssetState
	SHA512 string   // of the master
	IDs    []string // at most 1000
	After  string
	Limit  int

	// The master's, both or neither.
	Filename string
	Size     int64 // bytes
}

// JobQuery chooses jobs. Zero fields choose all. Before pages backwards by id.
type JobQuery struct {
	Batch  string
	Record string
	State  JobState
	Before int64
	Limit  int
}

// Tx is the inside of one writing transaction. What it reads is locked against
// other writers until the end of the transaction.
type Tx interface {
	SaveTx
	// PutAsset adds the asset or replaces what is stored under its id. An
	// asset with Position 0 is placed last of its record.
	PutAsset(ctx context.Context, a Asset) error
	// PutTombstone puts a tombstone in the place of what was there.
	PutTombstone(ctx context.Context, t Tombstone) error
	// Erase erases the content of a record: of its revisions, its assets but for the keys
	// of their masters, and the details of its entries in the log before t.Erased. Its
	// jobs that wait are dropped.
	Erase(ctx context.Context, t Tombstone) error
	// Purged drops the keys of an erased record's masters, and reports whether that was
	// not done before.
	Purged(ctx context.Context, id string) (bool, error)
	// AddJob makes the job due as soon as the transaction commits. A job of
	// the same kind for the same asset that still waits is not added twice.
	AddJob(ctx context.Context, j Job) error
	// User returns a user by name.
	User(ctx context.Context, name string) (*User, error)
	// PutUser adds or replaces a user.
	PutUser(ctx context.Context, u User) error
	// PutToken adds an API token of a user by its SHA-256 in hexadecimal.
	PutToken(ctx context.Context, user, sha256 string, created time.Time) error

	// NoteOpened notes that embargoes of these records ended, where that is so by then and
	// is not noted yet.
	NoteOpened(ctx context.Context, ids []string, at time.Time) error

	PackageTx
	SearchTx
}

// SaveTx is what saving records needs of a transaction, be it one of the catalogue or
// one of a Rehearsal.
type SaveTx interface {
	// Expect says which records Entry will be asked for, so that they are read together.
	// It changes nothing else.
	Expect(ctx context.Context, ids []string) error
	// Entry returns the record at its latest revision, drafts included; ErrErased for
	// what was erased.
	Entry(ctx context.Context, id string) (*Entry, error)
	// Parts is Catalog.Parts as this transaction sees it.
	Parts(ctx context.Context, of []string) ([]Member, error)
	// FindByAccession returns the id of the record with that accession number
	// in that holder's custody, or ErrNotFound.
	FindByAccession(ctx context.Context, accession, holder string) (string, error)
	// PutRevision adds a revision (its Number is the latest plus one; 1 for a
	// new record) and makes it the latest.
	PutRevision(ctx context.Context, rev Revision) error
	// Revision returns one revision whole.
	Revision(ctx context.Context, id string, number int) (*Revision, error)
	// SetPublished makes a revision the one that the public sees (0: none). opens is when
	// the tier of that revision lets the public in (Rights.Opens), zero for never.
	SetPublished(ctx context.Context, id string, revision int, withdrawn bool, at, opens time.Time) error
	// Asset returns one asset, superseded ones included.
	Asset(ctx context.Context, id string) (*Asset, error)
	// DropTombstone takes the tombstone of a record away.
	DropTombstone(ctx context.Context, record string) error
	// AddChange appends to the log and returns the sequence number. The catalogue sets
	// Seq and Hash, and the Digest of a revision, which is to be put before.
	AddChange(ctx context.Context, c Change) (int64, error)
}
