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
	got, _, err := timed(t.Context(), "sh", "-c", "dd if=/dev/zero of=/dev/null bs=64M count=20; true")
	if err != nil {
		t.Fatal(err)
	}
	if got.peakKB < 60_000 || got.peakKB > 200_000 {
		t.Errorf("the peak is %d KB, want about 65,536", got.peakKB)
	}
	if got.elapsed <= 0 || got.elapsed > time.Minute {
		t.Errorf("it took %v", got.elapsed)
	}
	if _, _, err := timed(t.Context(), "sh", "-c", "echo 石窟; exit 3"); err == nil || !strings.Contains(err.Error(), "石窟") {
		t.Errorf("got error %v, want what the command said", err)
	}
	if _, _, err := timed(t.Context(), "/nowhere/hexi"); err == nil {
		t.Error("a command that is not there: got no error")
	}
}

func TestCopyTime(t *testing.T) {
	t.Parallel()
	const said = `time=2026-11-26T14:35:53.156Z level=DEBUG msg=job kind=identify asset=a1 took=7.29ms outcome=done
time=2026-11-26T14:35:54.225Z level=DEBUG msg="access copy made" asset=a1 mpx=100 made=1.5s stored=50ms
time=2026-11-26T14:35:54.225Z level=DEBUG msg="access copy made" asset=a2 mpx=24 made=400ms stored=50ms
`
	if got, err := copyTime(said); err != nil || got != 2*time.Second {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "level=INFO msg=job", `msg="access copy made" made=soon stored=1s`} {
		if got, err := copyTime(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}
