package web

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/objects"
)

// apiMaster answers GET /api/v1/assets/{id}/master: the file as it was received,
// for those who work in the archive, whole or a range of it. A master that is lost
// or has lost bytes is never answered as if it were the one that was received.
func (s *Server) apiMaster(c *gin.Context) error {
	if err := s.require(c, archive.RoleCurator); err != nil {
		return err
	}
	a, _, err := s.asset(c, c.Param("id"))
	if err != nil {
		return err
	}
	ctx, size := c.Request.Context(), a.Master.Size
	info, err := s.statMaster(ctx, a)
	if err != nil {
		return lost(a, err)
	}
	if info.Size != size {
		return fmt.Errorf("master %s of asset %s has %d bytes, not the %d that were received", a.Master.Key, a.ID, info.Size, size)
	}
	h := c.Writer.Header()
	etag := `"` + a.Master.SHA512[:min(32, len(a.Master.SHA512))] + `"`
	h.Set("ETag", etag)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Vary", "Authorization, Cookie")
	if notModified(c.Request, h) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	status, part := http.StatusOK, span{0, size}
	if asked := c.GetHeader("Range"); asked != "" && c.Request.Method == http.MethodGet && stillThat(c.GetHeader("If-Range"), etag) {
		switch wanted, ok := parseRange(asked, size); {
		case !ok: // as if it had not been asked for (RFC 9110, section 14.2)
		case wanted.length == 0:
			h.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
			return refuse(http.StatusRequestedRangeNotSatisfiable, "The file has %d bytes, and none of those that were asked for.", size)
		default:
			status, part = http.StatusPartialContent, wanted
			h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.start, part.start+part.length-1, size))
		}
	}
	var body io.ReadCloser
	if c.Request.Method == http.MethodGet && part.length > 0 {
		body, _, err = s.Objects.Range(ctx, a.Master.Key, part.start, part.length, info.ETag)
		if errors.Is(err, archive.ErrNotFound) { // it has moved into its package just now
			if info, err = s.statMaster(ctx, a); err == nil && info.Size == size {
				body, _, err = s.Objects.Range(ctx, a.Master.Key, part.start, part.length, info.ETag)
			}
		}
		if err != nil {
			h.Del("Content-Range")
			return lost(a, err)
		}
		defer body.Close() //nolint:errcheck // opened for reading only
	}
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(a.Master.Filename))
	h.Set("Repr-Digest", "sha-512=:"+base64OfHex(a.Master.SHA512)+":")
	c.Status(status)
	c.Writer.WriteHeaderNow()
	if body == nil {
		return nil
	}
	// Where too few bytes come the connection ends before its Content-Length.
	if n, err := io.Copy(c.Writer, body); err != nil || n < part.length {
		return fmt.Errorf("send master of asset %s: %d of %d bytes: %w", a.ID, n, part.length, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return nil
}

// statMaster looks at the master of an asset. It may move into its preservation package
// between the look at the catalogue and the look at the store: then its key is looked up
// again, and noted in a.
func (s *Server) statMaster(ctx context.Context, a *archive.Asset) (objects.Info, error) {
	for {
		info, err := s.Objects.Stat(ctx, a.Master.Key)
		if !errors.Is(err, archive.ErrNotFound) {
			return info, err
		}
		now, again := s.Archive.Asset(ctx, a.ID)
		if again != nil || now.Master.Key == a.Master.Key {
			return info, err
		}
		a.Master.Key = now.Master.Key
	}
}

// lost says that a master which the catalogue knows cannot be read: that is a
// fault of the archive, and none of the asker's.
func lost(a *archive.Asset, err error) error {
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrConflict) {
		err = errors.New(err.Error()) // what is to be answered is not what the store says
	}
	return fmt.Errorf("master %s of asset %s cannot be read: %w", a.Master.Key, a.ID, err)
}

// span is a range of bytes.
type span struct{ start, length int64 }

// parseRange reads a Range header of one range for a representation of so many
// bytes. A range that holds none of them has the length 0. ok is false for what is
// to be passed over: another unit, several ranges, what is not well-formed.
func parseRange(header string, size int64) (part span, ok bool) {
	unit, set, found := strings.Cut(header, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return span{}, false
	}
	first, last, found := strings.Cut(strings.TrimSpace(set), "-")
	if !found {
		return span{}, false
	}
	number := func(s string) (int64, bool) {
		n, err := strconv.ParseUint(s, 10, 63)
		if errors.Is(err, strconv.ErrRange) {
			return 1<<63 - 1, true
		}
		return int64(n), err == nil //nolint:gosec // of 63 bits
	}
	if first == "" { // the last so many bytes
		n, ok := number(last)
		n = min(n, size)
		return span{size - n, n}, ok
	}
	start, ok := number(first)
	end := size - 1
	if last != "" && ok {
		if end, ok = number(last); end < start {
			return span{}, false
		}
	}
	if start >= size {
		return span{}, ok
	}
	return span{start, min(end, size-1) - start + 1}, ok
}

// stillThat reports whether an If-Range header, if there is one, names the ETag; a
// date or a weak one never does.
func stillThat(ifRange, etag string) bool { return ifRange == "" || ifRange == etag }

// base64OfHex turns a hexadecimal digest into the form of RFC 9530.
func base64OfHex(digest string) string {
	b, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}
