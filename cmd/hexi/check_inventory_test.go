package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/ingest/check"
)

// A flipped byte of a package's inventory is told of that package alone, whatever it says
// now: --repair mends it from its copy, and there is nothing to get out of a backup.
func TestCheckMendsInventories(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	if got := hexi(t, append([]string{"user", "add", "li", "--role", "editor", "--token"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	h := openedHouse(t, flags)
	preserveAll(t, h)
	for _, id := range []string{"c-b", "hexi:users"} {
		dir, err := h.packages.Path(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(data, "objects", filepath.FromSlash(dir), "inventory.json")
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, at := range map[string]int{
			"the first brace": 0, "the id": bytes.Index(whole, []byte(id)) + 2, "a key": bytes.Index(whole, []byte(`"head"`)) + 2,
			"a digest": bytes.Index(whole, []byte("manifest")) + 20,
		} {
			t.Run(id+", "+name, func(t *testing.T) {
				spoilt := bytes.Clone(whole)
				spoilt[at] ^= 1
				if err := os.WriteFile(path, spoilt, 0o600); err != nil {
					t.Fatal(err)
				}
				r := checked(t, exitPart, flags...)
				if d := r.Differences[0]; len(r.Differences) != 1 || d.Code != check.PackageDamaged || d.Key != dir+"/inventory.json" {
					t.Errorf("%+v", r.Differences)
				}
				if r = checked(t, exitDone, append([]string{"--repair"}, flags...)...); len(r.Differences) == 0 {
					t.Error("nothing was mended")
				}
				if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole) {
					t.Errorf("it is not as it was: %v", err)
				}
			})
		}
	}
	checked(t, exitDone, flags...)
}

// A bit of an inventory of a version before the newest is one difference, also where it
// makes the inventory name another file; what cannot be mended is not said to be.
func TestCheckOfAnEarlierInventory(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	h := openedHouse(t, flags)
	retitle(t, h, "c-b", "B")
	preserveAll(t, h)
	dir, err := h.packages.Path(t.Context(), "c-b")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, "objects", filepath.FromSlash(dir), "v1", "inventory.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, path, int64(bytes.Index(whole, []byte("content/metadata.json"))+10))
	r := checked(t, exitPart, flags...)
	if d := r.Differences[0]; len(r.Differences) != 1 || d.Code != check.PackageDamaged || d.Key != dir+"/v1/inventory.json" || d.Do == "" {
		t.Errorf("%+v", r.Differences)
	}
	got := hexi(t, append([]string{"check", "--repair"}, flags...)...)
	if got.status != exitPart || !strings.Contains(got.stdout, "✗ not mended") || strings.Contains(got.stdout, "✓") {
		t.Errorf("%+v", got)
	}
}
