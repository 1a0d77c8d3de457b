package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"

	"hexi/search/zh"
)

// tokenizer cuts text for the index and for queries alike. Han characters give
// each themselves and, with their right neighbour, a pair, at the same position:
// so that words of any length are found, and phrases are exact. Latin letters
// give words, digits numbers; where letters meet digits a new token begins.
// Tokens are folded (zh.Folder), their offsets are those of the original text.
//
// It satisfies bleve's analysis.Tokenizer.
type tokenizer struct {
	folder *zh.Folder
}

// piece is one character of the original text, folded.
type piece struct {
	r          rune
	start, end int // bytes of the original text
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
	case zh.IsHan(r):
		return classHan
	case unicode.IsDigit(r):
		return classDigit
	case unicode.IsLetter(r):
		return classLetter
	}
	return classNone
}

// Tokenize implements analysis.Tokenizer.
func (t *tokenizer) Tokenize(input []byte) analysis.TokenStream {
	pieces := t.pieces(input)
	var out analysis.TokenStream
	position := 0
	for i := 0; i < len(pieces); {
		class := classOf(pieces[i].r)
		j := i + 1
		for j < len(pieces) && class != classNone && (classOf(pieces[j].r) == class || apostrophe(pieces, j, class)) {
			j++
		}
		run := pieces[i:j]
		i = j
		switch class {
		case classHan:
			for k := range run {
				position++
				out = append(out, token(run[k:k+1], position))
				if k+1 < len(run) {
					out = append(out, token(run[k:k+2], position))
				}
			}
		case classLetter, classDigit:
			position++
			out = append(out, token(run, position))
		}
	}
	return out
}

// apostrophe reports whether the piece is one inside of a word (hua'er).
func apostrophe(pieces []piece, i int, class charClass) bool {
	return class == classLetter && (pieces[i].r == '\'' || pieces[i].r == '’') && i+1 < len(pieces) && classOf(pieces[i+1].r) == classLetter
}

func (t *tokenizer) pieces(input []byte) []piece {
	out := make([]piece, 0, len(input))
	var folded []rune
	for at := 0; at < len(input); {
		r, n := utf8.DecodeRune(input[at:])
		folded = t.folder.Fold(folded[:0], r)
		if len(folded) == 0 && len(out) > 0 {
			out[len(out)-1].end = at + n // a combining mark belongs to its letter
		}
		for _, f := range folded {
			out = append(out, piece{f, at, at + n})
		}
		at += n
	}
	return out
}

func token(run []piece, position int) *analysis.Token {
	var b strings.Builder
	letters := classOf(run[0].r) == classLetter
	for _, p := range run {
		if p.r != '\'' && p.r != '’' {
			b.WriteRune(p.r)
		}
	}
	term := b.String()
	if letters {
		term = singular(term)
	}
	return &analysis.Token{
		Term: []byte(term), Start: run[0].start, End: run[len(run)-1].end, Position: position, Type: analysis.AlphaNumeric,
	}
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
