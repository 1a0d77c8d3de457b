package search

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"hexi/archive"
)

// busy is a ledger that is written to and read at the same time.
type busy struct {
	mu sync.RWMutex
	ledger
}

// turn makes the next change: a record is published, altered or withdrawn.
func (b *busy) turn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.log)
	id := fmt.Sprintf("r-%02d", n*7%60)
	if n%5 == 4 {
		delete(b.entries, id)
		b.changed(id)
	} else {
		b.put(titled(id, fmt.Sprintf("马%d", n)))
	}
	b.log[n].Hash = fmt.Sprintf("hash-%d", n)
}

func (b *busy) Changes(ctx context.Context, since int64, limit int) ([]archive.Change, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list, err := b.ledger.Changes(ctx, since, limit)
	return slices.Clone(list), err
}

func (b *busy) LastChange(ctx context.Context) (int64, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ledger.LastChange(ctx)
}

func (b *busy) Entries(ctx context.Context, ids []string, published bool) ([]*archive.Entry, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ledger.Entries(ctx, ids, published)
}

func (b *busy) List(ctx context.Context, q archive.ListQuery) ([]*archive.Entry, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ledger.List(ctx, q)
}

func (b *busy) Count(ctx context.Context, q archive.ListQuery) (int, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.ledger.Count(ctx, q)
}

// A copy that is taken while the index is written to is the index as it was at the change
// that the copy says: with what came after it, it is what another made from nothing is.
func TestSnapshotWhileWriting(t *testing.T) {
	t.Parallel()
	source := &busy{}
	ix := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = ix.Close() }()
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for ctx.Err() == nil {
			source.turn()
			if _, err := ix.Follow(t.Context(), source); err != nil {
				t.Error(err)
				return
			}
		}
	})
	type taken struct {
		Snapshot
		packed bytes.Buffer
	}
	var copies []*taken
	for len(copies) < 8 {
		h, err := ix.Hold(t.Context())
		if errors.Is(err, ErrNotNow) { // nothing was followed yet
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		one := &taken{Snapshot: h.Snapshot}
		if err := errors.Join(h.Pack(t.Context(), &one.packed), h.Close()); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, one)
	}
	stop()
	writing.Wait()
	if copies[0].Seq >= copies[len(copies)-1].Seq {
		t.Errorf("nothing was written meanwhile: %d to %d", copies[0].Seq, copies[len(copies)-1].Seq)
	}
	for _, one := range copies {
		// As it lies there: what changed after it is left out of the comparison.
		dir := filepath.Join(t.TempDir(), "index")
		if err := unpack(t.Context(), filepath.Join(dir, "index-000001"), &one.Snapshot, bytes.NewReader(one.packed.Bytes())); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, current), []byte("index-000001\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := CompareClosed(t.Context(), dir, Options{Vocabulary: vocabulary()}, source)
		if err != nil || len(got.Faults) > 0 || got.Behind != int64(len(source.log))-one.Seq || got.Documents != int64(one.Records) {
			t.Errorf("change %d: %+v, %v", one.Seq, got, err)
		}
		// And brought up to date by one who begins with it.
		other := opened(t, filepath.Join(t.TempDir(), "index"))
		n, err := other.Adopt(t.Context(), source, &one.Snapshot, bytes.NewReader(one.packed.Bytes()))
		if err != nil || n != len(source.entries) {
			t.Fatalf("change %d: %d of %d, %v", one.Seq, n, len(source.entries), err)
		}
		if got, err := other.Compare(t.Context(), source, false); err != nil || len(got.Faults) > 0 {
			t.Errorf("change %d: %+v, %v", one.Seq, got, err)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(ix.dir, copyPrefix+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}

// What is not, to the byte, the copy that is described is refused, whatever is made of it,
// and leaves nothing behind; neither is one of another archive, schema or state of the log
// taken.
func TestUnfitSnapshots(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	ix := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = ix.Close() }()
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	h, err := ix.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := errors.Join(h.Pack(t.Context(), &packed), h.Close()); err != nil {
		t.Fatal(err)
	}
	whole := packed.Bytes()
	repacked := func(alter func(*tar.Header, []byte) []byte) []byte {
		t.Helper()
		return repack(t, whole, alter)
	}
	type try struct {
		alter func(*Snapshot)
		bytes []byte
		says  string
	}
	tries := map[string]try{
		"as it is":             {bytes: whole},
		"another archive":      {alter: func(s *Snapshot) { s.Archive = "that" }, says: "another archive"},
		"no archive":           {alter: func(s *Snapshot) { s.Archive = "" }, says: "another archive"},
		"another schema":       {alter: func(s *Snapshot) { s.Schema = "11" }, says: "schema"},
		"too new":              {alter: func(s *Snapshot) { s.Seq = 4 }, says: "the log ends at 3"},
		"another log":          {alter: func(s *Snapshot) { s.Hash = "another" }, says: "another one"},
		"no change":            {alter: func(s *Snapshot) { s.Seq = 0 }, says: "nothing"},
		"another change":       {alter: func(s *Snapshot) { s.Seq, s.Hash = 2, "hash-1" }, says: "seq"},
		"fewer records":        {alter: func(s *Snapshot) { s.Records-- }, says: "records"},
		"no files":             {alter: func(s *Snapshot) { s.Files = nil }, says: "not whole"},
		"a file too many":      {alter: func(s *Snapshot) { s.Files = append(s.Files, SnapshotFile{Name: "store/000000000000.zap"}) }, says: "missing"},
		"a file twice":         {alter: func(s *Snapshot) { s.Files = append(s.Files, s.Files[0]) }, says: "twice"},
		"out of the directory": {alter: func(s *Snapshot) { s.Files[0].Name = "../../outside" }, says: "no index has"},
		"from the root":        {alter: func(s *Snapshot) { s.Files[0].Name = "/tmp/outside" }, says: "no index has"},
		"a part that is none":  {alter: func(s *Snapshot) { s.Files[1].Name = "store/../outside" }, says: "no index has"},
		"as large as a disk":   {alter: func(s *Snapshot) { s.Files[0].Size = 1 << 60 }, says: "too large"},
		"of less than nothing": {alter: func(s *Snapshot) { s.Files[0].Size = -1 }, says: "too large"},
		"another digest":       {alter: func(s *Snapshot) { s.Files[1].SHA256 = s.Files[0].SHA256 }, says: "not as it was"},
		"cut":                  {bytes: whole[:len(whole)/2], says: "unpacked"},
		"cut at its end":       {bytes: whole[:len(whole)-3], says: ""},
		"empty":                {bytes: []byte{}, says: ""},
		"something else":       {bytes: []byte("<html>"), says: "unpacked"},
		"a longer file":        {bytes: repacked(func(_ *tar.Header, b []byte) []byte { return append(b, 0) }), says: "as it is described"},
		"another name":         {bytes: repacked(func(h *tar.Header, b []byte) []byte { h.Name = "../" + h.Name; return b }), says: "as it is described"},
		"a link": {bytes: repacked(func(h *tar.Header, _ []byte) []byte {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0
			return nil
		}), says: "as it is described"},
		"another byte": {bytes: repacked(func(_ *tar.Header, b []byte) []byte { b[len(b)/2] ^= 1; return b }), says: "not as it was"},
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/40 {
		bad := slices.Clone(whole)
		bad[at] ^= 0x10
		tries[fmt.Sprintf("byte %d", at)] = try{bytes: bad}
	}
	for name, test := range tries {
		t.Run(name, func(t *testing.T) {
			outer := t.TempDir()
			dir := filepath.Join(outer, "in", "index")
			s := h.Snapshot
			s.Files = slices.Clone(s.Files)
			if test.alter != nil {
				test.alter(&s)
				test.bytes = whole
			}
			other := opened(t, dir)
			defer func() { _ = other.Close() }()
			before, err := currentPath(dir)
			if err != nil {
				t.Fatal(err)
			}
			n, err := other.Adopt(t.Context(), source, &s, bytes.NewReader(test.bytes))
			if err == nil { // a byte that says nothing
				if got, err := other.Compare(t.Context(), source, false); err != nil || len(got.Faults) > 0 || n != 3 || test.says != "" {
					t.Errorf("%d, %+v, %v", n, got, err)
				}
				return
			}
			if !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), test.says) || name == "as it is" {
				t.Errorf("%v does not say %q", err, test.says)
			}
			after, err := currentPath(dir)
			left, globErr := filepath.Glob(filepath.Join(dir, "index-*"))
			outside, outErr := filepath.Glob(filepath.Join(outer, "*"))
			if err != nil || globErr != nil || outErr != nil || after != before || len(left) != 1 || len(outside) != 1 {
				t.Errorf("%s after %s; %v %v; %v %v %v", after, before, left, outside, err, globErr, outErr)
			}
		})
	}
}

