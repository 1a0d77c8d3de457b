package archive

import (
	"context"
	"fmt"
	"strings"
)

// Restore saves what an earlier revision says as a new one; the revisions between them
// stay. ifRevision, when not 0, is the latest revision that the person had before them,
// as in Draft. Message, which may be "", is put behind the words that say what was
// restored. Where nothing would change, no revision is made.
func (a *Archive) Restore(ctx context.Context, by, id string, revision, ifRevision int, message string) (Saved, error) {
	old, err := a.Revision(ctx, id, revision)
	if err != nil {
		return Saved{}, err
	}
	words := fmt.Sprintf("恢复到第 %d 版 · restored revision %d", revision, revision)
	if message = strings.TrimSpace(message); message != "" {
		words += ": " + message
	}
	saved, err := a.Save(ctx, by, Draft{Record: old.Record, Message: words, IfRevision: ifRevision})
	if err != nil {
		return saved, fmt.Errorf("restore revision %d of %s: %w", revision, id, err)
	}
	return saved, nil
}

// DiffRevisions lists what differs from one revision of a record to another. Number 0
// is the state before the first revision.
func (a *Archive) DiffRevisions(ctx context.Context, id string, from, to int) ([]Difference, error) {
	var states [2]Record
	for i, number := range []int{from, to} {
		if number == 0 {
			continue
		}
		rev, err := a.Revision(ctx, id, number)
		if err != nil {
			return nil, err
		}
		states[i] = rev.Record
	}
	out, err := Diff(states[0], states[1])
	if err != nil {
		return nil, fmt.Errorf("compare revisions %d and %d of %s: %w", from, to, id, err)
	}
	return out, nil
}
