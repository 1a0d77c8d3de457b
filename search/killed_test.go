package search

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// tape is a catalogue whose every state follows from how far its log has come, which is
// kept in a file, so that one process writes it and others, killed and started again, read
// the same. Change n is about record n × 7 mod 151.
type tape struct{ path string }

const (
	tapeRecords = 151
	tapeStep    = 7
	tapeBack    = 108 // 7 × 108 = 1 mod 151
)

func (s tape) last() (int64, error) {
	b, err := os.ReadFile(s.path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(b), 10, 64)
}

// wind lets the log come to a change.
func (s tape) wind(to int64) error {
	if err := os.WriteFile(s.path+newSuffix, []byte(strconv.FormatInt(to, 10)), 0o600); err != nil {
		return err
	}
	return os.Rename(s.path+newSuffix, s.path)
}

func tapeID(n int64) string { return fmt.Sprintf("r-%03d", n*tapeStep%tapeRecords) }

// at is a record when the log has come to a change; nil where it is withdrawn, or was never
// published.
func (tape) at(id string, last int64) *archive.Entry {
	number, err := strconv.ParseInt(strings.TrimPrefix(id, "r-"), 10, 64)
	if err != nil {
		return nil
	}
	n := last - ((last-number*tapeBack)%tapeRecords+tapeRecords)%tapeRecords
	if n < 1 || uint32(n)*2654435761>>7%5 == 0 {
		return nil
	}
	return titled(id, fmt.Sprintf("马%d", n))
}

func (s tape) Changes(_ context.Context, since int64, limit int) (out []archive.Change, _ error) {
	last, err := s.last()
	for n := since + 1; n <= last && len(out) < limit; n++ {
		out = append(out, archive.Change{Seq: n, Record: tapeID(n), Hash: fmt.Sprintf("hash-%d", n)})
	}
	return out, err
}

func (s tape) LastChange(context.Context) (int64, error) { return s.last() }

func (s tape) Entries(_ context.Context, ids []string, _ bool) (out []*archive.Entry, _ error) {
	last, err := s.last()
	for _, id := range ids {
		if e := s.at(id, last); e != nil {
			out = append(out, e)
		}
	}
	return out, err
}

func (s tape) List(ctx context.Context, q archive.ListQuery) ([]*archive.Entry, error) {
	var ids []string
	for n := range int64(tapeRecords) {
		if id := tapeID(n); id > q.After {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	list, err := s.Entries(ctx, ids, true)
	return list[:min(q.Limit, len(list))], err
}

func (s tape) Count(ctx context.Context, _ archive.ListQuery) (int, error) {
	list, err := s.List(ctx, archive.ListQuery{Limit: tapeRecords})
	return len(list), err
}

// killedDir tells a process of this test that it is the one to be killed, and where the
// index lies; its log lies beside it.
const killedDir = "HEXI_TEST_INDEX"

// indexKills is how often the loop kills.
func indexKills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("HEXI_TEST_KILLS")
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HEXI_TEST_KILLS: %q is no number of kills", text)
	}
	return n
}

