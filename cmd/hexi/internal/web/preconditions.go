package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// recordTag is the entity tag of a record as the asker sees it. What staff see is
// tagged with its revision in front, because a precondition on a write is about that:
// an image that became ready meanwhile is no conflict.
func (s *Server) recordTag(c *gin.Context, body recordBody) (string, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encode record: %w", err)
	}
	tag := etagOf(b)
	if s.staff(c) {
		tag = `"r` + strconv.Itoa(body.Revision) + "-" + tag[1:]
	}
	return tag, nil
}

// taggedRevision returns the revision that a staff tag is of; 0 of any other.
func taggedRevision(tag string) int {
	number, _, ok := strings.Cut(strings.TrimPrefix(strings.Trim(tag, `"`), "r"), "-")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || !strings.HasPrefix(tag, `"r`) {
		return 0
	}
	return n
}

// preconditionError says that a write was refused because the record is not, or no
// longer, as the sender saw it (RFC 9110, 13.1). It tells them all they need to merge.
type preconditionError struct {
	detail   string
	conflict *conflict
}

func (e *preconditionError) Error() string { return e.detail }

func (e *preconditionError) Unwrap() error { return archive.ErrConflict }

// conflict is the part of a problem document that holds what stands against what.
type conflict struct {
	Current recordBody `json:"current"`
	// Base is the revision that the sender had before them, 0 where that is not known.
	Base int `json:"base,omitempty"`
	// Sent is the record that was refused; nil where none was sent.
	Sent *archive.Record `json:"sent,omitempty"`
	// Theirs is what others changed since the base, Yours what saving the sent record
	// would have changed in the current one.
	Theirs []archive.Difference `json:"theirs,omitempty"`
	Yours  []archive.Difference `json:"yours,omitempty"`
}

// refuseStale makes the error for a write over a record that changed.
func (s *Server) refuseStale(c *gin.Context, id string, base int, sent *archive.Record) error {
	ctx := c.Request.Context()
	e, err := s.Archive.Record(ctx, id)
	if err != nil {
		return err
	}
	out := &conflict{Current: s.recordBody(c, e), Base: base, Sent: sent}
	if base > 0 && base < e.Revision {
		if out.Theirs, err = s.Archive.DiffRevisions(ctx, id, base, e.Revision); err != nil && !errors.Is(err, archive.ErrNotFound) {
			return err
		}
	}
	if sent != nil {
		mine := *sent
		mine.ID = id
		if normal, err := s.Archive.Normalise(ctx, mine); err == nil {
			mine = normal
		}
		if out.Yours, err = archive.Diff(e.Record, mine); err != nil {
			return err
		}
	}
	detail := fmt.Sprintf("Record %s is at revision %d, which is not what you changed. Look at what others did (conflict.theirs), and send your change again with the current ETag in If-Match.", id, e.Revision)
	return &preconditionError{detail, out}
}

// wanted reads the preconditions of a write to a record that is there: the revision
// that it must be at, 0 for any. needed says that one must be given, because the write
// would overwrite the whole record.
func (s *Server) wanted(c *gin.Context, e *archive.Entry, needed bool, sent *archive.Record) (revision int, err error) {
	if none := c.GetHeader("If-None-Match"); none != "" {
		// Only * makes sense for a write: it must not be there at all.
		if strings.TrimSpace(none) == "*" {
			return 0, &preconditionError{detail: fmt.Sprintf("Record %s is there already, at revision %d.", e.Record.ID, e.Revision), conflict: &conflict{Current: s.recordBody(c, e), Sent: sent}}
		}
		return 0, refuse(http.StatusBadRequest, "If-None-Match of a write can only be *; use If-Match with the ETag of the record that you read.")
	}
	match := strings.TrimSpace(c.GetHeader("If-Match"))
	switch match {
	case "*":
		return 0, nil
	case "":
		if needed {
			return 0, refuse(http.StatusPreconditionRequired,
				"Record %s is there already, at revision %d. Send If-Match with the ETag of the record that you read, so that you do not overwrite what others did since; If-Match: * overwrites whatever is there.", e.Record.ID, e.Revision)
		}
		return 0, nil
	}
	base := 0
	for part := range strings.SplitSeq(match, ",") {
		// Weak tags never match here (RFC 9110, 13.1.1).
		n := taggedRevision(strings.TrimSpace(part))
		if n == e.Revision {
			return n, nil
		}
		base = max(base, n)
	}
	return 0, s.refuseStale(c, e.Record.ID, base, sent)
}
