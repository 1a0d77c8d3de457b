package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexi/archive"
)

// kills is how often the loop kills, for each store.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("HEXI_TEST_KILLS")
	if text == "" {
		return 4
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HEXI_TEST_KILLS: %q is no number of kills", text)
	}
	return n
}

// A server that works jobs and takes edits, and ingests beside it, are killed again and
// again at random moments, alone or with their decoding processes. What any of them
// acknowledged is there in the end, byte for byte, and the archive is as it should be.
func TestKillLoop(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		const seed = 20260301
		l := &killLoop{t: t, flags: flags, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, uint64(len(flags)))), acked: map[string]map[int]string{}}
		l.addUser()
		l.start()
		editing, stopEditing := context.WithCancel(t.Context())
		var edits sync.WaitGroup
		edits.Go(func() { l.edit(editing) })
		for kill := range kills(t) {
			l.round(kill)
		}
		stopEditing()
		edits.Wait()
		l.finish()
	})
}

type killLoop struct {
	t      *testing.T
	flags  []string
	dir    string
	random *rand.Rand
	token  string

	server *exec.Cmd
	batch  int // the number of the sheet that is being ingested
	done   []int
	counts struct{ server, ingest, both int }

	mu      sync.Mutex
	address string
	acked   map[string]map[int]string // by record and revision, the title that was acknowledged
	edits   int
}

func (l *killLoop) addUser() {
	got := hexi(l.t, append([]string{"user", "add", "li", "--role", "admin", "--token"}, l.flags...)...)
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	if l.token = lines[len(lines)-1]; got.status != 0 || l.token == "" {
		l.t.Fatalf("%+v", got)
	}
}

// start starts the server and waits until it answers.
func (l *killLoop) start() {
	l.t.Helper()
	cmd := process(l.t, append([]string{"serve", "--listen", "127.0.0.1:0", "--check-every", "off"}, l.flags...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { killGroup(cmd) })
	said := make(chan string, 1)
	go func() {
		pattern := regexp.MustCompile(`address=(http://[0-9.:]+)`)
		var log bytes.Buffer
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
				select {
				case said <- "it ended: " + log.String():
				default:
				}
				return
			}
		}
	}()
	select {
	case address := <-said:
		if !strings.HasPrefix(address, "http") {
			l.t.Fatalf("the server does not start: %s", address)
		}
		l.mu.Lock()
		l.address = address
		l.mu.Unlock()
	case <-time.After(2 * time.Minute):
		l.t.Fatal("the server does not start")
	}
	l.server = cmd
}

// killGroup kills a process and those that it started.
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	_ = cmd.Wait()
}

const inSheet = 4 // rows

// sheet makes the pictures and the sheet of a batch, if they are not made yet.
func (l *killLoop) sheet(batch int) (dir string) {
	dir = filepath.Join(l.dir, strconv.Itoa(batch))
	if _, err := os.Stat(filepath.Join(dir, "sheet.jsonl")); err == nil {
		return dir
	}
	var sheet strings.Builder
	for i := range inSheet {
		name := fmt.Sprintf("%d-%d.jpg", batch, i)
		fileOf(l.t, dir, name, photo(l.t, 4*batch+i+1, 600, 400+batch))
		fmt.Fprintf(&sheet, `{"id":"s-%d-%d","kind":"relic","titles":{"zh":"第%d批第%d件"},"files":[%q]}`+"\n", batch, i, batch, i, name)
	}
	fileOf(l.t, dir, "sheet.jsonl", []byte(sheet.String()))
	return dir
}

func (l *killLoop) ingestArgs() []string {
	dir := l.sheet(l.batch)
	return append([]string{"ingest", dir, filepath.Join(dir, "sheet.jsonl"), "--collection", "folk", "--publish"}, l.flags...)
}

