package check

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"hexi/archive"
	"hexi/archive/pyramid"
	"hexi/ingest"
)

// access looks at the access copy of an image: whether its files are there, are what
// was made, and are of the version that the catalogue serves. What was made its facts
// say; the facts themselves are held to the catalogue, and to the form in which they
// are written, so that no bit of them counts for nothing.
func (c *Checker) access(ctx context.Context, a *archive.Asset) ([]Difference, error) {
	l := &copyLook{checker: c, asset: a}
	if a.Access == nil || a.Image == nil && a.Kind != archive.AssetText {
		l.tell(RowInconsistent, "assets/"+a.ID, "the asset is ready, and the catalogue does not say what its access copy is")
		return l.found, nil
	}
	facts, err := l.facts(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range l.names() {
		if err := l.file(ctx, name, facts); err != nil {
			return nil, err
		}
	}
	return l.found, nil
}

// copyLook is one look at an access copy.
type copyLook struct {
	checker *Checker
	asset   *archive.Asset
	found   []Difference
}

func (l *copyLook) tell(code Code, key, format string, args ...any) {
	l.found = append(l.found, Difference{Code: code, Record: l.asset.Record, Asset: l.asset.ID, Key: key, Why: fmt.Sprintf(format, args...)})
}

// The files of an access copy that every one has.
const (
	pyramidFile = "pyramid.tif"
	sidecarFile = "sidecar"
	factsFile   = "facts.json"
)

// names are the files that the catalogue says there are, facts left out.
func (l *copyLook) names() []string {
	return ingest.AccessNames(*l.asset.Access)
}

// facts reads the facts; nil, and told, where there are none that can be gone by.
func (l *copyLook) facts(ctx context.Context) (*ingest.Facts, error) {
	key := ingest.FactsKey(l.asset.ID)
	data, err := l.checker.small(ctx, key, 1<<20)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		l.tell(AccessMissing, key, "what the access copy of %s is made of is not in the object store", l.asset.Master.Filename)
		return nil, nil
	case stops(err):
		return nil, fmt.Errorf("read %s: %w", key, err)
	case err != nil:
		l.tell(faultOf(err, AccessDamaged), key, "it cannot be read to its end: %v", err)
		return nil, nil
	}
	facts, err := ingest.DecodeFacts(l.asset.ID, data)
	if err != nil {
		l.tell(AccessDamaged, key, "%v", err)
		return nil, nil
	}
	written, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", key, err)
	}
	same, err := sameJSON(facts.Access, *l.asset.Access)
	if err != nil {
		return nil, err
	}
	var rows, of int
	if i := l.asset.Image; i != nil && i.Incomplete != nil {
		rows, of = i.Incomplete.Rows, i.Incomplete.OfRows
	}
	switch {
	case !bytes.Equal(append(written, '\n'), data):
		l.tell(AccessDamaged, key, "its bytes are not in the form in which they were written")
	case facts.Access.Version != l.asset.Access.Version:
		l.tell(AccessStale, key, "the access copy is version %s, and the catalogue serves %s", facts.Access.Version, l.asset.Access.Version)
	case !same:
		l.tell(AccessStale, key, "the access copy and the catalogue are of one version, %s, and do not describe it alike", facts.Access.Version)
	case facts.Master != l.asset.Master.SHA512:
		of, is := apart(facts.Master, l.asset.Master.SHA512)
		l.tell(AccessStale, key, "the access copy was made of the master %s, and that of the asset is %s", of, is)
	case facts.Rows != rows || facts.OfRows != of:
		l.tell(AccessStale, key, "the access copy shows %d of %d rows, and the catalogue says %d of %d", facts.Rows, facts.OfRows, rows, of)
	default:
		return facts, nil
	}
	return nil, nil
}

func sameJSON(a, b any) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	return bytes.Equal(left, right), nil
}

