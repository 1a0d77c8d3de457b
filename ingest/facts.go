package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"hexi/archive"
)

// FactsKey is where the facts of an access copy lie, beside it.
func FactsKey(asset string) string { return "access/" + asset + "/facts.json" }

// factsSchema is the number of the shape of Facts, maxFacts how many bytes of them
// are read at most.
const (
	factsSchema = 1
	maxFacts    = 1 << 20
)

// Facts say what an access copy is, beside the copy itself: so that a catalogue that is
// made anew need not derive what is there, and flipped bits of a copy can be told. They
// are written last, when all that they speak of is stored.
type Facts struct {
	Schema int            `json:"schema"` // 1
	Asset  string         `json:"asset"`
	Master string         `json:"master"` // SHA-512 of what the copy was made of, in lower-case hexadecimal
	Access archive.Access `json:"access"`
	Rows   int            `json:"rows,omitempty"` // of a master that ends early: how many rows could be read
	OfRows int            `json:"ofRows,omitempty"`
	Files  []FactsFile    `json:"files"`
}

// FactsFile is one file of an access copy.
type FactsFile struct {
	Name   string `json:"name"` // below access/{asset}/
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Key is where the file lies in the object store.
func (f FactsFile) Key(asset string) string { return "access/" + asset + "/" + f.Name }

// DecodeFacts reads the facts of the access copy of an asset. Those of another asset,
// of a later shape, or with names that lead elsewhere are an *archive.InvalidError.
func DecodeFacts(asset string, data []byte) (*Facts, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var f Facts
	if err := dec.Decode(&f); err != nil {
		return nil, archive.Invalid("facts", "of access copy %s are not valid: %v", asset, err)
	}
	switch {
	case f.Schema != factsSchema:
		return nil, archive.Invalid("facts.schema", "of access copy %s is %d; this hexi reads %d", asset, f.Schema, factsSchema)
	case f.Asset != asset:
		return nil, archive.Invalid("facts.asset", "of access copy %s names another asset", asset)
	}
	names := AccessNames(f.Access)
	for _, name := range names[:len(names)-len(f.Access.Thumbnails)] {
		if !slices.ContainsFunc(f.Files, func(file FactsFile) bool { return file.Name == name }) {
			return nil, archive.Invalid("facts.files", "of access copy %s do not name %s", asset, name)
		}
	}
	for _, file := range f.Files {
		known := slices.Contains(names, file.Name)
		if sum, err := hex.DecodeString(file.SHA256); !known || file.Name != cleanName(file.Name) || file.Size < 0 || err != nil || len(sum) != sha256.Size {
			return nil, archive.Invalid("facts.files", "of access copy %s speak of %.100q, which is no file of it", asset, file.Name)
		}
	}
	return &f, nil
}

// ReadFacts reads the facts of the access copy of an asset; archive.ErrNotFound if it
// has none, as those have that were made by a hexi which wrote none.
func ReadFacts(ctx context.Context, objects Objects, asset string) (*Facts, error) {
	r, size, err := objects.Reader(ctx, FactsKey(asset))
	if err != nil {
		return nil, fmt.Errorf("facts of access copy %s: %w", asset, err)
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	if size > maxFacts {
		return nil, archive.Invalid("facts", "of access copy %s have %d bytes; at most %d are read", asset, size, maxFacts)
	}
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("facts of access copy %s: %w", asset, err)
	}
	return DecodeFacts(asset, data)
}

// factsWriter stores the files of an access copy and notes what they are.
type factsWriter struct {
	objects Objects
	asset   string
	files   []FactsFile
}

// put stores one file, of size bytes or -1 where that is not known, and returns how
// many bytes it has.
func (w *factsWriter) put(ctx context.Context, name string, r io.Reader, size int64, contentType string) (int64, error) {
	h := sha256.New()
	file := FactsFile{Name: name}
	n, err := w.objects.Put(ctx, file.Key(w.asset), io.TeeReader(r, h), size, contentType)
	if err != nil {
		return 0, err
	}
	file.Size, file.SHA256 = n, sumOf(h)
	w.files = append(w.files, file)
	return n, nil
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// finish writes the facts.
func (w *factsWriter) finish(ctx context.Context, asset *archive.Asset, access archive.Access, rows, of int) error {
	facts := Facts{Schema: factsSchema, Asset: asset.ID, Master: asset.Master.SHA512, Access: access, Files: w.files}
	if rows < of {
		facts.Rows, facts.OfRows = rows, of
	}
	data, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return fmt.Errorf("encode facts of access copy %s: %w", asset.ID, err)
	}
	data = append(data, '\n')
	if _, err := w.objects.Put(ctx, FactsKey(asset.ID), bytes.NewReader(data), int64(len(data)), "application/json"); err != nil {
		return fmt.Errorf("store facts of access copy %s: %w", asset.ID, err)
	}
	return nil
}
