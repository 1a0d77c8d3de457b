package iiif

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// The ways in which one goes through the images of a book (Presentation API 3.0,
// section 3.2, viewingDirection and behavior).
const (
	rightToLeft = "right-to-left"
	topToBottom = "top-to-bottom"
	paged       = "paged"
	continuous  = "continuous"
	individuals = "individuals"
)

// rareBooks is the code of the category 古籍图书.
const rareBooks = "relic-20"

// reading says how the images of a document are gone through, by how it is bound
// (extra.binding, 装帧): Chinese books from right to left, scrolls and folded books
// without a gap, the long leaves of 梵夹 from top to bottom. Books whose images are single
// pages are shown two at a time. "" is left to the viewer.
func reading(record *archive.Record, views []archive.View) (direction string, behavior []string) {
	if record.Kind != archive.KindDocument || len(views) < 2 {
		return "", nil
	}
	binding := strings.ToLower(extraText(record, "binding"))
	names := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(binding, w) {
				return true
			}
		}
		return false
	}
	switch {
	case names("梵夹", "贝叶", "pothi"):
		return topToBottom, []string{individuals}
	case names("卷轴", "卷子", "手卷", "经折", "折装", "旋风", "scroll", "accordion"):
		return rightToLeft, []string{continuous}
	case names("线装", "蝴蝶装", "包背装", "毛装", "stitched", "butterfly"), record.Category == rareBooks:
		if mostUpright(views) {
			return rightToLeft, []string{paged}
		}
		return rightToLeft, []string{individuals}
	}
	return "", nil
}

// mostUpright reports whether most images are higher than wide, as single pages are.
func mostUpright(views []archive.View) bool {
	n := 0
	for _, v := range views {
		if v.Height > v.Width {
			n++
		}
	}
	return 2*n > len(views)
}

// extraText returns a text that a profile adds to records, "" where there is none.
func extraText(record *archive.Record, field string) string {
	var s string
	if json.Unmarshal(record.Extra[field], &s) != nil {
		return ""
	}
	return s
}

// entry is a line of a table of contents: a title, and the image at which it begins,
// from 1.
type entry struct {
	title string
	image int
}

// maxContents bounds a table of contents.
const maxContents = 2000

// contentsLine is a title, dots or spaces, and a number, as a printed table of contents
// has them.
var contentsLine = regexp.MustCompile(`^(.*?)[\s.·…⋯:：,，]+(\d{1,6})$`)

// contents reads a table of contents (extra.contents, 目录), a line for each entry:
// 卷一……3. Lines that are none are left out, and so are those that do not come after the one before
// or that lie beyond the last image.
func contents(record *archive.Record, images int) []entry {
	var out []entry
	for line := range strings.Lines(extraText(record, "contents")) {
		m := contentsLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || strings.TrimSpace(m[1]) == "" || !utf8.ValidString(m[1]) || len(out) == maxContents {
			continue
		}
		n, err := strconv.Atoi(m[2])
		if err != nil || n < 1 || n > images || len(out) > 0 && n < out[len(out)-1].image {
			continue
		}
		out = append(out, entry{strings.TrimSpace(m[1]), n})
	}
	return out
}

// chapters returns the ranges of a book: each entry of its contents with the images from
// there on to the next entry, whose first image belongs to both where they begin on one
// image. nil where it has no table of contents.
func (p Publisher) chapters(record *archive.Record, canvases []Canvas) []Range {
	list := contents(record, len(canvases))
	var out []Range
	for i, e := range list {
		end := len(canvases)
		if i+1 < len(list) {
			end = max(list[i+1].image-1, e.image)
		}
		r := Range{ID: fmt.Sprintf("%s/range/%d", p.ManifestID(record.ID), i+1), Type: "Range", Label: LanguageMap{"zh": {e.title}}}
		for n := e.image; n <= end; n++ {
			r.Items = append(r.Items, RangeItem{ID: canvases[n-1].ID, Type: "Canvas"})
		}
		out = append(out, r)
	}
	return out
}
