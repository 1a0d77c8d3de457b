package texts

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocr"
	"hexi/ingest"
)

// few is a store of a few texts, by asset.
type few struct {
	objects.Store
	texts map[string]string
	sizes map[string]int64 // other than those of the texts
	reads int
}

func (f *few) Get(_ context.Context, key string) (io.ReadCloser, objects.Info, error) {
	f.reads++
	for asset, text := range f.texts {
		if key != ingest.TextKey(asset) {
			continue
		}
		if text == "" {
			return nil, objects.Info{}, errors.New("the store is down")
		}
		size := int64(len(text))
		if n, ok := f.sizes[asset]; ok {
			size = n
		}
		return io.NopCloser(strings.NewReader(text)), objects.Info{Key: key, Size: size}, nil
	}
	return nil, objects.Info{}, archive.ErrNotFound
}

// bookOf is a record with a picture for each of these texts.
func bookOf(names ...string) *archive.Entry {
	e := &archive.Entry{}
	for _, name := range names {
		e.Assets = append(e.Assets,
			archive.Asset{
				ID: name + "-image", Kind: archive.AssetImage, State: archive.AssetReady, Master: archive.Master{Filename: name + ".tif"},
				Image: &archive.Image{Width: 40, Height: 30}, Access: &archive.Access{Version: "v"},
			},
			archive.Asset{
				ID: name, Kind: archive.AssetText, State: archive.AssetReady, Master: archive.Master{Filename: name + ".txt"},
				Access: &archive.Access{Version: "1", Pages: 1},
			})
	}
	return e
}

func encoded(t *testing.T, text string) string {
	t.Helper()
	doc, err := ocr.Read(t.Context(), "a.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	data, err := ocr.Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Of texts that are lost, damaged, or larger than any can be, the others are given all the
// same; that the store does not answer is an error.
func TestWhatIsNoTextIsLeftOut(t *testing.T) {
	t.Parallel()
	store := &few{
		texts: map[string]string{"b": "{}", "c": encoded(t, "huge"), "d": encoded(t, "fine")},
		sizes: map[string]int64{"c": ocr.MaxKept + 1},
	}
	r := New(store, slog.New(slog.DiscardHandler))
	pages, err := r.Of(t.Context(), bookOf("a", "b", "c", "d"))
	if err != nil || len(pages) != 1 || pages[0].View != 3 || pages[0].Text.String != "fine" {
		t.Errorf("%+v, %v", pages, err)
	}
	store.texts["e"] = ""
	if _, err := r.Of(t.Context(), bookOf("d", "e")); err == nil {
		t.Error("a store that does not answer is no error")
	}
}

// Who wants only the first pages has no others read.
func TestFirst(t *testing.T) {
	t.Parallel()
	store := &few{texts: map[string]string{"a": encoded(t, "one"), "b": encoded(t, "two"), "c": encoded(t, "three")}}
	r := New(store, slog.New(slog.DiscardHandler))
	pages, err := r.First(t.Context(), bookOf("a", "b", "c"), 2)
	if err != nil || len(pages) != 2 || pages[1].Text.String != "two" || store.reads != 2 {
		t.Errorf("%+v after %d were read, %v", pages, store.reads, err)
	}
}
