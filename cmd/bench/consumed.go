package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpuOf is the processor time that a process has used, in steps of 10 ms.
func cpuOf(pid int) time.Duration {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	// The name of the program, in brackets, may hold anything.
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	const user, system = 11, 12
	if len(fields) <= system {
		return 0
	}
	u, _ := strconv.Atoi(fields[user])
	s, _ := strconv.Atoi(fields[system])
	return time.Duration(u+s) * 10 * time.Millisecond
}

// anonymousMB is how much memory of a process is no file's: it cannot be given up, as
// that of an index that is mapped can.
func anonymousMB(pid int) int {
	value, _ := procValue("/proc/"+strconv.Itoa(pid)+"/smaps_rollup", "Anonymous")
	kb, _ := strconv.Atoi(strings.TrimSuffix(value, " kB"))
	return kb >> 10
}

// loadAverage is that of the last minute: others may be at work on the machine.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

// settled waits until nothing in a directory has grown or shrunk for three seconds, and
// says how large it is: engines merge their files for a while.
func settled(ctx context.Context, dir string) (int64, error) {
	const calm = 6
	before, same := int64(-1), 0
	for range 2400 {
		size, err := bytesBelow(dir)
		if err != nil {
			return 0, err
		}
		if same++; size != before {
			same = 0
		}
		if before = size; same == calm {
			break
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return before, nil
}

func bytesBelow(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreGone(err)
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return ignoreGone(err)
	})
	return size, err
}

// ignoreGone passes over a file that was merged away while it was looked at.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
