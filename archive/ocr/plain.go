package ocr

import (
	"fmt"
	"strings"
	"unicode"
)

// readPlain reads plain text: form feeds part pages, empty lines part blocks. A line has
// one word without a place, so that it keeps its own spaces.
func readPlain(text string) ([]Page, error) {
	var count counter
	var pages []Page
	row := 0
	for sheet := range strings.SplitSeq(strings.TrimRight(text, "\f \t\r\n"), "\f") {
		if len(pages) == maxPages {
			return nil, tooManyPages(row + 1)
		}
		var page Page
		block := true
		for line := range strings.Lines(sheet) {
			row++
			line = strings.TrimSpace(clean(line))
			if line == "" {
				block = true
				continue
			}
			if err := count.word(row); err != nil {
				return nil, err
			}
			for len(line) > maxWord {
				at := cutAt(line, maxWord)
				page.Lines = append(page.Lines, Line{Words: []Word{{Text: line[:at]}}, Block: block})
				line, block = line[at:], false
			}
			page.Lines = append(page.Lines, Line{Words: []Word{{Text: line}}, Block: block})
			block = false
		}
		pages = append(pages, page)
	}
	return pages, nil
}

func tooManyPages(line int) error {
	return &RefusedError{CodeTooLarge, line, fmt.Sprintf("begins more than %d pages", maxPages), "give each page a file of its own"}
}

// clean takes out what is no text: control characters, and marks of the encoding.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r == '\uFEFF' || unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// cutAt is the last border of a character at or before a byte.
func cutAt(s string, n int) int {
	if len(s) <= n {
		return len(s)
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return n
}
