package catalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// metaHead is the name under which the log's latest entry is noted.
const metaHead = "log_head"

func formatHead(h archive.LogHead) string { return strconv.FormatInt(h.Seq, 10) + " " + h.Hash }

// parseHead reads what formatHead wrote; what is not that is no head.
func parseHead(s string) archive.LogHead {
	number, hash, _ := strings.Cut(s, " ")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 {
		return archive.LogHead{}
	}
	return archive.LogHead{Seq: seq, Hash: hash}
}

// LogHead implements archive.Catalog.
func (c *Catalog) LogHead(ctx context.Context) (archive.LogHead, error) {
	var row metaRow
	err := notFound(c.read().find(&row).Where("name = ?", metaHead).Scan(ctx))
	if errors.Is(err, archive.ErrNotFound) {
		return archive.LogHead{}, nil
	}
	if err != nil {
		return archive.LogHead{}, fmt.Errorf("read head of the log: %w", err)
	}
	return parseHead(row.Value), nil
}

// begin finds where the log goes on. Where what is noted and the log itself differ,
// something was taken out or put in. The log then goes on behind both, and from what is
// noted: so it never closes over the place, which VerifyLog finds for ever.
func (t *tx) begin(ctx context.Context) error {
	var noted string
	var last int64
	if err := t.lookups.head.QueryRowContext(ctx).Scan(&noted, &last); err != nil {
		return fmt.Errorf("read head of the log: %w", err)
	}
	head := parseHead(noted)
	t.chain.Head, t.begun = archive.LogHead{Seq: max(head.Seq, last), Hash: head.Hash}, true
	return nil
}

// writeHead notes where the log ends.
func (t *tx) writeHead(ctx context.Context) error {
	if !t.changed {
		return nil
	}
	return t.q.writeHead(ctx, t.chain.Head)
}

func (q queries) writeHead(ctx context.Context, head archive.LogHead) error {
	_, err := q.insert(&metaRow{Name: metaHead, Value: formatHead(head)}).On("CONFLICT (name) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	if err != nil {
		return fmt.Errorf("note head of the log: %w", err)
	}
	return nil
}

// revisionDigest is what the log is to vouch for of a revision.
func (t *tx) revisionDigest(ctx context.Context, record string, number int) (string, error) {
	if digest, ok := t.digests[revisionKey{record, number}]; ok {
		return digest, nil
	}
	var row revisionRow
	if err := t.q.find(&row).Where("record = ?", record).Where("number = ?", int64(number)).Scan(ctx); err != nil {
		return "", fmt.Errorf("revision %d of %s, which is to be logged: %w", number, record, notFound(err))
	}
	return archive.RevisionDigest([]byte(row.Body), row.Message), nil
}

type revisionKey struct {
	record string
	number int
}

// chainPage is how many entries are chained at a time by the migration.
const chainPage = 500

// chainLog chains the entries that were logged before there was a chain, and logs the
// users and tokens that are there. It is part of the migration's transaction.
func (c *Catalog) chainLog(ctx context.Context, q queries) error {
	var chain archive.Chain
	for {
		rows, err := q.loggedRows(ctx, chain.Head.Seq, chainPage, false)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		if err := q.chainRows(ctx, &chain, rows); err != nil {
			return err
		}
		if chain.Head.Seq/chainPage%200 == 0 {
			c.log.Info("the log that is there is being chained", "entries", chain.Head.Seq)
		}
	}
	if err := c.logUsers(ctx, q, &chain); err != nil {
		return err
	}
	return q.writeHead(ctx, chain.Head)
}

func (q queries) chainRows(ctx context.Context, chain *archive.Chain, rows []loggedRow) error {
	var values strings.Builder
	var args []any
	for i := range rows {
		e := rows[i].entry()
		chain.Head.Seq = e.Seq - 1 // where some are missing, the chain goes on behind them, and verifying tells
		if e.Vouches() && e.Content != nil {
			e.Digest = archive.RevisionDigest(e.Content.Body, e.Content.Message)
		}
		if e.Action == archive.ActionAssetAdded && e.Master != nil {
			e.Digest = e.Master.SHA512
		}
		chain.Add(&e.Change)
		if i > 0 {
			values.WriteString(", ")
		}
		values.WriteString("(?, ?, ?)")
		args = append(args, e.Seq, e.Digest, e.Hash)
	}
	_, err := q.build.NewRaw("UPDATE changes SET digest = v.column2, hash = v.column3 FROM (VALUES "+values.String()+") AS v WHERE changes.seq = v.column1", args...).
		Conn(q.conn).Exec(ctx)
	if err != nil {
		return fmt.Errorf("chain entries up to %d: %w", chain.Head.Seq, err)
	}
	return nil
}

