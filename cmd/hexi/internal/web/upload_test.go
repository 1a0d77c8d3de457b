package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
)

// An upload that asks to be published is a draft until one of its images can be
// shown; one whose files are refused stays a draft.
func TestUploadsArePublishedWithTheirImage(t *testing.T) {
	h := open(t, "")
	h.user("wang", "editor")
	cookie := h.cookie("wang")
	upload := func(title string, data []byte) answer {
		t.Helper()
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for k, v := range map[string]string{"title_zh": title, "collection": "dunhuang", "kind": "mural", "publish": "true"} {
			if err := m.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
		part, err := m.CreateFormFile("files", "wall.jpg")
		if err == nil {
			_, err = part.Write(data)
		}
		if err == nil {
			err = m.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return h.ask(http.MethodPost, "/curate/upload", &b, cookie, "Content-Type: "+m.FormDataContentType(), "Sec-Fetch-Site: same-origin")
	}
	published := func() []string {
		t.Helper()
		entries, _, err := h.archive.List(t.Context(), archive.ListQuery{Published: true})
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, e := range entries {
			if len(e.Assets) != 1 || !e.Assets[0].Servable() {
				t.Errorf("%s is public without its image", e.Record.Titles["zh"])
			}
			titles = append(titles, e.Record.Titles["zh"])
		}
		return titles
	}
	for title, data := range map[string][]byte{"好照片": asJPEG(t, painted(300, 200)), "不是照片": []byte("this is not a picture")} {
		if got := upload(title, data); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("upload: %d %s", got.StatusCode, got.body)
		}
	}
	if got := published(); len(got) != 0 {
		t.Errorf("before any image is ready %v are public", got)
	}
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Workers: 1, Handlers: h.line.Handlers()})
	if err == nil {
		err = runner.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Stop(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		counts, err := h.archive.AssetCounts(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if counts[archive.AssetReady] == 1 && counts[archive.AssetRefused] == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the uploads were not worked off: %v", counts)
		}
	}
	if got := published(); len(got) != 1 || got[0] != "好照片" {
		t.Errorf("public are %v", got)
	}
}

// broken breaks off while it is read, as a connection does.
type broken struct{ Uploader }

func (b broken) Upload(ctx context.Context, by string, u Upload) (Uploaded, error) {
	u.Files = append(u.Files, UploadFile{Name: "second.jpg", Open: func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }})
	return b.Uploader.Upload(ctx, by, u)
}

// An upload that fails half-way leaves nothing in public, now or later.
func TestFailedUploadStaysADraft(t *testing.T) {
	h := open(t, "")
	photo := asJPEG(t, painted(300, 200))
	up := broken{uploads{h}}
	_, err := up.Upload(t.Context(), "wang", Upload{
		Record:  archive.Record{ID: "dh-9", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "第9窟"}},
		Files:   []UploadFile{{Name: "first.jpg", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(photo)), nil }}},
		Publish: true,
	})
	if err == nil {
		t.Fatal("an upload of a file that cannot be read succeeds")
	}
	e, err := h.archive.Record(t.Context(), "dh-9")
	if err != nil || e.Published != 0 || len(e.Assets) != 1 || e.Assets[0].PublishBy != "" {
		t.Errorf("the record is %+v, %v", e, err)
	}
}
