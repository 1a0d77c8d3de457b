// Package catalog keeps the catalogue in SQL: records with their revisions, the
// assets, the ordered change log, the users, and the queue of jobs. It satisfies
// archive.Catalog on SQLite (embedded, one file) and on PostgreSQL, with the same
// models, migrations and tests.
//
// It owns tables, transactions and the order of the log. It owns no rule: what
// may be saved is decided by package archive, what a job does by package ingest.
//
// What holds:
//
//   - A revision, its change and its jobs are committed together or not at all.
//   - The sequence numbers of the log grow by one in the order of the commits:
//     who has read up to N has missed nothing before it, and a number that is
//     not there was taken out.
//   - Revisions are only ever added.
//   - A job whose process was killed is worked again, by this or another
//     process, without waiting and without losing an attempt.
//   - With a Journal, what a transaction wrote is in it before Update returns.
//   - Lists go by the bytes of the ids, on both databases.
//
// There is one writing transaction at a time over all processes: SQLite has no
// other way, and on PostgreSQL an advisory lock sees to it. Reading never waits.
//
// Times are kept as microseconds since 1970 in UTC and JSON as text, so that
// both databases give back the same. The queue is River's (tables river_…), on
// the same database; jobs says which asset and batch a job of it is about.
//
//	c, err := catalog.Open(ctx, "sqlite:/srv/hexi/hexi.db", catalog.Options{})
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	a := archive.New(c, vocabulary, archive.Options{})
package catalog
