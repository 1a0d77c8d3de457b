package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Several records are erased with one new index, each after its id was typed; where one of
// them is not there, none is.
func TestEraseSeveral(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","kind":"mural","titles":{"zh":"机密","en":"Qwzxkvj"}}`+"\n"+
		`{"id":"s-2","kind":"mural","titles":{"zh":"机密","en":"Qwzxkvj"}}`+"\n"+`{"id":"s-3","kind":"mural","titles":{"zh":"留下"}}`+"\n"))
	for _, args := range [][]string{{"ingest", sheet, "--collection", "dunhuang", "--publish"}, {"reindex"}} {
		if got := hexi(t, append(args, "--data", data)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	index := func() string {
		t.Helper()
		name, err := os.ReadFile(filepath.Join(data, "index", "CURRENT"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(name))
	}
	erase := func(typed string, ids ...string) outcome {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args := append(append([]string{"erase"}, ids...), "--reason", "court order", "--data", data)
		err := run(t.Context(), args, func(string) string { return "" }, strings.NewReader(typed), &stdout, &stderr)
		return outcome{exitStatus(err, &stderr), stdout.String(), stderr.String()}
	}
	if index() != "index-000002" {
		t.Fatalf("%s is in use", index())
	}
	for _, got := range []outcome{erase("s-1\ns-4\n", "s-1", "s-4"), erase("s-1\ns-1\n", "s-1", "s-2")} {
		if got.status != exitFailed || !strings.Contains(got.stderr, "nothing was erased") || index() != "index-000002" {
			t.Errorf("%+v, %s", got, index())
		}
	}
	got := erase("s-1\ns-2\n", "s-1", "s-2", "s-1")
	if got.status != exitDone || got.stdout != "s-1 is erased\ns-2 is erased\n" || index() != "index-000003" {
		t.Errorf("%+v, %s", got, index())
	}
	if inFiles(t, filepath.Join(data, "index"), "qwzxkvj") {
		t.Error("the index still holds what was erased")
	}
}
