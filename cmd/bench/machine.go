package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// printMachine says on what, and with which versions, the numbers below were
// measured.
func printMachine(ctx context.Context, w io.Writer, s settings) error {
	memory, _ := procValue("/proc/meminfo", "MemTotal")
	cpu, _ := procValue("/proc/cpuinfo", "model name")
	kib, _ := strconv.Atoi(strings.TrimSuffix(memory, " kB"))
	fmt.Fprintf(w, "machine   %d cores, %s, %.0f GB, %s\n", runtime.NumCPU(), cpu, float64(kib)/(1<<20), output(ctx, "uname", "-sr"))
	if slices.Equal(s.only, []string{"search"}) { // which needs none of the others
		fmt.Fprintf(w, "versions  %s\n", runtime.Version())
		return nil
	}
	fmt.Fprintf(w, "versions  %s; nginx %s; IIPImage %s; vips %s", runtime.Version(),
		version(ctx, "nginx-light"), version(ctx, "iipimage-server"), version(ctx, "libvips-tools"))
	if s.pyramid == "" {
		got := output(ctx, s.hexi, "version")
		if got == "" {
			return fmt.Errorf("%s does not run; make build makes it", s.hexi)
		}
		fmt.Fprintf(w, "; %s", got)
	}
	fmt.Fprintln(w)
	return nil
}

// version is that of a Debian package.
func version(ctx context.Context, pkg string) string {
	if v := output(ctx, "dpkg-query", "-W", "-f", "${Version}", pkg); v != "" {
		return v
	}
	return "(version unknown)"
}

// output is the first line that a command prints, or nothing where it fails.
func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	return string(line)
}

// procValue reads the first line "name: value" of a file in /proc.
func procValue(path, name string) (string, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}
