package ocfl

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"hexi/archive"
)

// Version is a version to write: the whole state of an object, not only what is new
// in it.
type Version struct {
	Object string
	// Head is the number of the version that this one follows, 0 for a new object.
	// When the object has another, Write answers archive.ErrConflict. Any takes
	// whichever there is.
	Head    int
	Created time.Time
	Message string
	User    string // who made it
	Address string // of the user: a URI, such as mailto:ana@example.org
	Files   []File
}

// Any is the Head of a Version that follows whichever version there is.
const Any = -1

// File is one file of a version. Its bytes are Data; or, with From, what the store
// has under that key, copied there without passing through here; or, with neither,
// content that the object has already.
type File struct {
	Path string // logical: with "/", relative, such as masters/a1/IMG_0001.tif
	Data []byte
	From string
	// SHA512 is the digest in hex. It must be there without From and Data; with From
	// and without it, the bytes are read once to learn it; with Data it is compared.
	SHA512 string
	// Size is compared with that of From, unless it is 0.
	Size int64
}

// Written says what a Write did.
type Written struct {
	Object  string
	Version int  // the head of the object
	New     bool // false where the head was the same already
	Stored  int  // files whose content was stored now
	Reused  int  // files whose content the object had
}

// attempts is how often a Write looks at the object again after another writer came
// between, before it gives up.
const attempts = 4

// Write adds a version. When the head has the same files already, whatever its
// number, no version is added, so that a Write may be repeated after any failure.
// When the object's head is not v.Head, or another writer adds the same version at
// the same time, the error is archive.ErrConflict and the object is as the other
// one left it.
func (r *Root) Write(ctx context.Context, v Version) (Written, error) {
	w, err := r.write(ctx, v)
	if err != nil {
		return Written{}, fmt.Errorf("write object %s: %w", v.Object, err)
	}
	return w, nil
}

func (r *Root) write(ctx context.Context, v Version) (Written, error) {
	if r.layout == nil {
		return Written{}, archive.Invalid("object", "the storage root has no layout that is known here: it can be read only")
	}
	dir, err := r.Path(ctx, v.Object)
	if err != nil {
		return Written{}, err
	}
	files, err := r.prepare(ctx, v)
	if err != nil {
		return Written{}, err
	}
	for range attempts {
		h, err := r.current(ctx, dir, v.Object)
		if err != nil {
			return Written{}, err
		}
		if h.inv != nil {
			// The newest version may have come to its end but for what others left in it, whatever
			// is written now.
			if err := r.tidy(ctx, dir, h.inv); err != nil {
				return Written{}, err
			}
		}
		if h.inv != nil && sameState(h.inv.Versions[h.inv.Head].State, files) {
			return Written{Object: v.Object, Version: h.inv.number, Reused: len(files)}, r.reseal(ctx, dir, h)
		}
		if now := h.number(); v.Head != Any && v.Head != now {
			return Written{}, fmt.Errorf("version %d was to follow version %d, the object is at %d: %w", v.Head+1, v.Head, now, archive.ErrConflict)
		}
		w, err := r.add(ctx, dir, h, v, files)
		if !errors.Is(err, errOther) {
			return w, err
		}
		if v.Head == Any {
			// It wanted to follow what it saw; its caller has to look again.
			v.Head = h.number()
		}
	}
	return Written{}, fmt.Errorf("other writers came between %d times: %w", attempts, archive.ErrConflict)
}

// errOther says that another writer committed the version.
var errOther = errors.New("another writer was first")

