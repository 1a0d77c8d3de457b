package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/search"
)

// Clocks that are so far apart are worth a word; S3 refuses requests that are 15
// minutes off.
const (
	clocksApart = 30 * time.Second
	clocksFar   = 10 * time.Minute
)

// racers is how many write one object at the same time.
const racers = 8

// objects holds the object store to what hexi relies on.
func (d *doctor) objects(ctx context.Context) {
	const check = "object store"
	if path, ok := strings.CutPrefix(d.settings.Objects, "dir:"); ok {
		if _, err := os.Stat(path); err != nil {
			d.warn(check, "nothing: the first start of hexi makes it", "there is no directory %s yet", path)
			return
		}
	}
	store, err := objects.Open(ctx, d.settings.Objects)
	if err != nil {
		d.fault(check, "start the store, or mend --objects", "%s cannot be opened: %s", mask(d.settings.Objects), oneLine(err))
		return
	}
	if closer, ok := store.(io.Closer); ok {
		defer closer.Close() //nolint:errcheck // everything is written
	}
	d.ok(check, "%s", store.String())
	trial := &storeTrial{store: store, prefix: "doctor/" + strings.ToLower(rand.Text()) + "/"}
	for _, step := range []struct {
		check, do string
		try       func(context.Context) (string, error)
	}{
		{"put", "give the credentials s3:PutObject, or the user the right to write", trial.put},
		{"get", "give the credentials s3:GetObject", trial.get},
		{"range", "use a store that answers ranges: tiles are read by them", trial.ranges},
		{"if-none-match", "use a store with conditional writes (If-None-Match: *): two hexi may otherwise overwrite each other", trial.race},
		{"if-match", "use a store that keeps to If-Match: a tile may otherwise be of another version than its index", trial.ifMatch},
		{"list", "give the credentials s3:ListBucket", trial.list},
		{"delete", "give the credentials s3:DeleteObject", trial.delete},
	} {
		says, err := step.try(ctx)
		if err != nil {
			d.fault("store "+step.check, cureOf(err, step.do), "%s", oneLine(err))
			if step.check == "put" {
				break // nothing to try the others on
			}
			continue
		}
		d.ok("store "+step.check, "%s", says)
	}
	if err := trial.clean(context.WithoutCancel(ctx)); err != nil {
		d.warn("store cleaning", "remove what is below "+trial.prefix, "the trial objects could not be removed: %s", oneLine(err))
	}
	d.clock(trial)
	d.indexSnapshots(ctx, store)
}

// indexSnapshots tells of the copies of search indexes that a new server can begin with.
func (d *doctor) indexSnapshots(ctx context.Context, store objects.Store) {
	const check = "index snapshots"
	own, others, newest, total := 0, 0, objects.Info{}, int64(0)
	for info, err := range store.List(ctx, indexSnapshots) {
		if err != nil {
			d.fault(check, "see to the object store", "they cannot be listed: %s", oneLine(err))
			return
		}
		total += info.Size
		parts := strings.Split(strings.TrimPrefix(info.Key, indexSnapshots), "/") // identity, schema, name
		switch {
		case !strings.HasSuffix(info.Key, describedSuffix):
		case len(parts) != 3 || parts[1] != search.Schema():
			others++
		default:
			own++
			if info.Modified.After(newest.Modified) {
				newest = info
			}
		}
	}
	if own+others == 0 {
		d.ok(check, "none in the object store: a new server makes its index of the catalogue")
		return
	}
	f := finding{Check: check, State: stateOK, Facts: map[string]any{"fitting": own, "others": others, "bytes": total}}
	f.Says = fmt.Sprintf("in the object store: %s, %s", counted(own+others, "snapshot"), size(total))
	if own > 0 {
		f.Says += fmt.Sprintf("; the latest is %s old", time.Since(newest.Modified).Round(time.Second))
	} else {
		f.Says += "; none of them is of the schema that this hexi makes"
	}
	d.note(f)
}

// clock compares the store's clock with this machine's.
func (d *doctor) clock(trial *storeTrial) {
	if trial.modified.IsZero() {
		return
	}
	// The store's time is of full seconds, and lies between the two.
	apart := time.Duration(0)
	if before := trial.before.Add(-time.Second); trial.modified.Before(before) {
		apart = before.Sub(trial.modified)
	} else if after := trial.after.Add(time.Second); trial.modified.After(after) {
		apart = trial.modified.Sub(after)
	}
	f := finding{Check: "store clock", State: stateOK, Says: "agrees with this machine's", Facts: map[string]any{"apartSeconds": apart.Seconds()}}
	if apart >= time.Second {
		f.Says = fmt.Sprintf("%s apart from this machine's", apart.Round(time.Second))
	}
	const do = "let both machines follow a time server (NTP)"
	if apart >= clocksFar {
		f.State, f.Do = stateFault, do
	} else if apart >= clocksApart {
		f.State, f.Do = stateWarning, do
	}
	d.note(f)
}

// storeTrial tries a store out, under a prefix of its own.
type storeTrial struct {
	store  objects.Store
	prefix string
	body   []byte
	info   objects.Info

	before, after time.Time // around the writing
	modified      time.Time // when that was, as the store says
}

func (t *storeTrial) key() string { return t.prefix + "object" }

