package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be hexi itself, as a process of its own, for
// tests that kill it or run several at once, and for the processes that it decodes
// images in.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "decode" {
		decodeFast()
	}
	if os.Getenv("HEXI_BE_THE_PROGRAM") != "" || len(os.Args) > 1 && os.Args[1] == "decode" {
		main()
		return
	}
	os.Exit(m.Run())
}

// decodeFast makes this process the decoder of the program as it is built for use, HEXI_BIN,
// where that is given: with the race detector pixels take many times as long, and one
// process decodes one image at a time. A decoder has no settings in its environment, so that
// its parent's is looked at.
func decodeFast() {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid()))
	if err != nil {
		return
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if program, ok := strings.CutPrefix(string(entry), "HEXI_BIN="); ok {
			_ = syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ()) // or this one decodes
		}
	}
}

// outcome is what a command did.
type outcome struct {
	status         int
	stdout, stderr string
}

// hexi runs a command in this process.
func hexi(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), args, func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	status := exitStatus(err, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// built runs a command by the program as it is built for use, HEXI_BIN, where that is
// given: with the race detector, thousands of rows take minutes, and what their code has
// of races smaller tests show as well. Without it this is hexi.
func built(t *testing.T, args ...string) outcome {
	t.Helper()
	program := os.Getenv("HEXI_BIN")
	if program == "" {
		return hexi(t, args...)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()} // none of hexi's settings
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exited *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// process prepares a command in a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "HEXI_BE_THE_PROGRAM=1")
	return cmd
}

// report reads what "hexi ingest --json" prints.
type report struct {
	Records, Assets map[string]int
	Layers          int
	Published       int
	Packages        struct{ Written, Waiting int }
	Failed, Notes   []struct {
		Item, Record, Asset, Field, Code, Why, Do string

		Column, Heading string

		Like *struct {
			Asset, Record string
			Titles        map[string]string
		}
	}
}

func readReport(t *testing.T, o outcome) report {
	t.Helper()
	var r report
	if err := json.Unmarshal([]byte(o.stdout), &r); err != nil {
		t.Fatalf("%v: %+v", err, o)
	}
	return r
}

// serve runs a server in a process of its own and returns its address and how to
// end it.
func serve(t *testing.T, args ...string) (address string, stop func()) {
	t.Helper()
	cmd := process(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	var log bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		pattern := regexp.MustCompile(`address=(http://[0-9.:]+)`)
		buf := make([]byte, 4096)
		for {
			n, err := stderr.Read(buf)
			log.Write(buf[:n])
			if m := pattern.FindStringSubmatch(log.String()); m != nil {
				select {
				case said <- m[1]:
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-read
		_ = cmd.Wait() // the status of an interrupted server is of no interest
	}
	select {
	case address = <-said:
	case <-time.After(30 * time.Second):
		stop()
		t.Fatalf("the server does not start:\n%s", log.String())
	}
	t.Cleanup(stop)
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if status, _ := fetch(t, address+"/readyz"); status == http.StatusOK {
			return address, stop
		} else if time.Now().After(end) {
			t.Fatalf("the server is not ready: %d\n%s", status, log.String())
		}
	}
}

// fetch asks a running server, as the public or with a token.
func fetch(t *testing.T, address string, authorization ...string) (int, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["Authorization"] = authorization
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return resp.StatusCode, body
}

// fileOf writes a file and returns its path.
func fileOf(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
