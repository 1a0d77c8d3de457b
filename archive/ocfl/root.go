package ocfl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"hexi/archive"
)

// The files in the base of a storage root.
const (
	rootDeclaration = "0=ocfl_"
	layoutName      = "ocfl_layout.json"
	extensionsDir   = "extensions"
	maxConfig       = 64 << 10
)

// Root is a storage root. It is safe for use by many goroutines and processes.
type Root struct {
	store  Store
	prefix string // "" or ending in a slash
	spec   string // "1.0" or "1.1"
	layout *layout
}

// Create makes a storage root under prefix, by OCFL 1.1 and in the layout
// 0004-hashed-n-tuple-storage-layout, or opens the one that is there. Any number of
// processes may do it at once.
func Create(ctx context.Context, store Store, prefix string) (*Root, error) {
	r, err := Open(ctx, store, prefix)
	if err == nil || !errors.Is(err, archive.ErrNotFound) {
		return r, err
	}
	r = &Root{store: store, prefix: folder(prefix)}
	config, err := json.MarshalIndent(ownLayout, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("describe layout: %w", err)
	}
	description, err := json.MarshalIndent(map[string]string{
		"extension":   hashedTuple,
		"description": "The id of an object is hashed with SHA-256; three folders of three hex digits each, then the whole digest. See extensions/" + hashedTuple + "/config.json.",
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("describe layout: %w", err)
	}
	// The declaration comes last: a root that has it is whole.
	for _, f := range []struct {
		name string
		data []byte
	}{
		{extensionsDir + "/" + hashedTuple + "/config.json", append(config, '\n')},
		{layoutName, append(description, '\n')},
		{rootDeclaration + specWritten, []byte("ocfl_" + specWritten + "\n")},
	} {
		err := r.put(ctx, r.prefix+f.name, f.data, PutOptions{IfAbsent: true})
		if err != nil && !errors.Is(err, archive.ErrExists) {
			return nil, fmt.Errorf("make storage root %s: %w", prefix, err)
		}
	}
	return Open(ctx, store, prefix)
}

// Open opens a storage root of OCFL 1.0 or 1.1, made by whichever program. Where
// there is none, the error is archive.ErrNotFound. Objects in a layout that is not
// known here are found by looking at all of them.
func Open(ctx context.Context, store Store, prefix string) (*Root, error) {
	r := &Root{store: store, prefix: folder(prefix)}
	for _, spec := range []string{"1.1", "1.0"} {
		if _, err := store.Stat(ctx, r.prefix+rootDeclaration+spec); err == nil {
			r.spec = spec
			break
		} else if !errors.Is(err, archive.ErrNotFound) {
			return nil, fmt.Errorf("open storage root %s: %w", prefix, err)
		}
	}
	if r.spec == "" {
		return nil, fmt.Errorf("open storage root %s: it declares neither OCFL 1.1 nor 1.0: %w", prefix, archive.ErrNotFound)
	}
	if err := r.readLayout(ctx); err != nil {
		return nil, fmt.Errorf("open storage root %s: %w", prefix, err)
	}
	return r, nil
}

func (r *Root) readLayout(ctx context.Context) error {
	data, _, err := r.get(ctx, r.prefix+layoutName, maxConfig)
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var named struct {
		Extension string `json:"extension"`
	}
	if err := json.Unmarshal(data, &named); err != nil {
		return archive.Invalid(layoutName, "%v", err)
	}
	if named.Extension == "" || strings.ContainsAny(named.Extension, "/\\") || !storableName(named.Extension) {
		return nil // Validate says what is wrong with it
	}
	config, _, err := r.get(ctx, r.prefix+extensionsDir+"/"+named.Extension+"/config.json", maxConfig)
	if errors.Is(err, archive.ErrNotFound) {
		config, err = nil, nil
	}
	if err != nil {
		return err
	}
	r.layout, err = parseLayout(named.Extension, config)
	return err
}

// Spec is the version of the specification that the root declares, "1.1" or "1.0".
func (r *Root) Spec() string { return r.spec }

// Path is the folder of an object, from the store's own root. For a layout that is
// not known here all objects are looked at, and the error is archive.ErrNotFound
// when none has the id.
func (r *Root) Path(ctx context.Context, id string) (string, error) {
	if err := checkID(id); err != nil {
		return "", err
	}
	if r.layout != nil {
		place, err := r.layout.place(id)
		return r.prefix + place, err
	}
	for dir, err := range r.objects(ctx) {
		if err != nil {
			return "", err
		}
		if found, err := r.idAt(ctx, dir); err == nil && found == id {
			return dir, nil
		}
	}
	return "", fmt.Errorf("object %s: %w", id, archive.ErrNotFound)
}

// IDs yields the ids of all objects, in the order of their folders, by listing the
// store: it is for checks and for recovery. An object whose id cannot be read comes
// as an error that names its folder; a caller that goes on gets the next one. An
// error of the listing ends the sequence.
func (r *Root) IDs(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for dir, err := range r.objects(ctx) {
			if err != nil {
				yield("", err)
				return
			}
			id, err := r.idAt(ctx, dir)
			if err != nil {
				id, err = "", &FolderError{dir, err}
			}
			if !yield(id, err) {
				return
			}
		}
	}
}

