package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a disk of so many megabytes in memory. Who is not root gets one in a
// mount namespace of its own, in which the whole test runs once more: then done is true.
func smallDisk(t *testing.T, megabytes int) (dir string, done bool) {
	t.Helper()
	dir = t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes))
	if err == nil {
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }) // it is memory alone
		return dir, false
	}
	const again = "HEXI_TEST_IN_NAMESPACE"
	if !errors.Is(err, syscall.EPERM) || os.Getenv(again) != "" {
		t.Fatalf("a small disk cannot be mounted: %v", err)
	}
	cmd := process(t, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), again+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("in a namespace of its own: %v\n%s", err, out)
	}
	return "", true
}

// fill takes all the room there is on a disk.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// The disk of the data directory is full: what cannot be saved is refused with a sentence
// in both languages, what fails names the place, reading goes on, nothing that was
// acknowledged is lost or damaged, and all goes on by itself once there is room.
func TestFullDisk(t *testing.T) {
	disk, done := smallDisk(t, 160)
	if done {
		return
	}
	data := filepath.Join(disk, "archive")
	flags := []string{"--data", data}
	l := &killLoop{t: t, flags: flags, dir: t.TempDir()}
	l.addUser()
	l.start()
	if got := hexi(t, l.ingestArgs()...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	acknowledged := map[string]string{} // titles, by record
	text := strings.Repeat("敦煌莫高窟", 2000)
	save := func(n int) (int, []byte) {
		id, title := fmt.Sprintf("e-%d", n), fmt.Sprintf("第%d稿", n)
		body := fmt.Sprintf(`{"id":%q,"collection":"folk","kind":"relic","titles":{"zh":%q},"descriptions":{"zh":%q}}`, id, title, text)
		status, answer, _ := l.call(t.Context(), http.MethodPut, "/api/v1/records/"+id+"?publish=true", http.Header{"If-None-Match": {"*"}}, body)
		if status == http.StatusCreated || status == http.StatusOK {
			acknowledged[id] = title
		}
		return status, answer
	}
	for n := range 20 {
		if status, answer := save(n); status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
	}
	next := 20
	for round := range 2 {
		free := fill(t, disk)
		var status int
		var answer []byte
		for end := next + 2000; next < end; next++ { // there may be room within the files
			if status, answer = save(next); status != http.StatusCreated {
				break
			}
		}
		next++
		if status != http.StatusInsufficientStorage || !bytes.Contains(answer, []byte("服务器存储空间已满")) || !bytes.Contains(answer, []byte("no space left on the server")) || bytes.Contains(answer, []byte(disk)) {
			t.Errorf("round %d: a save on a full disk: %d %s", round, status, answer)
		}
		// Searching may fail meanwhile: an index that cannot be written breaks, and is made anew.
		for _, path := range []string{"/healthz", "/api/v1/records/e-1", "/records/s-0-0"} {
			if status, answer, _ := l.call(t.Context(), http.MethodGet, path, nil, ""); status != http.StatusOK {
				t.Errorf("round %d: %s: %d %.300s", round, path, status, answer)
			}
		}
		l.batch = round + 1
		l.sheet(l.batch)
		got := hexi(t, l.ingestArgs()...)
		if said := got.stdout + got.stderr; got.status == exitDone || !strings.Contains(said, "no space") || !strings.Contains(said, data) {
			t.Errorf("round %d: an ingest on a full disk: %+v", round, got)
		}
		free()
		if !eventually(t, func() bool { status, _ := save(next); next++; return status == http.StatusCreated }) {
			t.Fatalf("round %d: the server does not go on", round)
		}
		if got := hexi(t, l.ingestArgs()...); got.status != exitDone {
			t.Fatalf("round %d: the same ingest, with room: %+v", round, got)
		}
	}
	for id, title := range acknowledged {
		if status, answer, _ := l.call(t.Context(), http.MethodGet, "/api/v1/records/"+id, nil, ""); status != http.StatusOK || !bytes.Contains(answer, []byte(title)) {
			t.Errorf("%s: %d %.300s", id, status, answer)
		}
	}
	// What was answered 507 may be in the database all the same, where the journal had no room.
	if !eventually(t, func() bool {
		status, answer, _ := l.call(t.Context(), http.MethodGet, "/api/v1/search?limit=1&q=%E8%8E%AB%E9%AB%98%E7%AA%9F", nil, "")
		var found struct{ Total int }
		return status == http.StatusOK && json.Unmarshal(answer, &found) == nil && found.Total >= len(acknowledged) && found.Total <= next
	}) {
		t.Errorf("the index does not catch up with %d records", len(acknowledged))
	}
	t.Logf("%d records were acknowledged", len(acknowledged))
	_ = l.server.Process.Signal(os.Interrupt)
	_ = l.server.Wait()
	h := houseAt(t, flags)
	preserveAll(t, h)
	for batch := range 3 {
		proveSheet(t, l, h, batch)
	}
	sound(t, h)
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	l.proveClean("when there is room again")
}
