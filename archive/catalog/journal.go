package catalog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// Journal keeps what transactions wrote outside of the database, so that a snapshot
// and the journal together are the catalogue with every write that was acknowledged.
type Journal interface {
	// AppendRow appends a row to dst as one line, without its break.
	AppendRow(dst []byte, values []any) ([]byte, error)
	// Append writes entries and returns when they are durable. Line is the identity
	// of the catalogue, after that of the one it was restored from with the number of
	// the last entry that both share, or "".
	Append(ctx context.Context, line, after string, entries []JournalEntry) error
}

// JournalEntry is what one transaction wrote: lines that AppendRow made, each a row
// whose first value is "+" or "-" and the name of the table. Their columns are those
// of the schema of that version. Line is the identity of the catalogue; Append is told
// it for all of them.
type JournalEntry struct {
	Line   string
	Number int64
	Schema int
	Body   []byte
}

// journalling is the part of a Catalog that sees to the journal.
//
// A transaction that wrote something takes the next number, and puts its entry into
// the table journal, in itself: so there is an entry for what was committed, and for
// nothing else. After the commit, and before anyone is told of it, the entries that
// the journal has not got yet are appended to it: those of this process, and those of
// others that may have ended in between. Whoever comes while another one appends
// waits, and finds its entry appended, or appends it with all that came meanwhile.
// The entry leaves the table with the next transaction.
type journalling struct {
	to     Journal // nil for none
	tables map[string]table
	line   string
	after  string

	turn      sync.Mutex // held by the one who appends
	confirmed int64      // the journal has all up to this one

	mu      sync.Mutex
	pending map[int64][]byte // entries of this process that are committed
	broken  int64            // the last one that could not be appended, 0 where all is well
}

// confirmWithin is how long an entry that is committed may take into the journal.
const confirmWithin = 30 * time.Second

func (c *Catalog) prepareJournal(ctx context.Context) (err error) {
	j := &c.journal
	j.pending, j.tables = map[int64][]byte{}, map[string]table{}
	tables, err := c.keptTables(ctx, c.others)
	if err != nil {
		return err
	}
	for _, t := range tables {
		j.tables[t.name] = t
	}
	if j.line, err = fact(ctx, c.others, metaID); err != nil {
		return err
	}
	j.after, err = fact(ctx, c.others, metaAfter)
	return err
}

// noting is the connection of a transaction that notes the rows it writes.
type noting struct {
	bun.IConn

	journal *journalling
	body    []byte
	wrote   bool
}

var writing = regexp.MustCompile(`^(INSERT INTO|UPDATE|DELETE FROM) "?([a-z_]+)"?[ (]`)

// ExecContext runs a statement of the query builder. One that writes to a table which
// is kept is asked for the rows as they are after it.
func (n *noting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	m := writing.FindStringSubmatch(query)
	var t table
	kept := false
	if m != nil {
		t, kept = n.journal.tables[m[2]]
	}
	if !kept {
		return n.IConn.ExecContext(ctx, query, args...)
	}
	n.wrote = true
	if n.journal.to == nil {
		return n.IConn.ExecContext(ctx, query, args...)
	}
	rows, err := n.QueryContext(ctx, query+" RETURNING "+quoted(t.columns), args...)
	if err != nil {
		return nil, err
	}
	sign := "+"
	if m[1] == "DELETE FROM" {
		sign = "-"
	}
	values := make([]any, 1, len(t.columns)+1)
	values[0] = sign + t.name
	count := int64(0)
	err = t.eachRow(rows, func(row []any) error {
		count++
		line, err := n.journal.to.AppendRow(n.body, append(values[:1], row...))
		n.body = append(line, '\n')
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("note rows of table %s: %w", t.name, err)
	}
	return driver.RowsAffected(count), nil
}

// enter gives the transaction its number and puts its entry into the table; 0 where
// it wrote nothing.
func (c *Catalog) enter(ctx context.Context, tx *sql.Tx, n *noting) (number int64, err error) {
	if !n.wrote || n.journal.to != nil && len(n.body) == 0 {
		return 0, nil
	}
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) + 1 FROM journal").Scan(&number); err != nil {
		return 0, fmt.Errorf("number the transaction: %w", err)
	}
	// What the journal has, or is not to have, need not stay.
	done := number - 1
	if n.journal.to != nil {
		n.journal.mu.Lock()
		done = n.journal.confirmed
		n.journal.mu.Unlock()
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM journal WHERE number <= $1", done); err != nil {
		return 0, fmt.Errorf("clear the journal's table: %w", err)
	}
	entry, err := pack(n.body)
	if err != nil {
		return 0, fmt.Errorf("note what was written: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO journal (number, entry) VALUES ($1, $2)", number, entry); err != nil {
		return 0, fmt.Errorf("note what was written: %w", err)
	}
	return number, nil
}

