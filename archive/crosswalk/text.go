package crosswalk

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"hexi/archive"
)

// value is a text in one language, which is "" where none is known.
type value struct{ Lang, Text string }

// values yields a text in each of its languages: Chinese, English, then the others by
// their tags.
func values(t archive.Text) iter.Seq[value] {
	return func(yield func(value) bool) {
		for _, tag := range slices.SortedFunc(maps.Keys(t), byTag) {
			text := strings.TrimSpace(t[tag])
			if text == "" {
				continue
			}
			lang := tag
			if tag == "und" {
				lang = ""
			}
			if !yield(value{lang, text}) {
				return
			}
		}
	}
}

func byTag(a, b string) int { return cmp.Or(cmp.Compare(tagRank(a), tagRank(b)), cmp.Compare(a, b)) }

func tagRank(tag string) int {
	switch {
	case tag == "zh":
		return 0
	case tag == "en":
		return 1
	case tag == "und" || tag == "":
		return 3
	}
	return 2
}

// plain is a text in no language, such as a number.
func plain(s string) archive.Text {
	if s == "" {
		return nil
	}
	return archive.Text{"und": s}
}

// term returns the label of a code or, where none is known, the code as it is.
func (p Publisher) term(scheme archive.Scheme, code string) archive.Text {
	if code == "" {
		return nil
	}
	if p.Terms != nil {
		if t, ok := p.Terms.Term(scheme, code); ok && !t.Label.Empty() {
			return t.Label
		}
	}
	return plain(code)
}

// institution returns the name of who gives the data.
func (p Publisher) institution() archive.Text {
	if p.Name.Empty() {
		return plain(p.Base)
	}
	return p.Name
}

// holder returns the name of who holds the thing, empty where it is not told.
func holder(r *archive.Record) archive.Text {
	if r.Rights == nil {
		return nil
	}
	return r.Rights.Holder
}

// title returns the titles of a record, or its id where it has none.
func title(r *archive.Record) archive.Text {
	if r.Titles.Empty() {
		return plain(r.ID)
	}
	return r.Titles
}
