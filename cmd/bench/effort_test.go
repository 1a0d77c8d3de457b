package main

import (
	"fmt"
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
	// The grandchild says who it is when it runs: before that, neither it nor the
	// memory of its parent need be there.
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `sh -c 'echo $$; read line; true' <&3 & wait`)
	in, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{in}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		_ = in.Close()
		_ = cmd.Wait()
	})
	var grandchild int
	if _, err := fmt.Fscan(out, &grandchild); err != nil {
		t.Fatal(err)
	}
	found := tree(os.Getpid(), nil)
	for _, pid := range []int{os.Getpid(), cmd.Process.Pid, grandchild} {
		if !slices.Contains(found, pid) {
			t.Errorf("found %v, want %d among them", found, pid)
		}
	}
	if whole, part := treeMemory(cmd.Process.Pid), treeMemory(grandchild); part <= 0 || whole <= part {
		t.Errorf("the two shells have %d KB, the inner one %d KB of them", whole, part)
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
