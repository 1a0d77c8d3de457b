package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// BreakKind says in which way the log does not hold together.
type BreakKind string

// The kinds of breaks.
const (
	// BreakMissing: the entries from Seq to To are not there.
	BreakMissing BreakKind = "missing"
	// BreakAltered: the entry does not say what it said when it was written, or the
	// one before it does not.
	BreakAltered BreakKind = "altered"
	// BreakHead: the log does not end where it is noted that it ends.
	BreakHead BreakKind = "head"
	// BreakWitness: an entry is not the one that was noted down elsewhere.
	BreakWitness BreakKind = "witness"
	// BreakRevision: the revision is not, or no longer, the one that was logged.
	BreakRevision BreakKind = "revision"
	// BreakAsset: the asset is gone, or its recorded fixity is not the one that was logged.
	BreakAsset BreakKind = "asset"
	// BreakUser: a user or token is not as the log left it.
	BreakUser BreakKind = "user"
	// BreakUnlogged: a revision or an asset came in without an entry.
	BreakUnlogged BreakKind = "unlogged"
	// BreakErased: something was erased, and no entry says that it was to be.
	BreakErased BreakKind = "erased"
)

// Break is one place where the log, or what it vouches for, does not hold. Why is a
// sentence for whoever keeps the archive.
type Break struct {
	Kind     BreakKind `json:"kind"`
	Seq      int64     `json:"seq,omitempty"`
	To       int64     `json:"to,omitempty"` // of BreakMissing: the last that is missing
	Record   string    `json:"record,omitempty"`
	Revision int       `json:"revision,omitempty"`
	Asset    string    `json:"asset,omitempty"`
	User     string    `json:"user,omitempty"`
	Why      string    `json:"why"`
}

// LogProof is what VerifyLog has seen.
type LogProof struct {
	Head      LogHead `json:"head"` // of the entries that were verified
	Entries   int64   `json:"entries"`
	Revisions int64   `json:"revisions"` // whose content was compared
	Assets    int64   `json:"assets"`    // whose recorded fixity was compared
	Breaks    int64   `json:"breaks"`
}

// VerifyOptions say what VerifyLog compares beside the catalogue itself.
type VerifyOptions struct {
	// Witnesses are heads of this log that were noted down elsewhere. Who can alter the
	// whole database can chain it anew; only such a note tells.
	Witnesses []LogHead
	// Progress, if not nil, is told now and then how many entries were verified.
	Progress func(entries int64)
}

// LogEntry is an entry of the log and what is kept of that for which it vouches.
type LogEntry struct {
	Change
	Content *LoggedContent // of a revision that was saved; nil where it is gone
	Master  *LoggedMaster  // of an asset that was added; nil where it is gone
}

// LoggedContent is a revision as it is kept.
type LoggedContent struct {
	Body    []byte
	Message string
	By      string
	At      time.Time
}

// LoggedMaster is what is kept of a master beside its bytes.
type LoggedMaster struct {
	Record    string
	SHA512    string
	State     AssetState
	By        string // who sent it; "" where that is not kept
	Replacing string // the asset whose place it is to take
}

// verifyPage is how many entries are read at a time.
const verifyPage = 250

// VerifyLog reads the whole log and calls found for everything that does not hold: an
// entry that was altered, or taken out, also at the end; a revision, a master's fixity, a
// user or a token that is not the one that was logged; and what came in without an
// entry. It may run while the archive is written to, and then proves the log up to where
// it ended at the start.
//
// What is returned as an error is that the catalogue could not be read, or found's own.
func (a *Archive) VerifyLog(ctx context.Context, opts VerifyOptions, found func(Break) error) (LogProof, error) {
	v := &verifier{archive: a, opts: opts, found: found, users: map[string]loggedUser{}, replaced: replacements{}, late: map[string]bool{}, unlike: map[string]Break{}, erasures: map[int64]string{}, erased: map[int64][]Break{}}
	if err := v.run(ctx); err != nil {
		return v.proof, fmt.Errorf("verify log: %w", err)
	}
	return v.proof, nil
}

type loggedUser struct {
	UserDetail
	password string // digest
	tokens   []string
	seq      int64 // of the latest entry
}

type verifier struct {
	archive *Archive
	opts    VerifyOptions
	found   func(Break) error
	proof   LogProof
	buf     []byte

	atStart []User
	tokens  map[string][]string
	kept    map[string]Replacement

	replaced replacements     // as the log says
	late     map[string]bool  // assets of which it said more since the start
	unlike   map[string]Break // assets that are not as the latest entry that added them says

	gap      bool // entries are missing
	unsure   bool // the hash of the entry before is not known: it is missing
	users    map[string]loggedUser
	erasures map[int64]string  // the record that the entry of that number erased
	erased   map[int64][]Break // what claims to have been erased by an entry
	gone     []Break           // assets that claim to have been erased
}