func (t *storeTrial) put(ctx context.Context) (string, error) {
	t.body = bytes.Repeat([]byte("hexi 河西 "), 64<<10/12)
	t.before = time.Now()
	_, err := t.store.Put(ctx, t.key(), bytes.NewReader(t.body), objects.PutOptions{Size: int64(len(t.body)), ContentType: "application/octet-stream"})
	t.after = time.Now()
	if err != nil {
		return "", err
	}
	if t.info, err = t.store.Stat(ctx, t.key()); err != nil {
		return "", err
	}
	t.modified = t.info.Modified
	if t.info.Size != int64(len(t.body)) || t.info.ETag == "" {
		return "", fmt.Errorf("of %d bytes that were put, %d are there, with the ETag %q", len(t.body), t.info.Size, t.info.ETag)
	}
	return fmt.Sprintf("%d kB in %d ms", len(t.body)>>10, t.after.Sub(t.before).Milliseconds()), nil
}

func (t *storeTrial) get(ctx context.Context) (string, error) {
	begun := time.Now()
	body, info, err := t.store.Get(ctx, t.key())
	if err != nil {
		return "", err
	}
	defer body.Close() //nolint:errcheck // read to its end
	got, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err != nil {
		return "", err
	}
	if !bytes.Equal(got, t.body) || info.ETag != t.info.ETag {
		return "", errors.New("what is read is not what was written")
	}
	return fmt.Sprintf("the same bytes in %d ms", time.Since(begun).Milliseconds()), nil
}

func (t *storeTrial) ranges(ctx context.Context) (string, error) {
	begun := time.Now()
	for _, r := range [][2]int{{0, 1}, {1000, 512}, {len(t.body) - 7, 7}} {
		got, err := t.read(ctx, r[0], r[1], "")
		if err != nil {
			return "", err
		}
		if !bytes.Equal(got, t.body[r[0]:r[0]+r[1]]) {
			return "", fmt.Errorf("the range of %d bytes at %d is not what was asked for (%d bytes came)", r[1], r[0], len(got))
		}
	}
	return fmt.Sprintf("3 ranges in %d ms", time.Since(begun).Milliseconds()), nil
}

func (t *storeTrial) read(ctx context.Context, off, n int, ifMatch string) ([]byte, error) {
	body, _, err := t.store.Range(ctx, t.key(), int64(off), int64(n), ifMatch)
	if err != nil {
		return nil, err
	}
	defer body.Close() //nolint:errcheck // read to its end
	return io.ReadAll(io.LimitReader(body, 1<<20))
}

// race lets several write one object that is not there, of whom one may win.
func (t *storeTrial) race(ctx context.Context) (string, error) {
	key := t.prefix + "race"
	var wg sync.WaitGroup
	errs := make([]error, racers)
	start := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-start
			own := []byte{byte('a' + i)}
			_, errs[i] = t.store.Put(ctx, key, bytes.NewReader(own), objects.PutOptions{Size: 1, IfAbsent: true})
		})
	}
	close(start)
	wg.Wait()
	winner, winners := -1, 0
	for i, err := range errs {
		switch {
		case err == nil:
			winner, winners = i, winners+1
		case !errors.Is(err, archive.ErrExists):
			return "", fmt.Errorf("one of %d writers was told neither that it wrote nor that the object exists: %w", racers, err)
		}
	}
	if winners != 1 {
		return "", fmt.Errorf("of %d writers who may only write what is not there, %d wrote", racers, winners)
	}
	body, _, err := t.store.Get(ctx, key)
	if err != nil {
		return "", err
	}
	defer body.Close() //nolint:errcheck // read to its end
	got, err := io.ReadAll(io.LimitReader(body, 16))
	if err != nil {
		return "", err
	}
	if len(got) != 1 || got[0] != byte('a'+winner) {
		return "", fmt.Errorf("what is there is not of the writer who was told that it wrote: %q", got)
	}
	return fmt.Sprintf("of %d writers at the same time one won", racers), nil
}

func (t *storeTrial) ifMatch(ctx context.Context) (string, error) {
	if _, err := t.read(ctx, 0, 9, t.info.ETag); err != nil {
		return "", fmt.Errorf("a range of the version that is there: %w", err)
	}
	changed := bytes.ToUpper(t.body)
	if _, err := t.store.Put(ctx, t.key(), bytes.NewReader(changed), objects.PutOptions{Size: int64(len(changed))}); err != nil {
		return "", err
	}
	switch _, err := t.read(ctx, 0, 9, t.info.ETag); {
	case err == nil:
		return "", errors.New("a range of a version that was replaced is not refused")
	case !errors.Is(err, archive.ErrConflict):
		return "", fmt.Errorf("a range of a version that was replaced: %w", err)
	}
	return "a range of a version that was replaced is refused", nil
}

func (t *storeTrial) list(ctx context.Context) (string, error) {
	keys, err := t.keys(ctx)
	if err != nil {
		return "", err
	}
	if len(keys) < 1 || keys[0] != t.key() {
		return "", fmt.Errorf("the list does not have what was written: %q", keys)
	}
	return fmt.Sprintf("%d objects under the prefix", len(keys)), nil
}

func (t *storeTrial) keys(ctx context.Context) (keys []string, err error) {
	for info, err := range t.store.List(ctx, t.prefix) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, info.Key)
	}
	return keys, nil
}

func (t *storeTrial) delete(ctx context.Context) (string, error) {
	if err := t.store.Delete(ctx, t.key()); err != nil {
		return "", err
	}
	switch _, err := t.store.Stat(ctx, t.key()); {
	case err == nil:
		return "", errors.New("an object that was deleted is still there")
	case !errors.Is(err, archive.ErrNotFound):
		return "", fmt.Errorf("an object that was deleted: %w", err)
	}
	return "what was deleted is gone", nil
}

// clean removes what is left under the prefix.
func (t *storeTrial) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	keys, err := t.keys(ctx)
	if err != nil { // as far as it is known
		keys = []string{t.key(), t.prefix + "race"}
	}
	for _, key := range keys {
		err = errors.Join(err, t.store.Delete(ctx, key))
	}
	return err
}
