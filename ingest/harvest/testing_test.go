package harvest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hexi/archive"
	"hexi/archive/vocab"
)

// testData returns a file of the test data. Without it a test is skipped, and in
// CI it fails.
func testData(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("HEXI_TEST_DATA")
	switch {
	case root != "":
		return filepath.Join(append([]string{root}, path...)...)
	case os.Getenv("CI") == "true":
		t.Fatal("HEXI_TEST_DATA is not set; CI must not skip this test")
	default:
		t.Skip("set HEXI_TEST_DATA to the folder of test data, or run make test where it lies beside the checkout")
	}
	return ""
}

// loadVocabulary reads the vocabularies once for all tests, which only ask them.
var loadVocabulary = sync.OnceValues(func() (*vocab.Vocabulary, error) { return vocab.Load() })

func vocabulary(t *testing.T) *vocab.Vocabulary {
	t.Helper()
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// shelf is an archive that holds just these entries. Its rules are those of the real one,
// which needs no catalogue for records of the built-in collections.
type shelf struct {
	*archive.Archive

	entries map[string]*archive.Entry
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	return &shelf{archive.New(nil, vocabulary(t), archive.Options{}), map[string]*archive.Entry{}}
}

func (s *shelf) Record(_ context.Context, id string) (*archive.Entry, error) {
	if e, ok := s.entries[id]; ok {
		return e, nil
	}
	return nil, archive.ErrNotFound
}

// kept is a sink that keeps everything.
type kept struct {
	found   []*Found
	refused []string // codes
	gone    []string
}

func (k *kept) Take(_ context.Context, f *Found) error {
	k.found = append(k.found, f)
	return nil
}

func (k *kept) Refuse(_ string, why *RefusedError) { k.refused = append(k.refused, why.Code) }

func (k *kept) Gone(record, identifier string) { k.gone = append(k.gone, record+" "+identifier) }

// here puts what was found into the archive, as the pipeline would.
func (s *shelf) here(t *testing.T, f *Found) *archive.Entry {
	t.Helper()
	record, _, _, err := Merge(f.Record, s.entries[f.Record.ID])
	if err != nil {
		t.Fatal(err)
	}
	e := &archive.Entry{Record: record, Revision: 1, Published: 1}
	if before := s.entries[record.ID]; before != nil {
		e.Revision, e.Published = before.Revision+1, before.Published+1
	}
	for _, file := range f.Files {
		e.Assets = append(e.Assets, archive.Asset{
			ID: file.Master.ID, Record: record.ID, Layer: file.Layer,
			Master: archive.Master{Filename: file.Master.Filename, Size: file.Master.Size, SHA512: file.Master.SHA512},
		})
	}
	s.entries[record.ID] = e
	return e
}

func join(list []string) string { return strings.Join(list, " ") }
