package main

import (
	"net/url"
	"os/exec"
	"testing"
)

// freshDatabase makes an empty database on the test server and returns its address.
func freshDatabase(t *testing.T, server, name string) string {
	t.Helper()
	// psql comes with the server: only archive/catalog speaks SQL in Go.
	out, err := exec.CommandContext(t.Context(), "psql", "--dbname="+server, "--quiet", "--no-psqlrc", "--command", `CREATE DATABASE "`+name+`"`).CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
