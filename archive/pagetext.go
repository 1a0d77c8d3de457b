package archive

import (
	"cmp"
	"strings"
)

// PageText is a text of a record and the image that it is the text of: f001.xml is that of
// f001.tif. Image is nil for a text that has the name of none.
type PageText struct {
	Text  *Asset
	Image *Asset
}

// textEndings are the endings of texts that are put behind the name of their image, or
// take the place of its own, the longest first. Earlier ones of equal length are preferred:
// they say where the words stand.
var textEndings = []string{".alto.xml", ".hocr.html", ".hocr.htm", ".hocr.xml", ".xhtml", ".alto", ".hocr", ".html", ".xml", ".htm", ".txt"}

// textRank says which of several texts of one image is its text: one that tells places
// comes before one that does not.
func textRank(filename string) int {
	switch {
	case strings.HasSuffix(strings.ToLower(filename), ".txt"):
		return 1
	}
	return 0
}

// TextStem is the name under which a text belongs to its image: its file name without its
// ending, in lower case. It is ok for the names of texts only.
func TextStem(filename string) (stem string, ok bool) {
	name := strings.ToLower(filename)
	for _, ending := range textEndings {
		if bare, ok := strings.CutSuffix(name, ending); ok && bare != "" {
			return bare, true
		}
	}
	return "", false
}

// ImageStems are the names that the text of an image may have: f001 and f001.tif for
// f001.tif.
func ImageStems(filename string) []string {
	name := strings.ToLower(filename)
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		return []string{name[:dot], name}
	}
	return []string{name}
}

// PageTexts are the texts of the record that can be read, each with the image that it is
// the text of: the one that is called so, or whose place one that was called so stood in
// before. Of several texts of one image only one is its text, that which tells where the
// words stand; the others are left out. They come in the order of the images, and those
// without one last.
func (e *Entry) PageTexts() []PageText {
	images := map[string]int{} // by stem
	name := func(filename string, i int) {
		for _, stem := range ImageStems(filename) {
			if _, taken := images[stem]; !taken {
				images[stem] = i
			}
		}
	}
	for i := range e.Assets {
		if a := &e.Assets[i]; a.pictured() {
			name(a.Master.Filename, i)
		}
	}
	for i := range e.Assets { // earlier names do not count where another image has them now
		if a := &e.Assets[i]; a.pictured() && a.Replaces != "" {
			for _, old := range e.Versions(a.ID) {
				name(old.Master.Filename, i)
			}
		}
	}
	of := map[int]PageText{}
	var out, without []PageText
	for i := range e.Assets {
		text := &e.Assets[i]
		if !text.Readable() || text.Replacing != "" {
			continue
		}
		stem, _ := TextStem(text.Master.Filename)
		image, ok := images[stem]
		if !ok {
			without = append(without, PageText{Text: text})
			continue
		}
		if had, ok := of[image]; !ok || cmp.Less(textRank(text.Master.Filename), textRank(had.Text.Master.Filename)) {
			of[image] = PageText{text, &e.Assets[image]}
		}
	}
	for i := range e.Assets {
		if page, ok := of[i]; ok {
			out = append(out, page)
		}
	}
	return append(out, without...)
}

// pictured reports whether the asset stands in its place as an image, as far as is known.
func (a *Asset) pictured() bool {
	_, text := TextStem(a.Master.Filename)
	return a.Kind == AssetImage && a.Replacing == "" && (a.Image != nil || !text)
}

// closeTexts adds to the assets that are closed the texts of those: what is read off an
// image is no more open than the image is. Where nobody can tell which image a text is of,
// it may be one of them.
func (e *Entry) closeTexts(closed map[string]bool) {
	shown := map[string]bool{}
	for _, page := range e.PageTexts() {
		if page.Image == nil || closed[page.Image.ID] {
			closed[page.Text.ID] = true
		}
		shown[page.Text.ID] = !closed[page.Text.ID]
	}
	for i := range e.Assets { // also those that are not the one of their image, or cannot be read yet
		a := &e.Assets[i]
		if _, ok := TextStem(a.Master.Filename); (ok || a.Kind == AssetText) && a.Image == nil && !shown[a.ID] {
			closed[a.ID] = true
		}
	}
}