// round begins an ingest beside the server and kills one of them, or both.
func (l *killLoop) round(kill int) {
	cmd := process(l.t, l.ingestArgs()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	what := "server"
	time.Sleep(time.Duration(l.random.Int64N(int64(2500 * time.Millisecond))))
	switch victim := l.random.IntN(5); {
	case victim < 2:
		l.counts.server++
		_ = l.server.Process.Kill() // alone: its decoding processes have to end by themselves
		_ = l.server.Wait()
		l.start()
	case victim < 4:
		what = "ingest"
		l.counts.ingest++
		if victim == 2 {
			_ = cmd.Process.Kill()
		} else {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	default:
		what = "both"
		l.counts.both++
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		killGroup(l.server)
		l.start()
	}
	select {
	case err := <-ended:
		if err == nil {
			l.done = append(l.done, l.batch)
			l.batch++
			return
		}
		if status := new(exec.ExitError); !asExit(err, &status) || status.ExitCode() > 0 {
			l.t.Errorf("kill %d: the ingest failed: %v\n%s", kill, err, out.String())
		}
	case <-time.After(3 * time.Minute):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGQUIT) // it says where it is
		<-ended
		l.t.Fatalf("kill %d (%s): the ingest does not end\n%s", kill, what, out.String())
	}
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // of Wait, unwrapped
	*to = e
	return ok
}

// edit saves records through the API, one after the other, and remembers what it was
// told is saved.
func (l *killLoop) edit(ctx context.Context) {
	const records = 5
	etags := map[string]string{}
	for n := 0; ctx.Err() == nil; n++ {
		id, title := fmt.Sprintf("e-%d", n%records), fmt.Sprintf("第%d稿", n)
		body := fmt.Sprintf(`{"id":%q,"collection":"folk","kind":"relic","titles":{"zh":%q}}`, id, title)
		header := http.Header{"If-None-Match": {"*"}}
		if etag := etags[id]; etag != "" {
			header = http.Header{"If-Match": {etag}}
		}
		status, answer, etag := l.call(ctx, http.MethodPut, "/api/v1/records/"+id+"?publish=true", header, body)
		switch status {
		case http.StatusOK, http.StatusCreated:
			var saved struct{ Revision int }
			if err := json.Unmarshal(answer, &saved); err != nil || saved.Revision < 1 {
				l.t.Errorf("%v: %s", err, answer)
				return
			}
			l.mu.Lock()
			if l.acked[id] == nil {
				l.acked[id] = map[int]string{}
			}
			l.acked[id][saved.Revision] = title
			l.edits++
			l.mu.Unlock()
			etags[id] = etag
			continue
		case 0, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusServiceUnavailable:
			// The server was killed: whether it was saved is not known.
		default:
			l.t.Errorf("PUT %s: %d %s", id, status, answer)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
		if status, _, etag := l.call(ctx, http.MethodGet, "/api/v1/records/"+id, nil, ""); status == http.StatusOK {
			etags[id] = etag
		}
	}
}

// call asks the server as it is now; status 0 is no answer.
func (l *killLoop) call(ctx context.Context, method, path string, header http.Header, body string) (status int, answer []byte, etag string) {
	l.mu.Lock()
	address := l.address
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address+path, strings.NewReader(body))
	if err != nil {
		l.t.Error(err)
		return 0, nil, ""
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+l.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, ""
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil, ""
	}
	return resp.StatusCode, answer, resp.Header.Get("ETag")
}

// finish lets all that was begun come to its end, and proves what was acknowledged.
func (l *killLoop) finish() {
	t := l.t
	t.Logf("killed %d servers, %d ingests, %d times both; %d edits and %d sheets were acknowledged", l.counts.server, l.counts.ingest, l.counts.both, l.edits, len(l.done))
	if got := hexi(t, l.ingestArgs()...); got.status != 0 {
		t.Errorf("the last sheet: %+v", got)
	}
	l.done = append(l.done, l.batch)
	for id, revisions := range l.acked {
		for n, title := range revisions {
			status, answer, _ := l.call(t.Context(), http.MethodGet, fmt.Sprintf("/api/v1/records/%s/revisions/%d", id, n), nil, "")
			if status != http.StatusOK || !bytes.Contains(answer, []byte(`"`+title+`"`)) {
				t.Errorf("revision %d of %s was saved as %s: %d %s", n, id, title, status, answer)
			}
		}
	}
	for _, batch := range l.done {
		for i := range inSheet {
			l.proveRow(batch, i)
		}
	}
	if !eventually(t, func() bool {
		status, answer, _ := l.call(t.Context(), http.MethodGet, "/api/v1/search?limit=1", nil, "")
		var found struct{ Total int }
		return status == http.StatusOK && json.Unmarshal(answer, &found) == nil && found.Total == len(l.acked)+inSheet*len(l.done)
	}) {
		t.Error("what was published is not found")
	}
	l.proveClean("beside the server")
	_ = l.server.Process.Signal(os.Interrupt)
	_ = l.server.Wait()
	l.proveClean("without a server")
}

func (l *killLoop) proveClean(when string) {
	l.t.Helper()
	got := hexi(l.t, append([]string{"check"}, l.flags...)...)
	if got.status != 0 {
		l.t.Errorf("hexi check %s: %d\n%s\n%s", when, got.status, got.stdout, got.stderr)
	}
}

// proveRow proves that a row of a sheet is there with its master, byte for byte, and can
// be seen.
func (l *killLoop) proveRow(batch, i int) {
	t := l.t
	want, err := os.ReadFile(filepath.Join(l.dir, strconv.Itoa(batch), fmt.Sprintf("%d-%d.jpg", batch, i)))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(want)
	record := fmt.Sprintf("s-%d-%d", batch, i)
	asset := archive.AssetID(record, hex.EncodeToString(sum[:]))
	status, got, _ := l.call(t.Context(), http.MethodGet, "/api/v1/assets/"+asset+"/master", nil, "")
	if status != http.StatusOK || !bytes.Equal(got, want) {
		t.Errorf("the master of %s: %d, %d bytes of %d", record, status, len(got), len(want))
	}
	status, got, _ = l.call(t.Context(), http.MethodGet, "/iiif/3/"+asset+"/full/!100,100/0/default.jpg", nil, "")
	if status != http.StatusOK {
		t.Errorf("the image of %s: %d %s", record, status, got)
	}
}