// An index is killed at random moments while it follows a log of updates and deletions, is
// made anew and is copied. Started again it is never damaged, and comes to exactly what is
// published.
func TestKilledIndex(t *testing.T) {
	if dir := os.Getenv(killedDir); dir != "" {
		followUntilKilled(t, dir, tape{filepath.Join(filepath.Dir(dir), "log")})
		return
	}
	t.Parallel()
	const seed = 20261128
	random := rand.New(rand.NewPCG(seed, 1))
	outer := t.TempDir()
	dir, source := filepath.Join(outer, "index"), tape{filepath.Join(outer, "log")}
	last := int64(1)
	if err := source.wind(last); err != nil {
		t.Fatal(err)
	}
	before, anew := int64(0), 0
	for kill := range indexKills(t) {
		var out bytes.Buffer
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledIndex$")
		cmd.Env = append(os.Environ(), killedDir+"="+dir)
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		begun := filepath.Join(outer, "begun")
		for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
			if os.Remove(begun) == nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("kill %d: it does not begin", kill)
			}
		}
		for end := time.Now().Add(time.Duration(random.Int64N(int64(600 * time.Millisecond)))); time.Now().Before(end); time.Sleep(time.Millisecond) {
			last += random.Int64N(6)
			if err := source.wind(last); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Process.Kill()
		<-ended
		if strings.Contains(out.String(), "FAIL") || strings.Contains(out.String(), "panic") {
			t.Fatalf("kill %d: %s", kill, out.String())
		}
		if random.IntN(3) > 0 {
			continue // the next one finds it as it is
		}
		last += random.Int64N(40)
		if err := source.wind(last); err != nil {
			t.Fatal(err)
		}
		if closed, err := CompareClosed(t.Context(), dir, Options{Vocabulary: vocabulary()}, source); err != nil || len(closed.Faults) > 0 {
			t.Errorf("kill %d: as it lies there: %+v, %v", kill, closed, err)
		}
		ix := opened(t, dir)
		why, err := ix.Prepare(t.Context(), source)
		if err != nil || why != "" && before > 0 {
			t.Errorf("kill %d: it has to be made anew: %s, %v", kill, why, err)
		}
		if why != "" {
			anew++
		} else if before, err = ix.Seq(); err != nil {
			t.Fatal(err)
		}
		proveTape(t, ix, source, last)
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := filepath.Glob(filepath.Join(dir, "*-*")); err != nil || len(entries) > 3 {
		t.Errorf("%v are left, %v", entries, err)
	}
	ix := opened(t, dir)
	defer func() { _ = ix.Close() }()
	proveTape(t, ix, source, last)
	t.Logf("%d changes; made anew %d times", last, anew)
}

// proveTape brings an index up to date and holds it to what is published, found by hand.
func proveTape(t *testing.T, ix *Index, source tape, last int64) {
	t.Helper()
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	got, err := ix.Compare(t.Context(), source, false)
	if err != nil || len(got.Faults) > 0 {
		t.Fatalf("change %d: %+v, %v", last, got, err)
	}
	found := map[string]string{}
	for q := (Query{Limit: maxLimit}); ; {
		result, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range result.Hits {
			found[h.ID] = h.Titles["zh"]
		}
		if q.Cursor = result.Next; q.Cursor == "" {
			break
		}
	}
	for n := range int64(tapeRecords) {
		id := tapeID(n)
		want := ""
		if e := source.at(id, last); e != nil {
			want = e.Record.Titles["zh"]
		}
		if found[id] != want {
			t.Errorf("change %d: %s is found as %q, and is %q", last, id, found[id], want)
		}
	}
}

// followUntilKilled is what a server does with an index, all at once and without a pause.
func followUntilKilled(t *testing.T, dir string, source tape) {
	ix := opened(t, dir)
	if _, err := ix.Prepare(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "begun"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 3)
	run := func(pause time.Duration, do func() error) {
		for t.Context().Err() == nil {
			if err := do(); err != nil {
				failed <- err
				return
			}
			time.Sleep(pause)
		}
	}
	go run(time.Millisecond, func() error {
		_, err := ix.Follow(t.Context(), source)
		return err
	})
	go run(70*time.Millisecond, func() error {
		_, err := ix.Reindex(t.Context(), source, nil)
		if err != nil && strings.Contains(err.Error(), "the catalogue has published") {
			return nil // it goes on too fast
		}
		return err
	})
	go run(30*time.Millisecond, func() error {
		h, err := ix.Hold(t.Context())
		if err != nil {
			return nil //nolint:nilerr // not now
		}
		var packed bytes.Buffer
		if err := h.Pack(t.Context(), &packed); err != nil {
			return err
		}
		return h.Close()
	})
	t.Fatalf("FAIL: %v", <-failed)
}
