package archive

import "testing"

func TestYearsWithoutZero(t *testing.T) {
	t.Parallel()
	for historical, astronomical := range map[int]int{-1046: -1045, -2: -1, -1: 0, 1: 1, 642: 642} {
		if got := AstronomicalYear(historical); got != astronomical {
			t.Errorf("%d is %d, not %d", historical, got, astronomical)
		}
		if got := HistoricalYear(astronomical); got != historical {
			t.Errorf("astronomical %d is %d, not %d", astronomical, got, historical)
		}
	}
}