// prepare checks what was asked for, and brings the files into one form: each with
// its digest, in the order of their paths.
func (r *Root) prepare(ctx context.Context, v Version) ([]File, error) {
	if v.Created.IsZero() || v.Created.Year() > 9999 || v.Created.Year() < 1 {
		return nil, archive.Invalid("created", "a version needs the time at which it was made")
	}
	files := slices.Clone(v.Files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	paths := make([]string, len(files))
	for i, f := range files {
		if err := checkPath(f.Path); err != nil {
			return nil, err
		}
		paths[i] = f.Path
		digest, err := r.digestOf(ctx, f)
		if err != nil {
			return nil, err
		}
		files[i].SHA512 = digest
	}
	if pairs := conflicts(paths); len(pairs) > 0 {
		return nil, archive.Invalid("files", "the paths %q and %q exclude each other", pairs[0][0], pairs[0][1])
	}
	return files, nil
}

func (r *Root) digestOf(ctx context.Context, f File) (string, error) {
	digest := strings.ToLower(f.SHA512)
	if raw, err := hex.DecodeString(digest); digest != "" && (err != nil || len(raw) != digestSize(algorithmUsed)) {
		return "", archive.Invalid("files", "the SHA-512 of %s, %q, is not 128 hex digits", f.Path, f.SHA512)
	}
	switch {
	case f.From != "" && f.Data != nil:
		return "", archive.Invalid("files", "%s has both bytes and a place in the store", f.Path)
	case f.From != "" && digest == "":
		return r.hashKey(ctx, f.From)
	case f.From == "" && (f.Data != nil || digest == ""):
		computed := sha512Hex(f.Data)
		if digest != "" && digest != computed {
			return "", archive.Invalid("files", "the bytes of %s do not have the SHA-512 that is said to be theirs", f.Path)
		}
		return computed, nil
	}
	return digest, nil
}

// hashKey reads what the store has under a key for its SHA-512.
func (r *Root) hashKey(ctx context.Context, key string) (string, error) {
	body, _, err := r.store.Get(ctx, key)
	if err != nil {
		return "", err
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	h := newHash(algorithmUsed)
	if _, err := io.Copy(h, body); err != nil {
		return "", fmt.Errorf("read %s: %w", key, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sameState(state map[string][]string, files []File) bool {
	n := 0
	for _, paths := range state {
		n += len(paths)
	}
	if n != len(files) {
		return false
	}
	for _, f := range files {
		if !slices.Contains(state[f.SHA512], f.Path) {
			return false
		}
	}
	return true
}

// number is the version that the head stands for, 0 where there is no object.
func (h *head) number() int {
	if h.inv == nil {
		return 0
	}
	return h.inv.number
}

// current reads the head of an object for a writer: versions that were committed
// and not finished are finished first. inv is nil where there is no object.
func (r *Root) current(ctx context.Context, dir, id string) (*head, error) {
	for left, last := attempts, 0; left > 0; left-- {
		h, err := r.read(ctx, dir)
		if errors.Is(err, archive.ErrNotFound) {
			h, err = &head{}, nil
		}
		if err != nil {
			return nil, err
		}
		if h.recovered != "" {
			return nil, fmt.Errorf("%s: the object must be settled before it is written: %w", h.recovered, ErrCorrupt)
		}
		if h.number() > last { // where the root was lost, all versions are finished anew
			left, last = attempts, h.number()
		}
		next := versionDir(1, 0)
		if h.inv != nil {
			if err := writable(h.inv, id); err != nil {
				return nil, err
			}
			next = h.inv.dir(h.inv.number + 1)
		}
		raw, _, err := r.get(ctx, dir+"/"+next+"/"+inventoryName, maxInventory)
		if errors.Is(err, archive.ErrNotFound) {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		inv, err := readInventory(raw, dir+"/"+next+"/"+inventoryName)
		if err != nil {
			return nil, err
		}
		if inv.ID != id || inv.Head != next {
			return nil, archive.Invalid(dir+"/"+next+"/"+inventoryName, "is of version %s of object %q", inv.Head, inv.ID)
		}
		if err := r.finish(ctx, dir, h, inv, raw); err != nil {
			return nil, err
		}
		if err := r.tidy(ctx, dir, inv); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("other writers came between %d times: %w", attempts, archive.ErrConflict)
}

// writable refuses objects that were not written here.
func writable(inv *inventory, id string) error {
	switch {
	case inv.ID != id:
		return archive.Invalid("object", "its folder holds the object %q", inv.ID)
	case inv.Algorithm != algorithmUsed:
		return archive.Invalid("object", "it uses %s; only objects with %s are written", inv.Algorithm, algorithmUsed)
	case inv.spec != specWritten:
		return archive.Invalid("object", "it follows OCFL %s; only objects of %s are written", inv.spec, specWritten)
	case inv.width > 0 && len(fmt.Sprint(inv.number+1)) >= inv.width:
		return archive.Invalid("object", "its versions are numbered with %d digits, which are used up", inv.width)
	}
	return nil
}

// together does n things at once and joins their errors.
func together(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