func (v *verifier) report(b Break) error {
	v.proof.Breaks++
	return v.found(b)
}

func (v *verifier) run(ctx context.Context) error {
	head, err := v.archive.catalog.LogHead(ctx)
	if err != nil {
		return fmt.Errorf("read its head: %w", err)
	}
	if v.atStart, err = v.archive.catalog.Users(ctx); err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	if v.tokens, err = v.archive.catalog.Tokens(ctx); err != nil {
		return fmt.Errorf("read tokens: %w", err)
	}
	if v.kept, err = v.archive.catalog.Replaced(ctx); err != nil {
		return fmt.Errorf("read which assets were replaced: %w", err)
	}
	for {
		page, err := v.archive.catalog.LogEntries(ctx, v.proof.Head.Seq, verifyPage)
		if err != nil {
			return fmt.Errorf("read entries after %d: %w", v.proof.Head.Seq, err)
		}
		for i := range page {
			if err := v.entry(&page[i], head); err != nil {
				return err
			}
		}
		if v.opts.Progress != nil {
			v.opts.Progress(v.proof.Entries)
		}
		if len(page) < verifyPage {
			break
		}
	}
	if err := v.end(head); err != nil {
		return err
	}
	if err := v.unlogged(ctx); err != nil {
		return err
	}
	if err := v.claims(ctx); err != nil {
		return err
	}
	if err := v.versions(); err != nil {
		return err
	}
	return v.standing(head)
}

// entry verifies one entry and what it vouches for.
func (v *verifier) entry(e *LogEntry, head LogHead) error {
	if want := v.proof.Head.Seq + 1; e.Seq != want {
		v.unsure, v.gap = true, true
		err := v.report(Break{Kind: BreakMissing, Seq: want, To: e.Seq - 1, Why: fmt.Sprintf("the entries from %d to %d were taken out of the log", want, e.Seq-1)})
		if err != nil {
			return err
		}
	}
	if v.buf == nil {
		v.buf = make([]byte, 0, 1024)
	}
	switch hash := e.chained(v.proof.Head.Hash, v.buf); {
	case e.Hash == "":
		if err := v.report(Break{Kind: BreakAltered, Seq: e.Seq, Record: e.Record, Asset: e.Asset, Why: "the entry was written without a hash, by something that does not chain the log"}); err != nil {
			return err
		}
	case e.Hash != hash && !v.unsure:
		if err := v.report(Break{Kind: BreakAltered, Seq: e.Seq, Record: e.Record, Asset: e.Asset, Why: "this entry, or the hash of the one before it, is not what was written"}); err != nil {
			return err
		}
	}
	if _, by, ok := erasedDetail(e.Detail); ok {
		v.erased[by] = append(v.erased[by], Break{Seq: e.Seq, Record: e.Record})
	}
	v.unsure = false
	v.proof.Head = LogHead{Seq: e.Seq, Hash: e.Hash}
	v.proof.Entries++
	if e.Seq == head.Seq && e.Hash != head.Hash {
		if err := v.report(Break{Kind: BreakHead, Seq: e.Seq, Why: "the entry is not the one that is noted as the latest of the log"}); err != nil {
			return err
		}
	}
	for _, w := range v.opts.Witnesses {
		if w.Seq == e.Seq && w.Hash != e.Hash {
			if err := v.report(Break{Kind: BreakWitness, Seq: e.Seq, Why: fmt.Sprintf("its hash is %s, and was noted down as %s", e.Hash, w.Hash)}); err != nil {
				return err
			}
		}
	}
	if v.replaced.add(&e.Change); e.Asset != "" && e.Seq > head.Seq {
		v.late[e.Asset] = true
	}
	return v.vouched(e)
}

// vouched compares what an entry vouches for.
func (v *verifier) vouched(e *LogEntry) error {
	switch e.Action {
	case ActionCreated, ActionUpdated:
		return v.revision(e)
	case ActionAssetAdded:
		return v.asset(e)
	case ActionErased:
		v.erasures[e.Seq] = e.Record
	case ActionUserAdded, ActionUserChanged, ActionUserDisabled, ActionTokenAdded:
		var d UserDetail
		if err := json.Unmarshal(e.Detail, &d); err != nil {
			return v.report(Break{Kind: BreakAltered, Seq: e.Seq, Why: "the entry does not say which user it is about"})
		}
		u := v.users[d.User]
		u.UserDetail, u.seq = d, e.Seq
		if e.Action == ActionTokenAdded {
			u.tokens = append(u.tokens, e.Digest)
		} else {
			u.password = e.Digest
		}
		v.users[d.User] = u
	}
	return nil
}

