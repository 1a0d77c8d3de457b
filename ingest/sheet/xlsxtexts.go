package sheet

import (
	"sort"

	"hexi/archive"
)

// The bounds of the texts that the cells of a workbook refer to. A million rows with
// sixteen texts each that no other row has are below them.
const (
	maxTexts     = 16 << 20
	maxTextBytes = 256 << 20
	blockBytes   = 1 << 20
	blockTexts   = 1 << 16
)

// sharedTexts are the texts that cells refer to by their number. They are kept in blocks, as
// a header and an allocation for each would take more than most of the texts do.
type sharedTexts struct {
	count  int
	bytes  int64
	blocks []textBlock
}

// textBlock is a run of texts, one behind the other.
type textBlock struct {
	first int // the number of its first text
	all   string
	ends  []uint32
}

// at returns the text of a number from 0 to count-1.
func (t *sharedTexts) at(i int) string {
	b := &t.blocks[sort.Search(len(t.blocks), func(j int) bool { return t.blocks[j].first > i })-1]
	from := uint32(0)
	if i > b.first {
		from = b.ends[i-b.first-1]
	}
	return b.all[from:b.ends[i-b.first]]
}

// textsWriter fills sharedTexts. It ends with an error where there are more than so many, or
// more than so many bytes.
type textsWriter struct {
	texts     sharedTexts
	all       []byte
	ends      []uint32
	most      int
	mostBytes int64
}

func (w *textsWriter) add(text string) error {
	w.texts.count++
	w.texts.bytes += int64(len(text))
	if w.texts.count > w.most || w.texts.bytes > w.mostBytes {
		return archive.Invalid("", "the workbook holds more than %d texts, or %d MiB of them; divide it into several workbooks, or save each table as CSV (UTF-8)", w.most, w.mostBytes>>20)
	}
	w.all = append(w.all, text...)
	w.ends = append(w.ends, uint32(len(w.all))) //nolint:gosec // a block's bytes, which mostBytes bounds
	if len(w.all) >= blockBytes || len(w.ends) == blockTexts {
		w.closeBlock()
	}
	return nil
}

func (w *textsWriter) closeBlock() {
	if len(w.ends) == 0 {
		return
	}
	w.texts.blocks = append(w.texts.blocks, textBlock{w.texts.count - len(w.ends), string(w.all), append([]uint32(nil), w.ends...)})
	w.all, w.ends = w.all[:0], w.ends[:0]
}

// readShared reads the texts that cells refer to. Of rich text the runs are joined;
// phonetic guides are left out.
func (w *workbook) readShared() error {
	var (
		text []byte
		full error
	)
	kept := textsWriter{most: maxTexts, mostBytes: maxTextBytes}
	in, phonetic := false, 0
	err := w.walk("xl/sharedStrings.xml", maxSharedStrings, func(e element) bool {
		switch {
		case e.name == "si" && e.end:
			full = kept.add(unescape(string(text)))
			text = text[:0]
		case e.name == "rPh":
			phonetic += map[bool]int{false: 1, true: -1}[e.end]
		case e.name == "t":
			in = !e.end && phonetic == 0
		case e.name == "" && in && len(text) <= maxCell:
			text = append(text, e.text...)
		}
		return full == nil
	})
	if full != nil {
		return full
	}
	kept.closeBlock()
	w.shared = kept.texts
	return err
}
