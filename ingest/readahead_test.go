package ingest

import (
	"fmt"
	"iter"
	"testing"

	"hexi/ingest/sheet"
)

// rowsOf yields so many rows, and notes when its reading has ended.
func rowsOf(n int, ended *bool) iter.Seq[sheet.Row] {
	return func(yield func(sheet.Row) bool) {
		defer func() { *ended = true }()
		for i := range n {
			if !yield(sheet.Row{Number: i}) {
				return
			}
		}
	}
}

func TestReadAhead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 4, 30, 31} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			ended, next := false, 0
			for piece := range readAhead(rowsOf(n, &ended), 3) {
				if len(piece) == 0 || len(piece) > 3 {
					t.Errorf("a piece of %d rows", len(piece))
				}
				for _, row := range piece {
					if row.Number != next {
						t.Fatalf("row %d where %d is next", row.Number, next)
					}
					next++
				}
			}
			if next != n || !ended {
				t.Errorf("%d of %d rows, read to the end: %v", next, n, ended)
			}
		})
	}
}

// Who stops early may close the table at once.
func TestReadAheadStopped(t *testing.T) {
	t.Parallel()
	ended := false
	for range readAhead(rowsOf(1000, &ended), 3) {
		break
	}
	if !ended {
		t.Error("the table is still being read")
	}
}