func (v *verifier) revision(e *LogEntry) error {
	v.proof.Revisions++
	b := Break{Kind: BreakRevision, Seq: e.Seq, Record: e.Record, Revision: e.Revision}
	c := e.Content
	if c == nil {
		b.Why = "the revision is gone"
		return v.report(b)
	}
	if by, ok := erasedBody(c.Body); ok {
		v.erased[by] = append(v.erased[by], b)
		return nil
	}
	switch {
	case RevisionDigest(c.Body, c.Message) != e.Digest:
		b.Why = "what the revision says, or its message, was altered"
	case c.By != e.By:
		b.Why = fmt.Sprintf("the revision says that %q saved it, the log that %q did", c.By, e.By)
	case !c.At.Equal(e.At):
		b.Why = fmt.Sprintf("the revision says that it was saved at %s, the log %s", c.At.Format(time.RFC3339Nano), e.At.Format(time.RFC3339Nano))
	default:
		return nil
	}
	return v.report(b)
}

func (v *verifier) asset(e *LogEntry) error {
	v.proof.Assets++
	b := Break{Kind: BreakAsset, Seq: e.Seq, Record: e.Record, Asset: e.Asset}
	v.sent(e, b)
	switch m := e.Master; {
	case m != nil && m.State == AssetErased:
		v.gone = append(v.gone, b)
		return nil
	case m == nil:
		b.Why = "the asset is gone from the catalogue"
	case m.Record != e.Record:
		b.Why = fmt.Sprintf("the asset was added to record %s and now is said to be of %s", e.Record, m.Record)
	case m.SHA512 != e.Digest:
		b.Why = "the SHA-512 that is recorded of the master is not the one that it was received with"
	default:
		return nil
	}
	return v.report(b)
}

// sent notes whether who sent a master, and whose place it waits for, is what the entry
// says; a later entry about the same asset counts.
func (v *verifier) sent(e *LogEntry, b Break) {
	delete(v.unlike, e.Asset)
	m := e.Master
	if m == nil || m.State == AssetErased {
		return
	}
	var d AssetDetail
	if len(e.Detail) > 0 && json.Unmarshal(e.Detail, &d) != nil {
		d = AssetDetail{}
	}
	switch {
	case m.By != "" && m.By != e.By:
		b.Why = fmt.Sprintf("the asset says that %q sent it, the log that %q did", m.By, e.By)
	case m.Replacing != "" && m.Replacing != d.Replaces:
		b.Why = fmt.Sprintf("the asset says that it is to take the place of %q, and was sent for that of %q", m.Replacing, d.Replaces)
	default:
		return
	}
	v.unlike[e.Asset] = b
}

