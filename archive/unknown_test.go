package archive

import (
	"errors"
	"testing"
)

// A value that is like none of a vocabulary gets the whole of it to choose from, where that
// is short, and of lists of several kinds of records that of its own.
func TestShortVocabulariesAreTold(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	for _, test := range []struct {
		set  func(*Record)
		want string
	}{
		{func(r *Record) { r.Condition = "好" }, `condition: "好" is not a known condition; write one of stable (状态稳定), treated (已修复)`},
		{func(r *Record) { r.Category = "木" }, `category: "木" is not a known category; write one of immovable-0100 (古遗址)`},
		{func(r *Record) { r.Source = "买" }, `source: "买" is not a known source`},
		{func(r *Record) { r.Level = "特级" }, `level: "特级" is not a known level; did you mean grade-1 (一级)?`},
	} {
		r := Record{Kind: "mural", Collection: "dunhuang", Titles: Text{"zh": "药师经变"}}
		test.set(&r)
		_, err := a.Normalise(t.Context(), r)
		var faults InvalidErrors
		if !errors.As(err, &faults) || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}