// ErrUnconfirmed says that a write is in the database, but that the journal has not got
// it: were the database lost now, so would be the write.
var ErrUnconfirmed = errors.New("the write is in the database, but could not be written to the journal")

// confirm sees to it that the journal has the entries up to a number.
func (c *Catalog) confirm(ctx context.Context, number int64) error {
	j := &c.journal
	j.turn.Lock()
	defer j.turn.Unlock()
	if j.confirmed >= number {
		return nil // another one appended it
	}
	// What is committed is to be appended, whatever becomes of the one who waits.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmWithin)
	defer cancel()
	entries, last, err := c.unconfirmed(ctx, number)
	if err == nil {
		for wait := 50 * time.Millisecond; ; wait *= 2 {
			if err = j.to.Append(ctx, j.line, j.after, entries); err == nil || wait > 2*time.Second {
				break
			}
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.broken = max(j.broken, number)
		return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
	}
	j.confirmed, j.broken = last, 0
	for n := range j.pending {
		if n <= last {
			delete(j.pending, n)
		}
	}
	return nil
}

// unconfirmed returns the entries that the journal has not got yet, up to the highest
// that this process knows of. What is not in the table any more, others have appended.
func (c *Catalog) unconfirmed(ctx context.Context, number int64) (entries []JournalEntry, last int64, err error) {
	j := &c.journal
	j.mu.Lock()
	last = number
	for n := range j.pending {
		last = max(last, n)
	}
	own := true // whether all of them are at hand
	for n := j.confirmed + 1; n <= last && own; n++ {
		_, own = j.pending[n]
	}
	add := func(n int64, body []byte) {
		if len(body) > 0 {
			entries = append(entries, JournalEntry{Number: n, Schema: len(migrations), Body: body})
		}
	}
	if own {
		for n := j.confirmed + 1; n <= last; n++ {
			add(n, j.pending[n])
		}
		j.mu.Unlock()
		return entries, last, nil
	}
	after := j.confirmed
	j.mu.Unlock()
	rows, err := c.reader.QueryContext(ctx, "SELECT number, entry FROM journal WHERE number > $1 AND number <= $2 ORDER BY number", after, last)
	if err != nil {
		return nil, 0, fmt.Errorf("read what was written: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err says what there is to say
	for rows.Next() {
		var n int64
		var body []byte
		if err := rows.Scan(&n, &body); err != nil {
			return nil, 0, fmt.Errorf("read what was written: %w", err)
		}
		if body, err = unpack(body); err != nil {
			return nil, 0, fmt.Errorf("read what was written: %w", err)
		}
		add(n, body)
	}
	return entries, last, rows.Err()
}

// behind returns the number of the last entry that could not be written to the
// journal, 0 where all is well.
func (j *journalling) behind() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

// rowsOf cuts an entry into its rows: whether each was put or taken out, of which
// table it is, and its line.
func rowsOf(body []byte, each func(put bool, name string, line []byte) error) error {
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSuffix(line, "\n")
		name, _, ok := strings.Cut(strings.TrimPrefix(line, `["`), `"`)
		if !ok || len(name) < 2 || name[0] != '+' && name[0] != '-' {
			return fmt.Errorf("%.60q is no row of a table", line)
		}
		if err := each(name[0] == '+', name[1:], []byte(line)); err != nil {
			return err
		}
	}
	return nil
}