// file looks at one file of an access copy; where there are no facts to go by, whether
// it is there.
func (l *copyLook) file(ctx context.Context, name string, facts *ingest.Facts) error {
	key := ingest.ThumbnailKey(l.asset.ID, name)
	if facts == nil {
		_, err := l.checker.parts.Objects.Stat(ctx, key)
		switch err = l.checker.faulty(ctx, err); {
		case errors.Is(err, archive.ErrNotFound):
			l.missing(key)
		case stops(err):
			return fmt.Errorf("look at %s: %w", key, err)
		case err != nil:
			l.tell(faultOf(err, AccessDamaged), key, "it cannot be looked at: %v", err)
		}
		return nil
	}
	i := slices.IndexFunc(facts.Files, func(f ingest.FactsFile) bool { return f.Name == name })
	if i < 0 {
		l.tell(AccessStale, key, "the catalogue names this file of the access copy, and the facts of it do not")
		return nil
	}
	want, digest, head := facts.Files[i], sha256.New(), &headWriter{}
	size, err := l.checker.sum(ctx, key, digest, head)
	got := hex.EncodeToString(digest.Sum(nil))
	switch {
	case errors.Is(err, archive.ErrNotFound):
		l.missing(key)
	case stops(err):
		return fmt.Errorf("read %s: %w", key, err)
	case err != nil:
		l.tell(faultOf(err, AccessDamaged), key, "it cannot be read to its end: %v", err)
	case size != want.Size:
		l.tell(AccessDamaged, key, "it has %d bytes, and %d were made", size, want.Size)
	case got != want.SHA256:
		is, was := apart(got, want.SHA256)
		l.tell(AccessDamaged, key, "it has the SHA-256 %s, and %s was made", is, was)
	case name == sidecarFile:
		l.sidecar(key, head.kept, size)
	case name == pyramidFile && size != l.asset.Access.Bytes:
		l.tell(AccessStale, key, "it has %d bytes, and the catalogue says %d", size, l.asset.Access.Bytes)
	}
	return nil
}

func (l *copyLook) missing(key string) {
	l.tell(AccessMissing, key, "this file of the access copy of %s is not in the object store", l.asset.Master.Filename)
}

// sidecar compares what the sidecar's header says with the catalogue.
func (l *copyLook) sidecar(key string, head []byte, size int64) {
	index, err := pyramid.ReadSidecar(bytes.NewReader(head), size)
	if err != nil {
		l.tell(AccessDamaged, key, "%v", err)
		return
	}
	g, a := index.Geometry(), l.asset
	switch {
	case index.ID() != a.Access.Version:
		l.tell(AccessStale, key, "the access copy is version %s, and the catalogue serves %s", index.ID(), a.Access.Version)
	case g.Width != a.Image.Width || g.Height != a.Image.Height || g.TileSize != a.Access.TileSize || g.Levels != a.Access.Levels || index.Gray() != a.Access.Gray:
		l.tell(AccessStale, key, "the access copy has %d × %d pixels in %d levels of tiles of %d, and the catalogue says %d × %d in %d of %d",
			g.Width, g.Height, g.Levels, g.TileSize, a.Image.Width, a.Image.Height, a.Access.Levels, a.Access.TileSize)
	}
}

// headWriter keeps the index of a sidecar that passes, whose length it says itself.
type headWriter struct {
	kept []byte
	want int64 // 0 while it is not known
}

// Write implements io.Writer. It never fails.
func (h *headWriter) Write(b []byte) (int, error) {
	n := len(b)
	if h.want == 0 {
		h.kept = append(h.kept, b[:min(len(b), 64)]...)
		if len(h.kept) < 12 {
			return n, nil
		}
		want, err := pyramid.SidecarHeaderSize(h.kept)
		if err != nil {
			want = int64(len(h.kept)) // it is none, or a damaged one
		}
		h.want, b = max(want, 1), b[min(len(b), 64):]
	}
	if left := h.want - int64(len(h.kept)); left > 0 {
		h.kept = append(h.kept, b[:min(int64(len(b)), left)]...)
	}
	return n, nil
}

// small reads an object of at most so many bytes. Its errors are those of faulty.
func (c *Checker) small(ctx context.Context, key string, limit int64) ([]byte, error) {
	body, _, err := c.parts.Objects.Get(ctx, key)
	if err != nil {
		return nil, c.faulty(ctx, err)
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(c.pace.reader(ctx, body), limit+1))
	if err = c.faulty(ctx, err); err == nil && int64(len(data)) > limit {
		err = &unreadableError{fmt.Errorf("it has more than %d bytes", limit)}
	}
	return data, err
}
