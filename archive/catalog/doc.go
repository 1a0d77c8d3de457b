// Package catalog keeps the catalogue in SQL: records with their revisions, the
// assets, the ordered change log, the users, and the queue of jobs. It satisfies
// archive.Catalog on SQLite (embedded, one file) and on PostgreSQL, with the same
// models, migrations and tests.
//
// It owns tables, transactions and the order of the log. It owns no rule: what
// may be saved is decided by package archive, what a job does by package ingest.
//
// What holds: a revision, its change and its jobs are committed together or not
// at all; sequence numbers of the log grow without gaps in the order of the
// commits, so that who has read up to N has missed nothing before; a job whose
// process was killed is worked again, by this or another process.
//
// Times are kept as microseconds since 1970 in UTC and JSON as text, so that
// both databases give back the same bytes.
//
//	c, err := catalog.Open(ctx, "sqlite:/srv/hexi/hexi.db", catalog.Options{})
//	arch := archive.New(c, vocabulary, archive.Options{})
package catalog
