package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Of a full disk doctor says that it is full, and does not ask for rights or a database.
func TestDoctorOnAFullDisk(t *testing.T) {
	disk, done := smallDisk(t, 40)
	if done {
		return
	}
	flags := []string{"--data", filepath.Join(disk, "archive")}
	sheet := fileOf(t, t.TempDir(), "sheet.jsonl", []byte(`{"id":"full","kind":"relic","titles":{"zh":"满"}}`))
	if got := hexi(t, append([]string{"ingest", sheet, "--collection", "folk"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	free := fill(t, disk)
	got := hexi(t, append([]string{"doctor"}, flags...)...)
	free()
	for _, check := range []string{"data", "objects disk", "database", "store put"} {
		_, after, found := strings.Cut(got.stdout, "\nfault    "+check)
		if _, do, _ := strings.Cut(after, "→ "); !found || !strings.HasPrefix(do, "make room there") {
			t.Errorf("%s: %s", check, got.stdout)
		}
	}
	if got := hexi(t, append([]string{"check"}, flags...)...); got.status != exitDone {
		t.Errorf("with room: %+v", got)
	}
}
