package ocfl

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// ErrCorrupt says that what is stored is not what was written.
var ErrCorrupt = errors.New("is corrupt")

// Object is one object as its newest version has it. It does not change; what is
// written later is seen by asking the Root again.
type Object struct {
	ID        string
	Spec      string // "1.0" or "1.1"
	Algorithm string // of the digests: "sha512" or "sha256"
	Head      int    // the number of the newest version
	// Versions are 1 to Head, in this order.
	Versions []VersionInfo
	// Recovered says why the inventory of the newest version was read in place of
	// the one in the root of the object, "" where the latter is sound: it is damaged,
	// lost, or was not put yet. Settle restores it.
	Recovered string

	root *Root
	dir  string
	inv  *inventory
}

// VersionInfo describes one version of an object. State is the digest of every
// file by its logical path.
type VersionInfo struct {
	Number                 int
	Created                time.Time
	Message, User, Address string
	State                  map[string]string
}

// Object reads an object. One that is not there is archive.ErrNotFound; one that
// cannot be read is ErrCorrupt.
func (r *Root) Object(ctx context.Context, id string) (*Object, error) {
	dir, err := r.Path(ctx, id)
	if err != nil {
		return nil, err
	}
	h, err := r.read(ctx, dir)
	if errors.Is(err, archive.ErrNotFound) {
		h, err = r.unrooted(ctx, dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", id, err)
	}
	if h.inv.ID != id {
		return nil, fmt.Errorf("object %s: its folder %s holds the object %q: %w", id, dir, h.inv.ID, ErrCorrupt)
	}
	o := &Object{ID: id, Spec: h.inv.spec, Algorithm: h.inv.Algorithm, Head: h.inv.number, Recovered: h.recovered, root: r, dir: dir, inv: h.inv}
	for n := 1; n <= o.Head; n++ {
		v := h.inv.Versions[h.inv.dir(n)]
		info := VersionInfo{Number: n, Message: v.Message, State: v.state()}
		info.Created, _ = time.Parse(time.RFC3339Nano, v.Created) // the parser held it to this form
		if v.User != nil {
			info.User, info.Address = v.User.Name, v.User.Address
		}
		o.Versions = append(o.Versions, info)
	}
	return o, nil
}

// Dir is the folder of the object in the store.
func (o *Object) Dir() string { return o.dir }

// Paths are the logical paths of the newest version, sorted.
func (o *Object) Paths() []string { return slices.Sorted(maps.Keys(o.Versions[o.Head-1].State)) }

// Digest is the digest of a file of the newest version; archive.ErrNotFound when it
// has none of that path.
func (o *Object) Digest(path string) (string, error) {
	digest, ok := o.Versions[o.Head-1].State[path]
	if !ok {
		return "", fmt.Errorf("%s of object %s: %w", path, o.ID, archive.ErrNotFound)
	}
	return digest, nil
}

// Key is where the store has a file of the newest version.
func (o *Object) Key(path string) (string, error) {
	digest, err := o.Digest(path)
	if err != nil {
		return "", err
	}
	return o.KeyOf(digest)
}

// KeyOf is where the store has the content with a digest, of any version.
func (o *Object) KeyOf(digest string) (string, error) {
	paths := o.inv.Manifest[digest]
	if len(paths) == 0 {
		return "", fmt.Errorf("content %s of object %s: %w", shortDigest(digest), o.ID, archive.ErrNotFound)
	}
	return o.dir + "/" + paths[0], nil
}

// Open opens a file of the newest version for reading. The reader ends with
// ErrCorrupt in place of io.EOF when the bytes do not have the digest of the file.
func (o *Object) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	digest, err := o.Digest(path)
	if err != nil {
		return nil, err
	}
	return o.OpenDigest(ctx, digest)
}

// OpenDigest opens the content with a digest, of any version, as Open does.
func (o *Object) OpenDigest(ctx context.Context, digest string) (io.ReadCloser, error) {
	key, err := o.KeyOf(digest)
	if err != nil {
		return nil, err
	}
	body, _, err := o.root.store.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("open content of object %s: %w", o.ID, err)
	}
	return &checkedReader{body: body, hash: newHash(o.inv.Algorithm), want: digest, key: key}, nil
}

// checkedReader compares what it read with a digest when it comes to the end.
type checkedReader struct {
	body io.ReadCloser
	hash hash.Hash
	want string
	key  string
}

func (c *checkedReader) Read(b []byte) (int, error) {
	n, err := c.body.Read(b)
	c.hash.Write(b[:n])
	if errors.Is(err, io.EOF) && !strings.EqualFold(hex.EncodeToString(c.hash.Sum(nil)), c.want) {
		return n, fmt.Errorf("%s %w: it does not have the digest of its inventory", c.key, ErrCorrupt)
	}
	return n, err
}

