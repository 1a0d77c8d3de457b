package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// effort is what a command took.
type effort struct {
	elapsed time.Duration
	peakKB  int           // the most memory that it and its children had at a time
	copying time.Duration // of hexi: what its access copies took, made and stored
}

// sampleEvery is how often the memory of a command is looked at.
const sampleEvery = 20 * time.Millisecond

// timed runs a command to its end, and measures it. It also returns what the command
// said.
func timed(ctx context.Context, name string, args ...string) (effort, string, error) {
	var said strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	var e effort
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return e, "", fmt.Errorf("start %s: %w", name, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			e.elapsed = time.Since(began)
			if err != nil {
				return e, "", fmt.Errorf("%s: %w:\n%s", strings.Join(cmd.Args, " "), err, said.String())
			}
			return e, said.String(), nil
		case <-tick.C:
			e.peakKB = max(e.peakKB, treeMemory(cmd.Process.Pid))
		}
	}
}

// copyLine is what hexi ingest -v logs of an access copy.
var copyLine = regexp.MustCompile(`msg="access copy made" .*made=(\S+) stored=(\S+)`)

// copyTime is how long hexi took for its access copies, one after the other: to read
// the master, make the copy, and have it in its place and on the disk.
func copyTime(said string) (total time.Duration, err error) {
	lines := copyLine.FindAllStringSubmatch(said, -1)
	if len(lines) == 0 {
		return 0, errors.New("hexi ingest -v does not say how long its access copies took")
	}
	for _, line := range lines {
		for _, took := range line[1:] {
			d, err := time.ParseDuration(took)
			if err != nil {
				return 0, fmt.Errorf("hexi ingest -v: %w", err)
			}
			total += d
		}
	}
	return total, nil
}

// treeMemory is the memory that a process and all below it have for themselves,
// in KB: what is anonymous of each, and, once, the largest piece that they share.
// Pages of files, which the kernel may drop, do not count.
func treeMemory(pid int) int {
	anon, shared := 0, 0
	for _, pid := range tree(pid, nil) {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil {
			continue // it ended
		}
		anon += statusKB(string(status), "RssAnon")
		shared = max(shared, statusKB(string(status), "RssShmem"))
	}
	return anon + shared
}

// tree adds a process and all below it.
func tree(pid int, found []int) []int {
	found = append(found, pid)
	// Each thread has its own list of those that it started.
	lists, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children") // the pattern is right
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // it ended
		}
		for child := range strings.FieldsSeq(string(children)) {
			if pid, err := strconv.Atoi(child); err == nil {
				found = tree(pid, found)
			}
		}
	}
	return found
}

// statusKB reads a size out of /proc/PID/status; 0 where it is not there.
func statusKB(status, name string) int {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb
		}
	}
	return 0
}