// FolderError is about an object that is known by its folder alone.
type FolderError struct {
	Dir string // from the store's own root
	Err error
}

// Error names the folder.
func (e *FolderError) Error() string { return fmt.Sprintf("object in %s: %v", e.Dir, e.Err) }

// Unwrap returns what is wrong with it.
func (e *FolderError) Unwrap() error { return e.Err }

// objects yields the folders of all objects: those with a declaration.
func (r *Root) objects(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		inside := "" // the object whose files are passing by
		for info, err := range r.store.List(ctx, r.prefix) {
			if err != nil {
				yield("", fmt.Errorf("list storage root: %w", err))
				return
			}
			if inside != "" && strings.HasPrefix(info.Key, inside) || strings.HasPrefix(info.Key, r.prefix+extensionsDir+"/") {
				continue
			}
			dir, name := path.Split(info.Key)
			if !strings.HasPrefix(name, declaration) || dir == r.prefix {
				continue
			}
			inside = dir
			if !yield(strings.TrimSuffix(dir, "/"), nil) {
				return
			}
		}
	}
}

// idAt reads the id of the object in a folder: where its inventory is damaged or
// missing, from the one of its first version.
func (r *Root) idAt(ctx context.Context, dir string) (string, error) {
	id, err := r.idIn(ctx, dir+"/"+inventoryName)
	if err == nil {
		return id, nil
	}
	if first, firstErr := r.idIn(ctx, dir+"/"+versionDir(1, 0)+"/"+inventoryName); firstErr == nil {
		return first, nil
	}
	return "", err
}

// IDAt returns the id of the object that the layout has in a folder, as the inventory
// there says it or, where that is damaged, the one of the first version; "" where
// neither says one that leads there.
func (r *Root) IDAt(ctx context.Context, dir string) (string, error) {
	for _, in := range []string{dir, dir + "/" + versionDir(1, 0)} {
		id, err := r.idIn(ctx, in+"/"+inventoryName)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			continue // what is wrong with it, Validate tells
		}
		if place, err := r.Path(ctx, id); err == nil && place == dir {
			return id, nil
		}
	}
	return "", nil
}

// idIn reads the id that an inventory has; of a large one no more than it takes to
// come to the id.
func (r *Root) idIn(ctx context.Context, key string) (string, error) {
	body, info, err := r.store.Get(ctx, key)
	if err != nil {
		return "", err
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	if info.Size > maxInventory {
		return "", tooLarge(key, info.Size, maxInventory)
	}
	d := json.NewDecoder(io.LimitReader(body, maxInventory))
	_, err = d.Token()
	for err == nil && d.More() {
		t, keyErr := d.Token()
		if err = keyErr; err != nil {
			break
		}
		if t == json.Token("id") {
			var id string
			if err = d.Decode(&id); err == nil {
				return id, checkID(id)
			}
			break
		}
		var skipped json.RawMessage
		err = d.Decode(&skipped)
	}
	if err == nil {
		err = errors.New("has no id")
	}
	return "", archive.Invalid(key, "%v", err)
}

// folder is a prefix with the slash that ends it, unless it is empty.
func folder(prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix == "" {
		return ""
	}
	return prefix + "/"
}

// put stores a small file.
func (r *Root) put(ctx context.Context, key string, data []byte, opts PutOptions) error {
	opts.Size = int64(len(data))
	return r.store.Put(ctx, key, bytes.NewReader(data), opts)
}

// get reads a small file, of at most limit bytes.
func (r *Root) get(ctx context.Context, key string, limit int64) ([]byte, Info, error) {
	body, info, err := r.store.Get(ctx, key)
	if err != nil {
		return nil, Info{}, err
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	if info.Size > limit {
		return nil, info, tooLarge(key, info.Size, limit)
	}
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, info, fmt.Errorf("read %s: %w", key, err)
	}
	if int64(len(data)) > limit {
		return nil, info, tooLarge(key, int64(len(data)), limit)
	}
	return data, info, nil
}

func tooLarge(key string, size, limit int64) error {
	return archive.Invalid(key, "has %d bytes; at most %d are read", size, limit)
}
