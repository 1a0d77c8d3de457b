package iiif_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/iiif"
)

// TestActivityCollection: the list and its pages as others go through them, forwards and backwards.
func TestActivityCollection(t *testing.T) {
	t.Parallel()
	p := iiif.Publisher{Base: "https://archive.example.org"}
	const per = 50
	for total, last := range map[int64]int64{0: 1, 1: 1, per: 1, per + 1: 2, 3 * per: 3} {
		c := p.ActivityCollection(total, per)
		if c.TotalItems != total || c.Last.ID != fmt.Sprintf("https://archive.example.org/iiif/discovery/page/%d", last) || (c.First == nil) != (total == 0) {
			t.Errorf("of %d: %+v", total, c)
		}
	}
	for _, test := range []struct {
		number, total int64
		prev, next    string
	}{{1, 1, "", ""}, {1, per + 1, "", "2"}, {2, per + 1, "1", ""}, {2, 2*per + 1, "1", "3"}} {
		page := p.ActivityPage(test.number, test.total, per, nil)
		name := func(r *iiif.ActivityRef) string {
			if r == nil {
				return ""
			}
			return strings.TrimPrefix(r.ID, "https://archive.example.org/iiif/discovery/page/")
		}
		if name(page.Prev) != test.prev || name(page.Next) != test.next || page.StartIndex != (test.number-1)*per || page.OrderedItems == nil {
			t.Errorf("page %d of %d: %+v", test.number, test.total, page)
		}
	}
}

// TestActivityPage: what is told of each activity.
func TestActivityPage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 8, 0, 0, 5000, time.UTC)
	page := iiif.Publisher{Base: "https://archive.example.org"}.ActivityPage(1, 3, 200, []archive.Activity{
		{Number: 1, At: at, Kind: archive.ActivityCreate, Record: "dh-220"}, {Number: 2, At: at, Kind: archive.ActivityUpdate, Record: "dh-220"},
		{Number: 3, At: at.Add(time.Hour), Kind: archive.ActivityDelete, Record: "dh-220"},
	})
	got, err := json.Marshal(page.OrderedItems)
	if err != nil {
		t.Fatal(err)
	}
	one := func(n int, kind, end, more string) string {
		return fmt.Sprintf(`{"id":"https://archive.example.org/iiif/discovery/activity/%d","type":"%s","endTime":"%s","object":{"id":"https://archive.example.org/iiif/manifest/dh-220","type":"Manifest"%s}}`, n, kind, end, more)
	}
	also := `,"seeAlso":[{"id":"https://archive.example.org/api/v1/records/dh-220","type":"Dataset","label":{"en":["Record as JSON"],"zh":["藏品记录（JSON）"]},"format":"application/json"},` +
		`{"id":"https://archive.example.org/api/v1/records/dh-220/linked-art","type":"Dataset","label":{"en":["Record as Linked Art"],"zh":["藏品记录（Linked Art）"]},"format":"application/ld+json","profile":"https://linked.art/ns/v1/linked-art.json"},` +
		`{"id":"https://archive.example.org/api/v1/records/dh-220/lido","type":"Dataset","label":{"en":["Record as LIDO"],"zh":["藏品记录（LIDO）"]},"format":"application/xml","profile":"http://www.lido-schema.org"}]`
	want := "[" + one(1, "Create", "2026-03-01T08:00:00Z", also) + "," + one(2, "Update", "2026-03-01T08:00:00Z", also) + "," + one(3, "Delete", "2026-03-01T09:00:00Z", "") + "]"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
