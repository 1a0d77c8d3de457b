package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hexi/archive"
)

// proven are the tables of what the archive holds. The others are for work under way
// (jobs, sessions, who works) or facts that come back by themselves.
var proven = []string{"records", "revisions", "assets", "changes", "users", "tokens"}

// dumped returns all values of the proven tables, one a line; "" where they cannot be read.
func dumped(ctx context.Context, c *Catalog) string {
	var b strings.Builder
	for _, table := range proven {
		if err := dumpTable(ctx, c, &b, table); err != nil {
			return ""
		}
	}
	return b.String()
}

func dumpTable(ctx context.Context, c *Catalog, b *strings.Builder, table string) error {
	rows, err := c.reader.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY 1, 2")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read only
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values := make([]any, len(columns))
		to := make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i, column := range columns {
			fmt.Fprintf(b, "%s.%s %q\n", table, column, fmt.Sprint(values[i]))
		}
	}
	return rows.Err()
}

// unproven are the columns in which an altered value is not found by looking at the
// database alone. Image, access, layer and file name of an asset are held to its access
// copy and its preservation package (package check); who is to publish it and its batch
// are of work under way, and the times are only held to each other.
var unproven = []string{
	"assets.position", "assets.kind", "assets.batch", "assets.filename", "assets.master_key", "assets.size", "assets.format",
	"assets.image", "assets.access", "assets.failure", "assets.layer", "assets.received", "assets.publish_by", "assets.publish_revision", "assets.state",
	"records.updated", "records.published_at", "tokens.created", "users.created",
}

// Bits of the database's file are flipped: each is found by Verify or by the log, or
// changes nothing that is kept, or a column that is proved elsewhere (unproven).
func TestVerifyFindsFlippedBits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	c := open(t, "sqlite:"+path)
	a := newArchive(c)
	fillForBits(t, c)
	clean := dumped(t.Context(), c)
	if got := faults(t, c); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	if proof, err := a.VerifyLog(t.Context(), archive.VerifyOptions{}, func(b archive.Break) error { t.Errorf("%+v", b); return nil }); err != nil || proof.Entries == 0 {
		t.Fatalf("%+v, %v", proof, err)
	}
	if _, err := c.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 8))
	found, silent := 0, 0
	flips := 80 // HEXI_TEST_FLIPS=4000 has a longer look
	if text := os.Getenv("HEXI_TEST_FLIPS"); text != "" {
		if flips, err = strconv.Atoi(text); err != nil {
			t.Fatalf("HEXI_TEST_FLIPS: %v", err)
		}
	}
	for i := range flips {
		bad := slices.Clone(whole)
		at := random.IntN(len(bad))
		bad[at] ^= 1 << random.IntN(8)
		copyPath := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		if err := os.WriteFile(copyPath, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		told, dump := lookAtDamaged(t, copyPath)
		switch {
		case told > 0:
			found++
		case dump == clean:
			silent++
		default:
			columns := alteredColumns(clean, dump)
			if i := slices.IndexFunc(columns, func(c string) bool { return !slices.Contains(unproven, c) }); i >= 0 {
				t.Errorf("byte %d of page %d: not found, and %v differ", at, at/4096+1, columns)
			}
			silent++
		}
		for _, end := range []string{"", "-wal", "-shm", "-lock"} {
			os.Remove(copyPath + end)
		}
	}
	t.Logf("of %d flips %d were found; %d were in unused space, in work under way, or in columns that are proved elsewhere", flips, found, silent)
	if found == 0 {
		t.Error("nothing was found")
	}
}

// lookAtDamaged opens a database that may be damaged and counts what is told of it.
func lookAtDamaged(t *testing.T, path string) (told int, dump string) {
	t.Helper()
	c, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		return 1, "" // that is told, too
	}
	defer c.Close() //nolint:errcheck // it may be damaged
	if _, err := c.Verify(t.Context(), func(Fault) { told++ }); err != nil {
		told++
	}
	a := newArchive(c)
	if _, err := a.VerifyLog(t.Context(), archive.VerifyOptions{}, func(archive.Break) error { told++; return nil }); err != nil {
		told++
	}
	return told, dumped(t.Context(), c)
}

// alteredColumns names the columns in which two dumps differ.
func alteredColumns(clean, dump string) (out []string) {
	before, after := strings.Split(clean, "\n"), strings.Split(dump, "\n")
	if len(before) != len(after) {
		return []string{"the number of rows"}
	}
	for i := range before {
		if column, _, _ := strings.Cut(before[i], " "); before[i] != after[i] {
			out = append(out, column)
		}
	}
	return out
}

// replaceForBits shows an image, and then a better scan of it.
func replaceForBits(t *testing.T, a *archive.Archive, record, first string) {
	t.Helper()
	sum := fmt.Sprintf("%0128x", record)
	second := archive.AssetID(record, sum)
	access := archive.Access{Version: "v", Levels: 1, TileSize: 512, Bytes: 9}
	err := a.Derived(t.Context(), first, access)
	if err == nil {
		_, err = a.Receive(t.Context(), "wang", archive.Receipt{Asset: second, Record: record, Kind: archive.AssetImage, Filename: "better.tif", Key: "incoming/" + second + "/master", Size: 9, SHA512: sum, Replaces: first})
	}
	if err == nil {
		err = a.Identified(t.Context(), second, "image/tiff", archive.Image{Width: 20, Height: 20})
	}
	if err == nil {
		err = a.Derived(t.Context(), second, access)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func fillForBits(t *testing.T, c *Catalog) {
	t.Helper()
	a := newArchive(c)
	for i := range 40 {
		id := fmt.Sprintf("b-%d", i)
		record := archive.Record{ID: id, Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": strings.Repeat("药师经变", i%7+1), "en": id}}
		if _, err := a.Save(t.Context(), "li", archive.Draft{Record: record, Publish: i%2 == 0}); err != nil {
			t.Fatal(err)
		}
		sum := fmt.Sprintf("%0128x", i+1)
		asset := archive.AssetID(id, sum)
		if _, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: asset, Record: id, Kind: archive.AssetImage, Filename: id + ".tif", Key: "incoming/" + asset + "/master", Size: 9, SHA512: sum}); err != nil {
			t.Fatal(err)
		}
		technical, err := json.Marshal(map[string]string{"camera": id})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Identified(t.Context(), asset, "image/tiff", archive.Image{Width: 10, Height: 10, Technical: technical}); err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 { // of some there is an earlier version
			replaceForBits(t, a, id, asset)
		}
	}
	if err := a.AddUser(t.Context(), "li", "li", archive.RoleAdmin, ""); err != nil {
		t.Fatal(err)
	}
}
