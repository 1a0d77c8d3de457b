//go:build lucene

package main

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLucene holds that the peer looks for the same as hexi does: what only filters, years,
// places and everything decide has to be found by both alike.
func TestLucene(t *testing.T) {
	t.Parallel()
	in := testInventor(t)
	peer, err := startLucene(t.Context(), t.TempDir(), in)
	if err != nil {
		t.Fatal(err)
	}
	const count = 300
	if _, err := peer.do("index "+strconv.Itoa(count), peer.records(0, count, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := peer.do("open", nil); err != nil {
		t.Fatal(err)
	}
	index := testIndex(t, newInventedSource(in, count))
	for _, l := range askedLines {
		questions := newAsker(5, in, count).questions(l, 10)
		for i := range questions {
			if questions[i].page > 0 {
				questions[i].page = 2
			}
		}
		got, err := peer.ask(t.Context(), questions, 2)
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		if len(got.took) < len(questions) || got.elapsed <= 0 {
			t.Errorf("%s: %d answers to %d questions in %v", l.name, len(got.took), len(questions), got.elapsed)
		}
		want, err := (indexSearcher{index}).ask(t.Context(), questions, 1)
		if err != nil {
			t.Fatal(err)
		}
		if same := len(questions[0].words) == 0 && questions[0].phrase == "" && questions[0].prefix == ""; same && got.hits != want.hits {
			t.Errorf("%s: Lucene found %d and hexi %d", l.name, got.hits, want.hits)
		}
	}
	run := &searchRun{in: in, peer: peer, source: newInventedSource(in, count)}
	stop, err := run.changePeer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range 10 { // on a busy machine it has not begun yet
		time.Sleep(500 * time.Millisecond)
		if n, err = stop(); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			break
		}
		if stop, err = run.changePeer(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n < 1 {
		t.Error("it followed no changes")
	}
	if err := peer.stop(); err != nil {
		t.Error(err)
	}
}

// TestLuceneFails holds that what the peer complains of is told.
func TestLuceneFails(t *testing.T) {
	t.Parallel()
	peer, err := startLucene(t.Context(), t.TempDir(), testInventor(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := peer.do("dance", nil); err == nil || !strings.Contains(err.Error(), "not understood: dance") {
		t.Errorf("got error %v", err)
	}
	if err := peer.stop(); err == nil {
		t.Error("a program that failed has stopped well")
	}
}
