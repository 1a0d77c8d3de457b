package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStatusKB(t *testing.T) {
	t.Parallel()
	const status = "Name:\thexi\nVmHWM:\t   90001 kB\nVmRSS:\t   80000 kB\nRssAnon:\t   51234 kB\nRssFile:\t   28000 kB\nRssShmem:\t       0 kB\n"
	for name, want := range map[string]int{"RssAnon": 51234, "VmRSS": 80000, "RssShmem": 0, "Rss": 0, "VmSwap": 0} {
		if got := statusKB(status, name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := statusKB("RssAnon:\tmany\n", "RssAnon"); got != 0 {
		t.Errorf("no number: got %d", got)
	}
}

func TestTreeFindsGrandchildren(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "sh -c 'read line; true' & wait")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	found := tree(os.Getpid(), nil)
	if !slices.Contains(found, os.Getpid()) || !slices.Contains(found, cmd.Process.Pid) {
		t.Errorf("found %v, want %d and %d", found, os.Getpid(), cmd.Process.Pid)
	}
	if treeMemory(cmd.Process.Pid) <= 0 {
		t.Error("a running shell has no memory")
	}
}

func TestTimed(t *testing.T) {
	t.Parallel()
	// The memory is that of a child: the shell itself stays small.
	got, err := timed(t.Context(), "sh", "-c", "dd if=/dev/zero of=/dev/null bs=64M count=20; true")
	if err != nil {
		t.Fatal(err)
	}
	if got.peakKB < 60_000 || got.peakKB > 200_000 {
		t.Errorf("the peak is %d KB, want about 65,536", got.peakKB)
	}
	if got.elapsed <= 0 || got.elapsed > time.Minute {
		t.Errorf("it took %v", got.elapsed)
	}
	if _, err := timed(t.Context(), "sh", "-c", "echo 石窟; exit 3"); err == nil || !strings.Contains(err.Error(), "石窟") {
		t.Errorf("got error %v, want what the command said", err)
	}
	if _, err := timed(t.Context(), "/nowhere/hexi"); err == nil {
		t.Error("a command that is not there: got no error")
	}
}