// repack alters what a packed copy holds.
func repack(t *testing.T, whole []byte, alter func(*tar.Header, []byte) []byte) []byte {
	t.Helper()
	in, err := zstd.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	packed, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	from, to := tar.NewReader(in), tar.NewWriter(packed)
	for {
		head, err := from.Next()
		if err != nil {
			break
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(from); err != nil {
			t.Fatal(err)
		}
		data := alter(head, b.Bytes())
		head.Size = int64(len(data))
		if err := to.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(to.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An index that may still hold what was erased is not copied.
func TestNoSnapshotOfWhatWasErased(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	ix := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = ix.Close() }()
	delete(source.entries, "a")
	source.log = append(source.log, archive.Change{Seq: 4, Record: "a", Action: archive.ActionErased})
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Hold(t.Context()); !errors.Is(err, ErrNotNow) {
		t.Errorf("%v", err)
	}
	if err := ix.Forget(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	h, err := ix.Hold(t.Context())
	if err != nil || h.Seq != 4 || h.Records != 2 {
		t.Fatalf("%+v, %v", h, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// A copy that is being packed stays whole while a new index takes the old one's place; what
// a copy that was cut off has left does not stay.
func TestCopyOutlivesSwap(t *testing.T) {
	t.Parallel()
	source, dir := horses("a", "b", "c"), filepath.Join(t.TempDir(), "index")
	ix := opened(t, dir)
	defer func() { _ = ix.Close() }()
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	h, err := ix.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, copyPrefix+"left"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Reindex(t.Context(), source, nil); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := h.Pack(t.Context(), &packed); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, copyPrefix+"*")); err != nil || len(left) != 1 || left[0] != h.dir {
		t.Errorf("%v, %v", left, err)
	}
	other := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = other.Close() }()
	if n, err := other.Adopt(t.Context(), source, &h.Snapshot, &packed); err != nil || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, copyPrefix+"*")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}
