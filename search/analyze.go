package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hexi/search/zh"
)

// tokenizer cuts text for the index and for queries alike. Han characters give
// each themselves and, with their right neighbour, a pair: so that words of any length
// are found. Latin letters give words, digits numbers; where letters meet digits a new
// token begins. Each of these gives with its right neighbour a pair too, joined by a
// mark that stands in no word: so that phrases are found without places of words.
// Tokens are folded (zh.Folder), their offsets are those of the original text.
//
// In long texts fewer words of letters make pairs: these would fill the index with what
// stands in one record each.
type tokenizer struct {
	folder *zh.Folder
}

// pairing says which neighbours make a pair.
type pairing int

const (
	pairAll  pairing = iota // in names
	pairMost                // in descriptions: no words that say nothing, such as "of" and "the"
	pairFew                 // in whole texts: no words of letters, but numbers beside Han
)

// piece is one character of the original text, folded.
type piece struct {
	r          rune
	start, end int // bytes of the original text
	at         int // where it begins in the folded text
}

type charClass int

const (
	classNone charClass = iota
	classHan
	classLetter
	classDigit
)

func classOf(r rune) charClass {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			return classLetter
		case '0' <= r && r <= '9':
			return classDigit
		}
		return classNone
	case '\u4e00' <= r && r <= '\u9fff': // most are
		return classHan
	case zh.IsHan(r):
		return classHan
	case unicode.IsDigit(r):
		return classDigit
	case unicode.IsLetter(r):
		return classLetter
	}
	return classNone
}

// pairMark joins neighbours, of which one is not Han, to one token.
const pairMark = "_"

// word is a Han character, a word of letters or a number.
type word struct {
	term       string
	next       string // of a Han character that another follows at once: both
	han        bool
	digit      bool
	first      bool // of a value
	joined     bool // a Han character that follows another at once
	start, end int  // bytes of the original text
}

// ends reports whether words on both sides of a sign are no neighbours: a stop or a comma.
// A point within a number or a shelf mark is none.
func ends(pieces []piece, i int) bool {
	switch r := pieces[i].r; {
	case strings.ContainsRune("，。；：、！？（）", r):
		return true
	case strings.ContainsRune(",.;:!?()", r):
		return i+1 == len(pieces) || pieces[i+1].r == ' ' || r == '(' || r == ')'
	}
	return false
}

// pair is a word and its right neighbour as one term; "" for Han characters that
// something stands between, which are no neighbours, and for what makes no pair.
func pair(a, b word, pairs pairing) string {
	switch {
	case b.first:
		return ""
	case b.joined:
		return a.next
	case a.han && b.han:
		return ""
	case pairs == pairAll, a.han && b.digit, a.digit && b.han, pairs == pairMost && !stopWords[a.term] && !stopWords[b.term]:
		return a.term + pairMark + b.term
	}
	return ""
}

// words cuts a text.
func (t *tokenizer) words(text string) []word {
	folded, pieces := t.pieces(text)
	out := make([]word, 0, len(pieces)/2)
	first := true
	for i := 0; i < len(pieces); {
		class := classOf(pieces[i].r)
		j := i + 1
		for j < len(pieces) && class != classNone && (classOf(pieces[j].r) == class || apostrophe(pieces, j, class)) {
			j++
		}
		run := pieces[i:j]
		end := len(folded)
		if j < len(pieces) {
			end = pieces[j].at
		}
		i = j
		switch class {
		case classNone:
			first = first || ends(pieces, i-1)
			continue
		case classHan:
			for k, p := range run {
				w := word{han: true, first: first && k == 0, joined: k > 0, start: p.start, end: p.end}
				after := end // of this one in the folded text
				if k+1 < len(run) {
					after = run[k+1].at
					second := end
					if k+2 < len(run) {
						second = run[k+2].at
					}
					w.next = folded[p.at:second]
				}
				w.term = folded[p.at:after]
				out = append(out, w)
			}
		case classLetter, classDigit:
			out = append(out, word{term: termOf(class, folded[run[0].at:end]), digit: class == classDigit, first: first, start: run[0].start, end: run[len(run)-1].end})
		}
		first = false
	}
	return out
}

// token is what a text is found by, and where it stands.
type token struct {
	term       string
	start, end int // bytes of the original text
}

// tokens are all terms that a text is found by in a name, in their order.
func (t *tokenizer) tokens(text string) []token {
	words := t.words(text)
	out := make([]token, 0, 2*len(words))
	eachTerm(words, pairAll, func(term string, first, last word) { out = append(out, token{term, first.start, last.end}) })
	return out
}

// eachTerm hands over the terms of a text that was cut: each word, and the pairs that it
// makes, with the words at which the term begins and ends.
func eachTerm(words []word, pairs pairing, do func(term string, first, last word)) {
	for i, w := range words {
		do(w.term, w, w)
		if i+1 == len(words) {
			return
		}
		if both := pair(w, words[i+1], pairs); both != "" {
			do(both, w, words[i+1])
		}
	}
}

// units are the terms that a text is looked for by: the pairs of a run of Han
// characters, a single one that stands alone, words and numbers.
func (t *tokenizer) units(text string) []string {
	words := t.words(text)
	var out []string
	for i, w := range words {
		next := i+1 < len(words) && words[i+1].joined
		switch {
		case next:
			out = append(out, w.term+words[i+1].term)
		case !w.joined:
			out = append(out, w.term)
		}
	}
	return out
}

// neighbours are the terms that a text has where it stands as it is: its pairs, and the
// words that make none.
func (t *tokenizer) neighbours(text string, pairs pairing) []string {
	words := t.words(text)
	var out []string
	paired := false // the word before is in a pair
	for i, w := range words {
		both := ""
		if i+1 < len(words) {
			both = pair(w, words[i+1], pairs)
		}
		switch {
		case both != "":
			out = append(out, both)
		case !paired:
			out = append(out, w.term)
		}
		paired = both != ""
	}
	return out
}

// apostrophe reports whether the piece is one inside of a word (hua'er).
func apostrophe(pieces []piece, i int, class charClass) bool {
	return class == classLetter && (pieces[i].r == '\'' || pieces[i].r == '’') && i+1 < len(pieces) && classOf(pieces[i+1].r) == classLetter
}

// pieces folds a text.
func (t *tokenizer) pieces(text string) (folded string, out []piece) {
	buffer := make([]byte, 0, len(text)+utf8.UTFMax)
	out = make([]piece, 0, utf8.RuneCountInString(text))
	var scratch [8]rune
	for at := 0; at < len(text); {
		if c := text[at]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, piece{rune(c), at, at + 1, len(buffer)})
			buffer = append(buffer, c)
			at++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		letters := t.folder.Fold(scratch[:0], r)
		if len(letters) == 0 && len(out) > 0 {
			out[len(out)-1].end = at + n // a combining mark belongs to its letter
		}
		for _, f := range letters {
			out = append(out, piece{f, at, at + n, len(buffer)})
			buffer = utf8.AppendRune(buffer, f)
		}
		at += n
	}
	return string(buffer), out
}

// termOf is a run of letters or digits as a term.
func termOf(class charClass, run string) string {
	if class != classLetter {
		return run
	}
	if strings.ContainsAny(run, "'’") {
		run = strings.NewReplacer("'", "", "’", "").Replace(run)
	}
	return singular(run)
}

// singular takes the plural ending off an English word, the one inflection that
// matters in titles: caves, bodhisattvas, dynasties.
func singular(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 4 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes")):
		return w[:len(w)-2]
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:len(w)-1]
	}
	return w
}
