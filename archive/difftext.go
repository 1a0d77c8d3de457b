package archive

import (
	"strings"
	"unicode"
)

// TextPart is a piece of two texts that are compared: common to both (Op ""), only in
// the later one (DiffAdded) or only in the earlier one (DiffRemoved).
type TextPart struct {
	Op   DiffOp `json:"op,omitempty"`
	Text string `json:"text"`
}

// maxTextSteps bounds how far apart two texts may be and still be compared piece by
// piece; with the memory of it that is some megabytes. Texts that have less in common
// are shown as one removed and one added.
const maxTextSteps = 1000

// DiffText compares two texts, Chinese character by character and other scripts word by
// word. Joined, the parts that are not DiffAdded make before, those that are not
// DiffRemoved make after.
func DiffText(before, after string) []TextPart {
	a, b := tokens(before), tokens(after)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var p parts
	p.add("", a[:start]...)
	p.middle(a[start:len(a)-end], b[start:len(b)-end])
	p.add("", a[len(a)-end:]...)
	return p.out
}

type parts struct{ out []TextPart }

func (p *parts) add(op DiffOp, tokens ...string) {
	if len(tokens) == 0 {
		return
	}
	text := strings.Join(tokens, "")
	if n := len(p.out); n > 0 && p.out[n-1].Op == op {
		p.out[n-1].Text += text
		return
	}
	p.out = append(p.out, TextPart{op, text})
}

// middle compares what neither begins nor ends alike, by the greedy algorithm of Myers
// ("An O(ND) Difference Algorithm and Its Variations", 1986).
func (p *parts) middle(a, b []string) {
	n, m := len(a), len(b)
	limit := min(n+m, maxTextSteps)
	v := make([]int, 2*limit+2) // v[k+limit]: how far diagonal k reaches in a
	var trace [][]int           // v of each step, its diagonals -d..d
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), v[limit-d:limit+d+1]...))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || k != d && v[k-1+limit] < v[k+1+limit] {
				x = v[k+1+limit]
			} else {
				x = v[k-1+limit] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			v[k+limit] = x
			if x >= n && x-k >= m {
				p.back(a, b, trace, d)
				return
			}
		}
	}
	p.add(DiffRemoved, a...)
	p.add(DiffAdded, b...)
}

// back walks the steps back from the end and adds the parts from the start.
func (p *parts) back(a, b []string, trace [][]int, d int) {
	type piece struct {
		op   DiffOp
		text string
	}
	var pieces []piece
	x, y := len(a), len(b)
	for ; d > 0; d-- {
		// What the diagonals -d..d reached before step d.
		v := func(k int) int { return trace[d][k+d] }
		k := x - y
		var before int
		if k == -d || k != d && v(k-1) < v(k+1) {
			before = k + 1
		} else {
			before = k - 1
		}
		px := v(before)
		py := px - before
		for x > px && y > py {
			x, y = x-1, y-1
			pieces = append(pieces, piece{"", a[x]})
		}
		if x == px {
			y--
			pieces = append(pieces, piece{DiffAdded, b[y]})
		} else {
			x--
			pieces = append(pieces, piece{DiffRemoved, a[x]})
		}
	}
	for x > 0 {
		x--
		pieces = append(pieces, piece{"", a[x]})
	}
	for i := len(pieces) - 1; i >= 0; i-- {
		p.add(pieces[i].op, pieces[i].text)
	}
}

// tokens cuts a text into what is compared: a Chinese character, a word, a run of
// spaces, a sign.
func tokens(s string) []string {
	var out []string
	start, kind := 0, 0
	for i, r := range s {
		k := tokenKind(r)
		if i > start && (k != kind || k == 0) {
			out = append(out, s[start:i])
			start = i
		}
		kind = k
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// tokenKind is 0 for what stands alone, else the kind of run that it belongs to.
func tokenKind(r rune) int {
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return 0
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return 1
	case unicode.IsSpace(r):
		return 2
	}
	return 0
}
