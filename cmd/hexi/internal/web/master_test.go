package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hexi/archive/objects"
)

// A master leaves whole or in parts, so that a large download goes on where it
// stopped.
func TestMasterInParts(t *testing.T) {
	stores(t, func(t *testing.T, store string) {
		h := open(t, store)
		photo := asJPEG(t, painted(600, 400))
		path := "/api/v1/assets/" + h.take(cave, map[string][]byte{"wall.jpg": photo})["dh-9"] + "/master"
		token := "Authorization: Bearer " + h.user("wang", "curator")
		whole := h.get(path, token)
		etag, n := whole.Header.Get("ETag"), len(photo)
		size := strconv.Itoa(n)
		if whole.StatusCode != http.StatusOK || !bytes.Equal(whole.body, photo) || etag == "" || whole.Header.Get("Accept-Ranges") != "bytes" {
			t.Fatalf("whole: %d, %d bytes, %v", whole.StatusCode, len(whole.body), whole.Header)
		}
		for _, test := range []struct {
			asked, ifRange string
			status         int
			from, to       int
		}{
			{"bytes=0-99", "", 206, 0, 100},
			{"bytes=100-", "", 206, 100, n},
			{"bytes=100-", etag, 206, 100, n},
			{"bytes=-10", "", 206, n - 10, n},
			{"bytes=-99999999", "", 206, 0, n},
			{"bytes=5-99999999999999999999", "", 206, 5, n},
			{"Bytes=0-0", "", 206, 0, 1},
			{"bytes=100-", `"another"`, 200, 0, n},
			{"bytes=100-", "W/" + etag, 200, 0, n},
			{"bytes=100-", "Thu, 26 Nov 2026 00:00:00 GMT", 200, 0, n},
			{"bytes=0-1,5-9", "", 200, 0, n},
			{"bytes=9-5", "", 200, 0, n},
			{"bytes=x-5", "", 200, 0, n},
			{"bytes=+1-5", "", 200, 0, n},
			{"lines=0-5", "", 200, 0, n},
			{"bytes=" + size + "-", "", 416, 0, 0},
			{"bytes=-0", "", 416, 0, 0},
		} {
			headers := []string{token, "Range: " + test.asked}
			if test.ifRange != "" {
				headers = append(headers, "If-Range: "+test.ifRange)
			}
			got := h.get(path, headers...)
			if got.StatusCode != test.status {
				t.Errorf("%s if %s: %d, want %d", test.asked, test.ifRange, got.StatusCode, test.status)
				continue
			}
			where := ""
			switch test.status {
			case http.StatusPartialContent:
				where = "bytes " + strconv.Itoa(test.from) + "-" + strconv.Itoa(test.to-1) + "/" + size
			case http.StatusRequestedRangeNotSatisfiable:
				where = "bytes */" + size
			}
			if test.status != http.StatusRequestedRangeNotSatisfiable && !bytes.Equal(got.body, photo[test.from:test.to]) {
				t.Errorf("%s: %d bytes, want %d to %d", test.asked, len(got.body), test.from, test.to)
			}
			if got.Header.Get("Content-Range") != where {
				t.Errorf("%s: Content-Range %q, want %q", test.asked, got.Header.Get("Content-Range"), where)
			}
		}
		head := h.ask(http.MethodHead, path, nil, token, "Range: bytes=0-99")
		if head.StatusCode != http.StatusOK || head.ContentLength != int64(n) || head.Header.Get("ETag") != etag || head.Header.Get("Repr-Digest") == "" {
			t.Errorf("HEAD: %d, %d bytes, %v", head.StatusCode, head.ContentLength, head.Header)
		}
		if got := h.get(path, token, "If-None-Match: "+etag); got.StatusCode != http.StatusNotModified {
			t.Errorf("with its ETag: %d", got.StatusCode)
		}
	})
}

// A master that is missing, or shorter than it was, is the archive's fault: the
// answer says so, and the log.
func TestDamagedMaster(t *testing.T) {
	stores(t, func(t *testing.T, store string) {
		h := open(t, store)
		asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400))})["dh-9"]
		token := "Authorization: Bearer " + h.user("wang", "curator")
		var logged bytes.Buffer
		h.server.log = slog.New(slog.NewTextHandler(&logged, nil))
		known, err := h.archive.Asset(t.Context(), asset)
		if err != nil {
			t.Fatal(err)
		}
		for _, damage := range []struct {
			name string
			do   func() error
		}{
			{"shorter", func() error {
				_, err := h.bytes.Put(t.Context(), known.Master.Key, strings.NewReader("short"), objects.PutOptions{Size: 5})
				return err
			}},
			{"missing", func() error { return h.bytes.Delete(t.Context(), known.Master.Key) }},
		} {
			if err := damage.do(); err != nil {
				t.Fatal(err)
			}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				logged.Reset()
				got := h.ask(method, "/api/v1/assets/"+asset+"/master", nil, token)
				if got.StatusCode != http.StatusInternalServerError || got.Header.Get("Repr-Digest") != "" || got.Header.Get("ETag") != "" {
					t.Errorf("%s: %s gives %d %v", damage.name, method, got.StatusCode, got.Header)
				}
				if !strings.Contains(logged.String(), known.Master.Key) || !strings.Contains(logged.String(), "ERROR") {
					t.Errorf("%s: %s is logged as %q", damage.name, method, logged.String())
				}
			}
		}
	})
}
