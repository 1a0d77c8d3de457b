package ingest

import (
	"iter"

	"hexi/ingest/sheet"
)

// readAhead yields the rows of a table in pieces of so many. The next piece is read, by
// a goroutine of its own, while one is worked on: reading takes as long as a third of
// saving. When the iteration ends, also early, nothing reads the table any more.
func readAhead(rows iter.Seq[sheet.Row], size int) iter.Seq[[]sheet.Row] {
	return func(yield func([]sheet.Row) bool) {
		pieces, stop := make(chan []sheet.Row), make(chan struct{})
		go func() {
			defer close(pieces)
			piece := make([]sheet.Row, 0, size)
			send := func() bool {
				select {
				case pieces <- piece:
					piece = make([]sheet.Row, 0, size)
					return true
				case <-stop:
					return false
				}
			}
			for row := range rows {
				if piece = append(piece, row); len(piece) == size && !send() {
					return
				}
			}
			if len(piece) > 0 {
				send()
			}
		}()
		defer func() {
			close(stop)
			for range pieces { // until the reader has ended
			}
		}()
		for piece := range pieces {
			if !yield(piece) {
				return
			}
		}
	}
}