// versions compares who replaced whom with what the log says.
func (v *verifier) versions() error {
	if v.gap {
		return nil // what is missing was told
	}
	erased := map[string]bool{}
	for _, record := range v.erasures {
		erased[record] = true
	}
	breaks := map[string]Break{}
	for id, b := range v.unlike {
		breaks[id] = b
	}
	for id, kept := range v.kept {
		b := Break{Kind: BreakAsset, Record: kept.Record, Asset: id}
		logged, ok := v.replaced[id]
		switch {
		case !ok:
			b.Why = fmt.Sprintf("the asset says that %s took its place, and no entry does", kept.By)
		case logged.By != "" && logged.By != kept.By:
			b.Why = fmt.Sprintf("the asset says that %s took its place, the log that %s did", kept.By, logged.By)
		case !logged.At.Equal(kept.At):
			b.Why = fmt.Sprintf("the asset says that it was replaced at %s, the log %s", kept.At.Format(time.RFC3339Nano), logged.At.Format(time.RFC3339Nano))
		case logged.Public != kept.Public:
			b.Why = "whether the public could see the asset before it was replaced is not what was logged"
		default:
			continue
		}
		breaks[id] = b
	}
	for id, logged := range v.replaced {
		if _, ok := v.kept[id]; !ok && logged.By != "" {
			breaks[id] = Break{Kind: BreakAsset, Record: logged.Record, Asset: id, Why: fmt.Sprintf("the log says that %s took the asset's place, and the asset does not", logged.By)}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(breaks)) {
		if v.late[id] || erased[breaks[id].Record] {
			continue
		}
		if err := v.report(breaks[id]); err != nil {
			return err
		}
	}
	return nil
}

// end compares where the log ends with where it is noted that it does, and witnesses
// beyond.
func (v *verifier) end(head LogHead) error {
	last := v.proof.Head.Seq
	switch {
	case last < head.Seq:
		v.gap = true
		b := Break{Kind: BreakMissing, Seq: last + 1, To: head.Seq, Why: fmt.Sprintf("the last entries of the log, from %d to %d, were taken out", last+1, head.Seq)}
		if err := v.report(b); err != nil {
			return err
		}
	case head.Seq == 0 && last > 0:
		if err := v.report(Break{Kind: BreakHead, Seq: last, Why: "it is noted nowhere which entry of the log is the latest"}); err != nil {
			return err
		}
	}
	for _, w := range v.opts.Witnesses {
		if w.Seq > last {
			b := Break{Kind: BreakWitness, Seq: w.Seq, Why: fmt.Sprintf("the entry was noted down with the hash %s; the log ends at %d", w.Hash, last)}
			if err := v.report(b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) unlogged(ctx context.Context) error {
	var all []Break
	err := v.archive.catalog.Unlogged(ctx, func(record string, revision int, asset string) {
		b := Break{Kind: BreakUnlogged, Record: record, Revision: revision, Asset: asset, Why: "the revision came into the catalogue without an entry in the log"}
		if asset != "" {
			b.Why = "the asset came into the catalogue without an entry in the log"
		}
		all = append(all, b)
	})
	if err != nil {
		return fmt.Errorf("look for what is not logged: %w", err)
	}
	for _, b := range all {
		if err := v.report(b); err != nil {
			return err
		}
	}
	return nil
}

// claims sees to it that what stands for something erased names an entry that erased
// the record.
func (v *verifier) claims(ctx context.Context) error {
	// What was erased while the log was read is known to later entries only.
	for since := v.proof.Head.Seq; len(v.erased)+len(v.gone) > 0; {
		changes, err := v.archive.catalog.Changes(ctx, since, verifyPage)
		if err != nil {
			return fmt.Errorf("read entries after %d: %w", since, err)
		}
		for _, c := range changes {
			since = c.Seq
			if c.Action == ActionErased {
				v.erasures[c.Seq] = c.Record
			}
		}
		if len(changes) < verifyPage {
			break
		}
	}
	records := map[string]bool{}
	for _, record := range v.erasures {
		records[record] = true
	}
	for _, by := range slices.Sorted(maps.Keys(v.erased)) {
		for _, b := range v.erased[by] {
			if record, ok := v.erasures[by]; ok && b.Record == record {
				continue
			}
			b.Kind, b.Why = BreakErased, fmt.Sprintf("it says that entry %d erased it; that entry did not", by)
			if err := v.report(b); err != nil {
				return err
			}
		}
	}
	for _, b := range v.gone {
		if records[b.Record] {
			continue
		}
		b.Kind, b.Why = BreakErased, "the asset says that it was erased; no entry erased its record"
		if err := v.report(b); err != nil {
			return err
		}
	}
	return nil
}

// standing compares the users and tokens, as they stood when the log began to be read,
// with what the log says of them. What was done to them since is passed over.
func (v *verifier) standing(head LogHead) error {
	names := map[string]bool{}
	for _, u := range v.atStart {
		names[u.Name] = true
		if v.users[u.Name].seq > head.Seq {
			continue
		}
		if err := v.user(u, v.tokens[u.Name]); err != nil {
			return err
		}
	}
	for name, logged := range v.users {
		if names[name] || logged.seq > head.Seq {
			continue
		}
		if err := v.report(Break{Kind: BreakUser, Seq: logged.seq, User: name, Why: "the user is gone; users are disabled, not removed"}); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) user(u User, tokens []string) error {
	logged, ok := v.users[u.Name]
	b := Break{Kind: BreakUser, Seq: logged.seq, User: u.Name}
	slices.Sort(tokens)
	slices.Sort(logged.tokens)
	switch {
	case !ok:
		b.Why = "the user was added without an entry in the log"
	case u.Role != logged.Role:
		b.Why = fmt.Sprintf("the user is %s, and was made %s by the last entry", u.Role, logged.Role)
	case u.Disabled != logged.Disabled:
		b.Why = fmt.Sprintf("whether the user is disabled (%t) is not what the last entry says", u.Disabled)
	case PasswordDigest(u.PasswordHash) != logged.password:
		b.Why = "the user's password was set without an entry in the log"
	case !slices.Equal(tokens, logged.tokens):
		b.Why = "the user's tokens are not those that were made"
	default:
		return nil
	}
	return v.report(b)
}
