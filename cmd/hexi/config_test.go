package main

import (
	"strings"
	"testing"
)

// What is printed of an address holds no secret, however wrongly it is written.
func TestMask(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ address, want string }{
		{"sqlite:/srv/hexi/hexi.db", "sqlite:/srv/hexi/hexi.db"},
		{"dir:/srv/a b", "dir:/srv/a b"},
		{"postgres://hexi@db/hexi?sslmode=require", "postgres://hexi@db/hexi?sslmode=require"},
		{"postgres://hexi:SECRET@db/hexi", "postgres://hexi:xxxxx@db/hexi"},
		{"postgres://db/hexi?user=u&password=SECRET", "postgres://db/hexi?password=xxxxx&user=u"},
		{"s3://KEY:SECRET@host:9000/bucket?tls=off", "s3://KEY:xxxxx@host:9000/bucket?tls=off"},
		{"user=u password=SECRET host=db", "…"},
		{"user=u password=SECRET://x host=db", "…"},
		{"postgres:user=u password=SECRET", "…"},
		{"SECRET", "…"},
		{"", "…"},
		{"://SECRET", "…"},
		{"postgres://u:SEC RET@db/x", "postgres://…"},
		{"postgres://u:SEC%RET@db/x", "postgres://…"},
		{"postgres://u:1#SECRET@db/x", "postgres://…"},
		{"postgres://u:1/SECRET@db/x", "postgres://…"},
		{"postgres://u:1?SECRET@db/x", "postgres://…"},
		{"postgres:///x?password=a;b=SECRET", "postgres://…"},
		{"postgres://db/x?password=SECRET;b", "postgres://…"},
	} {
		if got := mask(test.address); got != test.want {
			t.Errorf("mask(%q) = %q, want %q", test.address, got, test.want)
		}
	}
	got := hexi(t, "serve", "--data", t.TempDir(), "--database", "user=u password=SECRET")
	if got.status != exitUsage || strings.Contains(got.stderr, "SECRET") {
		t.Errorf("a wrong database: status %d, %q", got.status, got.stderr)
	}
}

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

func TestCacheSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		given settings
		cache string
		bytes int64
	}{
		{"a directory", settings{Data: "d"}, "", 4 << 30},
		{"S3", settings{Data: "d", Objects: "s3://h/b"}, "d/cache", 4 << 30},
		{"S3, none wanted", settings{Data: "d", Objects: "s3://h/b", Cache: "off"}, "off", 4 << 30},
		{"a directory, wanted", settings{Data: "d", Cache: "/var/cache/hexi", CacheSize: "512M"}, "/var/cache/hexi", 512 << 20},
	} {
		got, err := test.given.load(func(string) string { return "" })
		if err != nil || got.Cache != test.cache || got.cacheBytes != test.bytes || got.renderBytes != 1<<30 {
			t.Errorf("%s: %q of %d bytes, %v", test.name, got.Cache, got.cacheBytes, err)
		}
	}
	env := map[string]string{"HEXI_RENDER_MEMORY": "256M", "HEXI_CACHE_SIZE": "0"}
	if _, err := (settings{}).load(func(name string) string { return env[name] }); err == nil {
		t.Error("a cache of nothing is taken")
	}
	delete(env, "HEXI_CACHE_SIZE")
	if got, err := (settings{}).load(func(name string) string { return env[name] }); err != nil || got.renderBytes != 256<<20 {
		t.Errorf("from the environment: %d, %v", got.renderBytes, err)
	}
}

func TestAdminEmail(t *testing.T) {
	t.Parallel()
	for address, fits := range map[string]bool{
		"": true, "archive@example.org": true, "archive": false, "archive@localhost": false, "a b@example.org": false, "a@@example.org": false, "a@example.": false,
	} {
		got, err := settings{AdminEmail: address}.load(func(string) string { return "" })
		if (err == nil) != fits || err == nil && got.AdminEmail != address {
			t.Errorf("%q: %q, %v", address, got.AdminEmail, err)
		}
	}
}
