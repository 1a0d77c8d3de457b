package catalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"hexi/archive"
)

// wordsWithProfiles are words in which a mural stands in a cave alone.
type wordsWithProfiles struct{ words }

func (wordsWithProfiles) ProfileOf(r *archive.Record) (archive.Profile, bool) {
	return archive.Profile{Code: "mural", Within: []archive.Kind{archive.KindCave}}, r.Kind == archive.KindMural
}

// TestRehearsal does the same at random with a rehearsal and with the archive itself:
// both answer alike, record by record, and the rehearsal leaves nothing behind.
func TestRehearsal(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		for seed := range uint64(12) {
			rehearseOnce(t, c, fmt.Sprint("s", seed, "-"), rand.New(rand.NewPCG(seed, 7)))
		}
	})
}

func rehearseOnce(t *testing.T, c *Catalog, prefix string, random *rand.Rand) {
	t.Helper()
	// Both give the same ids where a record has none.
	made := map[bool]int{}
	with := func(rehearsed bool) *archive.Archive {
		return archive.New(c, wordsWithProfiles{}, archive.Options{NewID: func() string {
			made[rehearsed]++
			return fmt.Sprint(prefix, "new-", made[rehearsed])
		}})
	}
	actual := with(false)
	some := func(of ...string) string { return of[random.IntN(len(of))] }
	id := func() string { return prefix + some("a", "b", "c", "d", "e", "f") }
	batch := func() []archive.Draft {
		drafts := make([]archive.Draft, 1+random.IntN(6))
		for i := range drafts {
			r := record(id())
			r.Kind = archive.Kind(some("mural", "mural", "cave", "relic"))
			r.Collection = some("dunhuang", "dunhuang", "nowhere", prefix+"a")
			r.PartOf = some("", prefix+"a", prefix+"b", prefix+"c", prefix+"gone")
			r.Titles = archive.Text{"zh": some("甲", "乙", "")}
			if r.PartOf == r.ID {
				r.PartOf = ""
			}
			if random.IntN(3) == 0 {
				r.ID = ""
			}
			r.Rights = &archive.Rights{Tier: archive.Tier(some("", "public", "staff"))}
			if random.IntN(2) == 0 {
				r.Identifiers = []archive.Identifier{{Type: "accession", Value: prefix + some("1", "2", "3")}}
				r.Rights.Holder = archive.Text{"zh": some("甘肃省博物馆", "敦煌研究院")}
			}
			drafts[i] = archive.Draft{Record: r, IfRevision: []int{0, 0, 0, archive.NoRevision, 1, 2}[random.IntN(6)], Publish: random.IntN(3) == 0}
		}
		return drafts
	}
	for range 3 { // what there is before
		if _, err := actual.SaveAll(t.Context(), "li", batch()); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := c.Entry(t.Context(), prefix+"a", false); err == nil {
		if err := actual.Erase(t.Context(), "li", e.Record.ID, "named by mistake"); err != nil {
			t.Fatal(err)
		}
	}
	made[true] = made[false]
	before, err := c.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	batches := make([][]archive.Draft, 8)
	answers := make([][]string, len(batches))
	rehearsal := with(true).Rehearse()
	for i := range batches {
		batches[i] = batch()
		saved, err := rehearsal.SaveAll(t.Context(), "li", batches[i])
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = append(said(saved), seen(t, rehearsal, prefix)...)
	}
	if after, err := c.LastChange(t.Context()); err != nil || after != before {
		t.Fatalf("%s: the rehearsal has left %d entries in the log, %v", prefix, after-before, err)
	}
	for i := range batches {
		saved, err := actual.SaveAll(t.Context(), "li", batches[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := append(said(saved), seen(t, actual, prefix)...); !reflect.DeepEqual(got, answers[i]) {
			t.Fatalf("%s batch %d: the archive says\n%q\nand the rehearsal said\n%q", prefix, i, got, answers[i])
		}
	}
}

// said is what a save answered, but for times.
func said(saved []archive.Saved) (out []string) {
	for _, s := range saved {
		out = append(out, fmt.Sprintf("%s %d %s %v %v", s.ID, s.Revision, s.Outcome, s.Published, s.Err))
	}
	return out
}

type lookedUp interface {
	Records(ctx context.Context, ids []string) ([]*archive.Entry, error)
	FindAll(ctx context.Context, of []archive.Accession) ([][]string, error)
	Record(ctx context.Context, id string) (*archive.Entry, error)
}

// seen is what records look like afterwards.
func seen(t *testing.T, in lookedUp, prefix string) (out []string) {
	t.Helper()
	var ids []string
	var numbers []archive.Accession
	for _, id := range []string{"f", "a", "b", "c", "d", "e", "gone"} {
		ids = append(ids, prefix+id)
		_, err := in.Record(t.Context(), prefix+id)
		out = append(out, fmt.Sprint(err))
	}
	entries, err := in.Records(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%s %d %d %v %s %s %s %v", e.Record.ID, e.Revision, e.Published, e.Withdrawn, e.Record.Kind, e.Record.PartOf, e.Record.Titles["zh"], e.Record.Identifiers))
	}
	for _, n := range []string{"1", "2", "3"} {
		numbers = append(numbers, archive.Accession{Number: prefix + n, Holder: "甘肃省博物馆"}, archive.Accession{Number: prefix + n, Holder: "敦煌研究院"})
	}
	found, err := in.FindAll(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range found {
		out = append(out, fmt.Sprint(len(ids), ids))
	}
	return out
}