// logUsers logs the users and tokens that are there, as they stand.
func (c *Catalog) logUsers(ctx context.Context, q queries, chain *archive.Chain) error {
	var users []userRow
	// By name: the table has got columns since.
	if err := q.find(&users).Column("name", "role", "password_hash", "disabled", "created").Order("created", "name").Scan(ctx); err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	var tokens []tokenRow
	if err := q.find(&tokens).Order("created", "sha256").Scan(ctx); err != nil {
		return fmt.Errorf("read tokens: %w", err)
	}
	var rows []changeRow
	add := func(u *archive.User, action archive.Action, digest string) error {
		change, err := archive.UserChange(c.now().UTC(), "", action, *u, digest)
		if err != nil {
			return err
		}
		chain.Add(&change)
		rows = append(rows, newChangeRow(change))
		return nil
	}
	for i := range users {
		u := users[i].user()
		if err := add(u, archive.ActionUserAdded, archive.PasswordDigest(u.PasswordHash)); err != nil {
			return err
		}
		for _, token := range tokens {
			if token.Owner != u.Name {
				continue
			}
			if err := add(u, archive.ActionTokenAdded, token.SHA256); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	for start := 0; start < len(rows); start += maxRows {
		part := rows[start:min(start+maxRows, len(rows))]
		if _, err := q.insert(&part).Exec(ctx); err != nil {
			return fmt.Errorf("log users: %w", err)
		}
	}
	return nil
}

// loggedRow is an entry of the log beside what it vouches for.
type loggedRow struct {
	changeRow `bun:",extend"`

	Body       *string
	VAuthor    *string
	VMessage   *string
	VAt        *int64
	AssetOf    *string
	SHA512     *string `bun:"sha512"`
	AssetState *string
	AssetBy    *string
	AssetFor   *string
}

// loggedRows reads entries; with versions also what later steps of the schema keep of the
// assets.
func (q queries) loggedRows(ctx context.Context, since int64, limit int, versions bool) ([]loggedRow, error) {
	var rows []loggedRow
	s := q.build.NewSelect().Conn(q.conn).Model(&rows).ColumnExpr("c.*").
		ColumnExpr("v.body, v.author AS v_author, v.message AS v_message, v.at AS v_at").
		ColumnExpr("a.record AS asset_of, a.sha512, a.state AS asset_state").
		Join("LEFT JOIN revisions AS v ON v.record = c.record AND v.number = c.revision AND c.action IN (?)",
			bun.List([]archive.Action{archive.ActionCreated, archive.ActionUpdated})).
		Join("LEFT JOIN assets AS a ON a.id = c.asset AND c.action = ?", archive.ActionAssetAdded).
		Where("c.seq > ?", since).Order("c.seq").Limit(int64(limit))
	if versions {
		s = s.ColumnExpr("a.received_by AS asset_by, a.replacing AS asset_for")
	}
	if err := s.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the log after %d: %w", since, err)
	}
	return rows, nil
}

func (row *loggedRow) entry() archive.LogEntry {
	e := archive.LogEntry{Change: row.change()}
	if row.Body != nil {
		e.Content = &archive.LoggedContent{Body: []byte(*row.Body), Message: *row.VMessage, By: *row.VAuthor, At: fromMicros(*row.VAt)}
	}
	if row.AssetOf != nil {
		e.Master = &archive.LoggedMaster{Record: *row.AssetOf, SHA512: *row.SHA512, State: archive.AssetState(*row.AssetState)}
		if row.AssetBy != nil {
			e.Master.By, e.Master.Replacing = *row.AssetBy, *row.AssetFor
		}
	}
	return e
}

// LogEntries implements archive.Catalog. A limit of 0 means 100.
func (c *Catalog) LogEntries(ctx context.Context, since int64, limit int) ([]archive.LogEntry, error) {
	if limit <= 0 {
		limit = 100
	}
	rows, err := c.read().loggedRows(ctx, since, limit, true)
	if err != nil {
		return nil, err
	}
	out := make([]archive.LogEntry, len(rows))
	for i := range rows {
		out[i] = rows[i].entry()
	}
	return out, nil
}

// Unlogged implements archive.Catalog.
func (c *Catalog) Unlogged(ctx context.Context, found func(record string, revision int, asset string)) error {
	var revisions []struct {
		Record string
		Number int
	}
	err := c.read().from("revisions AS v").ColumnExpr("v.record, v.number").
		Where("NOT EXISTS (SELECT 1 FROM changes AS c WHERE c.record = v.record AND c.revision = v.number AND c.action IN (?))",
			bun.List([]archive.Action{archive.ActionCreated, archive.ActionUpdated})).
		Order("v.record", "v.number").Scan(ctx, &revisions)
	if err != nil {
		return fmt.Errorf("read revisions without an entry: %w", err)
	}
	for _, r := range revisions {
		found(r.Record, r.Number, "")
	}
	var assets []struct{ Record, ID string }
	err = c.read().from("assets AS a").ColumnExpr("a.record, a.id").
		Where("NOT EXISTS (SELECT 1 FROM changes AS c WHERE c.record = a.record AND c.asset = a.id AND c.action = ?)", archive.ActionAssetAdded).
		Order("a.record", "a.id").Scan(ctx, &assets)
	if err != nil {
		return fmt.Errorf("read assets without an entry: %w", err)
	}
	for _, a := range assets {
		found(a.Record, 0, a.ID)
	}
	return nil
}

// Tokens implements archive.Catalog.
func (c *Catalog) Tokens(ctx context.Context) (map[string][]string, error) {
	var rows []tokenRow
	if err := c.read().find(&rows).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	out := map[string][]string{}
	for _, row := range rows {
		out[row.Owner] = append(out[row.Owner], row.SHA256)
	}
	return out, nil
}