func (c *checkedReader) Close() error { return c.body.Close() }

// head is the inventory in the root of an object, with what a writer needs to
// replace it.
type head struct {
	inv *inventory
	raw []byte
	// etag and sidecar are the ETags of the inventory and of the file with its digest
	// in the root of the object, "" for one that is not there.
	etag, sidecar string
	sealed        bool // the digest beside the inventory is the inventory's
	recovered     string
}

// read reads the inventory of an object. The one in its root counts when the digest
// beside it is its own, or else when it is the same, byte for byte, as the one of
// the version: a writer replaces one after the other, and commits neither.
func (r *Root) read(ctx context.Context, dir string) (*head, error) {
	raw, info, err := r.get(ctx, dir+"/"+inventoryName, maxInventory)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, err
	}
	invalid := (*archive.InvalidError)(nil)
	if err != nil && !errors.As(err, &invalid) {
		return nil, err
	}
	h := &head{raw: raw, etag: info.ETag}
	if err == nil {
		if h.inv, err = readInventory(raw, dir+"/"+inventoryName); err == nil {
			return r.seal(ctx, dir, h)
		}
	}
	return r.recover(ctx, dir, h, err.Error())
}

// unrooted reads an object without an inventory in its root: it was lost, or the
// first version is committed and not finished. missing is the error where there is
// no version either.
func (r *Root) unrooted(ctx context.Context, dir string, missing error) (*head, error) {
	_, err := r.store.Stat(ctx, dir+"/"+versionDir(1, 0)+"/"+inventoryName)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	return r.recover(ctx, dir, &head{}, dir+"/"+inventoryName+" is missing")
}

// seal finds out whether the digest beside an inventory is its own.
func (r *Root) seal(ctx context.Context, dir string, h *head) (*head, error) {
	line, info, err := r.get(ctx, dir+"/"+h.inv.sidecar(), maxSidecar)
	fault := "has no digest beside it"
	switch {
	case err == nil:
		h.sidecar = info.ETag
		if h.sealed = sealedBy(line, h.raw, h.inv.Algorithm); h.sealed {
			return h, nil
		}
		fault = "does not have the digest beside it"
	case !errors.Is(err, archive.ErrNotFound):
		return nil, err
	}
	copied, _, err := r.get(ctx, dir+"/"+h.inv.Head+"/"+inventoryName, maxInventory)
	if err == nil && bytes.Equal(copied, h.raw) {
		return h, nil
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return nil, err
	}
	return r.recover(ctx, dir, h, dir+"/"+inventoryName+" "+fault)
}

// sealedBy tells whether a sidecar states the digest of an inventory.
func sealedBy(line, raw []byte, algorithm string) bool {
	digest, ok := parseSidecar(line)
	return ok && strings.EqualFold(digest, digestHex(algorithm, raw))
}

// parseSidecar reads "DIGEST inventory.json".
func parseSidecar(line []byte) (digest string, ok bool) {
	fields := strings.FieldsFunc(strings.TrimRight(string(line), "\r\n"), func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) != 2 || fields[1] != inventoryName {
		return "", false
	}
	_, err := hex.DecodeString(fields[0])
	return fields[0], err == nil
}

// recover reads the newest inventory that a version directory has, for an object
// whose own is damaged: fault says how. The digest beside it must be its own.
func (r *Root) recover(ctx context.Context, dir string, h *head, fault string) (*head, error) {
	best, highest := 0, 0
	var found *inventory
	var raw []byte
	for info, err := range r.store.List(ctx, dir+"/v") {
		if err != nil {
			return nil, fmt.Errorf("look for a sound inventory: %w", err)
		}
		name, rest, _ := strings.Cut(strings.TrimPrefix(info.Key, dir+"/"), "/")
		n, _, ok := parseVersionDir(name)
		if !ok || rest != inventoryName {
			continue
		}
		highest = max(highest, n)
		data, _, err := r.get(ctx, info.Key, maxInventory)
		if err != nil {
			continue // an older one may do
		}
		inv, err := readInventory(data, info.Key)
		if err != nil || inv.Head != name {
			continue
		}
		line, _, err := r.get(ctx, dir+"/"+name+"/"+inv.sidecar(), maxSidecar)
		// A first version that was just committed has neither its digest nor an inventory
		// in the root yet.
		fresh := h.raw == nil && n == 1 && errors.Is(err, archive.ErrNotFound)
		if n > best && (fresh || err == nil && sealedBy(line, data, inv.Algorithm)) {
			best, found, raw = n, inv, data
		}
	}
	if found == nil || best < highest { // an older one would hide a version
		return nil, fmt.Errorf("%s, and the newest version has no sound copy: the object %w", fault, ErrCorrupt)
	}
	h.inv, h.raw, h.recovered, h.sealed = found, raw, fault, false
	return h, nil
}
