package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hexi/archive"
	"hexi/ingest"
)

// objects goes through the list of all objects and looks for what nobody knows. What
// lies in the packages, snapshots and the journal is looked at by parts of their own.
func (c *Checker) objects(ctx context.Context, r *Report) error {
	root, err := describedRoot(ctx)
	if err != nil {
		return err
	}
	if err := c.lookForErased(ctx); err != nil {
		return err
	}
	l := &listing{checker: c, report: r, old: c.opts.Now().Add(-c.opts.Older), root: root}
	for info, err := range c.parts.Objects.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		r.Looked.Objects++
		if err := l.take(ctx, info); err != nil {
			return err
		}
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	if l.young > 0 {
		r.note("objects", fmt.Sprintf("%d objects in incoming/ are of no asset and younger than %s: they are being received, or were when a process ended; taking the same files in again goes on with them", l.young, days(c.opts.Older)))
	}
	return nil
}

func days(d time.Duration) string {
	if n := int(d / (24 * time.Hour)); n > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", n)
	}
	return d.String()
}

// listing gathers keys until it is worth asking the catalogue about their assets.
type listing struct {
	checker *Checker
	report  *Report
	old     time.Time // what was written before is old
	young   int
	root    map[string][]byte // the files of the packages' storage root itself

	keys   []Info
	assets map[string]bool
}

// batch is how many assets the catalogue is asked about at once.
const batch = 500

// elsewhere are the parts of the object store that others look after.
var elsewhere = []string{"ocfl/", "snapshots/", "journal/"}

func (l *listing) take(ctx context.Context, info Info) error {
	for _, prefix := range elsewhere {
		if strings.HasPrefix(info.Key, prefix) {
			if loose := prefix == packagesPrefix+"/" && strings.Count(info.Key, "/") == 1; loose && l.root[info.Key] == nil {
				l.unknown(info)
			}
			return nil
		}
	}
	parts := strings.Split(info.Key, "/")
	known := len(parts) == 3 && archive.ValidID(parts[1]) && (parts[0] == "access" || parts[0] == "incoming" && parts[2] == "master")
	if !known {
		l.unknown(info)
		return nil
	}
	if l.assets == nil {
		l.assets = map[string]bool{}
	}
	l.keys, l.assets[parts[1]] = append(l.keys, info), true
	if len(l.assets) < batch {
		return nil
	}
	return l.flush(ctx)
}

// unknown tells of a key that is no key of an asset.
func (l *listing) unknown(info Info) {
	switch {
	case !strings.HasPrefix(info.Key, "incoming/"):
		l.report.add(Difference{Code: ObjectUnknown, Key: info.Key, Why: fmt.Sprintf("an object of %d bytes, of %s, that is none of hexi's", info.Size, info.Modified.UTC().Format(time.DateOnly))})
	case info.Modified.After(l.old):
		l.young++
	default:
		l.report.add(Difference{Code: UnfinishedUpload, Key: info.Key, Why: fmt.Sprintf("%d bytes that nobody has gone on with since %s", info.Size, info.Modified.UTC().Format(time.DateOnly))})
	}
}

// flush asks the catalogue about the assets of the keys that were gathered.
func (l *listing) flush(ctx context.Context) error {
	if len(l.keys) == 0 {
		return nil
	}
	ids := make([]string, 0, len(l.assets))
	for id := range l.assets {
		ids = append(ids, id)
	}
	assets := map[string]*archive.Asset{}
	unreadable := map[string]bool{}
	found, err := l.checker.parts.Archive.Assets(ctx, archive.AssetQuery{IDs: ids, Limit: len(ids)})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, a := range found {
		assets[a.ID] = a
	}
	if err != nil { // one of the rows cannot be read, which the database's part tells
		for _, id := range ids {
			a, err := l.checker.parts.Archive.Asset(ctx, id)
			if err == nil {
				assets[id] = a
			} else if !errors.Is(err, archive.ErrNotFound) {
				unreadable[id] = true
			}
		}
	}
	for _, info := range l.keys {
		parts := strings.Split(info.Key, "/")
		if id := parts[1]; !unreadable[id] {
			l.known(info, id, parts[2], assets[id])
		}
	}
	l.keys, l.assets = l.keys[:0], nil
	return nil
}

// known tells of a key that is one of an asset, if that does not have it.
func (l *listing) known(info Info, id, name string, a *archive.Asset) {
	date := info.Modified.UTC().Format(time.DateOnly)
	d := Difference{Asset: id, Key: info.Key}
	incoming := strings.HasPrefix(info.Key, "incoming/")
	switch {
	case a != nil && a.State == archive.AssetErased:
		if !l.checker.erased[a.Record] {
			return // a job removes it
		}
		d.Code, d.Record, d.Why = ErasedLeft, a.Record, fmt.Sprintf("a file of %d bytes, of %s, of a record that was erased is there again", info.Size, date)
	case a == nil && incoming:
		if info.Modified.After(l.old) {
			l.young++
			return
		}
		d.Code, d.Why = IncomingOrphan, fmt.Sprintf("a file of %d bytes, received on %s, that is no asset of any record", info.Size, date)
	case a == nil:
		d.Code, d.Why = AccessOrphan, fmt.Sprintf("a file of %d bytes, of %s, of an asset that there is not", info.Size, date)
	case incoming:
		if a.Master.Key == info.Key || info.Modified.After(l.old) && l.checker.opts.Now().Sub(info.Modified) < time.Hour {
			return // a job may be about to remove it
		}
		d.Code, d.Record, d.Why = IncomingLeft, a.Record, fmt.Sprintf("the master is kept as %s; this is another copy of it", a.Master.Key)
	case !ofAccess(a, name):
		d.Code, d.Record, d.Why = AccessOrphan, a.Record, fmt.Sprintf("a file of %d bytes, of %s, that is no part of the asset's access copy", info.Size, date)
	default:
		return
	}
	l.report.add(d)
}

// ofAccess reports whether a file is part of an asset's access copy. Of one that is
// being made, it may be any.
func ofAccess(a *archive.Asset, name string) bool {
	keys := []string{ingest.PyramidKey(a.ID), ingest.SidecarKey(a.ID), ingest.ThumbnailKey(a.ID, factsFile)}
	if a.Kind == archive.AssetText {
		keys = []string{ingest.TextKey(a.ID), ingest.FactsKey(a.ID)}
	}
	for _, known := range keys {
		if known == ingest.ThumbnailKey(a.ID, name) {
			return true
		}
	}
	if a.Access == nil || a.State != archive.AssetReady {
		return strings.HasPrefix(name, "thumb-") && strings.HasSuffix(name, ".jpg")
	}
	for _, t := range a.Access.Thumbnails {
		if t.Name == name {
			return true
		}
	}
	return false
}
