package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"hexi/archive"
	"hexi/archive/ocr"
)

// textOrigin names what made the access copy of a text, as an engine is named for that of
// an image; it changes when texts are to be read anew.
const textOrigin = "text 1"

// textFormat is what a master of the pipeline is read as: "" for what is no text.
func (p *Pipeline) textFormat(ctx context.Context, asset *archive.Asset) (ocr.Format, error) {
	if !ocr.Named(asset.Master.Filename) {
		return "", nil
	}
	// What is to take the place of an image has to be one.
	if asset.Replacing != "" {
		target, err := p.archive.Asset(ctx, asset.Replacing)
		if err != nil {
			return "", err
		}
		if target.Image != nil {
			return "", nil
		}
	}
	master, size, err := p.openMaster(ctx, asset)
	if err != nil {
		return "", err
	}
	defer master.Close() //nolint:errcheck // opened for reading only
	head, err := readHead(master, size)
	if err != nil {
		return "", fmt.Errorf("read master of asset %s: %w", asset.ID, err)
	}
	return ocr.Sniff(asset.Master.Filename, head), nil
}

// readHead reads as much of a file as tells what text it is.
func readHead(r io.ReaderAt, size int64) ([]byte, error) {
	head := make([]byte, min(size, ocr.SniffBytes))
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head[:n], nil
}

// deriveText makes the access copy of a text: what it says, page by page.
func (p *Pipeline) deriveText(ctx context.Context, asset *archive.Asset) (Outcome, error) {
	access, err := p.makeText(ctx, asset)
	var refused *ocr.RefusedError
	if errors.As(err, &refused) {
		why := refused.Why
		if refused.Line > 0 {
			why = fmt.Sprintf("line %d %s", refused.Line, why)
		}
		return p.refuse(ctx, asset.ID, archive.Failure{Code: refused.Code, Why: why, Do: refused.Do})
	}
	if err != nil {
		return OutcomeFailed, fmt.Errorf("derive asset %s: %w", asset.ID, err)
	}
	err = p.archive.Derived(ctx, asset.ID, access)
	if errors.Is(err, archive.ErrErased) { // while it was made
		return OutcomeNothing, p.dropAccess(ctx, asset.ID, access)
	}
	return OutcomeDone, err
}

// makeText writes the access copy of a text, and after it its facts.
func (p *Pipeline) makeText(ctx context.Context, asset *archive.Asset) (archive.Access, error) {
	none := archive.Access{}
	master, size, err := p.openMaster(ctx, asset)
	if err != nil {
		return none, err
	}
	defer master.Close()                                                               //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.NewSectionReader(master, 0, min(size, ocr.MaxBytes+1))) // the one more is refused
	if err != nil {
		return none, fmt.Errorf("read master: %w", err)
	}
	doc, err := ocr.Read(ctx, asset.Master.Filename, data)
	if err != nil {
		return none, err
	}
	text, err := ocr.Encode(doc)
	if err != nil {
		return none, err
	}
	if asset.Access != nil { // of the copy that is about to be replaced
		if err := p.objects.Delete(ctx, FactsKey(asset.ID)); err != nil {
			return none, fmt.Errorf("drop facts of the access copy before: %w", err)
		}
	}
	sum := sha256.Sum256(text)
	access := archive.Access{Version: hex.EncodeToString(sum[:8]), Origin: textOrigin, Bytes: int64(len(text)), Pages: len(doc.Pages)}
	store := &factsWriter{objects: p.objects, asset: asset.ID}
	if _, err := store.put(ctx, textName, bytes.NewReader(text), int64(len(text)), "application/json"); err != nil {
		return none, fmt.Errorf("store text: %w", err)
	}
	return access, store.finish(ctx, asset, access, 0, 0)
}

// isText reports whether a file is one that is read as text.
func isText(path string) (bool, error) {
	if !ocr.Named(path) {
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, archive.Invalid("file", "cannot be opened: %v", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", path, err)
	}
	head, err := readHead(f, info.Size())
	if err != nil {
		return false, archive.Invalid("file", "cannot be read: %v", err)
	}
	return ocr.Sniff(path, head) != "", nil
}

// textsBeside finds the texts of a picture among the files that were given: those that lie
// in its folder under its name, and that nobody took yet.
func (s *sources) textsBeside(picture source) (out []source, err error) {
	if !picture.given() || ocr.Named(picture.path) {
		return nil, nil
	}
	if s.byStem == nil {
		s.byStem = map[string][]int{}
		for i, f := range s.files {
			if stem, ok := archive.TextStem(filepath.Base(f.path)); ok {
				key := filepath.Dir(f.path) + "\x00" + stem
				s.byStem[key] = append(s.byStem[key], i)
			}
		}
	}
	for _, stem := range archive.ImageStems(filepath.Base(picture.path)) {
		for _, i := range s.byStem[filepath.Dir(picture.path)+"\x00"+stem] {
			if s.used[i] {
				continue
			}
			ok, err := isText(s.files[i].path)
			if err != nil && !refusal(err) {
				return nil, err
			}
			if ok {
				out = append(out, s.take(i))
			}
		}
	}
	return out, nil
}

// addTexts gives a row the texts that lie beside its pictures.
func (r *run) addTexts(next *row) error {
	for _, f := range slices.Clone(next.files) {
		texts, err := r.found.textsBeside(f)
		if err != nil {
			return err
		}
		next.files = append(next.files, texts...)
		if next.layers.layers != nil {
			next.layers.layers = append(next.layers.layers, make([]*archive.Layer, len(texts))...)
		}
	}
	return nil
}

// noteTexts tells of texts that no picture took, each by its name.
func (r *run) noteTexts() error {
	for i, f := range r.found.files {
		if r.found.used[i] || r.found.unclear[i] {
			continue
		}
		ok, err := isText(f.path)
		if err != nil && !refusal(err) {
			return err
		}
		if !ok {
			continue
		}
		if len(r.found.sheets) == 0 {
			r.progress.Received()
		}
		stem, _ := archive.TextStem(filepath.Base(f.path))
		r.report.note(Item{Item: f.path, Code: "text-without-picture", Why: "is the text of a page, and there is no picture " + stem + " beside it that is taken in",
			Do: "give the picture with it, under the same name; or name the text in the files column of its record"})
	}
	return nil
}
