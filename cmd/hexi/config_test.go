package main

import "testing"

func TestParseSize(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int64{
		"1": 1, "4096": 4096, "512M": 512 << 20, "2G": 2 << 30, "2g": 2 << 30, "3 GiB": 3 << 30, "1TB": 1 << 40, "64k": 64 << 10,
		"": -1, "0": -1, "-1G": -1, "G": -1, "1.5G": -1, "1X": -1, "9999999T": -1, "99999999999999999999": -1,
	} {
		got, err := parseSize("render-memory", value)
		if want < 0 {
			if err == nil {
				t.Errorf("%q is read as %d", value, got)
			}
		} else if err != nil || got != want {
			t.Errorf("%q is read as %d, %v; want %d", value, got, err, want)
		}
	}
}
