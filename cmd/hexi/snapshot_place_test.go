package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A copy gets its name also where the disk knows no links, and never in place of another.
func TestRenameWithoutLinks(t *testing.T) {
	t.Parallel()
	fails := func(err error) func(from, to string) error {
		return func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: err} }
	}
	for name, test := range map[string]struct {
		link  func(from, to string) error
		there bool // a file of the name
		want  error
	}{
		"links":                    {os.Link, false, nil},
		"links, the name is taken": {os.Link, true, fs.ErrExist},
		"FAT":                      {fails(syscall.EPERM), false, nil},
		"FAT, the name is taken":   {fails(syscall.EPERM), true, fs.ErrExist},
		"a share":                  {fails(syscall.ENOTSUP), false, nil},
		"a broken disk":            {fails(syscall.EIO), false, syscall.EIO},
	} {
		dir := t.TempDir()
		from, to := fileOf(t, dir, "part", []byte("whole")), filepath.Join(dir, "copy")
		if test.there {
			fileOf(t, dir, "copy", []byte("another"))
		}
		if err := rename(from, to, test.link); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		got, err := os.ReadFile(to)
		_, left := os.Stat(from)
		switch {
		case test.there && string(got) != "another":
			t.Errorf("%s: the other file is %q, %v", name, got, err)
		case test.want == nil && (string(got) != "whole" || left == nil):
			t.Errorf("%s: %q, %v; what was renamed: %v", name, got, err, left)
		case test.want != nil && !test.there && err == nil:
			t.Errorf("%s: a file is there all the same", name)
		}
	}
}
