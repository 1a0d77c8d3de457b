package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"hexi/cmd/hexi/internal/web"
	"hexi/ingest"
)

// What is ingested shows in the metrics and, with -v, in the log: each job, and each
// access copy with the time that it took.
func TestMetersOfAnIngest(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	env := &environment{getenv: func(string) string { return "" }, stdout: io.Discard, stderr: &stderr,
		flags: settings{Data: filepath.Join(t.TempDir(), "archive"), Verbose: true}}
	h, err := openHouse(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	whole, other := photo(t, 3, 1200, 800), photo(t, 5, 900, 700)
	broken := photo(t, 7, 1000, 900)
	broken = broken[:len(broken)/2]
	fileOf(t, dir, "a.jpg", whole)
	fileOf(t, dir, "b.jpg", other)
	fileOf(t, dir, "c.jpg", broken)
	if _, err := env.ingest(t.Context(), h, ingest.Request{Paths: []string{dir}, Collection: "folk", Publish: true}); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for name, want := range map[string]float64{
		"hexi_ingest_pixels_total":          1200*800 + 900*700,
		"hexi_masters_received_total":       3,
		"hexi_masters_received_bytes_total": float64(len(whole) + len(other) + len(broken)),
	} {
		if got := value(t, h, &text, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, series := range []string{
		`hexi_jobs_total{kind="derive",outcome="done"} 2`, `hexi_jobs_total{kind="derive",outcome="refused"} 1`,
		`hexi_jobs_total{kind="identify",outcome="done"} 3`, `hexi_job_seconds_count{kind="derive"} 3`,
		`hexi_jobs{state="waiting"} 0`, `hexi_jobs{state="failed"} 0`, `hexi_decoder_ends_total{reason="crashed"} 0`,
	} {
		if !strings.Contains(text.String(), "\n"+series+"\n") {
			t.Errorf("there is no %s in\n%s", series, text.String())
		}
	}
	for _, name := range []string{"hexi_ingest_making_seconds_total", "hexi_ingest_storing_seconds_total", "hexi_decoder_starts_total"} {
		if value(t, h, &text, name) <= 0 {
			t.Errorf("%s is not above 0", name)
		}
	}
	if problems, err := testutil.GatherAndLint(h.meters.registry); err != nil || len(problems) > 0 {
		t.Errorf("the names of metrics: %v, %v", problems, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	log := stderr.String()
	made := regexp.MustCompile(`level=DEBUG msg="access copy made" asset=(\w+) mpx=(0\.96|0\.63) made=(\S+) stored=(\S+)\n`)
	lines := made.FindAllStringSubmatch(log, -1)
	if len(lines) != 2 {
		t.Fatalf("%d access copies are logged:\n%s", len(lines), log)
	}
	for _, line := range lines {
		for _, took := range line[3:] {
			if d, err := time.ParseDuration(took); err != nil || d <= 0 {
				t.Errorf("%s: %v", line[0], err)
			}
		}
	}
	for outcome, n := range map[string]int{"done": 5, "refused": 1} {
		job := regexp.MustCompile(`level=DEBUG msg=job kind=(identify|derive) asset=\w+ record=\S+ took=\S+ outcome=` + outcome + `\n`)
		if got := len(job.FindAllString(log, -1)); got != n {
			t.Errorf("%d jobs are logged as %s, want %d:\n%s", got, outcome, n, log)
		}
	}
}

// value reads a metric without labels from what is answered at /metrics, which it
// leaves in text.
func value(t *testing.T, h *house, text *bytes.Buffer, name string) float64 {
	t.Helper()
	w := httptest.NewRecorder()
	web.MetricsHandler(h.meters.registry).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text.Reset()
	text.Write(w.Body.Bytes())
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text.String())
	if m == nil {
		t.Fatalf("there is no %s in\n%s", name, text.String())
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A worker answers with its metrics where it is told to.
func TestWorkerMetrics(t *testing.T) {
	t.Parallel()
	data := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	if got := hexi(t, append([]string{"worker", "--metrics", "9100"}, data...)...); got.status != exitUsage {
		t.Errorf("no address: %+v", got)
	}
	cmd := process(t, append([]string{"worker", "--metrics", "127.0.0.1:0"}, data...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, stderr)
		_ = cmd.Wait() // the status of an interrupted worker is of no interest
	}()
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		m := regexp.MustCompile(`msg=metrics address=(\S+)`).FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		status, body := fetch(t, m[1])
		if status != http.StatusOK || !strings.Contains(string(body), `hexi_jobs{state="waiting"} 0`) || !strings.Contains(string(body), "process_resident_memory_bytes") {
			t.Errorf("%d %s", status, body)
		}
		return
	}
	t.Error("the worker does not say where its metrics are")
}
